from __future__ import annotations

from datetime import date, datetime
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command

from core import clock
from core.actors import SYSTEM
from core.errors import Refused
from core.working_days import SHANGHAI, CalendarDays, WorkingDays, end_of
from tests.stories import trading as story
from tests.trading.reading import entries, reasons
from trading import binding, moves, regulating
from trading.models import CalendarDay, CalendarYear, Lot, RegionParameter
from trading.names import Kind, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cast import Cast

AT = story.DEADLINE + 4 * story.DAY


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with clock.stands_at(AT):
        yield


def run(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def test_a_decreed_day_moves_what_is_due(cast: Cast) -> None:
    story.walked(cast, to=Stage.PUBLICITY)  # from Friday 27 March: three days end on Monday
    assert Lot.objects.get().next_due_at == end_of(date(2026, 3, 30))
    lots = regulating.set_day(
        day=date(2026, 3, 30), is_workday=False, source="国办发明电〔2026〕1号", actor=SYSTEM, at=AT
    )
    assert (lots, Lot.objects.get().next_due_at) == (1, end_of(date(2026, 3, 31)))
    assert [row["day"] for row in entries("trading.calendar.changed")] == ["2026-03-30"]


def test_a_region_has_days_of_its_own(cast: Cast) -> None:
    regulating.set_day(
        day=date(2026, 4, 15), is_workday=False, source="泼水节放假通知", actor=SYSTEM, at=AT, region="530000"
    )
    assert not binding.calendar_of("530000").is_workday(date(2026, 4, 15))
    assert binding.calendar_of("CN").is_workday(date(2026, 4, 15))


def test_a_year_is_provisional_until_it_is_loaded(cast: Cast, tmp_path: Path) -> None:
    late = date(2031, 9, 29)
    assert binding.calendar_of("CN").add(late, WorkingDays(3)).is_provisional
    table = tmp_path / "2031.txt"
    table.write_text("# decreed\n2031-10-01/2031-10-08 holiday\n\n2031-10-11 workday\n", encoding="utf-8")
    said = run("calendar", "load", "2031", str(table), "--source", "国办发明电〔2030〕9号")
    assert said == "2031 is decreed: 9 days; 0 lots were reckoned again\n"
    ends = binding.calendar_of("CN").add(late, WorkingDays(3))
    assert (ends.is_provisional, ends.day) == (False, date(2031, 10, 10))
    assert CalendarYear.objects.get().source == "国办发明电〔2030〕9号"
    listed = run("calendar", "list", "2031").splitlines()
    assert (listed[0], listed[-2], listed[-1]) == (
        "2031-10-01 holiday", "2031-10-11 workday", "2031: decreed, 国办发明电〔2030〕9号",
    )  # fmt: skip


def test_the_seed_and_what_is_not_decreed_are_told_apart(cast: Cast) -> None:
    assert run("calendar", "list", "2026").splitlines()[-1] == "2026: complete in the seed"
    assert run("calendar", "list", "2032").splitlines() == ["2032: provisional: not decreed yet"]


def test_one_day_is_entered_at_the_console_and_corrected_there(cast: Cast) -> None:
    for kind in ("holiday", "workday"):
        run("calendar", "set", "2026-10-10", kind, "--source", "通知")
    assert list(CalendarDay.objects.values_list("date", "is_workday", "region")) == [(date(2026, 10, 10), True, "CN")]


@pytest.mark.parametrize("content", [None, b"\xc4\xea"])
def test_a_table_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    table = tmp_path / "table.txt"
    if content:
        table.write_bytes(content)
    with pytest.raises(CommandError) as refused:
        run("calendar", "load", "2031", str(table), "--source", "x")
    assert str(refused.value).startswith(f"{table} cannot be read: ")


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("2031-10-01 feast", "line 1 is not `day holiday` or `day workday`: 'feast' is not a valid DayKind"),
        ("2030-10-01 holiday", "2030-10-01 is not in 2031"),
        ("# nothing", "the table of 2031 is empty"),
    ],
)
def test_a_bad_table_is_refused_whole(cast: Cast, tmp_path: Path, lines: str, said: str) -> None:
    table = tmp_path / "table.txt"
    table.write_text(lines, encoding="utf-8")
    with pytest.raises(CommandError) as refused:
        run("calendar", "load", "2031", str(table), "--source", "x")
    assert str(refused.value) == said
    assert CalendarDay.objects.count() == CalendarYear.objects.count() == 0


def test_nothing_is_entered_without_its_source(cast: Cast) -> None:
    with pytest.raises(Refused) as refused:
        regulating.set_day(day=date(2026, 3, 30), is_workday=False, source=" ", actor=SYSTEM, at=AT)
    assert reasons(refused) == ["name the decree or rule this comes from"]


def test_a_region_sets_a_parameter_for_what_is_announced_then(cast: Cast) -> None:
    said = run(
        "region", "set", "500000", "ct.owner_rep_count_max", "1", "--from", "2026-04-01", "--source", "重庆条例 30"
    )
    assert said == "500000 ct.owner_rep_count_max = 1 from 2026-04-01, for what is announced then\n"
    assert binding.overrides_of("500000", on=date(2026, 3, 31))["ct.owner_rep_count_max"] == "2"
    assert binding.overrides_of("500000", on=date(2026, 4, 1))["ct.owner_rep_count_max"] == "1"
    shown = run("region", "show", "500000", "--on", "2026-04-02").splitlines()
    assert shown[0] == "500000 Chongqing on 2026-04-02"
    assert "  ct.owner_rep_count_max = 1 count: region's law (重庆条例 30)" in shown
    assert "  ct.min_bidders = 3 count: law" in shown
    assert [row["value"] for row in entries("trading.parameter.set")] == ["1"]


def test_a_parameter_that_is_unknown_or_backward_is_refused_with_every_reason(cast: Cast) -> None:
    with pytest.raises(Refused) as refused:
        regulating.set_parameter(
            region="CN", key="ct.no_such", value="1", since=date(2026, 4, 2), until=date(2026, 4, 1), source="x",
            actor=SYSTEM, at=AT,
        )  # fmt: skip
    assert reasons(refused) == [
        "this value cannot be set: ct.no_such is not a parameter on 2026-04-02",
        "the last day lies before the first",
    ]
    with pytest.raises(CommandError, match="not a parameter"):
        run("region", "set", "CN", "ct.no_such", "1", "--from", "2026-04-01", "--source", "x")
    assert RegionParameter.objects.count() == 0


def test_a_hard_rule_is_not_weakened_where_people_really_trade(cast: Cast) -> None:
    from core.models import Installation

    Installation.objects.update(made_for="use")
    with pytest.raises(CommandError, match="min_bidders may not be 2"):
        run("region", "set", "CN", "ct.min_bidders", "2", "--from", "2026-04-01", "--source", "x")
    Installation.objects.update(made_for="rehearsal")
    run("region", "set", "CN", "gp.min_bidders", "1", "--from", "2026-04-01", "--source", "rehearsal")
    assert RegionParameter.objects.get().value == "1"


def test_the_calendar_counts_over_the_seed(cast: Cast) -> None:
    monday = date(2026, 3, 30)
    regulating.set_day(day=monday, is_workday=False, source="通知", actor=SYSTEM, at=AT)
    calendar = binding.calendar_of("CN")
    assert calendar.add(date(2026, 3, 27), CalendarDays(3)).ends_at == datetime(2026, 4, 1, tzinfo=SHANGHAI)
    lot = story.walked(cast, Kind.GP_OPEN, to=Stage.CONFIRMING)
    due = moves.due_of(lot, at=AT)
    assert due is not None
    assert due.at == end_of(calendar.add(date(2026, 3, 27), WorkingDays(5)).day)
