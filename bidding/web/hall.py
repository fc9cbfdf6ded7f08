"""The opening hall: one page for everybody, complete at every reload, live while it is open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import Request, SeatedRequest, requires
from accounts.names import Role
from accounts.spoken import unpacked
from bidding import attending, hall_state, papers
from bidding.forms import RemarkForm
from bidding.models import Seal
from bidding.names import STATUS_LABELS, DepositForm, Outcome, label
from bidding.web.answers import document, for_scripts, page
from bidding.web.lots import BUYING, announced_lot, lot_of_bidder
from core.errors import NotYours, Refused
from core.reasons import Reason, reason
from trading.names import Move, Stage
from trading.names import label as label_of_move

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from accounts.models import Membership
    from bidding.hall_state import BidState, HallState
    from trading.models import Lot

_OUTCOME_TONES = {Outcome.VALID: "green", Outcome.REVOKED: "red", Outcome.WITHDRAWN: "yellow"}


@never_cache
@require_safe
def hall(request: Request, number: str) -> HttpResponseBase:
    """Show the hall as it stands now, with what the reader may do in it."""
    return _show(request, announced_lot(number))


@for_scripts
@require_safe
def state(request: HttpRequest, number: str) -> HttpResponseBase:
    """Hand out the hall's picture alone, complete at any time; below it what only the reader may see and do."""
    visitor = cast("Request", request)
    picture = hall_state.hall(announced_lot(number), at=visitor.at)
    context = _picture(picture, own=_own_part(visitor, picture))
    return HttpResponse(render_to_string("bidding/hall_state.html", context, request=request))


@never_cache
@require_safe
def record(request: HttpRequest, number: str) -> HttpResponseBase:
    """Hand out the opening record on paper, as it was published."""
    lot = announced_lot(number)
    notice = hall_state.hall(lot, at=cast("Request", request).at).notice
    if notice is None:
        raise NotYours(number)
    url = request.build_absolute_uri(reverse("bidding:hall", args=[number]))
    pdf = papers.opening_record_pdf(notice, url=url, language=get_language() or settings.LANGUAGE_CODE)
    return document(request, pdf, name=f"{notice.number}.pdf", media="application/pdf")


@requires(Role.BIDDER)
@require_http_methods(["GET", "HEAD", "POST"])
def remark(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Object to the opening on the spot: a bidder whose bid was in the box, while the session lasts."""
    lot, seat = lot_of_bidder(request, number)
    if not _was_in_the_box(lot, seat):
        raise NotYours(number)
    form = RemarkForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return page(request, "remark", form=form, lot=lot)
    try:
        attending.remark(lot.pk, **form.cleaned_data, actor=request.actor, at=request.at)
    except Refused as refusal:
        return page(request, "remark", form=form, reasons=refusal.reasons, lot=lot)
    messages.success(request, _("Your objection is on record; the owner answers it in this session."))
    return redirect("bidding:hall", number=number)


@requires(Role.BIDDER)
@require_POST
def confirm_read_out(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Confirm what was read out of one's own bid."""
    lot, seat = lot_of_bidder(request, number)
    if not _was_in_the_box(lot, seat):
        raise NotYours(number)
    try:
        attending.confirm_read_out(lot.pk, actor=request.actor, at=request.at)
    except Refused as refusal:
        return _show(request, lot, reasons=refusal.reasons)
    messages.success(request, _("You confirmed what was read out of your bid."))
    return redirect("bidding:hall", number=number)


def _show(request: Request, lot: Lot, *, reasons: tuple[Reason, ...] = ()) -> HttpResponseBase:
    picture = hall_state.hall(lot, at=request.at)
    config = {
        "urls": {
            "socket": f"/ws/hall/{lot.number}",
            "state": reverse("bidding:hall-state", args=[lot.number]),
        },
        "messages": {
            "connected": _("Live: this page changes by itself."),
            "reconnecting": _("The line was lost; connecting again …"),
            "polling": _("No live line: this page asks for news every few seconds."),
        },
    }
    own = _own_part(request, picture)
    return page(request, "hall", reasons=reasons, config=config, **_picture(picture, own=own))


def _picture(picture: HallState, *, own: dict[str, Any]) -> dict[str, Any]:
    """Return what everybody sees, the same for all, and below ``own`` what only the reader may see and do."""
    is_their_turn = own.get("is_buyer") or own.get("may_confirm")
    return {
        "state": picture,
        "own": own,
        "tone": "wait" if picture.tone == "act" and not is_their_turn else picture.tone,
        "lot": picture.lot,
        "failure": _failure(picture.lot),
        "bids": [_bid_row(row) for row in picture.bids],
        "faults": _fault_lines(picture),
        "now_words": next((step.label for step in picture.steps if step.state == "now"), picture.sentence),
    }


def _failure(lot: Lot) -> Reason | str:
    """Return why a run ended without a winner, in words."""
    text = str(lot.failure.get("text", ""))
    return text or label_of_move(Move(lot.failure["move"])) if lot.failure else ""


def _bid_row(row: BidState) -> dict[str, Any]:
    bid = row.bid
    return {
        "bid": bid,
        "status": STATUS_LABELS[bid.status],
        "outcome": label(Outcome(bid.outcome)),
        "tone": _OUTCOME_TONES[Outcome(bid.outcome)],
        "is_valid": bid.outcome == Outcome.VALID,
        "problems": [unpacked(problem) for problem in bid.problems],
        "deposit": row.deposit,
        "deposit_form": label(DepositForm(form)) if (form := bid.form.get("deposit_form")) else None,
        "confirmed_at": row.confirmed_at,
    }


def _fault_lines(picture: HallState) -> list[Reason]:
    """Return in words who is named for what: bidders that dealt badly, holders that released falsely."""
    names = {row.bid.seal_id: row.bid.bidder.name for row in picture.bids}
    lines = []
    for fault in picture.faults:
        bidder = names.get(str(fault["seal"]), "—")
        for key, words in _FAULTS.items():
            kids = fault[key]
            if isinstance(kids, list):
                lines += [reason(words.msgid, bidder=bidder, kid=kid) for kid in kids]
    return lines


def _own_part(request: Request, picture: HallState) -> dict[str, Any]:
    """Return what the reader, and nobody else, may see and do in this hall."""
    seat = request.membership
    lot = picture.lot
    is_on = picture.opening is not None and picture.opening.finished_at is None and Stage(lot.stage) is Stage.OPENING
    if seat is None:
        return {}
    if seat.role in BUYING and seat.organisation_id in (lot.project.owner_id, lot.project.agent_id):
        return {"is_buyer": True, "is_on": is_on}
    if seat.role != Role.BIDDER or not _was_in_the_box(lot, seat):
        return {}
    row = next((row for row in picture.bids if row.bid.bidder_id == seat.organisation_id), None)
    return {
        "is_bidder": True,
        "is_on": is_on,
        "row": row,
        "may_confirm": is_on and row is not None and row.confirmed_at is None,
    }


def _was_in_the_box(lot: Lot, seat: Membership) -> bool:
    """Say whether the organisation that asks has a valid bid; it may know that of itself at any time."""
    return Seal.in_box.filter(lot=lot, bidder=seat.organisation, state=Seal.LIVE).exists()


_FAULTS = {
    "malformed_for": reason("{bidder}: the bidder dealt no proper share to “{kid}”.", bidder="", kid=""),
    "false_shares": reason("{bidder}: the key holder “{kid}” released a false share.", bidder="", kid=""),
    "false_nulls": reason("{bidder}: the key holder “{kid}” claimed that its share does not open.", bidder="", kid=""),
}
