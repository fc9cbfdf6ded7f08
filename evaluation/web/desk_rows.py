"""What the desk shows of evaluation: the buying side's next decision, and each member's work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from accounts.names import Role
from core.reasons import Reason, reason
from evaluation import queries
from evaluation.models import Calculation, Committee, Confirmation, Member, Report
from evaluation.names import Kind
from trading import binding, desk, outlook
from trading.models import Lot
from trading.names import Stage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from accounts.access import SeatedRequest
    from accounts.models import Membership
    from core.working_days import WorkingCalendar

DONE = 20  # seats of the past on one desk
_BEFORE = (Stage.OPENED, Stage.QUALIFICATION)
_BUYERS = {
    Stage.QUALIFICATION: ("qualification", reason("Review qualification: {title}")),
    Stage.AWARD_PENDING: ("award", reason("Decide the award: {title}")),
    Stage.CONFIRMING: ("award", reason("Confirm the winner: {title}")),
    Stage.AWARDED: ("notify", reason("Announce the award: {title}")),
}
_OWNERS = (Stage.AWARD_PENDING, Stage.CONFIRMING)


@desk.provider
def rows(request: SeatedRequest) -> Iterable[desk.Task]:
    """Answer with the rows of the seat in use."""
    role = Role(request.membership.role)
    found: list[desk.Task] = []
    if role in (Role.OWNER, Role.AGENT):
        found += _of_buyers(request, request.membership)
    if role in (Role.OWNER, Role.EXPERT):
        found += _of_member(request)
    return found


def _of_buyers(request: SeatedRequest, seat: Membership) -> Iterator[desk.Task]:
    """Yield what the buying side has to do between opening and announcement, in a fixed number of queries."""
    side = Q(project__owner=seat.organisation) if seat.role == Role.OWNER else Q(project__agent=seat.organisation)
    stages = [*_BUYERS, Stage.OPENED, Stage.EVALUATING, Stage.EVALUATED]
    lots = (
        Lot.objects.filter(side, stage__in=stages)
        .select_related("project__owner", "project__agent")
        .prefetch_related("changes", "holds", "project__lots")
        .annotate(is_named=Exists(Committee.objects.filter(lot=OuterRef("pk"))))
        .order_by("pk")
    )
    tied = _tied([lot.pk for lot in lots if lot.stage == Stage.EVALUATING])
    calendars: dict[str, WorkingCalendar] = {}
    for lot in lots:
        if (task := _buyers_task(lot, seat, is_tied=lot.pk in tied)) is None:
            continue
        region = lot.project.region
        if region not in calendars:
            calendars[region] = binding.calendar_of(region)
        name, words = task
        yield desk.Task(
            title=reason(words.msgid, title=f"{lot.project.title} {lot.title}"),
            link=reverse(f"evaluation:{name}", args=[lot.number]),
            number=lot.number,
            due_at=outlook.next_step(lot, at=request.at, calendar=calendars[region]).until,
            since=lot.entered_at,
        )


def _buyers_task(lot: Lot, seat: Membership, *, is_tied: bool) -> tuple[str, Reason] | None:
    stage = Stage(lot.stage)
    if stage in _OWNERS and seat.role != Role.OWNER:
        return None
    if stage in _BUYERS:
        return _BUYERS[stage]
    if stage is Stage.OPENED:
        if lot.is_named:  # type: ignore[attr-defined]  # annotated
            return "lot", reason("Let the committee begin: {title}")
        return "committee", reason("Name the committee: {title}")
    if stage is Stage.EVALUATED:
        return "lot", reason("Publish the candidates, or deliver the report: {title}")
    return ("tie", reason("Settle a tie: {title}")) if is_tied else None


def _tied(lots: list[int]) -> set[int]:
    """Return the lots whose ranking has equals and whose report is not drawn up."""
    rows = Calculation.objects.filter(lot__in=lots).exclude(lot__report__isnull=False)
    return {row.lot_id for row in rows if any(place["tied_with"] for place in row.document["ranking"])}


def _of_member(request: SeatedRequest) -> Iterator[desk.Task]:
    """Yield a member's seats: what waits for it, what runs, what is done."""
    kind = Kind.EXPERT if request.membership.role == Role.EXPERT else Kind.OWNER_REP
    seats = list(queries.seats_of(request.actor).filter(kind=kind)[:200])
    if kind is Kind.OWNER_REP:
        seats = [row for row in seats if row.committee.lot.project.owner_id == request.membership.organisation_id]
    lots = [row.committee.lot_id for row in seats]
    reports = dict(Report.objects.filter(lot__in=lots).values_list("lot_id", "state"))
    answered = set(
        Confirmation.objects.filter(report__lot__in=lots, member__in=seats).values_list("report__lot_id", flat=True)
    )
    done = 0
    for row in seats:
        lot = row.committee.lot
        title, state = _members_words(row, reports.get(lot.pk), has_answered=lot.pk in answered)
        done += state is desk.State.DONE
        if state is desk.State.DONE and done > DONE:
            continue
        yield desk.Task(
            title=reason(title.msgid, title=f"{lot.project.title} {lot.title}"),
            link=reverse("evaluation:lot", args=[lot.number]),
            number=lot.number,
            since=row.committee.convened_at or row.committee.named_at,
            state=state,
        )


def _members_words(row: Member, report: str | None, *, has_answered: bool) -> tuple[Reason, desk.State]:
    stage = Stage(row.committee.lot.stage)
    if stage in (*_BEFORE, Stage.EVALUATING) and row.declared_at is None:
        return reason("Declare your interests: {title}"), desk.State.TODO
    if stage in _BEFORE:
        return reason("The evaluation will begin: {title}"), desk.State.RUNNING
    if stage is not Stage.EVALUATING:
        return reason("Evaluated: {title}"), desk.State.DONE
    if report is None:
        return reason("Evaluate: {title}"), desk.State.TODO
    if has_answered:
        return reason("The report waits for the other members: {title}"), desk.State.RUNNING
    return reason("Answer the report: {title}"), desk.State.TODO
