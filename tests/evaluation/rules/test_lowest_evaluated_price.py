from __future__ import annotations

from decimal import Decimal

from evaluation.rules.figures import Adjustment
from evaluation.rules.methods import method_named
from tests.evaluation.rules.figures import bid, calculated, lines, order, refusals, result

METHOD = "lowest_evaluated_price"


def months(number: object) -> Decimal:
    return Decimal(str(number))


def test_one_month_late_costs_what_the_documents_say() -> None:
    """O-CT-01, a published example."""
    calculation = calculated(
        METHOD, [bid("A", 30_000_000, months=months(16))], base_months="15", late_per_month="300000"
    )
    assert result(calculation) == {"A": Decimal(30300000)}
    assert lines(calculation, "A") == [
        "Bid price: 30,000,000 CNY",
        "Months: 16, base 15; late by 1 × 300,000 = +300,000.00",
        "Evaluated price: 30,300,000.00",
    ]


def test_the_lowest_bid_may_come_last() -> None:
    """O-CT-02."""
    bids = [
        bid("P1", 3000, months=months(16)),
        bid("P2", 3020, months=months(14)),
        bid("P3", 2990, months=months(17)),
        bid("P4", 3015, months=months(15)),
    ]
    calculation = calculated(METHOD, bids, base_months=15, late_per_month=30, early_per_month=20)
    assert result(calculation) == {"P1": 3030, "P2": 3000, "P3": 3050, "P4": 3015}
    assert order(calculation) == [(1, "P2"), (2, "P4"), (3, "P1"), (4, "P3")]
    assert lines(calculation, "P2")[1] == "Months: 14, base 15; early by 1 × 20 = -20.00"
    assert lines(calculation, "P4")[1] == "Months: 15, as the base"


def test_the_contract_price_stays_the_bid() -> None:
    calculation = calculated(METHOD, [bid("A", 100, months=months(2))], base_months=1, late_per_month=7)
    assert [(place.price, place.evaluated_price) for place in calculation.ranking] == [(100, 107)]


def test_a_part_of_a_month_counts_as_a_part() -> None:
    calculation = calculated(
        METHOD, [bid("A", "1000.00", months=months("15.5"))], base_months=15, late_per_month="0.25"
    )
    assert result(calculation) == {"A": Decimal("1000.13")}  # 0.125, half up


def test_lump_sums_on_named_grounds_are_added_and_taken_off() -> None:
    adjusted = bid(
        "A",
        1000,
        adjustments=(
            Adjustment(ground="payment terms", amount=Decimal("25.50")),
            Adjustment(ground="maintenance", amount=Decimal(-40)),
        ),
    )
    calculation = calculated(METHOD, [adjusted, bid("B", 990)], grounds=["payment terms", "maintenance"])
    assert result(calculation) == {"A": Decimal("985.50"), "B": 990}
    assert lines(calculation, "A") == [
        "Bid price: 1,000 CNY",
        "Adjustment, maintenance: -40",
        "Adjustment, payment terms: +25.50",
        "Evaluated price: 985.50",
    ]


def test_months_are_a_plain_fact_where_the_documents_do_not_price_them() -> None:
    assert result(calculated(METHOD, [bid("A", 100, months=months(99))])) == {"A": 100}


def test_equal_evaluated_prices_are_placed_by_the_lower_bid() -> None:
    bids = [bid("A", 100, months=months(1)), bid("B", 90, months=months(2))]
    calculation = calculated(METHOD, bids, base_months=1, late_per_month=10)
    assert order(calculation) == [(1, "B"), (2, "A")]
    assert lines(calculation, "B")[-1] == "Equal result: placed by the lower bid price"


def test_equal_bids_are_placed_by_the_higher_technical_score() -> None:
    calculation = calculated(METHOD, [bid("A", 100, technical=Decimal(80)), bid("B", 100, technical=Decimal(81))])
    assert order(calculation) == [(1, "B"), (2, "A")]
    assert lines(calculation, "A")[-1] == "Equal result: placed by the higher technical score"


def test_everything_wrong_is_said_at_once() -> None:
    wrong = bid("A", 100, adjustments=(Adjustment(ground="a smile", amount=Decimal(-5)),), deductions=("x",))
    assert refusals(METHOD, [wrong, bid("B", 5, adjustments=(Adjustment(ground="g", amount=Decimal(-9)),))]) == (
        "bid A: deductions does not count in this method",
        "bid A: the documents do not name the ground a smile",
        "bid B: the documents do not name the ground g",
        "bid B: the adjustments leave nothing of the price",
    )


def test_bids_need_their_months_where_months_have_a_price() -> None:
    assert refusals(METHOD, [bid("A", 1), bid("B", 2)], base_months=15, late_per_month=1) == (
        "bid A: the months are missing",
        "bid B: the months are missing",
    )


def test_parameters_are_checked_before_there_is_any_bid() -> None:
    method = method_named(METHOD)
    assert method.parameter_objections({}) == ()
    assert method.parameter_objections({"late_per_month": 1}) == ("a price by the month needs base_months",)
    assert method.parameter_objections({"base_months": 3}) == (
        "base_months has no effect without late_per_month or early_per_month",
    )
    assert method.parameter_objections({"late_per_month": -1, "price_places": 5}) == (
        "parameter late_per_month: -1 is below 0",
        "parameter price_places: 5 is above 4",
    )
