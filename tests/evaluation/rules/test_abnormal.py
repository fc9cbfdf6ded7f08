"""Prices that the committee has to ask about: O-GP-06, O-GP-07, O-CT-09."""

from __future__ import annotations

from decimal import Decimal

import pytest

from evaluation.rules.abnormal import LowPriceRules, low_prices

PROCUREMENT = LowPriceRules(of_mean=Decimal(50), of_second=Decimal(50), of_ceiling=Decimal(45))
SECOND, CEILING = "below 50 percent of the second lowest price", "below 45 percent of the ceiling price"
SECURITY = "below 85 percent of the ceiling price: the owner may ask for more security"


def asked(*prices, ceiling=None, rules=PROCUREMENT):
    bids = {str(n): Decimal(price) for n, price in enumerate(prices)}
    limit = None if ceiling is None else Decimal(ceiling)
    return {bid: list(reasons) for bid, reasons in low_prices(bids, ceiling=limit, rules=rules).items()}


def test_o_gp_06_two_tests_of_three_are_met():
    found = asked("1000000", "950000", "420000", "880000", ceiling="1200000")
    assert found == {"2": [SECOND, CEILING]}


@pytest.mark.parametrize(("price", "found"), [("450000", {}), ("449999.99", {"0": [CEILING]})])
def test_o_gp_07_the_boundary_itself_is_not_below(price, found):
    assert asked(price, ceiling="1000000") == found


@pytest.mark.parametrize(("price", "found"), [("8500000", {}), ("8499999", {"0": [SECURITY]})])
def test_o_ct_09_a_region_s_trigger_is_strict(price, found):
    assert asked(price, ceiling="10000000", rules=LowPriceRules(security_of_ceiling=Decimal(85))) == found


def test_a_price_below_half_the_mean_is_asked_about():
    assert asked("10", "40", "40", "40")["0"][0] == "below 50 percent of the mean of all prices"


def test_without_rules_or_bids_nothing_is_asked():
    assert asked("1", "100", ceiling="100", rules=LowPriceRules()) == {}
    assert asked() == {}
