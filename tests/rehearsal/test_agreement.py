from __future__ import annotations

from decimal import Decimal

from config.rehearsal.agreement import Outcome, differences
from config.rehearsal.source import Printed

PRINTED = Printed(
    bid_count=3,
    ranking=(("A", 1, Decimal("100.00")), ("B", 2, Decimal("110.00")), ("C", 3, Decimal("110.00"))),
    winner="A",
    amount=Decimal("1000.5"),
    has_contract=True,
)
PRICES = {"A": Decimal("1000.50"), "B": Decimal("1100.55"), "C": Decimal("1100.55")}


def outcome(prices: dict[str, Decimal] = PRICES, winner: str = "A", amount: str = "1000.50") -> Outcome:
    return Outcome(prices=prices, winner=winner, amount=Decimal(amount))


def test_equal_bids_agree_with_either_printed_order() -> None:
    assert differences(PRINTED, outcome()) == []


def test_every_difference_is_named() -> None:
    prices = PRICES | {"C": Decimal("1050.00")}
    assert differences(PRINTED, outcome(prices, winner="B", amount="999")) == [
        "rank of B: 2 printed, 3 to 3 possible",
        "rank of C: 3 printed, 2 to 2 possible",
        "winner: A printed, B awarded",
        "amount: 1000.5 printed, 999 awarded",
    ]


def test_a_percent_is_compared_to_two_places_half_up() -> None:
    printed = Printed(
        bid_count=2,
        ranking=(("A", 1, Decimal("100.00")), ("B", 2, Decimal("100.01"))),
        winner="A",
        amount=Decimal(100000),
        has_contract=False,
    )
    reached = outcome({"A": Decimal(100000), "B": Decimal(100005)}, amount="100000")
    assert differences(printed, reached) == []
    lower = outcome({"A": Decimal(100000), "B": Decimal("100004.99")}, amount="100000")
    assert differences(printed, lower) == ["percent of B: 100.01 printed, 100.00 calculated"]


def test_other_bidders_end_the_comparison() -> None:
    assert differences(PRINTED, outcome({"A": Decimal(1)})) == [
        "bids: 3 printed, 1 opened",
        "the bidders differ from those in the printed ranking",
    ]


def test_nobody_awarded_is_said_so() -> None:
    reached = Outcome(prices=PRICES, winner="", amount=None)
    assert differences(PRINTED, reached) == [
        "winner: A printed, nobody awarded",
        "amount: 1000.5 printed, None awarded",
    ]
