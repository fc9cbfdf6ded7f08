"""Counting of days: calendar days, working days, months, hours; the table of Chinese working days.

Pure: a calendar is an immutable value. A day is a day of Beijing time; a period's last day ends at 24:00,
which is the instant 00:00 of the day after (民法典 203). Rule ids CAL-01 to CAL-10.
"""

from __future__ import annotations

import calendar as gregorian
import json
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Self
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SHANGHAI = ZoneInfo("Asia/Shanghai")
SEED = Path(__file__).parent / "seeds" / "calendar.json"
_DAY = timedelta(days=1)
_SATURDAY = 5


class Roll(StrEnum):
    """Over which days the last day of a period rolls forward."""

    NONE = "none"
    HOLIDAY = "holiday"
    NONWORKING = "nonworking"


class DayKind(StrEnum):
    """What the table says of a day that is not simply a weekday or a weekend."""

    HOLIDAY = "holiday"
    WORKDAY = "workday"


@dataclass(frozen=True, slots=True)
class CalendarDays:
    """A period in calendar days (日); never interchangeable with :class:`WorkingDays`."""

    n: int
    roll: Roll = Roll.NONWORKING


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """A period in working days (工作日); it ends on a working day, so nothing rolls."""

    n: int


@dataclass(frozen=True, slots=True)
class Months:
    """A period in months: ends on the corresponding day, else on the month's last (民法典 202)."""

    n: int
    roll: Roll = Roll.NONWORKING


@dataclass(frozen=True, slots=True)
class Hours:
    """A period in hours: runs from the stated moment, excludes nothing (民法典 201)."""

    n: int


Days = CalendarDays | WorkingDays
Period = CalendarDays | WorkingDays | Months | Hours


def day_of(instant: datetime) -> date:
    """Return the day of Beijing time on which an instant falls."""
    return instant.astimezone(SHANGHAI).date()


def start_of(day: date) -> datetime:
    """Return the instant 00:00 of a day, Beijing time."""
    return datetime.combine(day, time.min, SHANGHAI)


def end_of(day: date) -> datetime:
    """Return the instant 24:00 of a day: the first instant that no longer belongs to it."""
    return start_of(day + _DAY)


@dataclass(frozen=True, slots=True, order=True)
class Deadline:
    """The first instant that is too late, and whether the calendar it rests on is still a guess."""

    ends_at: datetime
    is_provisional: bool = False

    @property
    def day(self) -> date:
        """The last day that is in time."""
        return day_of(self.ends_at - timedelta(microseconds=1))

    def is_over(self, at: datetime) -> bool:
        """Return whether the period has ended at ``at``; the end itself is outside."""
        return at >= self.ends_at


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """The table of working days.

    ``days`` names the days on which the ordinary week does not hold, ``covered`` the years whose table is
    complete. In other years the fallback is weekdays minus the 13 statutory days (节假日办法 2; CAL-07), and
    whatever touches such a year is provisional.
    """

    days: Mapping[date, DayKind]
    covered: frozenset[int]
    lunar: Mapping[str, frozenset[date]] = field(default_factory=dict)

    @classmethod
    def seeded(cls) -> WorkingCalendar:
        """Return the calendar of the committed seed file, read once."""
        return _seeded()

    def with_days(self, days: Mapping[date, DayKind], *, covers: Iterable[int] = ()) -> Self:
        """Return a calendar with local or newly announced days on top; ``covers`` adds complete years."""
        return replace(self, days={**self.days, **days}, covered=self.covered | frozenset(covers))

    def is_covered(self, day: date) -> bool:
        """Return whether the day's year has its announced table."""
        return day.year in self.covered

    def is_holiday(self, day: date) -> bool:
        """Return whether the day belongs to a festival's days off (法定节假日 with its arranged rest days)."""
        kind = self.days.get(day)
        if kind is not None:
            return kind is DayKind.HOLIDAY
        return not self.is_covered(day) and self.is_statutory(day)

    def is_statutory(self, day: date) -> bool:
        """Return whether the day is one of the 13 statutory days (节假日办法 2)."""
        return (day.month, day.day) in _FIXED_STATUTORY or any(day in days for days in self.lunar.values())

    def is_workday(self, day: date) -> bool:
        """Return whether offices work on the day after the arranged transfers (CAL-09)."""
        kind = self.days.get(day)
        if kind is not None:
            return kind is DayKind.WORKDAY
        return day.weekday() < _SATURDAY and not self.is_holiday(day)

    def add(self, start: date, period: CalendarDays | WorkingDays | Months) -> Deadline:
        """Count forward from ``start``, which is not counted (CAL-01); the last day rolls as the period says.

        The result is provisional if a day was looked at whose year has no table.
        """
        if period.n < 0:
            raise ValueError("count backward with before()")
        if isinstance(period, WorkingDays):
            last = self._step(start, period.n, forward=True)
        else:
            raw = add_months(start, period.n) if isinstance(period, Months) else start + period.n * _DAY
            last = self._rolled(raw, period.roll)
        return Deadline(end_of(last), self._is_guess(start, last, period))

    def after(self, instant: datetime, period: Period) -> Deadline:
        """Count forward from the day of an instant; hours run from the instant itself (CAL-04)."""
        if isinstance(period, Hours):
            return Deadline(instant + timedelta(hours=period.n))
        return self.add(day_of(instant), period)

    def before(self, day: date, period: Days) -> date:
        """Count backward from ``day``, which is not counted; never rolls."""
        if isinstance(period, WorkingDays):
            return self._step(day, period.n, forward=False)
        return day - period.n * _DAY

    def earliest(self, start: datetime, period: Days, *, strict: bool, opening_hour: int) -> Deadline:
        """Return the earliest lawful deadline after a minimum period.

        Strict: every day of the period is complete, so 00:00 of the day after. Practice: the last day of the
        period itself at the hour at which openings begin.
        """
        full = self.after(start, period)
        if strict:
            return full
        return replace(full, ends_at=start_of(full.day) + timedelta(hours=opening_hour))

    def shifted(self, instant: datetime, period: Period) -> datetime:
        """Postpone an instant by a period, keeping its time of day."""
        if isinstance(period, Hours):
            return instant + timedelta(hours=period.n)
        local = instant.astimezone(SHANGHAI)
        return datetime.combine(self.add(local.date(), period).day, local.timetz())

    def _step(self, day: date, count: int, *, forward: bool) -> date:
        step = _DAY if forward else -_DAY
        while count > 0:
            day += step
            count -= self.is_workday(day)
        return day

    def _rolled(self, day: date, roll: Roll) -> date:
        while roll is not Roll.NONE and self._is_off(day, roll):
            day += _DAY
        return day

    def _is_off(self, day: date, roll: Roll) -> bool:
        return self.is_holiday(day) if roll is Roll.HOLIDAY else not self.is_workday(day)

    def _is_guess(self, start: date, last: date, period: CalendarDays | WorkingDays | Months) -> bool:
        if isinstance(period, WorkingDays):
            looked_at = {start + _DAY if period.n else start, last}
            return not all(year in self.covered for year in range(min(looked_at).year, max(looked_at).year + 1))
        return period.roll is not Roll.NONE and not self.is_covered(last)


_FIXED_STATUTORY = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})


def add_months(start: date, months: int) -> date:
    """Return the corresponding day ``months`` later, else the last day of that month (民法典 202)."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, gregorian.monthrange(year, month + 1)[1]))


@lru_cache(maxsize=1)
def _seeded() -> WorkingCalendar:
    seed = json.loads(SEED.read_text(encoding="utf-8"))
    days: dict[date, DayKind] = {}
    for kind in DayKind:
        for year, spans in seed[kind].items():
            days |= dict.fromkeys(_spans(int(year), spans), kind)
    lunar = {name: frozenset(map(date.fromisoformat, found)) for name, found in seed["lunar"].items()}
    return WorkingCalendar(days, frozenset(range(seed["first_year"], seed["last_year"] + 1)), lunar)


def _spans(year: int, text: str) -> list[date]:
    """Read ``"01-01/01-03 02-16"``: single days and spans of one year."""
    found: list[date] = []
    for span in text.split():
        first, _, last = span.partition("/")
        day, end = (date.fromisoformat(f"{year}-{part}") for part in (first, last or first))
        while day <= end:
            found.append(day)
            day += _DAY
    return found
