"""Trading's own rows of the desk: drafts, questions, amendments, contracts, and where each project stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, Prefetch, Q
from django.urls import reverse

from accounts.names import Role
from core.reasons import reason
from trading import binding, desk, holding, outlook, queries
from trading.desk import State, Task
from trading.models import Amendment, Lot
from trading.names import HoldGround, Stage, label

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from accounts.access import SeatedRequest
    from core.working_days import WorkingCalendar
    from trading.models import Contract, Hold, Project

RUNNING, DONE = 200, 20  # rows of one desk
_DRAFTS = frozenset({Stage.INTENTION, Stage.DRAFT})
_WORKING = (Role.OWNER, Role.AGENT, Role.SUPERVISOR, Role.CENTER)


@desk.provider
def rows(request: SeatedRequest) -> Iterable[Task]:
    """Return trading's rows for the seat in use."""
    role = Role(request.membership.role)
    if role is Role.BIDDER:
        return list(_as_winner(request))
    if role not in _WORKING:
        return []
    return [task for project in _projects(request) for task in _of_project(request, project)] + _done(request)


def _projects(request: SeatedRequest) -> Iterable[Project]:
    """Return the projects of the seat that have not ended, with all that a row asks for."""
    lots = Lot.objects.prefetch_related("changes", "holds", "contracts__award")
    living = Lot.objects.exclude(stage__in=queries.ENDED).values("project")
    found = queries.projects_of(request.membership).filter(Q(pk__in=living) | Q(lots=None))
    return (
        found.prefetch_related(None)
        .prefetch_related(
            Prefetch("lots", queryset=lots),
            Prefetch("amendments", queryset=Amendment.objects.filter(published_at=None), to_attr="drafts"),
        )
        .annotate(unanswered=Count("questions", filter=Q(questions__answered_at=None)))[:RUNNING]
    )


def _of_project(request: SeatedRequest, project: Project) -> Iterator[Task]:
    lots = [lot for lot in project.lots.all() if not Stage(lot.stage).is_end]
    calendars: dict[str, WorkingCalendar] = request.__dict__.setdefault("_calendars", {})
    if project.region not in calendars:
        calendars[project.region] = binding.calendar_of(project.region)
    calendar = calendars[project.region]
    if request.membership.role in (Role.OWNER, Role.AGENT):
        yield from _preparing(request, project, lots)
        yield from _clarifying(request, project)
        for lot in lots:
            yield from _contracting(request, lot, calendar)
    yield from _standing(request, project, lots, calendar)


def _preparing(request: SeatedRequest, project: Project, lots: list[Lot]) -> Iterator[Task]:
    link = reverse("trading:project", args=[project.number])
    stages = {Stage(lot.stage) for lot in lots}
    seat = request.membership
    if (not lots or stages & _DRAFTS) and (seat.may_draft or seat.may_approve):
        title = reason("Write the notice of {project}", project=project.title)
        yield Task(title=title, link=link, number=project.number)
    if Stage.NOTICE_READY in stages:
        is_mine = seat.may_approve and project.drafted_by != request.actor.person
        title = reason("Announce {project}, or return the notice", project=project.title)
        if is_mine:
            yield Task(title=title, link=link, number=project.number, since=lots[0].entered_at)


def _clarifying(request: SeatedRequest, project: Project) -> Iterator[Task]:
    deadline = min((lot.closes_at for lot in project.lots.all() if lot.closes_at), default=None)
    if project.unanswered and deadline and request.at < deadline:  # type: ignore[attr-defined]  # annotated
        title = reason("Answer questions on {project}", project=project.title)
        link = reverse("trading:questions", args=[project.number])
        yield Task(title=title, link=link, number=project.number, due_at=deadline, since=project.announced_at)
    for draft in project.drafts:  # type: ignore[attr-defined]  # prefetched
        is_mine = request.membership.may_approve and draft.drafted_by != request.actor.person
        title = reason("Publish amendment {n} of {project}", n=draft.ordinal, project=project.title)
        yield Task(
            title=title,
            link=reverse("trading:amendment", args=[draft.number]),
            number=draft.number,
            due_at=deadline,
            since=draft.drafted_at,
            state=State.TODO if is_mine else State.RUNNING,
            who=reason("Owner or agent"),
        )


def _contracting(request: SeatedRequest, lot: Lot, calendar: WorkingCalendar) -> Iterator[Task]:
    """Yield what the buying side does between the award notice and the end of performance."""
    stage = Stage(lot.stage)
    if stage not in (Stage.CONTRACTING, Stage.CONTRACTED):
        return
    until, since = _limit(request, lot, calendar), lot.entered_at
    contract = next((each for each in lot.contracts.all() if each.stands), None)
    if contract is None:
        title = reason("Draft the contract on {lot}", lot=lot.title)
        link = reverse("trading:draft-contract", args=[lot.number])
        yield Task(title=title, link=link, number=lot.number, due_at=until, since=since)
        return
    link = reverse("trading:contract", args=[contract.number])
    signs = request.membership.role == Role.OWNER and request.membership.may_approve
    if stage is Stage.CONTRACTED:
        title = reason("Register and publish the contract on {lot}", lot=lot.title)
        yield Task(title=title, link=link, number=contract.number, due_at=until, since=since)
    elif contract.owner_signed_at is None and signs:
        title = reason("Sign the contract on {lot}", lot=lot.title)
        yield Task(title=title, link=link, number=contract.number, due_at=until, since=since)


def _limit(request: SeatedRequest, lot: Lot, calendar: WorkingCalendar) -> datetime | None:
    return outlook.next_step(lot, at=request.at, calendar=calendar).until


def _standing(request: SeatedRequest, project: Project, lots: list[Lot], calendar: WorkingCalendar) -> Iterator[Task]:
    """Yield where the project stands: one row for each lot that has left the draft."""
    link = reverse("trading:project", args=[project.number])
    for lot in lots:
        stage = Stage(lot.stage)
        if stage in _DRAFTS:
            continue
        step = outlook.next_step(lot, at=request.at, calendar=calendar)
        yield Task(
            title=reason("{lot}: {what}", lot=f"{project.title} {lot.title}", what=step.what),
            link=link,
            number=lot.number,
            due_at=step.until,
            since=lot.entered_at,
            who=step.who or "",
            suspended=_suspended(lot, request.at),
            state=State.RUNNING,
        )
        yield from _holds(request, lot)


def _suspended(lot: Lot, at: datetime) -> list[tuple[datetime, datetime]]:
    return [(hold.placed_at, hold.lifted_at or at) for hold in lot.holds.all()]


def _holds(request: SeatedRequest, lot: Lot) -> Iterator[Task]:
    """Yield what the seat in use has to lift one day."""
    role = Role(request.membership.role)
    hold: Hold | None = outlook.standing_hold(lot, at=request.at)
    if hold is None or role not in holding.roles_for(HoldGround(hold.ground)):
        return
    yield Task(
        title=reason("Hold on {lot}: {ground}", lot=lot.title, ground=label(HoldGround(hold.ground))),
        link=reverse("trading:lift-hold", args=[hold.number]),
        number=hold.number,
        due_at=hold.lapses_at,
        since=hold.placed_at,
    )


def _done(request: SeatedRequest) -> list[Task]:
    """Return the last projects that have ended."""
    living = Lot.objects.exclude(stage__in=queries.ENDED).values("project")
    found = queries.projects_of(request.membership).filter(lots__isnull=False).exclude(pk__in=living).distinct()
    return [
        Task(
            title=reason(
                "{project}: {stage}", project=project.title, stage=label(queries.stage_of(project.lots.all()))
            ),
            link=reverse("trading:project", args=[project.number]),
            number=project.number,
            state=State.DONE,
        )
        for project in found[:DONE]
    ]


def _as_winner(request: SeatedRequest) -> Iterator[Task]:
    """Yield the contracts that wait for the winner's signature, and those that are signed."""
    contracts: Iterable[Contract] = queries.contracts_won_by(request.membership)[:DONE]
    for contract in contracts:
        waits = contract.winner_signed_at is None and contract.lot.stage == Stage.CONTRACTING
        title = reason("Sign the contract on {lot}", lot=contract.lot.title)
        stands = reason("Contract on {lot}", lot=contract.lot.title)
        ended = Stage(contract.lot.stage).is_end
        yield Task(
            title=title if waits else stands,
            link=reverse("trading:contract", args=[contract.number]),
            number=contract.number,
            since=contract.drafted_at,
            state=State.TODO if waits and request.membership.may_approve else State.DONE if ended else State.RUNNING,
        )
