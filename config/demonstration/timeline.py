"""The past of the demonstration: every project's story is told at once, in the order of time, by a clock that stands.

A story is a generator: it yields the instant at which it wants to go on, and then acts through the verbs while the
clock stands there. Between the acts the platform takes what has become due, as its own clock loop does. What would
lie after the present is not told: it is left to whoever opens the demonstration.
"""

from __future__ import annotations

import heapq
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from config.due import TAKERS
from core import clock
from core.working_days import SHANGHAI, WorkingCalendar, day_of
from trading import due
from trading.models import Lot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    Story = Iterator[datetime]

DAY = timedelta(days=1)


class Days:
    """Working days counted from the present: ``on(-1, 9, 30)`` is half past nine on the last one before today."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._calendar = WorkingCalendar.seeded()

    def on(self, working_day: int, hour: int, minute: int = 0) -> datetime:
        """Return an hour of the n-th working day after (or before) today; 0 is not a day."""
        day = day_of(self.now)
        step = timedelta(days=1 if working_day > 0 else -1)
        left = abs(working_day)
        while left:
            day += step
            left -= self._calendar.is_workday(day)
        return datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI)

    def before(self, at: datetime, days: int, hour: int = 10) -> datetime:
        """Return an hour of the last working day that lies at least so many days before ``at``."""
        day = day_of(at) - timedelta(days=days)
        while not self._calendar.is_workday(day):
            day -= timedelta(days=1)
        return datetime(day.year, day.month, day.day, hour, 0, tzinfo=SHANGHAI)

    def after(self, at: datetime, days: int, hour: int = 9, minute: int = 30) -> datetime:
        """Return an hour of the first working day that lies at least so many days after ``at``."""
        day = day_of(at) + timedelta(days=days)
        while not self._calendar.is_workday(day):
            day += timedelta(days=1)
        return datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI)


def tell(stories: Iterable[Story], *, until: datetime, note: Callable[[datetime], None]) -> int:
    """Tell the stories up to ``until`` inside :func:`core.clock.stands_at`; return how many acts there were.

    ``note`` is called with the instant of every act, before it is done.
    """
    waiting: list[tuple[datetime, int, Story]] = []
    for place, story in enumerate(stories):
        _wait_for(story, waiting, place)
    acts = 0
    while waiting and waiting[0][0] <= until:
        at, place, story = heapq.heappop(waiting)
        note(at)
        take_due(until=at)
        _move_to(at)
        _wait_for(story, waiting, place)
        acts += 1
    take_due(until=until)
    _move_to(until)
    return acts


def take_due(*, until: datetime) -> None:
    """Take what is due up to ``until``, each at its own instant."""
    while True:
        at = Lot.objects.filter(next_due_at__lte=until).order_by("next_due_at").values_list("next_due_at", flat=True)
        if (first := at.first()) is None:
            return
        _move_to(first)
        due.take_due(TAKERS, at=clock.now())


def _wait_for(story: Story, waiting: list[tuple[datetime, int, Story]], place: int) -> None:
    if (at := next(story, None)) is not None:
        heapq.heappush(waiting, (at, place, story))


def _move_to(at: datetime) -> None:
    clock.move_to(max(at, clock.now()))
