"""Short ways to say what a test is about."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from core.errors import Refused
from evaluation.rules.criteria import Criterion, Group, Kind
from evaluation.rules.figures import BidFigures, Score
from evaluation.rules.methods import method_named

if TYPE_CHECKING:
    from evaluation.rules.calculation import Calculation


def bid(label: str, price: object, **more: Any) -> BidFigures:
    more.setdefault("currency", "CNY")
    return BidFigures(bid=label, price=Decimal(str(price)), **more)


def scores(criterion: str, *points: object) -> tuple[Score, ...]:
    return tuple(
        Score(criterion=criterion, member=f"E{number}", points=Decimal(str(given)))
        for number, given in enumerate(points, start=1)
    )


def technical(code: str = "plan", **more: Any) -> Criterion:
    given: dict[str, Any] = {
        "title": "施工方案",
        "group": Group.TECHNICAL,
        "kind": Kind.RANGE,
        "maximum": Decimal(100),
    }
    return Criterion(code=code, **{**given, **more})


def calculated(method: str, bids: Any, choices: Any = (), **parameters: object) -> Calculation:
    return method_named(method).calculate(bids, parameters=parameters, choices=choices)


def refusals(method: str, bids: Any, choices: Any = (), **parameters: object) -> tuple[str, ...]:
    with pytest.raises(Refused) as refusal:
        calculated(method, bids, choices, **parameters)
    return refusal.value.reasons


def order(calculation: Calculation) -> list[tuple[int, str]]:
    return [(place.rank, place.bid) for place in calculation.ranking]


def result(calculation: Calculation) -> dict[str, Decimal]:
    return {place.bid: place.evaluated_price if place.score is None else place.score for place in calculation.ranking}


def lines(calculation: Calculation, label: str) -> list[str]:
    return [line for worked in calculation.worked if worked.bid == label for line in worked.lines]
