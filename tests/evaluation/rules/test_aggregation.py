from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from core.errors import Refused
from evaluation.rules.aggregation import aggregated, exact_mean, without_extremes

SEVEN = [Decimal(points) for points in ("8", "8.5", "9", "7", "8", "9.5", "6")]


def test_the_trimmed_mean_drops_one_highest_and_one_lowest() -> None:
    """O-CT-07."""
    assert aggregated(SEVEN, how="trimmed_mean", places=2) == Decimal("8.10")


def test_the_mean_counts_everybody() -> None:
    assert exact_mean(SEVEN) == 8
    assert exact_mean([Decimal(1), Decimal(1), Decimal(2)]) == Fraction(4, 3)
    assert aggregated([Decimal(1), Decimal(2)], how="mean", places=0) == 2


def test_of_equal_extremes_one_stays() -> None:
    assert without_extremes([Decimal(5), Decimal(9), Decimal(5), Decimal(9)]) == (5, 9)


def test_too_few_values_are_refused() -> None:
    with pytest.raises(Refused, match=r"^2 values are too few to drop the highest and the lowest$"):
        aggregated([Decimal(1), Decimal(2)], how="trimmed_mean", places=2)
    with pytest.raises(Refused, match=r"^there is nothing to take the mean of$"):
        aggregated([], how="mean", places=2)
