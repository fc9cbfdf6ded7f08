"""The year in figures: each has one definition, shown beside it. Sums are made of decimals, never by the database."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from core.money import CNY, Money
from core.reasons import Reason, reason
from core.working_days import SHANGHAI, end_of, start_of
from disclosure import queries

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True)
class Definition:
    """What a figure counts: its anchor on the page about the platform, its name, its words."""

    key: str
    name: Reason
    words: Reason


DEFINITIONS = (
    Definition(
        "announced",
        reason("Projects announced"),
        reason(
            "Projects whose tender notice was published this year, by Beijing time; a re-tender counts as a project."
        ),
    ),
    Definition(
        "awarded",
        reason("Awarded"),
        reason("Lots whose award was announced this year and still stands."),
    ),
    Definition(
        "amount",
        reason("Award amount"),
        reason(
            "Sum of the awarded amounts of those lots in yuan; other currencies are named beside it, never converted."
        ),
    ),
    Definition(
        "saved",
        reason("Saved"),
        reason(
            "Sum of ceiling price minus award amount over those of the lots, in yuan, for which a ceiling was announced"
            "; lots without a ceiling are left out."
        ),
    ),
)


@dataclass(frozen=True)
class Year:
    """The figures of one year; ``others`` are award sums in other currencies than yuan."""

    year: int
    announced: int
    awarded: int
    amount: Money
    saved: Money
    with_ceiling: int
    others: tuple[Money, ...]


def year_to(at: datetime) -> Year:
    """Return the figures of the year of ``at`` so far."""
    today = at.astimezone(SHANGHAI).date()
    start, end = start_of(today.replace(month=1, day=1)), end_of(today)
    awards = queries.awards_announced_between(start, end).values_list("amount", "currency", "lot__ceiling_price")
    sums: dict[str, Decimal] = defaultdict(Decimal)
    saved, awarded, with_ceiling = Decimal(0), 0, 0
    for amount, currency, ceiling in awards.iterator():
        awarded += 1
        sums[currency] += amount
        if ceiling is not None and currency == CNY:
            with_ceiling += 1
            saved += ceiling - amount
    return Year(
        year=today.year,
        announced=queries.announced_between(start, end),
        awarded=awarded,
        amount=Money(sums.pop(CNY, Decimal(0)), CNY),
        saved=Money(saved, CNY),
        with_ceiling=with_ceiling,
        others=tuple(Money(amount, currency) for currency, amount in sorted(sums.items())),
    )
