"""Does the platform come to what the market printed? Pure comparison of one lot."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from config.rehearsal.source import Printed

_HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True)
class Outcome:
    """What came out of the platform for one lot: opened prices by vendor, who won at which amount.

    ``past_rank_one`` says why the award is not rank one's; ``fault`` why the lot did not come to its end.
    """

    prices: Mapping[str, Decimal]
    winner: str
    amount: Decimal | None
    unopened: bool = False
    past_rank_one: str = ""
    fault: str = ""


def differences(printed: Printed, outcome: Outcome) -> list[str]:
    """Return every point in which the outcome differs from the print; empty if the lot agrees.

    The number of bids is equal; every printed rank lies between 1 + (lower bids) and (lower or equal bids); every
    percent is equal to two places, half up, against the lowest opened bid; winner and amount are equal. A lot that
    did not come to its end differs by that alone.
    """
    if outcome.fault:
        return [outcome.fault]
    found = []
    if printed.bid_count != len(outcome.prices):
        found.append(f"bids: {printed.bid_count} printed, {len(outcome.prices)} opened")
    if {vendor for vendor, _, _ in printed.ranking} != set(outcome.prices):
        found.append("the bidders differ from those in the printed ranking")
        return found
    found += [line for row in printed.ranking if (line := _ranking_difference(row, outcome.prices))]
    if printed.winner != outcome.winner:
        found.append(f"winner: {printed.winner} printed, {outcome.winner or 'nobody'} awarded")
    if printed.amount != outcome.amount:
        found.append(f"amount: {printed.amount} printed, {outcome.amount} awarded")
    return found


def _ranking_difference(row: tuple[str, int, Decimal], prices: Mapping[str, Decimal]) -> str:
    vendor, rank, percent = row
    own, low = prices[vendor], min(prices.values())
    first = 1 + sum(price < own for price in prices.values())
    last = sum(price <= own for price in prices.values())
    if not first <= rank <= last:
        return f"rank of {vendor}: {rank} printed, {first} to {last} possible"
    reached = (own * 100 / low).quantize(_HUNDREDTH, ROUND_HALF_UP)
    return "" if reached == percent else f"percent of {vendor}: {percent} printed, {reached} calculated"
