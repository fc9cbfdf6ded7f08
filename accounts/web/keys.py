"""Pages: a bidder makes its signing key in the browser; the platform keeps it locked and hands it back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from csp.decorators import csp_update
from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import enrolling, passkeys, queries
from accounts.access import SeatedRequest, requires, requires_step_up
from accounts.forms import KeyForm
from accounts.names import KeyKind, Role
from accounts.web.answers import UNPROCESSABLE, page
from accounts.web.passkey_words import with_passkey
from core.canonical import b64_decode
from core.errors import NotYours, Refused
from core.reasons import Reason, reason

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http.response import HttpResponseBase

_LARGEST = 70_000  # bytes of a posted key
_SEALING = {
    "script-src": ["'wasm-unsafe-eval'"],
    "worker-src": ["'self'"],
    "require-trusted-types-for": ["'script'"],
    "trusted-types": ["tsb"],
}
_KINDS = {Role.BIDDER: KeyKind.BIDDER, Role.KEY_HOLDER: KeyKind.HOLDER}


@csp_update(_SEALING)
@never_cache
@requires(Role.BIDDER)
@requires_step_up
@require_safe
def bidder_key(request: SeatedRequest) -> HttpResponseBase:
    """Show the form whose script makes the key; without script it explains itself."""
    number = request.membership.organisation.number
    config = {
        "name": f"{settings.PLATFORM_NAME}/bidder/{number}",
        "file_name": f"{number}-key.age",
        "urls": {"key": reverse("accounts:enrol-bidder-key")},
        "csrf": get_token(request),
        "messages": _messages(),
    }
    config = with_passkey(request, config)
    former = queries.key_in_force(request.membership.organisation, KeyKind.BIDDER)
    may = request.membership.may_approve
    why_not = passkeys.against_keys(request.user) if may else [_ONLY_SIGNERS]
    return page(request, "bidder_key", config=config, former=former, why_not=why_not)


@requires(Role.BIDDER)
@requires_step_up
@require_POST
def enrol_bidder_key(request: SeatedRequest) -> HttpResponseBase:
    """Take the public key and the locked secret one; answers the page's script in JSON."""
    try:
        vkey, wrapped = _posted(request)
        key = enrolling.enrol_key(kind=KeyKind.BIDDER, vkey=vkey, wrapped=wrapped, actor=request.actor, at=request.at)
    except Refused as refusal:
        return refused(refusal.reasons)
    return JsonResponse({"vkey": key.vkey, "next": reverse("accounts:organisation")}, status=201)


@never_cache
@requires(Role.BIDDER, Role.KEY_HOLDER)
@require_safe
def wrapped_key(request: SeatedRequest) -> HttpResponseBase:
    """Hand the seat's own key back, locked as it came: the bytes of the age file."""
    seat = request.membership
    key = queries.key_in_force(seat.organisation, _KINDS[Role(seat.role)])
    if key is None or not key.wrapped:
        raise NotYours(seat.role)
    name = f"{seat.organisation.number}-key.age"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(b64_decode(key.wrapped), content_type="application/octet-stream", headers=headers)


def refused(reasons: Iterable[Reason]) -> JsonResponse:
    """Answer a script with every reason in the reader's language."""
    return JsonResponse({"reasons": [each.translated(_) for each in reasons]}, status=UNPROCESSABLE)


def _posted(request: SeatedRequest) -> tuple[str, str]:
    if request.content_type != "application/json" or len(request.body) > _LARGEST:
        raise Refused(_MALFORMED)
    try:
        posted = json.loads(request.body)
    except ValueError:
        raise Refused(_MALFORMED) from None
    form = KeyForm(posted if isinstance(posted, dict) else {})
    if not isinstance(posted, dict) or set(posted) != {"vkey", "wrapped"} or not form.is_valid():
        raise Refused(_MALFORMED)
    return form.cleaned_data["vkey"], form.cleaned_data["wrapped"]


_MALFORMED = reason("What arrived is not a key: expected are vkey and wrapped, as JSON.")
_ONLY_SIGNERS = reason("Only somebody who may approve for the bidder makes its key.")


def _messages() -> dict[str, str]:
    """Return the words of the script, by their codes; {x} is filled by the script."""
    return {
        "error_title": _("This did not work"),
        "error_unexpected": _("Something unexpected happened: {detail}"),
        "error_network": _("The platform did not answer. Check the connection and try again."),
        "error_server": _("The platform answered with a fault ({status}). Try again later."),
        "malformed": _("What arrived is malformed: {detail}"),
        "mismatch": _("These do not agree: {what}"),
        "browser_too_old": _("This browser is too old for sealing. Use a current one."),
        "field_missing": _("“{field}” is missing."),
        "passphrase_short": _("A passphrase needs at least {least} characters."),
        "passphrase_differs": _("The two passphrases differ."),
        "passphrase_wrong": _("The passphrase is wrong."),
        "key_missing": _("There is no key here."),
        "signature_missing": _("The signature of {name} is missing."),
        "signature_wrong": _("The signature of {name} is wrong."),
        "working_keys": _("Making the key …"),
        "working_passphrase": _("Locking it with the passphrase …"),
        "working_sending": _("Sending …"),
        "done": _("Done."),
    }
