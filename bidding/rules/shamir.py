"""Shamir's sharing over GF(2^8), byte by byte, with coefficients derived from the secret: section 4.1.

The reduction polynomial is x^8+x^4+x^3+x+1 (0x11b); addition is exclusive or. A whole byte string is multiplied
by a constant with one table look-up per byte, so that re-dealing an opened bid costs next to nothing.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from bidding.rules.derivation import kdf

if TYPE_CHECKING:
    from collections.abc import Sequence

_POLYNOMIAL = 0x11B
_FIELD = 256


def multiply(a: int, b: int) -> int:
    """Return the product of two field elements."""
    product = 0
    while b:
        if b & 1:
            product ^= a
        a <<= 1
        if a & _FIELD:
            a ^= _POLYNOMIAL
        b >>= 1
    return product


@cache
def invert(a: int) -> int:
    """Return the inverse of a field element other than zero: a^254."""
    if not 0 < a < _FIELD:
        raise ValueError("only the elements 1 to 255 have an inverse")
    result = 1
    for _ in range(_FIELD - 2):
        result = multiply(result, a)
    return result


@cache
def _times(constant: int) -> bytes:
    """Return the table of products with ``constant``."""
    return bytes(multiply(constant, value) for value in range(_FIELD))


def coefficients(secret: bytes, *, label: str, ctx: bytes, k: int) -> list[bytes]:
    """Return f_0 … f_(k−1) of the polynomial: f_0 is the secret, the others are derived from it."""
    return [secret, *(kdf(secret, f"shamir {label} {j}", ctx) for j in range(1, k))]


def evaluate(polynomial: Sequence[bytes], x: int) -> bytes:
    """Return the polynomial's value at ``x``, by Horner from the highest coefficient down."""
    length = len(polynomial[0])
    value = bytes(length)
    for coefficient in reversed(polynomial):
        value = _xor(value.translate(_times(x)), coefficient, length)
    return value


def combine(points: Sequence[tuple[int, bytes]]) -> bytes:
    """Return the value at 0 of the polynomial through ``points`` (x, share).

    A wrong share gives a wrong secret without notice: the commitment is what finds it out.
    Raises ValueError for equal or impossible x, or shares of different lengths.
    """
    xs = [x for x, _ in points]
    lengths = {len(share) for _, share in points}
    if len(lengths) != 1 or len(set(xs)) != len(xs) or not all(0 < x < _FIELD for x in xs):
        raise ValueError("points of a sharing have different x from 1 to 255 and shares of one length")
    length = lengths.pop()
    secret = bytes(length)
    for weight, (_, share) in zip(_weights(tuple(xs)), points, strict=True):
        secret = _xor(secret, share.translate(_times(weight)), length)
    return secret


@cache
def _weights(xs: tuple[int, ...]) -> tuple[int, ...]:
    """Return Lagrange's weights at 0: the product over j ≠ i of x_j / (x_j + x_i)."""
    weights = []
    for i, x in enumerate(xs):
        weight = 1
        for j, other in enumerate(xs):
            if j != i:
                weight = multiply(weight, multiply(other, invert(other ^ x)))
        weights.append(weight)
    return tuple(weights)


def _xor(a: bytes, b: bytes, length: int) -> bytes:
    return (int.from_bytes(a, "big") ^ int.from_bytes(b, "big")).to_bytes(length, "big")
