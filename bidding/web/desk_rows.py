"""What the desk shows of keys, bids and openings, and the doors from a project's page to the pages of bidding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q
from django.urls import reverse

from accounts.names import Role
from bidding.models import Ceremony, Deposit, KeyHolder, KeyRehearsal, Opening, OpeningRemark, Release, Seal
from bidding.names import DepositState, OpeningStep
from core.reasons import Reason, reason
from trading import desk
from trading.models import Lot, Participation, Project
from trading.names import END_STAGES, Side, Stage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from django.db.models import QuerySet

    from accounts.access import SeatedRequest
    from accounts.models import Membership

_BUYING = (Role.OWNER, Role.AGENT)
_ENDED = [stage.value for stage in END_STAGES]
_HELD = [DepositState.PAID, DepositState.GUARANTEED, DepositState.LOCKED]


@desk.provider
def rows(request: SeatedRequest) -> Iterable[desk.Task]:
    """Answer with the rows of the seat in use."""
    seat = request.membership
    if seat.role == Role.KEY_HOLDER:
        return list(_of_holder(seat))
    if seat.role == Role.BIDDER:
        return list(_of_bidder(request, seat))
    if seat.role in _BUYING:
        return [*_of_ceremonies(seat), *_of_openings(seat), *_of_deposits(seat)]
    return []


@desk.doors
def doors(request: SeatedRequest, lot: Lot) -> Iterable[desk.Door]:
    """Answer with the links of a lot: key holders, hall, session, deposits."""
    role = Role(request.membership.role)
    stage = Stage(lot.stage)
    is_announced = lot.project.announced_at is not None
    if role not in (*_BUYING, Role.SUPERVISOR, Role.CENTER):
        return
    is_preparing = stage in (Stage.DRAFT, Stage.NOTICE_READY, Stage.PUBLISHED)
    holders = reverse("bidding:holders", args=[lot.project.number])
    yield desk.Door(label=reason("Key holders"), url=holders, is_next=is_preparing and role in _BUYING)
    if is_announced:
        yield desk.Door(label=reason("Opening hall"), url=reverse("bidding:hall", args=[lot.number]))
    if stage is Stage.OPENING and role is not Role.SUPERVISOR:
        url = reverse("bidding:opening", args=[lot.number])
        yield desk.Door(label=reason("Lead the opening session"), url=url, is_next=role in _BUYING)
    if lot.deposit_amount is not None and lot.box_closed_at is not None and role is not Role.SUPERVISOR:
        yield desk.Door(label=reason("Deposits"), url=reverse("bidding:deposits", args=[lot.number]))


def _of_holder(seat: Membership) -> Iterator[desk.Task]:
    """Return what a key holder has to do, seat by seat and lot by lot, in a fixed number of queries."""
    held = KeyHolder.objects.filter(user=seat.user, organisation=seat.organisation).select_related("project")
    holders = {row.project_id: row for row in held}
    for holder in holders.values():
        if not holder.public_key and holder.project.announced_at is None:
            yield _task(
                reason("Make your key: {title}", title=holder.project.title),
                "bidding:holder-key",
                holder.project.number,
                since=holder.appointed_at,
            )
    lots = Lot.objects.filter(project__in=list(holders)).exclude(stage__in=_ENDED).select_related("ceremony", "opening")
    latest = _latest_rehearsals(lots)
    released = set(Release.objects.filter(lot__in=lots).values_list("lot_id", "kid"))
    for lot in lots:
        holder = holders[lot.project_id]
        if task := _holders_task(lot, holder, latest.get(lot.pk), has_released=(lot.pk, holder.kid) in released):
            yield task


def _holders_task(
    lot: Lot, holder: KeyHolder, rehearsal: KeyRehearsal | None, *, has_released: bool
) -> desk.Task | None:
    ceremony, opening = getattr(lot, "ceremony", None), getattr(lot, "opening", None)
    if ceremony is None or holder.lost_at is not None:
        return None
    if holder.kid not in ceremony.notes:
        title = reason("Sign the ceremony: {title}", title=lot.title)
        return _task(title, "bidding:sign-ceremony", lot.number, since=ceremony.assembled_at)
    if opening is not None:
        return None if has_released or opening.state == OpeningStep.OPENED else _release_task(lot, opening)
    if rehearsal is not None and holder.kid not in rehearsal.answers:
        title = reason("Show that your key works: {title}", title=lot.title)
        return _task(title, "bidding:rehearsal", lot.number, due_at=lot.closes_at, since=rehearsal.made_at)
    if Stage(lot.stage) is Stage.BIDDING:
        title = reason("Be ready to release your shares: {title}", title=lot.title)
        return _task(title, "bidding:release", lot.number, due_at=lot.closes_at, state=desk.State.RUNNING)
    return None


def _release_task(lot: Lot, opening: Opening) -> desk.Task:
    title = reason("Release your shares: {title}", title=lot.title)
    return _task(title, "bidding:release", lot.number, due_at=opening.rescue_until, since=opening.opens_at)


def _of_bidder(request: SeatedRequest, seat: Membership) -> Iterator[desk.Task]:
    """Return a bidder's own tenders; that it takes part is known to nobody else."""
    own = Participation.objects.filter(organisation=seat.organisation, side=Side.BIDDING).values("project")
    lots = list(Lot.objects.filter(project__in=own).exclude(stage__in=_ENDED).select_related("opening"))
    sealed = set(
        Seal.in_box.filter(lot__in=lots, bidder=seat.organisation, state=Seal.LIVE).values_list("lot_id", flat=True)
    )
    confirmed = set(
        Opening.objects.filter(lot__in=lots, read_outs__organisation=seat.organisation).values_list("lot_id", flat=True)
    )
    for lot in lots:
        opening = getattr(lot, "opening", None)
        if Stage(lot.stage) is Stage.BIDDING and lot.closes_at and request.at < lot.closes_at:
            yield _bidders_task(lot, is_sealed=lot.pk in sealed)
        elif lot.pk in sealed and opening and opening.finished_at is None:
            title = reason("Attend the opening: {title}", title=lot.title)
            is_done = lot.pk in confirmed or opening.state != OpeningStep.OPENED
            state = desk.State.RUNNING if is_done else desk.State.TODO
            yield _task(title, "bidding:hall", lot.number, since=opening.opens_at, state=state)


def _bidders_task(lot: Lot, *, is_sealed: bool) -> desk.Task:
    if is_sealed:
        title = reason("Your bid is in the box: {title}", title=lot.title)
        return _task(title, "bidding:bid", lot.number, due_at=lot.closes_at, state=desk.State.RUNNING)
    return _task(reason("Seal your bid: {title}", title=lot.title), "bidding:bid", lot.number, due_at=lot.closes_at)


def _own_projects(seat: Membership) -> QuerySet[Project]:
    side = Q(owner=seat.organisation) if seat.role == Role.OWNER else Q(agent=seat.organisation)
    return Project.objects.filter(side)


def _of_ceremonies(seat: Membership) -> Iterator[desk.Task]:
    """Return the projects whose key ceremony the buying side has to look after."""
    own = _own_projects(seat)
    waiting = own.filter(lots__stage__in=[Stage.DRAFT, Stage.NOTICE_READY], announced_at=None).distinct()
    appointed = set(KeyHolder.objects.filter(project__in=waiting).values_list("project_id", flat=True))
    keyless = set(KeyHolder.objects.filter(project__in=waiting, public_key="").values_list("project_id", flat=True))
    unsigned = set(
        Ceremony.objects.filter(lot__project__in=waiting, signed_at=None).values_list("lot__project_id", flat=True)
    )
    for project in waiting:
        if project.pk not in appointed:
            title = reason("Appoint the key holders: {title}", title=project.title)
            yield _task(title, "bidding:appoint", project.number, since=project.created_at)
        elif project.pk in keyless or project.pk in unsigned:
            title = reason("Key holders make their keys and sign: {title}", title=project.title)
            yield _task(title, "bidding:holders", project.number, state=desk.State.RUNNING)
    for lot in Lot.objects.filter(project__in=own, stage=Stage.PUBLISHED).select_related("project"):
        title = reason("Key holders show that their keys work: {title}", title=lot.title)
        yield _task(
            title, "bidding:holders", lot.project.number, number=lot.number, due_at=lot.closes_at,
            state=desk.State.RUNNING,
        )  # fmt: skip


def _of_openings(seat: Membership) -> Iterator[desk.Task]:
    openings = (
        Opening.objects.filter(lot__project__in=_own_projects(seat), lot__stage=Stage.OPENING)
        .select_related("lot")
        .order_by("pk")
    )
    asked = set(
        OpeningRemark.objects.filter(opening__in=openings, answered_at=None).values_list("opening_id", flat=True)
    )
    for row in openings:
        words, state = _session_words(row, is_asked=row.pk in asked)
        yield _task(
            reason(words.msgid, title=row.lot.title), "bidding:opening", row.lot.number, since=row.opens_at, state=state
        )


def _session_words(opening: Opening, *, is_asked: bool) -> tuple[Reason, desk.State]:
    if is_asked:
        return reason("Answer the objections to the opening: {title}", title=""), desk.State.TODO
    if opening.state == OpeningStep.OPENED:
        return reason("Lead the opening session to its end: {title}", title=""), desk.State.TODO
    return reason("The key holders release their shares: {title}", title=""), desk.State.RUNNING


def _of_deposits(seat: Membership) -> Iterator[desk.Task]:
    """Return one row for each lot whose deposits wait for something, the earliest date first."""
    held = Q(state__in=_HELD, release_by__isnull=False) | Q(state=DepositState.DUE)
    found = Deposit.objects.filter(held, lot__project__in=_own_projects(seat)).select_related("lot")
    seen: set[int] = set()
    for row in found.order_by("lot_id", "release_by"):
        if row.lot_id in seen:
            continue
        seen.add(row.lot_id)
        back = row.state != DepositState.DUE
        title = (
            reason("Give deposits back: {title}", title=row.lot.title)
            if back
            else reason("Match deposits with the bank's statement: {title}", title=row.lot.title)
        )
        yield _task(title, "bidding:deposits", row.lot.number, due_at=row.release_by)


def _latest_rehearsals(lots: QuerySet[Lot]) -> dict[int, KeyRehearsal]:
    found = KeyRehearsal.objects.filter(ceremony__lot__in=lots).select_related("ceremony").order_by("pk")
    return {row.ceremony.lot_id: row for row in found}


def _task(
    title: Reason,
    page: str,
    address: str,
    *,
    number: str = "",
    due_at: datetime | None = None,
    since: datetime | None = None,
    state: desk.State = desk.State.TODO,
) -> desk.Task:
    return desk.Task(
        title=title, link=reverse(page, args=[address]), number=number or address, due_at=due_at, since=since,
        state=state,
    )  # fmt: skip
