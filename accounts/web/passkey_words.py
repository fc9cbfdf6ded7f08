"""What pages that ask for a passkey hand to their script: where passkeys work, and the words for what may happen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.middleware.csrf import get_token
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from django.http import HttpRequest


def config_of(request: HttpRequest) -> dict[str, Any]:
    """Return the part of a page's configuration that every use of a passkey needs."""
    return {"origin": settings.PASSKEY_ORIGIN, "csrf": get_token(request), "messages": words()}


def words() -> dict[str, str]:
    """Return the words of the script, by their codes; {x} is filled by the script."""
    return {
        "passkey_title": _("This did not work"),
        "passkey_asking": _("Follow your browser: it asks for the passkey."),
        "passkey_sending": _("Sending …"),
        "passkey_none": _("This browser knows no passkeys. Use a current browser, or sign in with your password."),
        "passkey_elsewhere": _("Passkeys work at {origin} only: open the platform at that address."),
        "passkey_stopped": _(
            "Nothing was confirmed: you stopped it, it took too long, or no passkey of yours is on this device. Try"
            " again, with the device or security key that has the passkey."
        ),
        "passkey_known": _("This device or security key has a passkey of yours already: choose another one."),
        "passkey_unfit": _(
            "This authenticator cannot keep a passkey that checks its owner (PIN, fingerprint or face): use another."
        ),
        "passkey_failed": _("The browser refused: {detail}"),
        "passkey_network": _("The platform did not answer. Check the connection and try again."),
        "passkey_server": _("The platform answered with a fault ({status}). Try again later."),
        "passkey_name": _("Name the passkey, so that you know it again."),
    }
