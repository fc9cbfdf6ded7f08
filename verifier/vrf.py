"""ECVRF-EDWARDS25519-SHA512-TAI of RFC 9381: verification only."""

from __future__ import annotations

import hashlib
from typing import Final

from verifier.words import Fault

P: Final = 2**255 - 19
Q: Final = 2**252 + 27742317777372353535851937790883648493
_D: Final = -121665 * pow(121666, P - 2, P) % P
_ROOT: Final = pow(2, (P - 1) // 4, P)  # of -1
_PROOF: Final = 80
Point = tuple[int, int, int, int]  # extended coordinates X, Y, Z, T

_ZERO: Final[Point] = (0, 1, 1, 0)


def output(public: bytes, alpha: bytes, proof: bytes) -> bytes:
    """Return the 64 bytes that the proof gives for ``alpha`` under the public key, or raise."""
    if len(proof) != _PROOF:
        raise Fault("the proof of the draw does not have 80 bytes")
    y, gamma = _point(public), _point(proof[:32])
    c, s = int.from_bytes(proof[32:48], "little"), int.from_bytes(proof[48:], "little")
    if y is None or gamma is None or s >= Q or _is_zero(_times(8, y)):
        raise Fault("key or proof of the draw is not in order")
    hashed = _hash_to_curve(public, alpha)
    u = _plus(_times(s, _BASE), _minus(_times(c, y)))
    v = _plus(_times(s, hashed), _minus(_times(c, gamma)))
    parts = (public, _bytes(hashed), proof[:32], _bytes(u), _bytes(v))
    found = hashlib.sha512(b"\x03\x02" + b"".join(parts) + b"\x00").digest()[:16]
    if found != proof[32:48]:
        raise Fault("the proof of the draw does not hold")
    return hashlib.sha512(b"\x03\x03" + _bytes(_times(8, gamma)) + b"\x00").digest()


def _hash_to_curve(public: bytes, alpha: bytes) -> Point:
    for counter in range(256):
        text = b"\x03\x01" + public + alpha + bytes([counter]) + b"\x00"
        found = _point(hashlib.sha512(text).digest()[:32])
        if found is not None and not _is_zero(eight := _times(8, found)):
            return eight
    raise Fault("the proof of the draw does not hold")


def _point(encoded: bytes) -> Point | None:
    number = int.from_bytes(encoded, "little")
    y, sign = number & (2**255 - 1), number >> 255
    if y >= P:
        return None
    x_squared = (y * y - 1) * pow(_D * y * y + 1, P - 2, P) % P
    x = pow(x_squared, (P + 3) // 8, P)
    if (x * x - x_squared) % P:
        x = x * _ROOT % P
    if (x * x - x_squared) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


def _bytes(point: Point) -> bytes:
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _plus(one: Point, other: Point) -> Point:
    a, b = (one[1] - one[0]) * (other[1] - other[0]), (one[1] + one[0]) * (other[1] + other[0])
    c, d = 2 * one[3] * other[3] * _D, 2 * one[2] * other[2]
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _minus(point: Point) -> Point:
    return -point[0] % P, point[1], point[2], -point[3] % P


def _times(factor: int, point: Point) -> Point:
    product = _ZERO
    while factor:
        if factor & 1:
            product = _plus(product, point)
        point = _plus(point, point)
        factor >>= 1
    return product


def _is_zero(point: Point) -> bool:
    return point[0] % P == 0 and (point[1] - point[2]) % P == 0


def _base() -> Point:
    found = _point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
    if found is None:
        raise ArithmeticError("the base point is no point")
    return found


_BASE: Final = _base()
