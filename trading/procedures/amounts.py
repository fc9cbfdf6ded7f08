"""Counts and amounts that the law limits: pure functions shared by guards, pages and forms."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from core.money import CNY, Money
from trading.names import Category

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from trading.procedures.facts import Facts
    from trading.procedures.parameters import Parameters


def max_bid_security(
    estimate: Money | None, category: Category, parameters: Parameters, *, rate: str, cap_works: str = ""
) -> Money | None:
    """Return the highest bid security that may be asked; None if no limit can be computed (CT-90; O-CT-13).

    ``rate`` is the key of the percentage of the estimate or budget, ``cap_works`` of the cap for works, an
    amount of CNY that binds tenders in CNY only.
    """
    limits = [] if estimate is None else [estimate.percent(parameters.decimal(rate))]
    currency = CNY if estimate is None else estimate.currency
    if cap_works and category is Category.WORKS and currency == CNY:
        limits.append(parameters.money(cap_works))
    return min(limits, default=None)


def late_refund_interest(
    deposit: Money, days: int, parameters: Parameters, *, rate: str, multiplier: str, day_count: str
) -> Money:
    """Return what is owed for a bid security that goes back so many days late (87号令 38; O-GP-10).

    ``rate`` is the key of the base loan rate in percent a year, ``multiplier`` of what it is raised by, and
    ``day_count`` of the switch that says how many days make a year.
    """
    yearly = Fraction(parameters.decimal(rate)) / 100 * parameters.share(multiplier)
    exact = Fraction(deposit.amount) * yearly * days / int(parameters.switch(day_count))
    cents = (exact * 100 + Fraction(1, 2)).__floor__()  # half up: nothing here is negative
    return Money(Decimal(cents).scaleb(-2), deposit.currency)


def additions_are_allowed(contract: Money, additions: Iterable[Money], parameters: Parameters, *, limit: str) -> bool:
    """Return whether all supplements together stay within the percentage of the contract (采购法 49; O-GP-11)."""
    total = sum(additions, start=Money.zero(contract.currency))
    return total <= contract.percent(parameters.decimal(limit))


def suppliers_counted(bids: int, brands: Sequence[str] = ()) -> int:
    """Return how many suppliers count: bids of one brand of the (core) product count once (87号令 31; O-GP-09).

    ``brands`` has one entry for a bid whose brand is known; empty text and missing entries count for themselves.
    ValueError if there are more brands than bids.
    """
    if len(brands) > bids:
        raise ValueError("more brands than bids")
    named = [brand.strip().casefold() for brand in brands if brand.strip()]
    return bids - len(named) + len(set(named))


def bids_needed(facts: Facts, *, minimum: str, second_round: str = "") -> int:
    """Return the smallest number with which a procedure goes on.

    In a second round, where the region's switch says ``open``, one bid is enough (重庆条例 20; else 30号令 38).
    """
    if second_round and facts.round_number > 1 and facts.parameters.switch(second_round) == "open":
        return 1
    return facts.parameters.count(minimum)


def experts_needed(size: int, share: Fraction) -> int:
    """Return the least number of experts on a committee of a size: the share, rounded up (O-CT-10)."""
    return -(-size * share.numerator // share.denominator)


def committee_size_needed(facts: Facts, *, minimum: str, minimum_large: str = "", large_budget: str = "") -> int:
    """Return the least number of members; the larger one for a large budget or a complex task (87号令 47)."""
    budget = facts.notice.budget
    is_large = facts.notice.is_complex or (
        bool(large_budget)
        and budget is not None
        and budget.currency == CNY
        and budget >= facts.parameters.money(large_budget)
    )
    return facts.parameters.count(minimum_large if minimum_large and is_large else minimum)
