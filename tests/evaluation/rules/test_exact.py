from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.rules.exact import added, read_number, round_half_up, shown, written

PLAIN = st.decimals(min_value=-(10**15) + 1, max_value=10**15 - 1, places=6)


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("30000000.00", Decimal("30000000.00")),
        ("-0.5", Decimal("-0.5")),
        (15, Decimal(15)),
        (Decimal("1E+3"), Decimal(1000)),
        ("999999999999999.999999999999", Decimal("999999999999999.999999999999")),
    ],
)
def test_a_number_in_plain_digits_is_read_exactly(raw: object, number: Decimal) -> None:
    assert read_number(raw) == number


@pytest.mark.parametrize(
    "raw",
    [
        *(0.1, True, None, "", "1e3", "1_000", "1,000", " 1", "１２", "+1", ".5", "5.", "NaN", "Infinity", "1" * 16),
        *("0." + "1" * 13, Decimal("NaN"), Decimal("Infinity"), Decimal("1E+999999"), Decimal("1E-50"), [1], 10**15),
    ],
)
def test_what_is_not_a_plain_number_is_not_read(raw: object) -> None:
    assert read_number(raw) is None


@pytest.mark.parametrize(
    ("value", "places", "rounded"),
    [
        (Fraction(1, 3), 2, "0.33"),
        (Fraction(2, 3), 2, "0.67"),
        (Fraction(5, 1000), 2, "0.01"),
        (Fraction(-5, 1000), 2, "-0.01"),
        (Fraction(-1, 1000), 2, "0.00"),
        (Decimal("2.5"), 0, "3"),
        (Decimal("12.345"), 2, "12.35"),
        (7, 2, "7.00"),
    ],
)
def test_a_half_is_rounded_away_from_zero(value: Fraction, places: int, rounded: str) -> None:
    assert written(round_half_up(value, places=places)) == rounded


@given(PLAIN, st.integers(0, 5))
def test_rounding_agrees_with_the_decimal_standard(value: Decimal, places: int) -> None:
    standard = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, Context(prec=60))
    assert round_half_up(value, places=places) == standard


@given(st.lists(PLAIN))
def test_a_sum_loses_nothing(values: list[Decimal]) -> None:
    assert Fraction(added(values)) == sum((Fraction(value) for value in values), Fraction(0))


def test_a_sum_is_exact_beyond_the_usual_precision() -> None:
    assert written(added([Decimal(999999999999999), Decimal("0.000000000000000001")])) == (
        "999999999999999.000000000000000001"
    )


def test_a_person_reads_thousands_and_a_machine_does_not() -> None:
    assert (shown(Decimal("30000000.00")), written(Decimal("3E+7"))) == ("30,000,000.00", "30000000")
