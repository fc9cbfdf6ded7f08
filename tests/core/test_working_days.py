"""Counting of days: the worked examples O-CAL-01 to 17, rolling, backward counting, the fallback."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from core.working_days import (
    SEED,
    SHANGHAI,
    CalendarDays,
    DayKind,
    Deadline,
    Hours,
    Months,
    Roll,
    WorkingCalendar,
    WorkingDays,
    add_months,
    day_of,
    end_of,
    start_of,
)

CALENDAR = WorkingCalendar.seeded()


def day(text):
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("start", "period", "end"),
    [
        pytest.param("2026-02-12", WorkingDays(5), "2026-02-26", id="O-CAL-01"),
        pytest.param("2026-02-12", WorkingDays(7), "2026-02-28", id="O-CAL-02 ends on a make-up Saturday"),
        pytest.param("2026-09-22", WorkingDays(7), "2026-10-09", id="O-CAL-03"),
        pytest.param("2026-09-30", WorkingDays(5), "2026-10-13", id="O-CAL-04"),
        pytest.param("2026-04-29", WorkingDays(3), "2026-05-07", id="O-CAL-05"),
        pytest.param("2026-05-06", WorkingDays(3), "2026-05-09", id="O-CAL-06 ends on a make-up Saturday"),
        pytest.param("2026-11-20", WorkingDays(7), "2026-12-01", id="O-CAL-07"),
        pytest.param("2025-09-26", WorkingDays(15), "2025-10-23", id="O-CAL-08"),
        pytest.param("2026-09-22", WorkingDays(3), "2026-09-28", id="O-CAL-09 three"),
        pytest.param("2026-09-22", WorkingDays(5), "2026-09-30", id="O-CAL-09 five"),
        pytest.param("2026-09-22", WorkingDays(10), "2026-10-13", id="O-CAL-09 ten"),
        pytest.param("2026-04-13", WorkingDays(20), "2026-05-13", id="O-CAL-10"),
        pytest.param("2026-09-28", CalendarDays(3), "2026-10-08", id="O-CAL-12"),
        pytest.param("2026-06-16", CalendarDays(3), "2026-06-22", id="O-CAL-13"),
        pytest.param("2026-02-10", CalendarDays(5), "2026-02-24", id="O-CAL-14"),
        pytest.param("2026-03-02", CalendarDays(20), "2026-03-23", id="O-CAL-15"),
        pytest.param("2026-09-11", CalendarDays(20), "2026-10-08", id="O-CAL-16"),
        pytest.param("2026-04-03", CalendarDays(30), "2026-05-06", id="O-CAL-17"),
    ],
)
def test_the_worked_examples_of_the_calendar(start, period, end):
    assert CALENDAR.add(day(start), period) == Deadline(end_of(day(end)), is_provisional=False)


def test_o_cal_11_a_period_beyond_the_table_ends_on_a_provisional_day():
    assert CALENDAR.add(day("2026-12-11"), WorkingDays(15)) == Deadline(end_of(day("2027-01-04")), is_provisional=True)


def test_loading_the_notice_of_the_year_makes_the_day_firm():
    loaded = CALENDAR.with_days(
        {day("2027-01-01"): DayKind.HOLIDAY, day("2027-01-02"): DayKind.HOLIDAY, day("2027-01-03"): DayKind.HOLIDAY},
        covers=[2027],
    )
    assert loaded.add(day("2026-12-11"), WorkingDays(15)) == Deadline(end_of(day("2027-01-04")))


def test_a_region_may_close_on_its_own_days():
    closed = CALENDAR.with_days({day("2026-03-20"): DayKind.HOLIDAY})
    assert (CALENDAR.is_workday(day("2026-03-20")), closed.is_workday(day("2026-03-20"))) == (True, False)
    assert closed.add(day("2026-03-19"), WorkingDays(1)).day == day("2026-03-23")


def test_2026_has_248_working_days_and_six_worked_weekend_days():
    days = [day("2026-01-01") + timedelta(n) for n in range(365)]
    worked = [d for d in days if CALENDAR.is_workday(d)]
    assert len(worked) == 248
    assert [d.isoformat() for d in worked if d.weekday() > 4] == [
        "2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10",
    ]  # fmt: skip


@pytest.mark.parametrize("year", range(2004, 2027))
def test_the_seed_agrees_with_its_source_on_every_day(year):
    chinese_calendar = pytest.importorskip("chinese_calendar")
    days = [date(year, 1, 1) + timedelta(n) for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)]
    assert [d for d in days if CALENDAR.is_workday(d) != chinese_calendar.is_workday(d)] == []


def test_the_committed_seed_is_what_the_maintainers_script_writes():
    pytest.importorskip("chinese_calendar")
    path = Path(__file__).parents[2] / "scripts" / "make_calendar_seed.py"
    spec = spec_from_file_location("make_calendar_seed", path)
    script = module_from_spec(spec)
    spec.loader.exec_module(script)
    assert json.loads(SEED.read_text(encoding="utf-8")) | {"source": ""} == json.loads(script.seed()) | {"source": ""}


@pytest.mark.parametrize("year", range(2027, 2036))
def test_years_without_a_notice_have_thirteen_statutory_days(year):
    days = [date(year, 1, 1) + timedelta(n) for n in range(365)]
    overlaps = {2028: 1, 2031: 1}  # Mid-Autumn falls on a day of National Day
    assert sum(map(CALENDAR.is_holiday, days)) == 13 - overlaps.get(year, 0)


def test_after_the_lunar_table_the_fixed_days_remain_and_nothing_crashes():
    assert CALENDAR.is_holiday(date(2040, 10, 1))
    assert CALENDAR.add(date(2040, 9, 28), WorkingDays(2)).is_provisional
    assert CALENDAR.add(date(1999, 9, 28), WorkingDays(2)).is_provisional


@pytest.mark.parametrize(
    ("roll", "end"), [(Roll.NONE, "2026-03-28"), (Roll.HOLIDAY, "2026-03-28"), (Roll.NONWORKING, "2026-03-30")]
)
def test_a_last_day_on_a_saturday_rolls_as_the_period_says(roll, end):
    assert CALENDAR.add(day("2026-03-25"), CalendarDays(3, roll)).day == day(end)


def test_rolling_over_holidays_only_stops_on_an_ordinary_weekend():
    assert CALENDAR.add(day("2026-09-28"), CalendarDays(3, Roll.HOLIDAY)).day == day("2026-10-08")


def test_a_period_that_does_not_roll_is_never_provisional():
    assert CALENDAR.add(day("2027-03-01"), CalendarDays(3, Roll.NONE)) == Deadline(end_of(day("2027-03-04")))


def test_a_rolled_period_in_an_uncovered_year_is_provisional():
    assert CALENDAR.add(day("2027-03-01"), CalendarDays(3)).is_provisional


def test_zero_working_days_end_on_the_start_day():
    assert CALENDAR.add(day("2026-03-28"), WorkingDays(0)) == Deadline(end_of(day("2026-03-28")))


def test_counting_a_negative_period_forward_is_refused():
    with pytest.raises(ValueError, match="backward"):
        CALENDAR.add(day("2026-03-28"), CalendarDays(-1))


def test_counting_backward_never_rolls():
    assert CALENDAR.before(day("2026-03-24"), CalendarDays(10)) == day("2026-03-14")  # a Saturday
    assert CALENDAR.before(day("2026-03-24"), WorkingDays(2)) == day("2026-03-20")


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2026-03-15", 1, "2026-04-15"),
        ("2025-12-31", 2, "2026-02-28"),
        ("2026-11-30", 14, "2028-01-30"),
    ],
)
def test_months_end_on_the_corresponding_day_else_the_months_last(start, months, end):
    assert add_months(day(start), months) == day(end)


def test_months_roll_like_days():
    assert CALENDAR.add(day("2026-01-28"), Months(1)).day == day("2026-02-28")  # a worked Saturday
    assert CALENDAR.add(day("2026-02-28"), Months(1)).day == day("2026-03-30")


def test_hours_run_from_the_moment():
    start = datetime(2026, 2, 14, 9, 30, tzinfo=SHANGHAI)
    assert CALENDAR.after(start, Hours(24)) == Deadline(start + timedelta(hours=24))


def test_the_last_day_ends_at_midnight_of_beijing():
    end = CALENDAR.add(day("2026-03-27"), CalendarDays(3))
    assert end.ends_at == datetime(2026, 3, 30, 16, tzinfo=UTC)
    assert (end.is_over(end.ends_at - timedelta(microseconds=1)), end.is_over(end.ends_at)) == (False, True)
    assert end.day == day("2026-03-30")


def test_the_start_day_is_the_day_of_beijing_not_of_greenwich():
    late = datetime(2026, 3, 26, 16, 30, tzinfo=UTC)  # 00:30 on the 27th in Beijing
    assert day_of(late) == day("2026-03-27")
    assert CALENDAR.after(late, CalendarDays(3)).day == day("2026-03-30")
    assert start_of(day("2026-03-27")) == datetime(2026, 3, 26, 16, tzinfo=UTC)


def test_a_strict_minimum_period_is_complete_and_the_practice_ends_at_the_opening_hour():
    start = datetime(2026, 3, 2, 10, tzinfo=SHANGHAI)
    strict = CALENDAR.earliest(start, CalendarDays(20, Roll.NONE), strict=True, opening_hour=9)
    practice = CALENDAR.earliest(start, CalendarDays(20, Roll.NONE), strict=False, opening_hour=9)
    assert strict.ends_at == start_of(day("2026-03-23"))
    assert practice.ends_at == start_of(day("2026-03-22")) + timedelta(hours=9)


def test_a_shifted_instant_keeps_its_time_of_day():
    at = datetime(2026, 3, 24, 9, 30, tzinfo=SHANGHAI)
    assert CALENDAR.shifted(at, CalendarDays(3)) == datetime(2026, 3, 27, 9, 30, tzinfo=SHANGHAI)
    assert CALENDAR.shifted(at, CalendarDays(4)) == datetime(2026, 3, 30, 9, 30, tzinfo=SHANGHAI)
    assert CALENDAR.shifted(at, Hours(2)) == datetime(2026, 3, 24, 11, 30, tzinfo=SHANGHAI)
