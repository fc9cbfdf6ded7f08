"""Prices so low that the committee has to ask: 财库〔2026〕2号 for procurement, regional rules for construction.

A price is named with the test that it meets, strictly below in each; whether it is explained is the committee's
judgement. Prices are the bids', not those after policy deductions.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from core.reasons import Reason, reason

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

_TWO = 2


@dataclass(frozen=True, kw_only=True)
class LowPriceRules:
    """Percentages below which a price is asked about; None where the law of the project knows no such test."""

    of_mean: Decimal | None = None
    of_second: Decimal | None = None
    of_ceiling: Decimal | None = None
    security_of_ceiling: Decimal | None = None  # below it the owner may ask for more security (重庆条例 37)


def low_prices(
    prices: Mapping[str, Decimal], *, ceiling: Decimal | None, rules: LowPriceRules
) -> dict[str, tuple[Reason, ...]]:
    """Return, bid by bid, the tests that its price meets; bids that meet none are left out."""
    if not prices:
        return {}
    ranked = sorted(prices.values())
    mean = sum(map(Fraction, ranked), Fraction(0)) / len(ranked)
    second = Fraction(ranked[1]) if len(ranked) >= _TWO else None
    found: dict[str, list[Reason]] = {bid: [] for bid in prices}
    for bid, price in prices.items():
        if _is_below(price, rules.of_mean, mean):
            found[bid].append(reason("below {percent} percent of the mean of all prices", percent=rules.of_mean))
        if price == ranked[0] and _is_below(price, rules.of_second, second):
            found[bid].append(reason("below {percent} percent of the second lowest price", percent=rules.of_second))
        if ceiling is not None and _is_below(price, rules.of_ceiling, Fraction(ceiling)):
            found[bid].append(reason("below {percent} percent of the ceiling price", percent=rules.of_ceiling))
        if ceiling is not None and _is_below(price, rules.security_of_ceiling, Fraction(ceiling)):
            asks = reason(
                "below {percent} percent of the ceiling price: the owner may ask for more security",
                percent=rules.security_of_ceiling,
            )
            found[bid].append(asks)
    return {bid: tuple(reasons) for bid, reasons in found.items() if reasons}


def _is_below(price: Decimal, percent: Decimal | None, of: Fraction | None) -> bool:
    return percent is not None and of is not None and Fraction(price) * 100 < Fraction(percent) * of
