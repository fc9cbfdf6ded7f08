"""Pages of the report: drawn up, read, answered by every member, taken back, printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import vouching
from accounts.access import SeatedRequest, requires, requires_step_up
from accounts.names import Role, SignedKind
from accounts.web.passkey_words import posted_answer, signing
from core.errors import NotYours, Refused
from core.reasons import reason
from evaluation import access, papers, queries, records, reporting
from evaluation.forms import AnswerForm, BecauseForm, DrawUpForm
from evaluation.names import Answer
from evaluation.web.answers import SITTING, lot_at_work, lot_numbered, page, room
from trading.names import Stage
from trading.web.answers import Asking, ask

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

    from core.reasons import Reason
    from evaluation.models import Member, Report
    from trading.models import Lot

READING = (Role.EXPERT, Role.OWNER, Role.AGENT, Role.SUPERVISOR, Role.AUDIT)


@never_cache
@requires(*READING)
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Show the report: to its committee from the first draft on, to the others when it is final. POST draws it up."""
    lot = lot_numbered(number)
    member, found = _reader(request, lot)
    if found is None:
        return _draw_up(request, lot)
    if request.method == "POST":
        raise NotYours(number)
    return page(
        request,
        "report",
        lot=lot,
        report=found,
        document=records.document_of(found),
        answers=records.answers_of(found),
        member=member,
        has_answered=member is None or found.confirmations.filter(member=member).exists(),
        why_not=() if found.state == "final" else reporting.what_keeps_from_concluding(lot, found, at=request.at),
        waiting=_waiting(found, member),
    )


def _reader(request: SeatedRequest, lot: Lot) -> tuple[Member | None, Report | None]:
    """Return the reader's seat on the committee, if any, and the report; NotYours for whom there is nothing."""
    found = queries.report_of(lot)
    try:
        member = access.seat_on(request.actor, lot)
    except NotYours:
        if found is None or found.state != "final" or not access.reads_report(request.actor, lot):
            raise
        return None, found
    if found is None or found.state != "final":
        access.declared_seat(request.actor, lot)
    elif member.declared_at is None:
        raise NotYours(lot.number)
    return member, found


def _waiting(found: Report, member: Member | None) -> list[dict[str, str]]:
    """Return those whom the chair may note as refusing: the last one, when everybody else has answered."""
    if member is None or not member.is_chair or found.state == "final":
        return []
    answered = set(found.confirmations.values_list("member_id", flat=True))
    rows = [row for row in queries.members_of(found.lot) if row.pk not in answered]
    return [{"name": row.user.name, "number": row.user.number} for row in rows if len(rows) == 1 and row != member]


def _draw_up(request: SeatedRequest, lot: Lot) -> HttpResponseBase:
    form = DrawUpForm(request.POST or None)
    reasons: tuple[Reason, ...] = ()
    if request.method == "POST" and form.is_valid():
        try:
            reporting.draw_up(lot.pk, **form.cleaned_data, actor=request.actor, at=request.at)
        except Refused as refusal:
            reasons = refusal.reasons
        else:
            messages.success(request, _("The report is drawn up; every member was asked for its answer."))
            return redirect("evaluation:report", number=lot.number)
    plan = reporting.planned(lot, at=request.at)
    is_working = Stage(lot.stage) is Stage.EVALUATING
    return page(request, "draw_up", form=form, reasons=reasons, lot=lot, plan=plan, is_working=is_working)


@never_cache
@requires(*READING)
@require_safe
def report_pdf(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Print the report in the reader's language."""
    lot = lot_numbered(number)
    _member, found = _reader(request, lot)
    if found is None:
        raise NotYours(number)
    paper = papers.report_pdf(found, made_at=request.at, language=get_language() or "zh-hans")
    headers = {"Content-Disposition": f'inline; filename="{lot.number}-report.pdf"'}
    return HttpResponse(paper, content_type="application/pdf", headers=headers)


@never_cache
@requires(*SITTING)
@requires_step_up
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Confirm the report, or dissent in writing."""
    lot, member = lot_at_work(request, number)
    found = _draft(lot)
    back = reverse("evaluation:report", args=[lot.number])

    def act(data: dict[str, Any]) -> str:
        signed = vouching.vouched(request, posted_answer(request), at=request.at)
        given = reporting.confirm(
            lot.pk,
            answer=Answer(data["answer"]),
            dissent=data["dissent"],
            actor=request.actor,
            at=request.at,
            signed=signed,
        )
        messages.success(
            request,
            _("Your answer is on record; the report is final.") if given.state == "final"
            else _("Your answer is on record."),
        )  # fmt: skip
        return back if given.state != "final" or Stage(lot.stage).is_end else room(lot)

    def what_is_signed(data: dict[str, Any]) -> dict[str, Any] | None:
        document = reporting.to_sign(found, answer=Answer(data["answer"]), dissent=data["dissent"])
        return signing(request, kind=SignedKind.REPORT, tender=lot.number, document=document)

    asking = Asking(
        title=_("Answer the report"),
        lead=_("Whoever dissents writes down what and why; whoever neither signs nor writes is deemed to agree."),
        submit=_("Give this answer"),
        back=back,
        number=lot.number,
        checks=True,
        warning=_("An answer is given once. The last one makes the report final."),
        facts=[(_("Digest of the report"), found.digest)],
        signing=what_is_signed,
    )
    done = found.confirmations.filter(member=member).exists()
    why = (reason("you have answered the report already"),) if done else ()
    return ask(request, asking, form=AnswerForm(request.POST or None), act=act, reasons=why)


@never_cache
@requires(*SITTING)
@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Take back a report that is not final."""
    lot, _member = lot_at_work(request, number)
    _draft(lot)

    def act(data: dict[str, Any]) -> str:
        reporting.withdraw(lot.pk, because=data["because"], actor=request.actor, at=request.at)
        messages.success(request, _("The report is taken back; the answers fell with it."))
        return reverse("evaluation:report", args=[lot.number])

    asking = Asking(
        title=_("Take the report back"),
        lead=_("For a correction: the answers given so far fall, and the report is drawn up again."),
        submit=_("Take it back"),
        back=reverse("evaluation:report", args=[lot.number]),
        number=lot.number,
        is_grave=True,
    )
    return ask(request, asking, form=BecauseForm(request.POST or None), act=act)


@requires(*SITTING)
@require_POST
def note_refusal(request: SeatedRequest, number: str, person: str) -> HttpResponseBase:
    """Note as the chair that the last member refuses to answer."""
    lot, _member = lot_at_work(request, number)
    return _at_once(
        request, lot, lambda: reporting.note_refusal(lot.pk, person=person, actor=request.actor, at=request.at)
    )


@requires(*SITTING)
@require_POST
def conclude(request: SeatedRequest, number: str) -> HttpResponseBase:
    """End the evaluation on a report that everybody has answered."""
    lot, _member = lot_at_work(request, number)
    return _at_once(request, lot, lambda: reporting.conclude(lot.pk, actor=request.actor, at=request.at))


def _at_once(request: SeatedRequest, lot: Lot, verb: Any) -> HttpResponseBase:
    try:
        verb()
    except Refused as refusal:
        back = reverse("evaluation:report", args=[lot.number])
        return page(request, "refused", lot=lot, reasons=refusal.reasons, back=back)
    messages.success(request, _("Done."))
    return redirect("evaluation:report", number=lot.number)


def _draft(lot: Lot) -> Report:
    found = queries.report_of(lot)
    if found is None or found.state == "final":
        raise NotYours(lot.number)
    return found
