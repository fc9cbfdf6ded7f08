from __future__ import annotations

from decimal import Decimal

import pytest

from core.errors import Refused
from evaluation.rules.ties import Choice, Standing, TieRule, rank

ALL_RULES = (TieRule.LOWER_PRICE, TieRule.HIGHER_TECHNICAL)


def standing(label: str, *, score: object, price: int = 100, technical: int | None = None) -> Standing:
    return Standing(
        bid=label,
        price=Decimal(price),
        evaluated_price=Decimal(price),
        score=None if score is None else Decimal(str(score)),
        technical=None if technical is None else Decimal(technical),
    )


def places(standings: list[Standing], **more: object) -> list[tuple[int, str, str | None, tuple[str, ...]]]:
    more.setdefault("rules", ALL_RULES)
    return [(one.rank, one.bid, one.settled_by, one.tied_with) for one in rank(standings, **more)]  # type: ignore[arg-type]


def test_the_higher_score_goes_first_and_needs_no_rule() -> None:
    assert places([standing("A", score=90), standing("B", score=91)]) == [(1, "B", None, ()), (2, "A", None, ())]


def test_without_scores_the_lower_evaluated_price_goes_first() -> None:
    assert places([standing("A", score=None, price=5), standing("B", score=None, price=4)]) == [
        (1, "B", None, ()),
        (2, "A", None, ()),
    ]


def test_price_comes_before_the_technical_score() -> None:
    equal = [standing("A", score=90, price=100, technical=99), standing("B", score=90, price=99, technical=1)]
    assert places(equal) == [(1, "B", "lower_price", ()), (2, "A", "lower_price", ())]


def test_a_missing_technical_score_leaves_the_tie_open() -> None:
    equal = [standing("A", score=90, technical=5), standing("B", score=90), standing("C", score=90, technical=6)]
    assert places(equal) == [
        (1, "A", None, ("B", "C")),
        (1, "B", None, ("A", "C")),
        (1, "C", None, ("A", "B")),
    ]


def test_equal_in_everything_share_a_rank_and_the_next_rank_counts_them() -> None:
    equal = [standing("C", score=80), standing("B", score=90, technical=5), standing("A", score=90, technical=5)]
    assert places(equal) == [(1, "A", None, ("B",)), (1, "B", None, ("A",)), (3, "C", None, ())]


def test_one_of_three_may_be_settled_while_two_stay_tied() -> None:
    equal = [standing("A", score=90), standing("B", score=90), standing("C", score=90, price=99)]
    assert places(equal, rules=(TieRule.LOWER_PRICE,)) == [
        (1, "C", "lower_price", ()),
        (2, "A", "lower_price", ("B",)),
        (2, "B", "lower_price", ("A",)),
    ]


TIED = [standing("A", score=90), standing("B", score=90), standing("C", score=80), standing("D", score=80)]


def test_the_recorded_choice_settles_exactly_its_tie() -> None:
    assert places(TIED, choices=[Choice(order=("B", "A"), ground="第12号会议纪要")]) == [
        (1, "B", "choice", ()),
        (2, "A", "choice", ()),
        (3, "C", None, ("D",)),
        (3, "D", None, ("C",)),
    ]


@pytest.mark.parametrize(
    ("choices", "reasons"),
    [
        ([Choice(order=("A",), ground="x")], ("A are not one tie: there is nothing to choose",)),
        ([Choice(order=("A", "C"), ground="x")], ("A, C are not one tie: there is nothing to choose",)),
        ([Choice(order=("A", "B", "A"), ground="x")], ("A, B, A are not one tie: there is nothing to choose",)),
        ([Choice(order=("A", "B"), ground=" ")], ("the choice among A, B needs its ground",)),
        (
            [Choice(order=("A", "B"), ground="x"), Choice(order=("B", "A"), ground="")],
            ("the tie of B, A is decided twice", "the choice among B, A needs its ground"),
        ),
    ],
)
def test_a_choice_that_orders_no_tie_is_refused(choices: list[Choice], reasons: tuple[str, ...]) -> None:
    with pytest.raises(Refused) as refusal:
        rank(TIED, rules=ALL_RULES, choices=choices)
    assert refusal.value.reasons == reasons


def test_where_nothing_is_equal_there_is_nothing_to_choose() -> None:
    with pytest.raises(Refused) as refusal:
        rank(TIED[1:3], rules=ALL_RULES, choices=[Choice(order=("B", "C"), ground="x")])
    assert refusal.value.reasons == ("B, C are not one tie: there is nothing to choose",)
