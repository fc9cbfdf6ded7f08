"""Parameters of the law: day counts, amounts, ratios and switches, as data with dates, bound to a project once.

The rows stand in :mod:`trading.procedures.parameter_rows`. :func:`bind` puts a region's values on top of those
in force on a day; the result is an immutable value that can be written as JSON and read back, so that later
changes of a row or a profile do not reach a project that was announced.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING, Self, TypedDict

from core.money import Money, decimal_of
from core.working_days import CalendarDays, Hours, Months, Roll, WorkingDays

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from decimal import Decimal

    from core.working_days import Days, Period


class Unit(StrEnum):
    """What a value counts."""

    D = "d"
    WD = "wd"
    MONTHS = "months"
    HOURS = "h"
    MINUTES = "min"
    CNY = "CNY"
    PERCENT = "%"
    PERMILLE = "‰"
    RATIO = "ratio"
    COUNT = "count"
    YEARS = "years"
    POINTS = "points"
    SWITCH = "switch"


class Hardness(StrEnum):
    """How far a region or a platform may move a value."""

    HARD = "hard"
    UNLESS_POSTPONED = "hard unless postponed"
    REGION = "region"
    RANGE = "range"
    SOFT = "soft"


class Bound(StrEnum):
    """In which direction a hard value may be made stricter."""

    AT_LEAST = "min"
    AT_MOST = "max"
    EXACT = "exact"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One parameter: its default as text (None: off unless a region sets it), unit, source and confidence tag."""

    key: str
    default: str | None
    unit: Unit
    source: str
    tag: str
    hardness: Hardness = Hardness.HARD
    bound: Bound = Bound.EXACT
    roll: Roll = Roll.NONWORKING
    allowed: tuple[str, ...] = ()
    effective_from: date | None = None
    effective_to: date | None = None

    def is_in_force(self, on: date) -> bool:
        """Return whether the row holds on a day; both ends belong to it."""
        return (self.effective_from is None or self.effective_from <= on) and (
            self.effective_to is None or on <= self.effective_to
        )

    def objection_to(self, value: Value) -> str | None:
        """Return why a region's value breaks the hard rule of this row, or None."""
        if self.hardness not in {Hardness.HARD, Hardness.UNLESS_POSTPONED} or self.default is None:
            return None
        if value.unit is not self.unit:
            return f"{self.key} is counted in {self.unit}"
        law, asked = _fraction(self.default), _fraction(value.text)
        if asked == law:
            return None
        if self.bound is Bound.EXACT or (asked < law) == (self.bound is Bound.AT_LEAST):
            return f"{self.key} may not be {value.text}: {self.source} says {self.default}"
        return None


class ValueSnapshot(TypedDict):
    """One bound value in JSON."""

    value: str
    unit: str
    roll: str


class Snapshot(TypedDict):
    """All bound values in JSON, with the day for which they were bound."""

    on: str
    values: dict[str, ValueSnapshot]


@dataclass(frozen=True, slots=True)
class Value:
    """A bound value: text as written in the row or the profile, with its unit and rolling."""

    text: str
    unit: Unit
    roll: Roll


class UnknownParameter(KeyError):  # noqa: N818  (it names what happened)
    """No row of that key is in force, or it is off in this region."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """The values that bind one project. Asking for a key in the wrong unit is a TypeError."""

    on: date
    values: Mapping[str, Value]

    def is_set(self, key: str) -> bool:
        """Return whether the key has a value here."""
        return key in self.values

    def days(self, key: str) -> Days:
        """Return a period in calendar or working days."""
        period = self.period(key)
        if isinstance(period, CalendarDays | WorkingDays):
            return period
        raise TypeError(f"{key} is not counted in days")

    def period(self, key: str) -> Period:
        """Return a period in days, working days, months or hours."""
        value = self._value(key)
        match value.unit:
            case Unit.D:
                return CalendarDays(int(value.text), value.roll)
            case Unit.WD:
                return WorkingDays(int(value.text))
            case Unit.MONTHS:
                return Months(int(value.text), value.roll)
            case Unit.HOURS:
                return Hours(int(value.text))
            case _:
                raise TypeError(f"{key} is not a period")

    def decimal(self, key: str) -> Decimal:
        """Return a plain number: percent as 2 for 2 %, per mille as 10 for 10 ‰."""
        return decimal_of(self._value(key).text)

    def count(self, key: str) -> int:
        """Return a whole number."""
        return int(self._value(key).text)

    def share(self, key: str) -> Fraction:
        """Return a ratio exactly: two thirds, not 0.667."""
        return _fraction(self._value(key).text)

    def money(self, key: str) -> Money:
        """Return an amount of CNY."""
        return Money.of(self._value(key, Unit.CNY).text)

    def switch(self, key: str) -> str:
        """Return the position of a switch."""
        return self._value(key, Unit.SWITCH).text

    def snapshot(self) -> Snapshot:
        """Return the values as JSON can hold them."""
        return {
            "on": self.on.isoformat(),
            "values": {
                key: {"value": value.text, "unit": value.unit.value, "roll": value.roll.value}
                for key, value in sorted(self.values.items())
            },
        }

    @classmethod
    def from_snapshot(cls, snapshot: Snapshot) -> Self:
        """Read back what :meth:`snapshot` wrote."""
        values = {
            key: Value(row["value"], Unit(row["unit"]), Roll(row["roll"])) for key, row in snapshot["values"].items()
        }
        return cls(date.fromisoformat(snapshot["on"]), values)

    def _value(self, key: str, unit: Unit | None = None) -> Value:
        try:
            value = self.values[key]
        except KeyError:
            raise UnknownParameter(key) from None
        if unit is not None and value.unit is not unit:
            raise TypeError(f"{key} is not in {unit}")
        return value


def bind_rows(rows: Iterable[Row], overrides: Mapping[str, str], on: date, *, is_rehearsal: bool = False) -> Parameters:
    """Return the values in force on a day with a region's values on top.

    An override is text like ``"3"``, ``"open"`` or, with another unit than the row's, ``"10 wd"``. ValueError
    names every override that is unknown, unreadable or weaker than a hard rule; a rehearsal, which trades
    nothing, may be weaker.
    """
    found = {row.key: row for row in rows if row.is_in_force(on)}
    values = {key: Value(row.default, row.unit, row.roll) for key, row in found.items() if row.default is not None}
    faults: list[str] = []
    for key, text in overrides.items():
        try:
            values[key] = _overridden(found[key], text)
        except KeyError:
            faults.append(f"{key} is not a parameter on {on}")
        except ValueError as e:
            faults.append(f"{key}: {e}")
        else:
            objection = None if is_rehearsal else found[key].objection_to(values[key])
            faults += [objection] if objection else []
    if faults:
        raise ValueError("; ".join(faults))
    return Parameters(on, values)


def _overridden(row: Row, text: str) -> Value:
    number, _, unit = text.strip().partition(" ")
    value = Value(number, Unit(unit) if unit else row.unit, row.roll)
    if value.unit is Unit.SWITCH:
        if number not in row.allowed:
            raise ValueError(f"{number!r} is not one of {', '.join(row.allowed)}")
    elif value.unit in {Unit.RATIO, Unit.PERCENT, Unit.PERMILLE, Unit.CNY, Unit.POINTS}:
        _fraction(number)
    elif not (number.isascii() and number.isdecimal()):
        raise ValueError(f"{number!r} is not a whole number")
    return value


def _fraction(text: str) -> Fraction:
    above, _, below = text.partition("/")
    return Fraction(decimal_of(above)) / Fraction(decimal_of(below or "1"))
