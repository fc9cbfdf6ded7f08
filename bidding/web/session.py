"""Control of an opening session: answers to objections, and its end with the published record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.access import SeatedRequest, requires, requires_step_up
from accounts.names import Role
from bidding import attending, hall_state, opening, queries
from bidding.forms import AnswerForm
from bidding.names import OpeningStep
from bidding.web.answers import page
from bidding.web.lots import BUYING, lot_of_side
from core.errors import NotYours, Refused
from core.reasons import Reason, reason
from trading import moves
from trading.names import Move, Stage

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

    from trading.models import Lot

_CONTROLLING = (*BUYING, Role.CENTER)


@never_cache
@requires(*_CONTROLLING)
@require_safe
def control(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Show how the session stands, what is to be answered, and whether it can be ended."""
    return _show(request, lot_of_side(request, number, *_CONTROLLING))


@requires(*BUYING)
@require_POST
def answer_remark(request: SeatedRequest, number: str, ordinal: int) -> HttpResponseBase:
    """Answer an objection on the spot; ``ordinal`` counts the objections of this session from one."""
    lot = lot_of_side(request, number, *BUYING)
    session = queries.opening_of(lot)
    rows = list(session.remarks.all()) if session else []
    if not 1 <= ordinal <= len(rows):
        raise NotYours(number)
    form = AnswerForm(request.POST, auto_id=f"answer-{ordinal}-%s")
    if not form.is_valid():
        return _show(request, lot, forms={ordinal: form}, status=422)
    try:
        attending.answer_remark(rows[ordinal - 1].pk, **form.cleaned_data, actor=request.actor, at=request.at)
    except Refused as refusal:
        return _show(request, lot, forms={ordinal: form}, reasons=refusal.reasons)
    messages.success(request, _("The answer is on record."))
    return redirect("bidding:opening", number=number)


@requires(*_CONTROLLING)
@requires_step_up
@require_POST
def finish(request: SeatedRequest, number: str) -> HttpResponseBase:
    """End the session: its record is published and the lot goes on."""
    lot = lot_of_side(request, number, *_CONTROLLING)
    try:
        opening.finish(lot.pk, actor=request.actor, at=request.at)
    except Refused as refusal:
        return _show(request, lot, reasons=refusal.reasons)
    messages.success(request, _("The opening is over; its record is published."))
    return redirect("bidding:hall", number=number)


def _show(
    request: SeatedRequest,
    lot: Lot,
    *,
    forms: dict[int, AnswerForm] | None = None,
    reasons: tuple[Reason, ...] = (),
    status: int | None = None,
) -> HttpResponseBase:
    picture = hall_state.hall(lot, at=request.at)
    remarks = [
        (row, (forms or {}).get(nth) or AnswerForm(auto_id=f"answer-{nth}-%s"), nth)
        for nth, row in enumerate(picture.remarks, start=1)
    ]
    context: dict[str, Any] = {
        "lot": lot,
        "state": picture,
        "remarks": remarks,
        "may_answer": request.membership.role in BUYING and picture.opening is not None
        and picture.opening.finished_at is None,
        "why_not_finish": _why_not_finish(request, lot),
    }  # fmt: skip
    return page(request, "session", reasons=reasons, status=status, **context)


def _why_not_finish(request: SeatedRequest, lot: Lot) -> list[Reason]:
    session = queries.opening_of(lot)
    if session is None or Stage(lot.stage) is not Stage.OPENING:
        return [reason("There is no opening session now.")]
    if session.state != OpeningStep.OPENED:
        return [reason("The bids are not opened yet.")]
    known = (queries.opening_state(session),)
    return list(moves.missing_for(lot, Move.FINISH_OPENING, at=request.at, known=known))
