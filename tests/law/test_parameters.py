"""Parameters: typed access, dates, regions, what a region may not weaken, and the snapshot of a project."""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from core.money import Money
from core.working_days import CalendarDays, Hours, Months, Roll, WorkingDays
from trading.procedures import bind, profile
from trading.procedures.parameter_rows import PROFILES, ROWS
from trading.procedures.parameters import Bound, Parameters, Row, Unit, UnknownParameter, bind_rows

from .facts import LAW

DAY = date(2026, 3, 1)


def test_every_unit_has_its_type():
    chongqing = bind(profile("500000"), DAY)
    assert LAW.days("ct.publicity_min") == CalendarDays(3, Roll.NONWORKING)
    assert LAW.days("ct.publicity_start") == CalendarDays(3, Roll.NONE)
    assert LAW.days("gp.confirm") == WorkingDays(5)
    assert chongqing.period("ct.draw_before_evaluation_max") == Hours(24)
    assert bind({"ct.plan_ahead": "6 months"}, DAY).period("ct.plan_ahead") == Months(6)
    assert LAW.decimal("ct.bid_security_rate_max") == Decimal(2)
    assert LAW.count("ct.min_bidders") == 3
    assert LAW.share("ct.expert_share") == Fraction(2, 3)
    assert LAW.share("gp.late_refund_multiplier") == Fraction(6, 5)
    assert LAW.money("ct.bid_security_cap_works") == Money.of(800_000)
    assert LAW.switch("ct.second_round_below_min") == "stop"


def test_a_value_asked_for_in_the_wrong_unit_is_an_error():
    for ask in (
        lambda: LAW.period("ct.min_bidders"),
        lambda: bind({"ct.plan_ahead": "6 months"}, DAY).days("ct.plan_ahead"),
        lambda: LAW.money("ct.min_bidders"),
        lambda: LAW.switch("ct.min_bidders"),
    ):
        with pytest.raises(TypeError):
            ask()


def test_local_rules_are_off_until_a_region_sets_them():
    assert not LAW.is_set("ct.owner_rep_count_max")
    with pytest.raises(UnknownParameter):
        LAW.count("ct.owner_rep_count_max")
    assert bind(profile("500000"), DAY).count("ct.owner_rep_count_max") == 2
    assert profile("110000") == {}


@pytest.mark.parametrize("region", PROFILES)
def test_the_built_in_profiles_are_lawful(region):
    bound = bind(profile(region), DAY)
    assert {key: bound.values[key].text for key in PROFILES[region]} == PROFILES[region]


def test_a_rule_holds_from_its_day():
    assert not bind({}, date(2026, 1, 31)).is_set("gp.abnormal.mean")
    assert bind({}, date(2026, 2, 1)).is_set("gp.abnormal.mean")


def test_a_row_may_end():
    old = Row(key="x", default="1", unit=Unit.COUNT, source="s", tag="T", effective_to=date(2025, 12, 31))
    new = Row(key="x", default="2", unit=Unit.COUNT, source="s", tag="T", effective_from=date(2026, 1, 1))
    assert [bind_rows((old, new), {}, on).count("x") for on in (date(2025, 12, 31), date(2026, 1, 1))] == [1, 2]


@pytest.mark.parametrize(
    ("override", "why"),
    [
        ({"gp.min_bidders": "1"}, "gp.min_bidders may not be 1: 87号令 41, 44 says 3"),
        ({"ct.bid_security_rate_max": "2.5"}, "ct.bid_security_rate_max may not be 2.5: 招投标条例 26 says 2"),
        ({"gp.confirm": "6"}, "gp.confirm may not be 6: 采购条例 43 says 5"),
        ({"ct.publicity_min": "3 wd"}, "ct.publicity_min is counted in d"),
        ({"ct.nonsense": "1"}, "ct.nonsense is not a parameter on 2026-03-01"),
        ({"ct.min_bidders": "three"}, "ct.min_bidders: 'three' is not a whole number"),
        ({"ct.expert_share": "x/3"}, "ct.expert_share: not a decimal number: 'x'"),
        ({"ct.second_round_below_min": "maybe"}, "ct.second_round_below_min: 'maybe' is not one of stop, open"),
        ({"ct.publicity_min": "3 moons"}, "ct.publicity_min: 'moons' is not a valid Unit"),
    ],
)
def test_what_a_region_may_not_set_is_refused_by_name(override, why):
    with pytest.raises(ValueError, match=f"^{re.escape(why)}$"):
        bind(override, DAY)


def test_all_faults_are_named_at_once():
    with pytest.raises(ValueError, match=r"gp\.min_bidders.*; ct\.nonsense"):
        bind({"gp.min_bidders": "2", "ct.nonsense": "1"}, DAY)


@pytest.mark.parametrize(
    ("override", "key", "value"),
    [
        ({"ct.publicity_min": "5"}, "ct.publicity_min", CalendarDays(5)),
        ({"ct.contract_within": "20"}, "ct.contract_within", CalendarDays(20)),
        ({"ct.contract_within": "30"}, "ct.contract_within", CalendarDays(30)),
        ({"ct.plan_ahead": "3 months"}, "ct.plan_ahead", Months(3)),
        ({"ct.plan_ahead": "10 wd"}, "ct.plan_ahead", WorkingDays(10)),
    ],
)
def test_a_region_may_be_stricter_and_fill_what_is_left_to_it(override, key, value):
    assert bind(override, DAY).period(key) == value


def test_a_rehearsal_may_be_weaker_than_the_law():
    assert bind({"gp.min_bidders": "1"}, DAY, is_rehearsal=True).count("gp.min_bidders") == 1


def test_a_snapshot_reads_back_as_the_same_parameters():
    bound = bind(profile("500000"), DAY)
    assert Parameters.from_snapshot(json.loads(json.dumps(bound.snapshot()))) == bound


def test_no_key_has_two_rows_in_force_and_every_default_can_be_read():
    in_force = [row.key for row in ROWS if row.is_in_force(DAY)]
    assert sorted(in_force) == sorted(set(in_force))
    bind({row.key: row.default for row in ROWS if row.default and row.is_in_force(DAY)}, DAY)


def test_hard_limits_name_their_direction():
    assert [
        row.key for row in ROWS if row.key.endswith("_min") and row.hardness == "hard" and row.bound is Bound.AT_MOST
    ] == []
