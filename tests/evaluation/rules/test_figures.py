from __future__ import annotations

from decimal import Decimal

import pytest

from evaluation.rules.figures import Adjustment, BidFigures, Score, figures_objections, in_one_order, read_bids
from tests.evaluation.rules.figures import bid, refusals

FULL = BidFigures(
    bid="甲公司",
    price=Decimal("30000000.00"),
    currency="CNY",
    technical=Decimal("88.5"),
    months=Decimal(16),
    adjustments=(Adjustment(ground="付款", amount=Decimal("-1.5")),),
    deductions=("domestic_product",),
    scores=(
        Score(criterion="plan", member="E1", points=Decimal(8)),
        Score(criterion="plan", member="E2", points=Decimal("8.5")),
    ),
)


def test_a_bid_survives_storage() -> None:
    assert read_bids([FULL.as_json(), bid("B", 5).as_json()]) == ((FULL, bid("B", 5)), ())
    assert bid("B", 5).as_json() == {"bid": "B", "price": "5", "currency": "CNY"}


def test_every_unreadable_field_is_named() -> None:
    raw = [
        "A",
        {"price": 0.5, "colour": "red"},
        {"bid": "C", "price": "1", "currency": 5, "technical": "x", "months": [1]},
        {"bid": "D", "price": "1", "currency": "CNY", "adjustments": {}, "deductions": "x", "scores": []},
        {"bid": "E", "price": "1", "currency": "CNY", "adjustments": [{"ground": "g"}], "deductions": [1]},
        {"bid": "F", "price": "1", "currency": "CNY", "adjustments": [{"ground": 1, "amount": "1"}]},
        {"bid": "G", "price": "1", "currency": "CNY", "adjustments": [{"ground": "g", "amount": "x"}]},
        {"bid": "H", "price": "1", "currency": "CNY", "scores": {"plan": ["8"]}},
        {"bid": "I", "price": "1", "currency": "CNY", "scores": {"plan": {"E1": "x"}}},
    ]
    assert read_bids(raw) == (
        (),
        (
            "bid no. 1 is not an object",
            "bid no. 2: unknown field colour",
            "bid no. 2: bid is a text",
            "bid no. 2: currency is a text",
            "bid no. 2: price is not a number in plain digits",
            "bid C: currency is a text",
            "bid C: technical is not a number in plain digits",
            "bid C: months is not a number in plain digits",
            "bid D: adjustments are a list of objects with ground and amount",
            "bid D: deductions are a list of words",
            "bid D: scores map a criterion to members and their points",
            "bid E: adjustments are a list of objects with ground and amount",
            "bid E: deductions are a list of words",
            "bid F: adjustments are a list of objects with ground and amount",
            "bid G: adjustments are a list of objects with ground and amount",
            "bid H: scores map a criterion to members and their points",
            "bid I: scores map a criterion to members and their points",
        ),
    )
    assert read_bids({}) == ((), ("bids are a list",))


def test_two_currencies_are_refused_by_name() -> None:
    mixed = [bid("A", 1), bid("B", 1, currency="USD"), bid("C", 1, currency="EUR")]
    assert refusals("lowest_price", mixed) == ("bids in different currencies cannot be compared: CNY, EUR, USD",)


def test_the_currency_of_the_documents_binds_every_bid() -> None:
    assert figures_objections([bid("A", 1)], currency="CNY") == ()
    assert refusals("lowest_price", [bid("A", 1, currency="USD")], currency="CNY") == (
        "the documents ask for CNY, and bids are in USD",
    )
    assert refusals("lowest_price", [bid("A", 1), bid("B", 1, currency="USD")], currency="USD") == (
        "the documents ask for USD, and bids are in CNY, USD",
    )
    assert refusals("lowest_price", [bid("A", 1)], currency=" ") == (
        "parameter currency: it is a text that is not empty",
    )


def test_no_bid_is_nothing_to_evaluate() -> None:
    assert refusals("lowest_price", []) == ("there is no bid to evaluate",)


@pytest.mark.parametrize(
    ("figures", "reasons"),
    [
        (bid(" ", 1), ("a bid needs a label of 1 to 200 characters",)),
        (bid("x" * 201, 1), ("a bid needs a label of 1 to 200 characters",)),
        (bid("A", 1, currency="yuan"), ("bid A: a currency is three capital letters, not 'yuan'",)),
        (bid("A", 0), ("bid A: price must be above zero",)),
        (bid("A", "-1"), ("bid A: price must be above zero",)),
        (bid("A", "NaN"), ("bid A: price is not a number in plain digits",)),
        (bid("A", 1, months=Decimal(0)), ("bid A: months must be above zero",)),
        (bid("A", 1, technical=Decimal(-1)), ("bid A: technical must be above zero",)),
        (bid("A", 1, technical=Decimal(0)), ()),
        (
            bid("A", 1, adjustments=(Adjustment(ground="g", amount=Decimal("Infinity")),)),
            ("bid A: an amount or a score is not a number in plain digits",),
        ),
        (
            bid("A", 1, scores=(Score(criterion="c", member="E1", points=Decimal(1)),) * 2),
            ("bid A: E1 scored c twice",),
        ),
        (
            bid("A", 1, scores=(Score(criterion="c", member="张三", points=Decimal(1)),)),
            ("bid A: a member is named by letters, digits, dots and hyphens, not '张三'",),
        ),
    ],
)
def test_an_unfit_bid_is_named(figures: BidFigures, reasons: tuple[str, ...]) -> None:
    assert figures_objections([figures], currency="") == reasons


def test_a_label_names_one_bid() -> None:
    assert refusals("lowest_price", [bid("A", 1), bid("A", 2)]) == ("bid A appears twice",)


def test_bids_and_parameters_are_refused_together() -> None:
    assert refusals("lowest_evaluated_price", [bid("A", 0)], late_per_month=5, colour="red") == (
        "unknown parameter colour",
        "bid A: price must be above zero",
    )
    assert refusals("lowest_evaluated_price", [bid("A", 0)], late_per_month=5) == (
        "bid A: price must be above zero",
        "a price by the month needs base_months",
    )


def test_what_a_bid_holds_is_put_in_one_order() -> None:
    shuffled = BidFigures(
        bid="A",
        price=Decimal(1),
        currency="CNY",
        deductions=("b", "a"),
        adjustments=(Adjustment(ground="y", amount=Decimal(1)), Adjustment(ground="x", amount=Decimal(1))),
        scores=tuple(reversed(FULL.scores)),
    )
    (ordered,) = in_one_order([shuffled])
    assert ordered.deductions == ("a", "b")
    assert [item.ground for item in ordered.adjustments] == ["x", "y"]
    assert ordered.scores == FULL.scores
