from __future__ import annotations

from decimal import Decimal

import pytest

from evaluation.rules.criteria import Criterion, Group, Kind
from evaluation.rules.figures import Score
from evaluation.rules.sheets import (
    collected_scores,
    mark_objection,
    read_marks,
    sheet_objections,
)
from tests.evaluation.rules.figures import technical
from tests.evaluation.rules.test_criteria import BY_POINTS

FULL = {"licence": True, "signed": True, "plan": Decimal("35.5"), "service": Decimal(5)}


def test_a_complete_sheet_may_be_handed_in() -> None:
    assert sheet_objections(BY_POINTS, {"A": FULL}, bids=["A"]) == ()


def test_everything_missing_out_of_range_or_foreign_is_named() -> None:
    sheet = {
        "A": {**FULL, "plan": Decimal("40.01"), "service": Decimal(7), "price": Decimal(50)},
        "B": {"licence": Decimal(1), "signed": None, "plan": "many", "service": Decimal(-5)},
        "X": FULL,
    }
    assert sheet_objections(BY_POINTS, sheet, bids=["A", "B", "C"]) == (
        "bid X is not on this sheet",
        "bid A: criterion price is not on this sheet",
        "bid A: 施工方案: 40.01 is outside 0 to 40",
        "bid A: 服务: 7 is not one of the steps 0, 5, 10",
        "bid B: 资质: pass or fail is needed",
        "bid B: 签章 is missing",
        "bid B: 施工方案: points are needed",
        "bid B: 服务: -5 is not one of the steps 0, 5, 10",
        "bid C: 资质 is missing",
        "bid C: 签章 is missing",
        "bid C: 施工方案 is missing",
        "bid C: 服务 is missing",
    )


@pytest.mark.parametrize("mark", [Decimal("-0.01"), Decimal("100.01")])
def test_points_lie_between_zero_and_the_maximum(mark: Decimal) -> None:
    assert mark_objection(technical(), mark) == f"施工方案: {mark} is outside 0 to 100"
    assert (mark_objection(technical(), Decimal(0)), mark_objection(technical(), Decimal(100))) == (None, None)


@pytest.mark.parametrize("mark", [Decimal("NaN"), 5, True, "5"])
def test_points_are_decimals(mark: object) -> None:
    assert mark_objection(technical(), mark) == "施工方案: points are needed"


def test_a_criterion_without_a_maximum_takes_only_zero() -> None:
    boundless = Criterion(code="a", title="甲", group=Group.TECHNICAL, kind=Kind.RANGE)
    assert mark_objection(boundless, Decimal(1)) == "甲: 1 is outside 0 to 0"


def test_marks_are_read_from_text_and_what_is_unreadable_stays_to_be_named() -> None:
    raw = {"licence": "pass", "signed": False, "plan": " 35.5 ", "service": "five", "foreign": "x"}
    assert read_marks(BY_POINTS, raw) == {
        "licence": True,
        "signed": False,
        "plan": Decimal("35.5"),
        "service": "five",
        "foreign": "x",
    }
    assert read_marks(BY_POINTS, {"licence": "maybe", "signed": 1, "plan": "  ", "service": None}) == {
        "licence": "maybe",
        "signed": 1,
        "plan": None,
        "service": None,
    }
    assert read_marks(BY_POINTS, {"licence": "fail", "plan": 8}) == {"licence": False, "plan": Decimal(8)}


def test_only_points_reach_the_method() -> None:
    assert collected_scores(BY_POINTS, {"E1": FULL, "E2": {"plan": "unread", "service": Decimal(10)}}) == (
        Score(criterion="plan", member="E1", points=Decimal("35.5")),
        Score(criterion="service", member="E1", points=Decimal(5)),
        Score(criterion="service", member="E2", points=Decimal(10)),
    )
