from __future__ import annotations

from decimal import Decimal

import pytest

from evaluation.rules.criteria import Group, Kind
from evaluation.rules.methods import method_named
from tests.evaluation.rules.figures import bid, calculated, lines, order, refusals, result, scores, technical

METHOD = "comprehensive_evaluation"
FIVE = [bid(label, price) for label, price in zip("ABCDE", (9400, 9800, 10000, 10200, 10600), strict=True)]
SLOPES = {"full_marks": 50, "e1": 1, "e2": "0.5"}


def points(*written: str) -> dict[str, Decimal]:
    return dict(zip("ABCDE", map(Decimal, written), strict=True))


def test_points_fall_with_the_distance_from_the_trimmed_mean() -> None:
    """O-CT-03."""
    calculation = calculated(METHOD, FIVE, **SLOPES)
    assert calculation.benchmark == 10000
    assert result(calculation) == points("47.00", "49.00", "50.00", "48.00", "44.00")
    assert calculation.preamble == (
        "Bids: 5, without one highest and one lowest; mean: (9,800 + 10,000 + 10,200) / 3 = 10,000.00",
        "Benchmark: 10,000.00",
    )
    assert lines(calculation, "E") == [
        "Bid price: 10,600 CNY",
        "Deviation: (10,600 - 10,000.00) / 10,000.00 × 100 = 6.0000 %",
        "Price score: 50 - 6.0000 × 1 = 44.00",
    ]


def test_the_benchmark_may_be_blended_with_the_ceiling() -> None:
    """O-CT-04."""
    calculation = calculated(METHOD, FIVE, **SLOPES, ceiling=11000, ceiling_weight="0.3")
    assert calculation.benchmark == 10300
    assert result(calculation) == points("45.63", "47.57", "48.54", "49.51", "47.09")
    assert calculation.preamble[1] == "Blended with the ceiling: 0.3 × 11,000 + 0.7 × 10,000.00"


def test_the_benchmark_may_be_reduced_and_then_the_lowest_bid_need_not_win() -> None:
    """O-CT-06, the reasonable low price."""
    calculation = calculated(METHOD, FIVE, full_marks=100, e1=2, e2=1, reduction_percent=3)
    assert calculation.benchmark == 9700
    assert result(calculation) == points("96.91", "97.94", "93.81", "89.69", "81.44")
    assert order(calculation)[0] == (1, "B")
    assert calculation.preamble[1] == "Reduced by 3 %"


def test_below_the_number_nobody_is_dropped() -> None:
    calculation = calculated(METHOD, FIVE[:4], **SLOPES)
    assert calculation.benchmark == 9850
    assert calculation.preamble[0] == "Bids: 4; mean: (9,400 + 9,800 + 10,000 + 10,200) / 4 = 9,850.00"


def test_dropping_can_be_switched_off() -> None:
    uneven = [*FIVE[:4], bid("E", 20600)]
    assert calculated(METHOD, uneven, **SLOPES).benchmark == 10000
    assert calculated(METHOD, uneven, **SLOPES, trim_from=0).benchmark == 12000


def test_of_several_equal_extremes_only_one_is_dropped() -> None:
    bids = [bid(label, price) for label, price in zip("ABCDE", (1, 1, 4, 7, 7), strict=True)]
    assert calculated(METHOD, bids, **SLOPES).benchmark == 4
    bids = [bid(label, price) for label, price in zip("ABCDE", (1, 1, 1, 7, 7), strict=True)]
    assert calculated(METHOD, bids, **SLOPES).benchmark == 3


def test_a_score_never_falls_below_zero() -> None:
    calculation = calculated(METHOD, [bid("A", 100), bid("B", 900)], full_marks=50, e1=1, e2=1)
    assert result(calculation) == {"A": 0, "B": 0}
    assert lines(calculation, "B")[2] == "Price score: 50 - 80.0000 × 1 is below 0: 0.00"


def test_a_fixed_benchmark_stays_though_a_bid_has_left() -> None:
    before = calculated(METHOD, FIVE, **SLOPES)
    after = calculated(METHOD, FIVE[1:], **SLOPES, fixed_benchmark=before.benchmark)
    moved = calculated(METHOD, FIVE[1:], **SLOPES)
    assert after.preamble == ("Benchmark, fixed before: 10,000.00",)
    assert result(after) == {label: score for label, score in result(before).items() if label != "A"}
    assert result(moved) != result(after)


CRITERIA = [
    technical(maximum=Decimal(10)),
    technical(
        "service", title="服务", group=Group.COMMERCIAL, kind=Kind.FIXED_STEPS,
        steps=(Decimal(0), Decimal(20), Decimal(40)), maximum=Decimal(40),
    ),
]  # fmt: skip
SEVEN = scores("plan", 8, "8.5", 9, 7, 8, "9.5", 6)


def test_members_scores_are_averaged_or_trimmed_and_added() -> None:
    """O-CT-07: without 9.5 and 6 the mean is 8.10."""
    scored = bid("A", 100, scores=SEVEN + scores("service", 40, 40, 40, 40, 40, 40, 20))
    trimmed = calculated(METHOD, [scored], **SLOPES, criteria=CRITERIA, aggregation="trimmed_mean")
    assert result(trimmed) == {"A": Decimal("98.10")}
    assert trimmed.ranking[0].technical == Decimal("8.10")
    assert lines(trimmed, "A")[3:] == [
        "施工方案: mean of 8, 8.5, 9, 7, 8, 9.5, 6 without one highest and one lowest = 8.10",
        "服务: mean of 40, 40, 40, 40, 40, 40, 20 without one highest and one lowest = 40.00",
        "Total: 50.00 + 8.10 + 40.00 = 98.10",
    ]
    mean = calculated(METHOD, [scored], **SLOPES, criteria=CRITERIA)
    assert result(mean) == {"A": Decimal("95.14")}  # 50 + 8.00 + 37.14
    assert lines(mean, "A")[3] == "施工方案: mean of 8, 8.5, 9, 7, 8, 9.5, 6 = 8.00"


def test_equal_totals_are_placed_by_price_then_by_technical_score() -> None:
    def scored(label: str, price: int, plan: int, service: int) -> object:
        return bid(label, price, scores=scores("plan", plan) + scores("service", service))

    flat = {"full_marks": 50, "e1": 0, "e2": 0, "criteria": [CRITERIA[0], technical("service", maximum=Decimal(40))]}
    flat["criteria"][1] = technical("service", group=Group.COMMERCIAL, maximum=Decimal(40))  # type: ignore[index]
    bids = [scored("A", 100, 5, 20), scored("B", 100, 6, 19), scored("C", 99, 1, 24)]
    calculation = calculated(METHOD, bids, **flat)
    assert set(result(calculation).values()) == {Decimal("75.00")}
    assert order(calculation) == [(1, "C"), (2, "B"), (3, "A")]
    assert [place.settled_by for place in calculation.ranking] == [
        "lower_price",
        "higher_technical",
        "higher_technical",
    ]


@pytest.mark.parametrize(
    ("parameters", "reasons"),
    [
        (
            {},
            (
                "parameter full_marks is missing: full marks of the price (F)",
                "parameter e1 is missing: points lost for each percent above the benchmark (E1)",
                "parameter e2 is missing: points lost for each percent below the benchmark (E2)",
            ),
        ),
        ({**SLOPES, "ceiling_weight": "0.3"}, ("ceiling_weight needs the ceiling",)),
        (
            {**SLOPES, "trim_from": 2, "ceiling_weight": "0.1"},
            ("ceiling_weight needs the ceiling", "trim_from is 0 (never) or at least 3: one bid must remain"),
        ),
        (
            {**SLOPES, "trim_from": "2.5", "aggregation": "median", "reduction_percent": 100, "e3": 1},
            (
                "unknown parameter e3",
                "parameter trim_from: it is not a whole number",
                "parameter reduction_percent: 100 is above 99",
                "parameter aggregation: it is one of mean, trimmed_mean",
            ),
        ),
        ({**SLOPES, "criteria": [technical()]}, ("the maximum points sum to 150, not to 100",)),
        (
            {
                **SLOPES,
                "criteria": [technical("licence", group=Group.QUALIFICATION, kind=Kind.PASS_FAIL, maximum=None)],
            },
            (
                "criterion licence: only technical and commercial criteria are scored",
                "the maximum points sum to 50, not to 100",
            ),
        ),
    ],
)
def test_unfit_parameters_are_refused_with_every_reason(
    parameters: dict[str, object], reasons: tuple[str, ...]
) -> None:
    assert method_named(METHOD).parameter_objections(parameters) == reasons
    assert refusals(METHOD, [bid("A", 1)], **parameters) == reasons


def test_a_bid_above_the_ceiling_is_rejected_and_not_scored() -> None:
    assert refusals(METHOD, [bid("A", 11), bid("B", 10)], **SLOPES, ceiling=10) == (
        "bid A is above the ceiling of 10: it is rejected, not scored",
    )


def test_a_benchmark_that_rounds_to_nothing_is_refused() -> None:
    assert refusals(METHOD, [bid("A", "0.4")], **SLOPES, price_places=0) == (
        "rounded to 0 decimals the benchmark is 0",
    )


def test_missing_foreign_and_impossible_scores_are_all_named() -> None:
    bids = [
        bid("A", 1, scores=scores("plan", 11, 5) + scores("service", 20, 30)),
        bid("B", 2, scores=scores("plan", 5) + scores("service", 20, 0) + scores("charm", 1)),
    ]
    assert refusals(METHOD, bids, **SLOPES, criteria=CRITERIA, aggregation="trimmed_mean") == (
        "2 members are too few to drop the highest and the lowest score",
        "bid A, E1: 施工方案: 11 is outside 0 to 10",
        "bid A, E2: 服务: 30 is not one of the steps 0, 20, 40",
        "bid B: there is no criterion charm",
        "bid B: E2 has not scored 施工方案",
    )


def test_criteria_without_any_score_are_refused() -> None:
    assert refusals(METHOD, [bid("A", 1)], **SLOPES, criteria=CRITERIA) == (
        "there are criteria, and no member has scored",
    )


def test_a_technical_score_from_elsewhere_does_not_count() -> None:
    assert refusals(METHOD, [bid("A", 1, technical=Decimal(9))], **SLOPES) == (
        "bid A: technical does not count in this method",
    )
