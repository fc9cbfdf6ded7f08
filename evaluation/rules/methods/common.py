"""What several methods share: the declared rounding, and the price as a criterion among others."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from core.reasons import Reason, reason
from evaluation.rules.criteria import SCORED, Criterion, Group, Kind
from evaluation.rules.parameters import Parameter, Shape

if TYPE_CHECKING:
    from collections.abc import Sequence

PLACES = Parameter(
    name="places",
    title=reason("decimals to which points are rounded, half up"),
    shape=Shape.WHOLE,
    default=2,
    minimum=Decimal(0),
    maximum=Decimal(4),
)

PRICE_PLACES = Parameter(
    name="price_places",
    title=reason("decimals to which evaluated prices and the benchmark are rounded, half up"),
    shape=Shape.WHOLE,
    default=2,
    minimum=Decimal(0),
    maximum=Decimal(4),
)


def price_criterion(*, maximum: Decimal | None = None, weight: Decimal | None = None) -> Criterion:
    """Return the price as one line of a template, by points or by weight."""
    return Criterion(code="price", title="price", group=Group.PRICE, kind=Kind.FORMULA, maximum=maximum, weight=weight)


def unscored_objections(criteria: Sequence[Criterion]) -> list[Reason]:
    """Return a refusal for each criterion that members do not score."""
    return [
        reason("criterion {code}: only technical and commercial criteria are scored", code=criterion.code)
        for criterion in criteria
        if criterion.group not in SCORED
    ]
