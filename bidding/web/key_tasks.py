"""What a key holder has to do next, lot by lot, and why it cannot be done yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse

from bidding.contents import NOT_WITNESSED
from bidding.models import Ceremony, Close, KeyHolder, KeyRehearsal, Opening, Release, WitnessedClose
from bidding.names import OpeningStep
from core.reasons import Reason, reason
from trading.models import Lot
from trading.names import END_STAGES, Stage
from trading.procedures.wording import moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

TOO_LATE_FOR_A_KEY = reason("The project is announced: its keys cannot change any more.")
NO_REHEARSAL = reason("There is no rehearsal to answer yet.")
_BEFORE_THE_CLOSE = reason("The bid box is not closed yet.")
_LOST = reason("You reported this key as lost.")


@dataclass(frozen=True)
class Task:
    """What is to be done: the sentence, its page (empty while waiting for others), until when, and its tone."""

    what: Reason
    url: str = ""
    until: datetime | None = None
    tone: str = "wait"


@dataclass(frozen=True)
class LotRow:
    """How one lot stands for one holder."""

    lot: Lot
    has_ceremony: bool
    signed: bool
    signatures: tuple[int, int]
    rehearsed: bool
    answers: int
    released_at: datetime | None
    task: Task


def next_task(holder: KeyHolder) -> Task:
    """Return the most urgent task of a seat."""
    return _most_urgent(holder, of_lots(holder))


def next_tasks(holders: Iterable[KeyHolder]) -> list[tuple[KeyHolder, Task]]:
    """Return every seat with its most urgent task; a fixed number of queries for any number of seats."""
    seats = list(holders)
    rows = _lots_of_seats(seats)
    return [(holder, _most_urgent(holder, rows[holder.pk])) for holder in seats]


def of_lots(holder: KeyHolder) -> list[LotRow]:
    """Return every lot of a holder's project with what this holder did for it; a fixed number of queries."""
    return _lots_of_seats([holder])[holder.pk]


def _most_urgent(holder: KeyHolder, rows: Sequence[LotRow]) -> Task:
    if holder.lost_at is not None and not _may_make_anew(holder):
        return Task(reason("You reported this key as lost; the others go on without you."), tone="stopped")
    if not holder.public_key or holder.lost_at is not None:
        url = reverse("bidding:holder-key", args=[holder.project.number])
        return Task(reason("Make your key for this project."), url, tone="act")
    tasks = [row.task for row in rows]
    return next((task for task in tasks if task.url), tasks[0] if tasks else Task(reason("There is no lot yet.")))


def _lots_of_seats(holders: Sequence[KeyHolder]) -> dict[int, list[LotRow]]:
    lots = list(Lot.objects.filter(project__in={holder.project_id for holder in holders}).order_by("ordinal"))
    ceremonies = {row.lot_id: row for row in Ceremony.objects.filter(lot__in=lots)}
    rehearsals = {row.ceremony.lot_id: row for row in _latest(lots)}
    openings = {row.lot_id: row for row in Opening.objects.filter(lot__in=lots)}
    releases = Release.objects.filter(lot__in=lots, kid__in={holder.kid for holder in holders})
    released = {(lot, kid): at for lot, kid, at in releases.values_list("lot_id", "kid", "released_at")}
    return {
        holder.pk: [
            _row(
                holder,
                lot,
                ceremony=ceremonies.get(lot.pk),
                latest=rehearsals.get(lot.pk),
                released_at=released.get((lot.pk, holder.kid)),
                opening=openings.get(lot.pk),
            )
            for lot in lots
            if lot.project_id == holder.project_id
        ]
        for holder in holders
    }


def _row(
    holder: KeyHolder,
    lot: Lot,
    *,
    ceremony: Ceremony | None,
    latest: KeyRehearsal | None,
    released_at: datetime | None,
    opening: Opening | None,
) -> LotRow:
    stand = _Stand(
        has_ceremony=ceremony is not None,
        signed=ceremony is not None and holder.kid in ceremony.notes,
        has_rehearsal=latest is not None,
        rehearsed=latest is not None and holder.kid in latest.answers,
        released_at=released_at,
        opening=opening,
    )
    return LotRow(
        lot=lot,
        has_ceremony=stand.has_ceremony,
        signed=stand.signed,
        signatures=(len(ceremony.notes), ceremony.size) if ceremony else (0, 0),
        rehearsed=stand.rehearsed,
        answers=len(latest.answers) if latest else 0,
        released_at=released_at,
        task=_task(lot, stand),
    )


def why_not_release(lot: Lot, holder: KeyHolder, *, at: datetime) -> list[Reason]:
    """Return every reason why this holder cannot release its shares of a lot now."""
    found = []
    opening = Opening.objects.filter(lot=lot).first()
    if lot.closes_at is not None and at < lot.closes_at:
        found.append(reason("Shares are released from {hour} on.", hour=moment(lot.closes_at)))
    close = Close.objects.filter(lot=lot).first()
    if close is None:
        found.append(_BEFORE_THE_CLOSE)
    elif not WitnessedClose.objects.filter(close=close).exists():
        found.append(NOT_WITNESSED)
    elif opening is None or Stage(lot.stage) is not Stage.OPENING:
        found.append(reason("This lot is not opened: nothing is released."))
    elif opening.state == OpeningStep.OPENED:
        found.append(reason("The bids are opened: no further release is needed."))
    if holder.lost_at is not None:
        found.append(_LOST)
    return found


@dataclass(frozen=True)
class _Stand:
    """What one holder did for one lot."""

    has_ceremony: bool
    signed: bool
    has_rehearsal: bool
    rehearsed: bool
    released_at: datetime | None
    opening: Opening | None


def _task(lot: Lot, stand: _Stand) -> Task:
    if Stage(lot.stage) in END_STAGES:
        return Task(reason("This tender has ended."), tone="stopped")
    if not stand.has_ceremony:
        return Task(reason("The other key holders make their keys; then the ceremony is signed."))
    if not stand.signed:
        return Task(reason("Sign the ceremony."), reverse("bidding:sign-ceremony", args=[lot.number]), tone="act")
    if lot.box_closed_at is not None:
        return _task_after_the_close(lot, stand)
    return _task_before_the_close(lot, stand)


def _task_before_the_close(lot: Lot, stand: _Stand) -> Task:
    if stand.has_rehearsal and not stand.rehearsed:
        url = reverse("bidding:rehearsal", args=[lot.number])
        return Task(reason("Show that your key works."), url, until=lot.closes_at, tone="act")
    if Stage(lot.stage) is Stage.BIDDING:
        return Task(reason("Release your shares when the deadline has passed."), until=lot.closes_at)
    if stand.has_rehearsal:
        return Task(reason("The bid box opens when every holder has shown that its key works."))
    return Task(reason("The tender is announced when all key holders have signed."))


def _task_after_the_close(lot: Lot, stand: _Stand) -> Task:
    opening = stand.opening
    if stand.released_at is not None or opening is None or opening.state == OpeningStep.OPENED:
        return Task(reason("Nothing more is to be done."), tone="done")
    url = reverse("bidding:release", args=[lot.number])
    return Task(reason("Release your shares: the hour has come."), url, until=opening.rescue_until, tone="act")


def _latest(lots: Iterable[Lot]) -> list[KeyRehearsal]:
    """Return the latest rehearsal of each lot (they come in the order in which they were begun)."""
    rows = KeyRehearsal.objects.select_related("ceremony").filter(ceremony__lot__in=list(lots)).order_by("pk")
    return list({row.ceremony.lot_id: row for row in rows}.values())


def _may_make_anew(holder: KeyHolder) -> bool:
    return holder.project.announced_at is None
