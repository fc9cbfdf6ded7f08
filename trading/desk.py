"""The desk: what each app says is to be done, running or done, gathered for the seat in use; and doors between apps.

Trading stands below the apps whose work a desk shows, so they bring their rows here when they start. A provider
makes a number of queries that does not grow with its rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from core.reasons import Reason, reason
from core.working_days import day_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date

    from accounts.access import SeatedRequest
    from core.working_days import WorkingCalendar
    from trading.models import Lot

    Provider = Callable[[SeatedRequest], Iterable["Task"]]
    DoorsOf = Callable[[SeatedRequest, Lot], Iterable["Door"]]

SOON = 0.8  # of the time that was given (the three colours of electronic supervision)
_LAST_UNIT = timedelta(days=1)


class State(StrEnum):
    """Where a task stands for the reader: to be done by him, running without him, or over."""

    TODO = "todo"
    RUNNING = "running"
    DONE = "done"


class Colour(StrEnum):
    """Time as supervision sees it: normal, due soon, overdue."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


WORDS: dict[Colour | None, Reason] = {
    Colour.GREEN: reason("On time"),
    Colour.YELLOW: reason("Due soon"),
    Colour.RED: reason("Overdue"),
    None: reason("No deadline"),
}
_TODO, _RUNNING, _DONE = reason("To do"), reason("Running"), reason("Done")
STATE_WORDS: dict[State, Reason] = {State.TODO: _TODO, State.RUNNING: _RUNNING, State.DONE: _DONE}


@dataclass(frozen=True, kw_only=True)
class Task:
    """One row: what, where, by whom, until when.

    ``since`` is when the time began to run; ``calendar`` is given where it is counted in working days. The colour
    follows from them unless an app knows better.
    """

    title: Reason
    link: str
    who: str = ""
    due_at: datetime | None = None
    since: datetime | None = None
    calendar: WorkingCalendar | None = None
    suspended: Sequence[tuple[datetime, datetime]] = ()
    colour: Colour | None = None
    state: State = State.TODO
    number: str = ""
    note: str = ""

    def colour_at(self, at: datetime) -> Colour | None:
        """Return the colour of the row; None where nothing is due."""
        if self.colour is not None or self.due_at is None:
            return self.colour
        return colour(since=self.since, due_at=self.due_at, at=at, calendar=self.calendar, suspended=self.suspended)


@dataclass(frozen=True, kw_only=True)
class Door:
    """A link from the project's working page to a page of another app; with reasons it is shut and says why."""

    label: Reason
    url: str
    reasons: tuple[str, ...] = ()
    is_next: bool = False
    posts: bool = False
    note: str = ""


@dataclass
class _Registry:
    providers: list[Provider] = field(default_factory=list)
    doors: list[DoorsOf] = field(default_factory=list)


_registry = _Registry()


def provider(function: Provider) -> Provider:
    """Register a function that answers with the rows of the seat in use."""
    if function not in _registry.providers:
        _registry.providers.append(function)
    return function


def doors(function: DoorsOf) -> DoorsOf:
    """Register a function that answers with the links from a lot to an app's pages."""
    if function not in _registry.doors:
        _registry.doors.append(function)
    return function


def tasks_for(request: SeatedRequest) -> list[Task]:
    """Return the rows of every app, those due first at the head, those without a time at the end."""
    found = [task for rows in _registry.providers for task in rows(request)]
    return sorted(found, key=lambda task: (task.due_at is None, task.due_at and task.due_at.timestamp()))


def doors_of(request: SeatedRequest, lot: Lot) -> list[Door]:
    """Return the links of every app for a lot."""
    return [door for each in _registry.doors for door in each(request, lot)]


def colour(
    *,
    since: datetime | None,
    due_at: datetime,
    at: datetime,
    calendar: WorkingCalendar | None = None,
    suspended: Sequence[tuple[datetime, datetime]] = (),
) -> Colour:
    """Return the colour of a time that runs from ``since`` to ``due_at``, in days or in the calendar's working days.

    Yellow from four fifths of the time on, or when one unit is left; red when it is over. Suspended time does not
    count.
    """
    if since is None:
        return Colour.RED if at >= due_at else Colour.YELLOW if due_at - at <= _LAST_UNIT else Colour.GREEN
    start, now, last = day_of(since), day_of(at), day_of(due_at - timedelta(microseconds=1))
    stood_still = sum(
        _units(max(day_of(begun), start), min(day_of(ended), now), calendar) for begun, ended in suspended
    )
    allowed, elapsed = _units(start, last, calendar), _units(start, now, calendar) - stood_still
    if elapsed > allowed or (at >= due_at and not stood_still):
        return Colour.RED
    return Colour.YELLOW if elapsed >= SOON * allowed or allowed - elapsed <= 1 else Colour.GREEN


def _units(start: date, end: date, calendar: WorkingCalendar | None) -> int:
    """Return how many days, or working days, lie after ``start`` up to and including ``end``."""
    days = (end - start).days
    if calendar is None or days <= 0:
        return max(days, 0)
    return sum(calendar.is_workday(start + timedelta(days=n)) for n in range(1, days + 1))
