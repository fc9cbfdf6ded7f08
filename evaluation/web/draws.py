"""The page of a draw, for everybody and without signing in: live while it goes on, to be recomputed afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.http import HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.names import Role
from bidding import access as bidding_access
from bidding import platform_key
from bidding.models import Ceremony
from bidding.web.answers import for_scripts
from core.errors import NotYours, Refused
from evaluation import contributing, draw_papers, draw_state
from evaluation.models import Draw, VrfKey
from evaluation.web import draw_words
from evaluation.web.answers import BUYING, page
from trading import access as trading_access

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from accounts.access import Request


@never_cache
@require_safe
def draw(request: Request, number: str, ordinal: int) -> HttpResponseBase:
    """Show a draw as it stands now, with what the reader may do in it."""
    row = public_draw(number, ordinal)
    config = {
        "urls": {
            "socket": f"/ws/draw/{number}/{ordinal}",
            "state": reverse("evaluation:draw-state", args=[number, ordinal]),
            "record": reverse("evaluation:draw-record", args=[number, ordinal]),
        },
        "messages": draw_words.of_watching(),
    }
    return page(request, "draw", config=config, **_picture(request, row))


@for_scripts
@require_safe
def state(request: HttpRequest, number: str, ordinal: int) -> HttpResponseBase:
    """Hand out the draw's picture alone, complete at any time."""
    context = _picture(cast("Request", request), public_draw(number, ordinal))
    return HttpResponse(render_to_string("evaluation/draw_state.html", context, request=request))


@for_scripts
@require_safe
def record(_request: HttpRequest, number: str, ordinal: int) -> HttpResponseBase:
    """Hand out every document of a draw that is over: whoever has them needs nothing else from the platform."""
    row = public_draw(number, ordinal)
    if row.state != Draw.DRAWN:
        raise NotYours(number)
    return JsonResponse(_record(row))


def public_draw(number: str, ordinal: int) -> Draw:
    """Return a draw that everybody may know of."""
    row = (
        Draw.objects.select_related("lot__project__owner", "lot__project__agent", "entry")
        .filter(lot__number=number, ordinal=ordinal, lot__project__announced_at__isnull=False)
        .first()
    )
    if row is None:
        raise NotYours(number)
    return row


def _record(row: Draw) -> dict[str, Any]:
    key = VrfKey.objects.get(lot=row.lot)
    ceremony = draw_papers.ceremony_of(row)
    vkeys = {holder.kid: holder.vkey for holder in ceremony.holders if holder.kid in row.parties}
    vkeys |= {party: contributing.party_vkey(row, party) for party in row.parties if party not in vkeys}
    return {
        "manifest": _text(row.document),
        "ceremony": _text(Ceremony.objects.get(lot=row.lot).document),
        "vrf_escrow": {"document": _text(key.document), "note": key.note},
        "platform": platform_key.vkey(),
        "vkeys": vkeys,
        "commits": [_signed(each, party=each.party) for each in row.commits.all()],
        "reveals": [_signed(each, party=each.party) for each in row.reveals.all()],
        "releases": [_signed(each, kid=each.kid, deal=each.deal) for each in row.releases.all()],
        "result": _text(row.result.document),
        "refusals": [{"handle": each.handle, "reason": each.code} for each in row.refusals.order_by("pk")],
    }


def _signed(given: Any, **named: str) -> dict[str, str]:
    return {"document": _text(given.document), "note": given.note, **named}


def _text(data: bytes | memoryview | None) -> str:
    return bytes(data or b"").decode("utf-8")


def _picture(request: Request, row: Draw) -> dict[str, Any]:
    """Return what everybody sees, the same for all, and below ``own`` what only the reader may see and do."""
    picture = draw_state.picture_of(row, at=request.at)
    own = _own_part(request, row)
    may_act = own.get("contribute") or own.get("opens")
    tone = "wait" if picture.tone == "act" and not may_act else picture.tone
    return {"state": picture, "lot": row.lot, "own": own, "tone": tone}


def _own_part(request: Request, row: Draw) -> dict[str, Any]:
    seat, actor = request.membership, request.actor
    if seat is None or actor is None:
        return {}
    own: dict[str, Any] = {}
    try:
        own["party"] = contributing.party_of(actor, row)
        own["contribute"] = _may_contribute(row, own["party"])
    except (NotYours, Refused):
        pass
    try:
        bidding_access.holder_of(actor, row.lot.project)
        own["opens"] = not contributing.releasing_objections(row, at=request.at)
    except (NotYours, Refused):
        pass
    sides = (row.lot.project.owner_id, row.lot.project.agent_id)
    own["is_buyer"] = seat.role in BUYING and seat.organisation_id in sides
    if own["is_buyer"] or _oversees(request, row):
        own["names"] = _names(row)
    return own


def _may_contribute(row: Draw, party: str) -> bool:
    if row.state == Draw.COMMITTING:
        return not row.commits.filter(party=party).exists()
    return row.state == Draw.REVEALING and not row.reveals.filter(party=party).exists()


def _oversees(request: Request, row: Draw) -> bool:
    if request.actor is None:
        return False
    try:
        trading_access.side_of(request.actor, row.lot.project, Role.SUPERVISOR)
    except (NotYours, Refused):
        return False
    return True


def _names(row: Draw) -> list[dict[str, str]]:
    """Return who stands behind the drawn handles, with the salts that prove it."""
    if row.state != Draw.DRAWN:
        return []
    found = {each.handle: each for each in row.candidates.select_related("user", "organisation")}
    named = []
    for handle in draw_papers.taken_by(row):
        each = found[handle]
        who = each.user.name if each.user else each.organisation.name if each.organisation else handle
        number = each.user.number if each.user else ""
        named.append({"handle": handle, "name": who, "number": number, "salt": bytes(each.salt or b"").hex()})
    return named
