from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bidding.rules import shamir

elements = st.integers(0, 255)


@given(elements, elements, elements)
def test_the_field_is_a_field(a, b, c):
    assert shamir.multiply(a, b) == shamir.multiply(b, a)
    assert shamir.multiply(a, shamir.multiply(b, c)) == shamir.multiply(shamir.multiply(a, b), c)
    assert shamir.multiply(a, b ^ c) == shamir.multiply(a, b) ^ shamir.multiply(a, c)
    assert shamir.multiply(a, 1) == a


def test_products_follow_the_stated_polynomial():
    assert shamir.multiply(0x80, 2) == 0x1B  # x^8 = x^4 + x^3 + x + 1
    assert shamir.multiply(0x57, 0x83) == 0xC1  # FIPS 197, 4.2


def test_every_element_but_zero_has_an_inverse():
    assert [shamir.multiply(a, shamir.invert(a)) for a in range(1, 256)] == [1] * 255
    for impossible in (0, 256, -1):
        with pytest.raises(ValueError, match="only the elements 1 to 255"):
            shamir.invert(impossible)


@given(st.binary(min_size=32, max_size=32), st.integers(2, 8), st.integers(0, 8))
def test_any_k_shares_give_the_secret_and_no_fewer(secret, k, spare):
    n = k + spare
    polynomial = shamir.coefficients(secret, label="hold", ctx=bytes(32), k=k)
    points = [(x, shamir.evaluate(polynomial, x)) for x in range(1, n + 1)]
    subsets = list(combinations(points, k))
    assert all(shamir.combine(subset) == secret for subset in (*subsets[:20], subsets[-1]))
    assert shamir.combine(points[: k - 1]) != secret


def test_coefficients_depend_on_label_and_context():
    made = {
        shamir.coefficients(bytes(32), label=label, ctx=ctx, k=2)[1]
        for label in ("hold", "recover", "rehearse")
        for ctx in (bytes(32), b"\1" * 32)
    }
    assert len(made) == 6


@pytest.mark.parametrize(
    "points",
    [[], [(1, b"a"), (1, b"a")], [(0, b"a"), (1, b"a")], [(256, b"a")], [(1, b"a"), (2, b"ab")]],
)
def test_points_that_are_no_sharing_are_an_error(points):
    with pytest.raises(ValueError, match="points of a sharing"):
        shamir.combine(points)
