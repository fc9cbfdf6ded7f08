"""Counts and amounts: O-CT-10, O-CT-13, O-GP-09 to 11."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from core.money import CurrencyMismatch, Money
from trading.names import Category
from trading.procedures import bind
from trading.procedures.amounts import (
    additions_are_allowed,
    committee_size_needed,
    experts_needed,
    late_refund_interest,
    max_bid_security,
    suppliers_counted,
)

from .facts import LAW, facts, procuring

SECURITY = {"rate": "ct.bid_security_rate_max", "cap_works": "ct.bid_security_cap_works"}


@pytest.mark.parametrize(("estimate", "most"), [(50_000_000, 800_000), (30_000_000, 600_000)])
def test_o_ct_13_the_highest_bid_security_of_works(estimate, most):
    assert max_bid_security(Money.of(estimate), Category.WORKS, LAW, **SECURITY) == Money.of(most)


def test_goods_have_no_cap_and_without_an_estimate_they_have_no_limit():
    assert max_bid_security(Money.of(50_000_000), Category.GOODS, LAW, **SECURITY) == Money.of(1_000_000)
    assert max_bid_security(None, Category.GOODS, LAW, **SECURITY) is None
    assert max_bid_security(None, Category.WORKS, LAW, **SECURITY) == Money.of(800_000)
    assert max_bid_security(Money.of(90_000_000, "USD"), Category.WORKS, LAW, **SECURITY) == Money.of(1_800_000, "USD")


LATE = {
    "rate": "gp.base_loan_rate", "multiplier": "gp.late_refund_multiplier", "day_count": "gp.late_refund_day_count",
}  # fmt: skip


@pytest.mark.parametrize(
    ("deposit", "days", "year", "owed"),
    [
        pytest.param("100000", 30, "360", "435.00", id="O-GP-10 on 360 days"),
        pytest.param("100000", 30, "365", "429.04", id="O-GP-10 on 365 days"),
        pytest.param("100000", 0, "360", "0.00", id="in time"),
        pytest.param("500", 2, "360", "0.15", id="half a cent goes up: 0.145"),
    ],
)
def test_o_gp_10_interest_for_a_deposit_that_goes_back_late(deposit, days, year, owed):
    law = bind({"gp.late_refund_day_count": year}, LAW.on)
    assert late_refund_interest(Money.of(deposit), days, law, **LATE) == Money.of(owed)


def test_the_base_loan_rate_is_a_setting():
    law = bind({"gp.base_loan_rate": "6"}, LAW.on)
    assert late_refund_interest(Money.of(100_000), 30, law, **LATE) == Money.of("600.00")


@pytest.mark.parametrize(
    ("brands", "counted"),
    [
        pytest.param(("X", "X", "Y", "Z"), 3, id="O-GP-09 may open"),
        pytest.param(("X", "X", "Y"), 2, id="O-GP-09 fails"),
        pytest.param((" x", "X "), 1, id="written differently"),
        pytest.param(("", "", ""), 3, id="no brand counts for itself"),
    ],
)
def test_one_brand_counts_as_one_supplier(brands, counted):
    assert suppliers_counted(len(brands), brands) == counted


def test_bids_without_a_known_brand_count_and_too_many_brands_are_an_error():
    assert suppliers_counted(4, ("X", "X")) == 3
    with pytest.raises(ValueError, match="more brands"):
        suppliers_counted(1, ("X", "Y"))


@pytest.mark.parametrize(
    ("additions", "allowed"),
    [([1_000_000], True), ([1_050_000], False), ([600_000, 400_000], True), ([600_000, 400_001], False), ([], True)],
)
def test_o_gp_11_all_additions_together_stay_within_a_tenth(additions, allowed):
    amounts = [Money.of(amount) for amount in additions]
    assert additions_are_allowed(Money.of(10_000_000), amounts, LAW, limit="gp.additions_max") is allowed


def test_an_addition_in_another_currency_is_an_error():
    with pytest.raises(CurrencyMismatch):
        additions_are_allowed(Money.of(10), [Money.of(1, "USD")], LAW, limit="gp.additions_max")


@pytest.mark.parametrize(("size", "experts"), [(5, 4), (7, 5), (9, 6), (11, 8)])
def test_o_ct_10_the_least_number_of_experts(size, experts):
    assert experts_needed(size, Fraction(2, 3)) == experts


@pytest.mark.parametrize(
    ("budget", "size"),
    [(Money.of(9_999_999), 5), (Money.of(10_000_000), 7), (Money.of(Decimal(90_000_000), "USD"), 5), (None, 5)],
)
def test_a_large_budget_asks_for_a_large_committee(budget, size):
    keys = {
        "minimum": "gp.committee_min",
        "minimum_large": "gp.committee_min_large",
        "large_budget": "gp.committee_large_budget",
    }
    assert committee_size_needed(procuring(budget=budget), **keys) == size


def test_construction_knows_one_size_only():
    assert committee_size_needed(facts(), minimum="ct.committee_min") == 5
