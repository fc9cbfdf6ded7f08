from __future__ import annotations

from decimal import Decimal

import pytest

from evaluation.rules.criteria import Group
from evaluation.rules.methods import method_named
from tests.evaluation.rules.figures import bid, calculated, lines, order, refusals, result, scores, technical

SCORING = "comprehensive_scoring"
PLAN = technical(title="技术方案", weight=Decimal("0.7"))
GOODS = {"category": "goods", "price_weight": "0.3", "criteria": [PLAN]}
PRICE_ONLY = {"category": "goods", "price_weight": 1}


def scored(label: str, price: object, plan: object, **more: object) -> object:
    return bid(label, price, scores=scores("plan", plan), **more)


ABC = [scored("A", 950_000, 88), scored("B", 1_000_000, 93), scored("C", 1_187_500, 97)]


def test_the_lowest_price_has_full_marks_and_others_in_proportion() -> None:
    """O-GP-01."""
    calculation = calculated(SCORING, ABC, **GOODS)
    assert calculation.benchmark == 950_000
    assert calculation.preamble == ("Benchmark, the lowest evaluation price: 950,000",)
    assert [lines(calculation, label)[1] for label in "ABC"] == [
        "Price score: 950,000 / 950,000 × 100 × 0.3 = 30.00",
        "Price score: 950,000 / 1,000,000 × 100 × 0.3 = 28.50",
        "Price score: 950,000 / 1,187,500 × 100 × 0.3 = 24.00",
    ]


def test_the_total_is_the_sum_of_the_weighted_factors() -> None:
    """O-GP-02."""
    calculation = calculated(SCORING, ABC, **GOODS)
    assert result(calculation) == {"A": Decimal("91.60"), "B": Decimal("93.60"), "C": Decimal("91.90")}
    assert order(calculation) == [(1, "B"), (2, "C"), (3, "A")]
    assert lines(calculation, "B")[2:] == [
        "技术方案: mean of 93 out of 100, × 100 × 0.7 = 65.10",
        "Total: 28.50 + 65.10 = 93.60",
    ]
    assert [place.technical for place in calculation.ranking] == [Decimal("65.10"), Decimal("67.90"), Decimal("61.60")]


def test_no_price_is_dropped_however_low() -> None:
    bids = [bid(label, price) for label, price in zip("ABCDEF", (1, 100, 100, 100, 100, 100), strict=True)]
    assert calculated(SCORING, bids, **PRICE_ONLY).benchmark == 1


def test_a_sheet_of_forty_points_weighs_as_its_weight_says() -> None:
    criteria = [
        technical(maximum=Decimal(40), weight=Decimal("0.4")),
        technical("service", group=Group.COMMERCIAL, maximum=Decimal(5), weight=Decimal("0.3")),
    ]
    one = bid("A", 7, scores=scores("plan", 30, 35) + scores("service", 5, 4))
    calculation = calculated(SCORING, [one], category="services", price_weight="0.30", criteria=criteria)
    assert result(calculation) == {"A": Decimal("89.50")}  # 30 + 32.5 + 27
    assert calculation.ranking[0].technical == Decimal("32.50")


def test_a_small_enterprise_is_compared_at_a_lower_price_and_paid_its_bid() -> None:
    """O-GP-03."""
    bids = [bid("A", 1_000_000), bid("B", 1_080_000, deductions=("small_micro_enterprise",)), bid("C", 1_200_000)]
    calculation = calculated(SCORING, [bid_with(figures, 50) for figures in bids], **GOODS, small_micro_percent=10)
    assert calculation.benchmark == 972_000
    assert [lines(calculation, label)[-3].split(" = ")[1] for label in "ABC"] == ["29.16", "30.00", "24.30"]
    assert (calculation.ranking[0].bid, calculation.ranking[0].price) == ("B", 1_080_000)
    assert lines(calculation, "B")[1:3] == [
        "Deduction, small or micro enterprise: 10 per cent of the bid price",
        "Evaluation price: 1,080,000 × (100 - 10) / 100 = 972,000.00",
    ]


def bid_with(figures: object, plan: int) -> object:
    from dataclasses import replace

    return replace(figures, scores=scores("plan", plan))  # type: ignore[type-var]


def test_several_deductions_are_all_taken_from_the_original_price() -> None:
    """O-GP-05."""
    both = bid("A", 1_000_000, deductions=("small_micro_enterprise", "domestic_product"))
    calculation = calculated("lowest_price", [both], small_micro_percent=10, domestic_percent=20)
    assert result(calculation) == {"A": Decimal("700000.00")}


def test_equal_totals_are_placed_by_the_lower_bid_price() -> None:
    bids = [scored("A", 100, 90), scored("B", 120, "97.14285714")]
    calculation = calculated(SCORING, bids, **GOODS)
    assert result(calculation) == {"A": Decimal("93.00"), "B": Decimal("93.00")}
    assert order(calculation) == [(1, "A"), (2, "B")]


def test_equal_totals_at_equal_prices_are_parallel() -> None:
    calculation = calculated(SCORING, [scored("A", 100, 90), scored("B", 100, 90), scored("C", 200, 90)], **GOODS)
    assert order(calculation) == [(1, "A"), (1, "B"), (3, "C")]
    assert calculation.ties() == (("A", "B"),)
    assert lines(calculation, "A")[-1] == "Tied with B: a recorded choice decides"


def test_a_price_fixed_by_the_state_is_not_scored() -> None:
    whole = technical(weight=Decimal(1))
    parameters = {"category": "services", "price_weight": 0, "price_is_fixed": "yes", "criteria": [whole]}
    calculation = calculated(SCORING, [scored("A", 100, 80), scored("B", 100, 81)], **parameters)
    assert (calculation.benchmark, calculation.preamble) == (
        None,
        ("The price is fixed by the state and is not scored",),
    )
    assert order(calculation) == [(1, "B"), (2, "A")]


@pytest.mark.parametrize(
    ("parameters", "reasons"),
    [
        (
            {"category": "goods", "price_weight": "0.29", "criteria": [technical(weight=Decimal("0.71"))]},
            ("the price weighs 0.29, at least 0.30 is needed for goods (87号令 55)",),
        ),
        (
            {"category": "services", "price_weight": "0.09", "criteria": [technical(weight=Decimal("0.91"))]},
            ("the price weighs 0.09, at least 0.10 is needed for services (87号令 55)",),
        ),
        ({"category": "services", "price_weight": "0.3"}, ("the weights sum to 0.3, not to 1",)),
        (
            {"category": "goods", "price_weight": "0.3", "price_is_fixed": "yes", "criteria": [PLAN]},
            ("a price fixed by the state is not scored: its weight is 0",),
        ),
        (
            {"category": "goods", "price_weight": 0, "criteria": [technical(weight=None, group=Group.QUALIFICATION)]},
            (
                "the price weighs 0, at least 0.30 is needed for goods (87号令 55)",
                "criterion plan: only technical and commercial criteria are scored",
                "criterion plan: qualification and responsiveness are passed or failed, not scored",
                "criterion plan needs a weight above zero",
                "the weights sum to 0, not to 1",
            ),
        ),
        (
            {"category": "works", "price_weight": "1.1", "small_micro_percent": 9, "domestic_percent": 21},
            (
                "parameter category: it is one of goods, services",
                "parameter price_weight: 1.1 is above 1",
                "parameter small_micro_percent: 9 is below 10 (财库〔2022〕19号)",
                "parameter domestic_percent: 21 is above 20 (国办发〔2025〕34号)",
            ),
        ),
    ],
)
def test_unfit_parameters_are_refused_with_every_reason(
    parameters: dict[str, object], reasons: tuple[str, ...]
) -> None:
    assert method_named(SCORING).parameter_objections(parameters) == reasons


def test_services_may_weigh_the_price_at_a_tenth() -> None:
    parameters = {"category": "services", "price_weight": "0.1", "criteria": [technical(weight=Decimal("0.9"))]}
    assert method_named(SCORING).parameter_objections(parameters) == ()


def test_scores_are_needed_for_every_criterion() -> None:
    assert refusals(SCORING, [scored("A", 1, 101), bid("B", 2)], **GOODS) == (
        "bid A, E1: 技术方案: 101 is outside 0 to 100",
        "bid B: E1 has not scored 技术方案",
    )


def test_the_lowest_price_stands_first_and_equal_ones_are_parallel() -> None:
    calculation = calculated("lowest_price", [bid("A", 12), bid("B", 11), bid("C", 12)])
    assert order(calculation) == [(1, "B"), (2, "A"), (2, "C")]
    assert calculation.ties() == (("A", "C"),)


def test_only_deductions_of_the_documents_may_be_claimed_and_each_once() -> None:
    bids = [
        bid("A", 100, deductions=("friendship",)),
        bid("B", 100, deductions=("domestic_product", "domestic_product")),
        bid("C", 100, deductions=("small_micro_enterprise", "sme_consortium")),
        bid("D", "0.1", deductions=("domestic_product",)),
        bid("E", 100, deductions=("sme_consortium",)),
    ]
    offered = {"small_micro_percent": 20, "sme_consortium_percent": 4, "domestic_percent": 20, "price_places": 0}
    assert refusals("lowest_price", bids, **offered) == (
        "bid A: the documents offer no deduction friendship",
        "bid B claims one deduction twice",
        "bid C is either a small or micro enterprise or a consortium with one",
        "bid D: rounded, nothing is left of the price",
    )
    assert result(calculated("lowest_price", bids[4:], **offered)) == {"E": 96}
