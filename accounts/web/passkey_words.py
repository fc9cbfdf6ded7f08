"""What pages that ask for a passkey hand to their script: where passkeys work, and the words for what may happen."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import authenticators, queries
from core.canonical import digest_of

if TYPE_CHECKING:
    from django.http import HttpRequest

    from accounts.access import SignedRequest
    from accounts.names import SignedKind


def config_of(request: HttpRequest) -> dict[str, Any]:
    """Return the part of a page's configuration that every use of a passkey needs."""
    return {"origin": settings.PASSKEY_ORIGIN, "csrf": get_token(request), "messages": words()}


def with_passkey(request: SignedRequest, config: dict[str, Any]) -> dict[str, Any]:
    """Return the configuration of a page on which a key works, with what its script does with the person's passkeys.

    Without a passkey nothing is added, and the page works as it does without.
    """
    own = list(queries.usable_passkeys(request.user))
    if not own:
        return config
    unlocking = [each for each in own if each.has_prf]
    passkey = {
        "origin": settings.PASSKEY_ORIGIN,
        "rp": authenticators.rp(),
        "salt": authenticators.PRF_SALT,
        "unlocking": [{"id": each.credential, "transports": each.transports} for each in unlocking],
        "files": sorted({row.file for row in queries.locked_passphrases(request.user)}),
        "urls": {
            "sign": reverse("accounts:ask-to-sign"),
            "passphrases": reverse("accounts:passphrases", args=["FILE"]),
        },
    }
    return config | {"passkey": passkey, "messages": config.get("messages", {}) | words()}


def signing(request: SignedRequest, *, kind: SignedKind, tender: str, document: object) -> dict[str, Any] | None:
    """Return what a form needs so that its document is signed with a passkey; None for whoever has none."""
    if not queries.usable_passkeys(request.user).exists():
        return None
    config = config_of(request) | {"urls": {"sign": reverse("accounts:ask-to-sign")}}
    return {"kind": kind.value, "tender": tender, "document": digest_of(document), "config": config}


def posted_answer(request: HttpRequest) -> object:
    """Return the answer of a passkey that came with a form; nothing where none came."""
    text = request.POST.get("passkey", "")
    if not text:
        return None
    try:
        return json.loads(text[: authenticators.LONGEST_ANSWER])
    except (ValueError, RecursionError):
        return {}  # it has no form, and is refused as an answer without one


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
        "passkey_no_secret": _(
            "This passkey cannot unlock key files in this browser. Use the passphrase, or another passkey."
        ),
        "passkey_other_file": _("What the platform keeps does not open with this passkey. Use the passphrase."),
        "passkey_name": _("Name the passkey, so that you know it again."),
    }
