from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import canonical
from core.errors import Refused, Tampered
from evaluation.rules.calculation import Calculation
from evaluation.rules.figures import BidFigures, Score
from evaluation.rules.methods import METHODS, method_named, recomputed, verified
from evaluation.rules.ties import Choice
from tests.evaluation.rules.figures import bid, calculated, order, scores, technical

TIED = calculated("lowest_price", [bid("甲", "100.00"), bid("乙", 100), bid("丙", 120)])
PARAMETERS: dict[str, dict[str, object]] = {
    "lowest_price": {"small_micro_percent": 10},
    "lowest_evaluated_price": {"base_months": 12, "late_per_month": "3.5", "early_per_month": 2},
    "comprehensive_evaluation": {
        "full_marks": 60, "e1": 2, "e2": 1, "criteria": [technical(maximum=Decimal(40))], "aggregation": "trimmed_mean",
    },
    "comprehensive_scoring": {
        "category": "goods", "price_weight": "0.4", "criteria": [technical(weight=Decimal("0.6"))],
    },
}  # fmt: skip
SCORED = ("comprehensive_evaluation", "comprehensive_scoring")

prices = st.decimals(min_value="0.01", max_value="999999999999", places=2)
marks = st.lists(st.integers(0, 40), min_size=3, max_size=3)


@st.composite
def bids(draw: st.DrawFn, *, method: str) -> list[BidFigures]:
    made = []
    for number in range(draw(st.integers(1, 7))):
        more: dict[str, Any] = {"months": Decimal(draw(st.integers(1, 30)))}
        if method in SCORED:
            more["scores"] = scores("plan", *draw(marks))
        made.append(
            bid(
                f"B{number}",
                draw(st.one_of(prices.map(lambda price: price + 100), st.sampled_from([Decimal(100), Decimal(200)]))),
                **more,
            )
        )
    return made


@pytest.mark.parametrize("name", sorted(PARAMETERS))
@given(data=st.data())
def test_the_order_in_which_bids_are_given_changes_nothing(name: str, data: st.DataObject) -> None:
    given_bids = data.draw(bids(method=name))
    shuffled = data.draw(st.permutations(given_bids))
    assert calculated(name, shuffled, **PARAMETERS[name]) == calculated(name, given_bids, **PARAMETERS[name])


@pytest.mark.parametrize("name", sorted(PARAMETERS))
@given(data=st.data())
def test_a_stored_calculation_reads_back_and_calculates_again_to_the_same(name: str, data: st.DataObject) -> None:
    calculation = calculated(name, data.draw(bids(method=name)), **PARAMETERS[name])
    stored = canonical.loads(canonical.dumps(calculation.as_json()), limit=1_000_000)
    again = Calculation.from_json(stored)
    assert again == calculation
    assert again.as_json() == stored
    assert verified(again) == calculation


@pytest.mark.parametrize("name", sorted(PARAMETERS))
@given(data=st.data())
def test_ranks_count_those_before_and_ties_are_mutual(name: str, data: st.DataObject) -> None:
    calculation = calculated(name, data.draw(bids(method=name)), **PARAMETERS[name])
    ranked = {place.bid: place for place in calculation.ranking}
    assert sorted(ranked) == [figures.bid for figures in calculation.inputs]
    for position, place in enumerate(calculation.ranking, start=1):
        assert place.rank == position - sum(other in place.tied_with for other in list(ranked)[: position - 1])
        assert all(place.bid in ranked[other].tied_with for other in place.tied_with)
        assert {ranked[other].rank for other in place.tied_with} <= {place.rank}


@given(st.lists(prices, min_size=2, max_size=6), prices)
def test_a_lower_price_never_scores_lower_under_the_lowest_price(given_prices: list[Decimal], less: Decimal) -> None:
    before = [bid(f"B{number}", price) for number, price in enumerate(given_prices)]
    lowered = replace(before[0], price=min(less, before[0].price))
    parameters = {"category": "goods", "price_weight": 1}

    def score_and_rank(method: str, first: BidFigures, **more: object) -> tuple[Decimal, int]:
        place = next(place for place in calculated(method, [first, *before[1:]], **more).ranking if place.bid == "B0")
        return place.score or Decimal(0), place.rank

    assert score_and_rank("lowest_price", lowered)[1] <= score_and_rank("lowest_price", before[0])[1]
    was = score_and_rank("comprehensive_scoring", before[0], **parameters)
    now = score_and_rank("comprehensive_scoring", lowered, **parameters)
    assert now[0] >= was[0]
    assert now[1] <= was[1]


@given(st.lists(prices, min_size=2, max_size=8), st.data())
def test_with_a_fixed_benchmark_nobody_depends_on_who_else_is_there(
    given_prices: list[Decimal], data: st.DataObject
) -> None:
    slopes = {"full_marks": 100, "e1": 2, "e2": 1}
    everybody = [bid(f"B{number}", price) for number, price in enumerate(given_prices)]
    whole = calculated("comprehensive_evaluation", everybody, **slopes)
    some = data.draw(st.lists(st.sampled_from(everybody), min_size=1, unique_by=lambda figures: figures.bid))
    part = calculated("comprehensive_evaluation", some, **slopes, fixed_benchmark=whole.benchmark)
    first = {place.bid: place.score for place in whole.ranking}
    assert part.benchmark == whole.benchmark
    assert {place.bid: place.score for place in part.ranking} == {figures.bid: first[figures.bid] for figures in some}


@given(st.lists(prices, min_size=3, max_size=8))
def test_the_benchmark_lies_among_the_bids(given_prices: list[Decimal]) -> None:
    everybody = [bid(f"B{number}", price) for number, price in enumerate(given_prices)]
    calculation = calculated("comprehensive_evaluation", everybody, full_marks=100, e1=2, e2=1)
    assert calculation.benchmark is not None
    assert min(given_prices) <= calculation.benchmark <= max(given_prices)


def test_a_recorded_choice_settles_a_stored_tie() -> None:
    assert order(TIED) == [(1, "乙"), (1, "甲"), (3, "丙")]
    choice = Choice(order=("甲", "乙"), ground="采购人现场抽取")
    settled = recomputed(TIED, choices=[choice])
    assert order(settled) == [(1, "甲"), (2, "乙"), (3, "丙")]
    assert settled.ties() == ()
    assert Calculation.from_json(settled.as_json()) == settled
    assert verified(settled) == settled
    assert order(recomputed(settled, choices=())) == order(TIED)


def _changed(path: tuple[Any, ...], value: object) -> dict[str, Any]:
    stored = deepcopy(TIED.as_json())
    place: Any = stored
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return stored


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("inputs", 0, "price"), "99"),
        (("ranking", 0, "rank"), 2),
        (("ranking", 0, "tied_with"), []),
        (("worked", 0, "lines", 0, "params", "price"), "99"),
        (("worked", 0, "lines", 0, "msgid"), "{price} {currency} is the price"),
        (("parameters", "price_places"), "2"),
        (("parameters", "price_places"), 5),
        (("parameters", "small_micro_percent"), "5"),
        (("method",), "lowest_price/1999-1"),
        (("benchmark",), "100"),
        (("choices",), [{"order": ["甲", "丙"], "ground": "x"}]),
    ],
)
def test_a_stored_result_that_its_inputs_do_not_give_is_tampered_with(path: tuple[Any, ...], value: object) -> None:
    calculation = Calculation.from_json(_changed(path, value))
    with pytest.raises(Tampered):
        verified(calculation)


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        "text",
        {**TIED.as_json(), "more": 1},
        _changed(("inputs", 0, "price"), "many"),
        _changed(("inputs", 0, "price"), 100),
        _changed(("ranking", 0, "price"), "1e3"),
        _changed(("ranking", 0, "price"), 5),
        _changed(("ranking", 0, "settled_by"), "luck"),
        _changed(("ranking", 0, "extra"), 1),
        _changed(("worked", 0, "lines", 0, "msgid"), "{nobody}"),
        _changed(("worked", 0, "lines", 0, "msgid"), "{0}"),
        _changed(("worked", 0, "lines", 0), "text"),
        _changed(("parameters",), None),
    ],
)
def test_what_is_not_a_stored_calculation_is_not_read(data: object) -> None:
    with pytest.raises(Tampered, match=r"^this is not a stored calculation$"):
        Calculation.from_json(data)


def test_a_sentence_keeps_its_message_and_parameters_in_storage() -> None:
    line = TIED.as_json()["worked"][0]["lines"][0]  # type: ignore[index]
    assert line == {"msgid": "Bid price: {price} {currency}", "params": {"price": "100", "currency": "CNY"}}
    small = bid("A", 100, deductions=("small_micro_enterprise",))
    calculation = calculated("lowest_price", [small], small_micro_percent=10)
    (stored,) = calculation.as_json()["worked"]  # type: ignore[misc]
    assert stored["lines"][1]["params"]["name"] == {"msgid": "small or micro enterprise", "params": {}}
    assert verified(Calculation.from_json(calculation.as_json())) == calculation


def test_results_longer_than_any_input_are_stored_too() -> None:
    longest = bid("A", "999999999999999.99", months=Decimal(999999999999999))
    calculation = calculated("lowest_evaluated_price", [longest], base_months=1, late_per_month="999999999999999.99")
    rate, months = Fraction("999999999999999.99"), 999999999999999
    assert Fraction(calculation.ranking[0].evaluated_price) == rate + (months - 1) * rate
    assert verified(Calculation.from_json(calculation.as_json())) == calculation


def test_each_edition_has_its_own_name_and_the_bare_name_means_the_newest() -> None:
    assert [method.version for method in METHODS] == [
        "lowest_evaluated_price/2026-1",
        "comprehensive_evaluation/2026-1",
        "comprehensive_scoring/2026-1",
        "lowest_price/2026-1",
    ]
    assert method_named("lowest_price") is method_named("lowest_price/2026-1")
    with pytest.raises(Refused) as refusal:
        method_named("lottery")
    assert refusal.value.reasons == (
        "there is no method 'lottery'; known are " + ", ".join(method.version for method in METHODS),
    )


def test_scores_given_by_anybody_twice_do_not_reach_the_formula() -> None:
    twice = bid("A", 1, scores=(Score(criterion="plan", member="E1", points=Decimal(1)),) * 2)
    with pytest.raises(Refused) as refusal:
        calculated("comprehensive_scoring", [twice], **PARAMETERS["comprehensive_scoring"])
    assert refusal.value.reasons == ("bid A: E1 scored plan twice",)


def test_a_calculation_is_plain_json() -> None:
    assert json.loads(json.dumps(TIED.as_json())) == TIED.as_json()
