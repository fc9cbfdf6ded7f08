from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from config.demonstration import timeline
from config.demonstration.timeline import Days
from core import clock
from core.working_days import SHANGHAI
from tests.cast import make_cast

if TYPE_CHECKING:
    from collections.abc import Iterator

# Friday, 9 October 2026: the first working day after eight days of National Day.
AFTER_THE_HOLIDAY = datetime(2026, 10, 9, 8, 0, tzinfo=SHANGHAI)
MONDAY = datetime(2026, 11, 23, 7, 0, tzinfo=SHANGHAI)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def on(month: int, day: int, hour: int = 9, minute: int = 30) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("now", "n", "found"),
    [
        (MONDAY, -1, on(11, 20)),
        (MONDAY, 1, on(11, 24)),
        (MONDAY, -6, on(11, 13)),
        (AFTER_THE_HOLIDAY, -1, on(10, 8)),
        (AFTER_THE_HOLIDAY, -2, on(9, 30)),
    ],
)
def test_working_days_are_counted_from_today(now: datetime, n: int, found: datetime) -> None:
    assert Days(now).on(n, 9, 30) == found


def test_a_day_before_and_after_falls_on_a_working_day() -> None:
    days = Days(MONDAY)
    assert days.before(on(11, 23), 1) == on(11, 20, 10, 0)
    assert days.after(on(11, 20), 1) == on(11, 23)
    assert days.after(on(11, 20), 3, hour=14, minute=0) == on(11, 23, 14, 0)


@pytest.mark.django_db
def test_stories_are_told_together_in_the_order_of_time_and_only_up_to_now() -> None:
    make_cast()
    told: list[tuple[str, datetime]] = []

    def story(name: str, *hours: int) -> Iterator[datetime]:
        for hour in hours:
            yield MONDAY + hour * HOUR
            told.append((name, clock.now()))

    noted: list[datetime] = []
    with clock.stands_at(MONDAY - DAY):
        acts = timeline.tell(
            [story("a", 1, 4, 30), story("b", 2, 3), story("nothing")], until=MONDAY + 5 * HOUR, note=noted.append
        )
        assert clock.now() == MONDAY + 5 * HOUR
    order = [("a", 1), ("b", 2), ("b", 3), ("a", 4)]
    assert told == [(name, MONDAY + hour * HOUR) for name, hour in order]
    assert (acts, noted) == (4, [at for _, at in told])


@pytest.mark.django_db
def test_an_act_that_names_an_earlier_hour_happens_now() -> None:
    make_cast()
    seen: list[datetime] = []

    def story() -> Iterator[datetime]:
        yield MONDAY
        yield MONDAY - HOUR
        seen.append(clock.now())

    with clock.stands_at(MONDAY - DAY):
        timeline.tell([story()], until=MONDAY + HOUR, note=seen.append)
    assert seen == [MONDAY, MONDAY - HOUR, MONDAY]
