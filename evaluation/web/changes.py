"""Pages of what may come up at work: too little time, and a candidate that is checked again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import SeatedRequest, requires
from accounts.names import Role
from core.errors import NotYours, Refused
from evaluation import access, extending, queries, rechecking
from evaluation.forms import ExtendForm, RecheckAnswerForm, RecheckForm
from evaluation.web import doors
from evaluation.web.answers import BUYING, SITTING, lot_at_work, lot_numbered, lot_of_buyer, page, room
from trading import access as trading_access
from trading.names import Stage
from trading.web.answers import Asking, ask

if TYPE_CHECKING:
    from django import forms
    from django.http.response import HttpResponseBase

    from evaluation.models import Member, Recheck
    from trading.models import Lot


@requires(*SITTING)
@require_POST
def time_short(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Say as a member that the time is too short."""
    lot, _member = lot_at_work(request, number)
    try:
        extending.call_time_short(lot.pk, actor=request.actor, at=request.at)
    except Refused as refusal:
        return page(request, "refused", lot=lot, reasons=refusal.reasons, back=room(lot))
    messages.success(request, _("On record: you say that the time is too short. The buying side was told."))
    return redirect(room(lot))


@never_cache
@requires(*BUYING)
@require_http_methods(["GET", "HEAD", "POST"])
def extend(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Give the committee more time."""
    lot = lot_of_buyer(request, number)
    if Stage(lot.stage) is not Stage.EVALUATING:
        raise NotYours(number)

    def act(data: dict[str, Any]) -> str:
        extending.extend_time(
            lot.pk, until=data["until"], because=data["because"], actor=request.actor, at=request.at
        )  # fmt: skip
        messages.success(request, _("The time is extended; every member was told."))
        return room(lot)

    calling, members = len(queries.calling_for_time(lot)), len(queries.members_of(lot))
    asking = Asking(
        title=_("Extend the time of the evaluation"),
        lead=_("If more than a third of the members say that the time is too short, it has to be extended."),
        submit=_("Extend"),
        back=room(lot),
        number=lot.number,
        facts=[(_("Members who say that the time is too short"), f"{calling} / {members}")],
    )
    return ask(request, asking, form=ExtendForm(request.POST or None), act=act, reasons=doors.drafting(request))


@never_cache
@requires(*SITTING)
@require_http_methods(["GET", "HEAD", "POST"])
def recheck(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Ask for a second check as the owner, answer it as a member; both see what was said."""
    lot = lot_numbered(number)
    member = _member(request, lot)
    rows = queries.rechecks_of(lot)
    if member is None:
        trading_access.side_of(request.actor, lot.project, Role.OWNER)
        return _asked(request, lot, rows)
    waiting = [row for row in rows if row.decided_at is None]
    own = next((row for row in waiting if member.pk not in {answer.member_id for answer in row.answers.all()}), None)
    return _answered(request, lot, rows, own)


def _asked(request: SeatedRequest, lot: Lot, rows: list[Recheck]) -> HttpResponseBase:
    against = rechecking.objections_to_asking(lot, at=request.at)
    if against and not rows:
        raise NotYours(lot.number)
    why_not = (*doors.owning(request), *against)
    form = RecheckForm(queries.candidates_of(lot), request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _page(request, lot, rows, form, why_not=why_not)
    data = form.cleaned_data
    try:
        rechecking.ask_recheck(
            lot.pk,
            candidate_id=int(data["candidate"]),
            because=data["because"],
            actor=request.actor,
            at=request.at,
        )
    except Refused as refusal:
        return _page(request, lot, rows, form, reasons=refusal.reasons, why_not=why_not)
    messages.success(request, _("The committee was asked. Nothing is awarded to this candidate before it answers."))
    return redirect("evaluation:recheck", number=lot.number)


def _answered(request: SeatedRequest, lot: Lot, rows: list[Recheck], own: Recheck | None) -> HttpResponseBase:
    if own is None:
        if request.method == "POST" or not rows:
            raise NotYours(lot.number)
        return _page(request, lot, rows, None)
    form = RecheckAnswerForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _page(request, lot, rows, form)
    data = form.cleaned_data
    try:
        rechecking.answer_recheck(
            lot.pk,
            recheck_id=own.pk,
            is_fit=data["is_fit"],
            because=data["because"],
            actor=request.actor,
            at=request.at,
        )
    except Refused as refusal:
        return _page(request, lot, rows, form, reasons=refusal.reasons)
    messages.success(request, _("Your answer is on record."))
    return redirect("evaluation:recheck", number=lot.number)


def _page(
    request: SeatedRequest, lot: Lot, rows: list[Recheck], form: forms.Form | None, **context: Any
) -> HttpResponseBase:
    label = _("Ask the committee") if isinstance(form, RecheckForm) else _("Answer")
    shown = [(row, row.answers.all() if row.decided_at else ()) for row in rows]
    return page(request, "recheck", lot=lot, rows=shown, form=form, label=label, **context)


def _member(request: SeatedRequest, lot: Lot) -> Member | None:
    try:
        return access.declared_seat(request.actor, lot)
    except (NotYours, Refused):
        return None
