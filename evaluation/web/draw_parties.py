"""Pages of those who contribute to a draw: commit, show, and for key holders open what was not shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import JsonResponse
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import enrolling
from accounts.access import SeatedRequest, requires, requires_step_up
from accounts.names import KeyKind, Role
from accounts.queries import key_in_force
from accounts.web.passkey_words import with_passkey
from bidding import access as bidding_access
from bidding.rules.dealing import write_wraps
from bidding.web.answers import document, for_scripts, json_fields, sealing_page
from core.errors import NotYours
from core.reasons import reason
from evaluation import contributing, draw_papers
from evaluation.web import doors, draw_words
from evaluation.web.answers import page
from evaluation.web.draws import public_draw

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from bidding.models import KeyHolder
    from evaluation.models import Draw

LIMIT = 256 * 1024  # bytes of what is handed in: dealings to 16 holders, as JSON inside JSON


@sealing_page
@never_cache
@requires(Role.KEY_HOLDER, Role.BIDDER)
@requires_step_up
@require_safe
def contribute(request: SeatedRequest, number: str, ordinal: int) -> HttpResponseBase:
    """Show the page on which a party commits to its number, or shows it."""
    draw = public_draw(number, ordinal)
    party = contributing.party_of(request.actor, draw)
    own = draw.commits.filter(party=party).first()
    is_commit = own is None
    reasons = contributing.committing_objections(draw) if is_commit else contributing.revealing_objections(draw)
    if draw.reveals.filter(party=party).exists():
        reasons = contributing.already_shown()
    config: dict[str, Any] = _key_of(request) | {
        "act": "commit" if is_commit else "reveal",
        "party": party,
        "kept": own.kept if own else "",
        "commit": draw_papers.commits_of(draw)[party].commit if own else "",
        "urls": {
            "manifest": reverse("evaluation:draw-manifest", args=[number, ordinal]),
            "ceremony": reverse("bidding:ceremony", args=[number]),
            "hand_in": reverse(f"evaluation:hand-in-{'commit' if is_commit else 'reveal'}", args=[number, ordinal]),
            **_wrapped(request, draw),
        },
    }
    title = _("Commit to your number") if is_commit else _("Show your number")
    lead = (
        _("Your browser makes a random number, hands in its commitment, and deals it to the key holders.")
        if is_commit
        else _("Every party has committed. Show your number: it must be the one that you committed to.")
    )
    return _page(request, draw, config, script="page_draw_party", title=title, lead=lead, reasons=reasons)


@sealing_page
@never_cache
@requires(Role.KEY_HOLDER)
@requires_step_up
@require_safe
def open_contributions(request: SeatedRequest, number: str, ordinal: int) -> HttpResponseBase:
    """Show the page on which a key holder opens what was not shown."""
    draw, holder = _draw_of_holder(request, number, ordinal)
    reasons = contributing.releasing_objections(draw, at=request.at)
    config: dict[str, Any] = {
        "kid": holder.kid,
        "wanted": {} if reasons else _wanted(draw),
        "urls": {
            "ceremony": reverse("bidding:ceremony", args=[number]),
            "hand_in": reverse("evaluation:hand-in-shares", args=[number, ordinal]),
            **_wrapped(request, draw),
        },
    }
    lead = _("Your browser takes your share of every number that was not shown, and signs them.")
    title = _("Open what is missing")
    return _page(request, draw, config, script="page_draw_release", title=title, lead=lead, reasons=reasons)


@for_scripts
@require_safe
def manifest(request: HttpRequest, number: str, ordinal: int) -> HttpResponseBase:
    """Hand out the manifest, byte for byte, to everybody."""
    draw = public_draw(number, ordinal)
    if not draw.digest:
        raise NotYours(number)
    return document(request, bytes(draw.document or b""), name=f"{number}-draw-{ordinal}.json")


@for_scripts
@requires(Role.KEY_HOLDER, Role.BIDDER)
@requires_step_up
@require_POST
def hand_in_commit(request: SeatedRequest, number: str, ordinal: int) -> HttpResponseBase:
    """Take a party's commitment."""
    draw = public_draw(number, ordinal)
    contributing.party_of(request.actor, draw)
    given = json_fields(request, {"document": str, "note": str, "kept": str}, limit=LIMIT)
    contributing.commit(
        draw.pk,
        document=_bytes(given["document"]),
        note=given["note"],
        kept=given["kept"],
        actor=request.actor,
        at=request.at,
    )
    return _on_to(draw)


@for_scripts
@requires(Role.KEY_HOLDER, Role.BIDDER)
@requires_step_up
@require_POST
def hand_in_reveal(request: SeatedRequest, number: str, ordinal: int) -> HttpResponseBase:
    """Take a party's contribution."""
    draw = public_draw(number, ordinal)
    contributing.party_of(request.actor, draw)
    given = json_fields(request, {"document": str, "note": str}, limit=LIMIT)
    contributing.reveal(
        draw.pk, document=_bytes(given["document"]), note=given["note"], actor=request.actor, at=request.at
    )
    return _on_to(draw)


@for_scripts
@requires(Role.KEY_HOLDER)
@requires_step_up
@require_POST
def hand_in_shares(request: SeatedRequest, number: str, ordinal: int) -> HttpResponseBase:
    """Take a key holder's shares of what was not shown."""
    draw, _holder = _draw_of_holder(request, number, ordinal)
    given = json_fields(request, {"document": str, "note": str}, limit=LIMIT)
    contributing.release(
        draw.pk, document=_bytes(given["document"]), note=given["note"], actor=request.actor, at=request.at
    )
    return _on_to(draw)


def _draw_of_holder(request: SeatedRequest, number: str, ordinal: int) -> tuple[Draw, KeyHolder]:
    draw = public_draw(number, ordinal)
    return draw, bidding_access.holder_of(request.actor, draw.lot.project)


def _key_of(request: SeatedRequest) -> dict[str, Any]:
    """Return which key of the reader signs: a holder's its own, a bidder's under the name of a party."""
    if request.membership.role == Role.KEY_HOLDER:
        return {"kind": "holder", "signs_as": ""}
    return {"kind": "bidder", "signs_as": contributing.vkey_name(request.membership.organisation.number)}


def _wrapped(request: SeatedRequest, draw: Draw) -> dict[str, str]:
    """Return where the reader's locked key lies, if the platform keeps it."""
    if request.membership.role == Role.BIDDER:
        key = key_in_force(request.membership.organisation, KeyKind.BIDDER)
        return {"wrapped": reverse("accounts:wrapped-key")} if key is not None and key.wrapped else {}
    holder = bidding_access.holder_of(request.actor, draw.lot.project)
    return {"wrapped": reverse("bidding:holder-wrapped", args=[draw.lot.project.number])} if holder.wrapped else {}


def _page(
    request: SeatedRequest, draw: Draw, config: dict[str, Any], *, script: str, **context: Any
) -> HttpResponseBase:
    config = with_passkey(request, config | {"csrf": get_token(request), "messages": draw_words.of_party()})
    response = page(
        request, "contribute", draw=draw, lot=draw.lot, config=config, script=f"sealing/{script}.js", **context
    )
    response.status_code = 200  # reasons only say why there is nothing to do
    return response


@sealing_page
@never_cache
@requires(Role.BIDDER)
@requires_step_up
@require_safe
def party_key(request: SeatedRequest) -> HttpResponseBase:
    """Show the page on which a bidder enrols its key for draws: the same secret, under the name of a party."""
    organisation = request.membership.organisation
    own = key_in_force(organisation, KeyKind.BIDDER)
    former = key_in_force(organisation, KeyKind.PARTY)
    reasons = [] if request.membership.may_approve else [doors.NOT_APPROVING]
    if own is None:
        reasons.append(reason("make your signing key first"))
    config = {
        "csrf": get_token(request),
        "messages": draw_words.of_party(),
        "signs_as": contributing.vkey_name(organisation.number),
        "urls": {"hand_in": reverse("evaluation:enrol-party-key")}
        | ({"wrapped": reverse("accounts:wrapped-key")} if own is not None and own.wrapped else {}),
    }
    config = with_passkey(request, config)
    response = page(request, "party_key", config=config, former=former, reasons=reasons)
    response.status_code = 200
    return response


@for_scripts
@requires(Role.BIDDER)
@requires_step_up
@require_POST
def enrol_party_key(request: SeatedRequest) -> HttpResponseBase:
    """Take the verification key with which a bidder signs contributions to draws."""
    given = json_fields(request, {"vkey": str})
    enrolling.enrol_key(kind=KeyKind.PARTY, vkey=given["vkey"], wrapped="", actor=request.actor, at=request.at)
    return JsonResponse({"next": reverse("evaluation:party-key")}, status=201)


def _wanted(draw: Draw) -> dict[str, Any]:
    deal, escrows = draw_papers.wanted(draw)
    ceremony = draw_papers.ceremony_of(draw)
    secrets = [
        {"name": escrow.name, "ceremony": ceremony.digest, "escrow": write_wraps(escrow.wraps)} for escrow in escrows
    ]
    return {"deal": deal, "manifest": draw.digest, "tender": draw.lot.number, "secrets": secrets}


def _on_to(draw: Draw) -> JsonResponse:
    return JsonResponse({"next": reverse("evaluation:draw", args=[draw.lot.number, draw.ordinal])})


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
