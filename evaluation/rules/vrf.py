"""A verifiable random function: ECVRF-EDWARDS25519-SHA512-TAI of RFC 9381, suite 0x03 (docs/draws.md, section 6).

Whoever holds the secret computes one output for an input, and a proof; everybody else can check the proof and cannot
predict the output. The arithmetic is plain integers and not constant-time: the secret is used on the operator's own
host only, and once.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from core.canonical import Malformed
from core.reasons import reason

SECRET_LENGTH: Final = 32
PUBLIC_LENGTH: Final = 32
PROOF_LENGTH: Final = 80  # Γ (32) ‖ c (16, little-endian) ‖ s (32, little-endian)
OUTPUT_LENGTH: Final = 64

_P = 2**255 - 19
_Q = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_ROOT = pow(2, (_P - 1) // 4, _P)  # a square root of -1
_COFACTOR = 8
_SUITE = b"\x03"
_SIGN = 1 << 255
_CHALLENGE = 16


class BadProof(Malformed):
    """A proof or a public key is not what RFC 9381 asks for."""


@dataclass(frozen=True)
class _Point:
    """A point in extended coordinates: x = X/Z, y = Y/Z, x·y = T/Z."""

    x: int
    y: int
    z: int
    t: int


_IDENTITY = _Point(0, 1, 1, 0)


def public_key_of(secret: bytes) -> bytes:
    """Return the 32-byte public key of a 32-byte secret: Y = x·B, as in Ed25519 (RFC 8032, 5.1.5)."""
    scalar, _ = _expanded(secret)
    return _encode(_times(scalar, _base()))


def prove(secret: bytes, alpha: bytes) -> bytes:
    """Return the 80-byte proof of the output for ``alpha`` (RFC 9381, 5.1); the same arguments give the same bytes."""
    # (1) x, prefix from SHA-512(sk); Y = x·B
    scalar, prefix = _expanded(secret)
    public = _encode(_times(scalar, _base()))
    # (2) H = encode_to_curve(Y, alpha);  (3) Γ = x·H
    h = _hash_to_point(public, alpha)
    gamma = _times(scalar, h)
    # (4) k = SHA-512(prefix ‖ H) mod q
    k = int.from_bytes(hashlib.sha512(prefix + _encode(h)).digest(), "little") % _Q
    # (5) c = challenge(Y, H, Γ, k·B, k·H);  (6) s = k + c·x mod q
    c = _challenge(public, h, gamma, _times(k, _base()), _times(k, h))
    s = (k + c * scalar) % _Q
    return _encode(gamma) + c.to_bytes(_CHALLENGE, "little") + s.to_bytes(32, "little")


def verify(public: bytes, alpha: bytes, proof: bytes) -> bytes:
    """Return the 64-byte output that ``proof`` proves for ``alpha`` under ``public`` (RFC 9381, 5.3), else raise.

    Raises :class:`BadProof` for a wrong length, a point that is not canonical or not on the curve, a public key of
    small order, s not below q, and a challenge that does not fit.
    """
    y = read_public_key(public)
    gamma, c, s = _read_proof(proof)
    h = _hash_to_point(public, alpha)
    # U = s·B − c·Y;  V = s·H − c·Γ
    u = _add(_times(s, _base()), _times(c, _negative(y)))
    v = _add(_times(s, h), _times(c, _negative(gamma)))
    if c != _challenge(public, h, gamma, u, v):
        raise BadProof(reason("The proof of the draw does not fit its key and its contributions."))
    return _output(gamma)


def output_of(proof: bytes) -> bytes:
    """Return the 64-byte output of a proof whose form is right (RFC 9381, 5.2); it is not verified here."""
    gamma, _, _ = _read_proof(proof)
    return _output(gamma)


def read_public_key(public: bytes) -> _Point:
    """Return the point of a public key that is canonical and not of small order, else raise :class:`BadProof`."""
    if len(public) != PUBLIC_LENGTH:
        raise BadProof(reason("A public key of a draw has 32 bytes."))
    point = _decode(public)
    if point is None:
        raise BadProof(reason("The public key of the draw is not a point of the curve in canonical form."))
    if _encode(_times(_COFACTOR, point)) == _encode(_IDENTITY):
        raise BadProof(reason("The public key of the draw is of small order: it would prove anything."))
    return point


def _read_proof(proof: bytes) -> tuple[_Point, int, int]:
    if len(proof) != PROOF_LENGTH:
        raise BadProof(reason("A proof of a draw has 80 bytes."))
    gamma = _decode(proof[:32])
    c = int.from_bytes(proof[32:48], "little")
    s = int.from_bytes(proof[48:], "little")
    if gamma is None or s >= _Q:
        raise BadProof(reason("The proof of the draw is not in canonical form."))
    return gamma, c, s


def _expanded(secret: bytes) -> tuple[int, bytes]:
    """Return the scalar and the prefix of a secret."""
    if len(secret) != SECRET_LENGTH:
        raise ValueError("a secret of the random function has 32 bytes")
    raw = hashlib.sha512(secret).digest()
    scalar = int.from_bytes(raw[:32], "little") & ~(_SIGN | 7) | 1 << 254
    return scalar, raw[32:]


def _hash_to_point(public: bytes, alpha: bytes) -> _Point:
    """Return the point of an input by try and increment (RFC 9381, 5.4.1.1)."""
    for counter in range(256):
        digest = hashlib.sha512(_SUITE + b"\x01" + public + alpha + bytes([counter]) + b"\x00").digest()
        point = _decode(digest[:32])
        if point is not None:
            cleared = _times(_COFACTOR, point)
            if cleared.x % _P:  # not the identity
                return cleared
    raise BadProof(reason("No point of the curve was found for this input."))  # chance 2^-256


def _challenge(public: bytes, *points: _Point) -> int:
    text = _SUITE + b"\x02" + public + b"".join(_encode(point) for point in points) + b"\x00"
    return int.from_bytes(hashlib.sha512(text).digest()[:_CHALLENGE], "little")


def _output(gamma: _Point) -> bytes:
    return hashlib.sha512(_SUITE + b"\x03" + _encode(_times(_COFACTOR, gamma)) + b"\x00").digest()


# -- edwards25519 (RFC 8032, 5.1) ------------------------------------------------------------------------


def _add(a: _Point, b: _Point) -> _Point:
    first = (a.y - a.x) * (b.y - b.x) % _P
    second = (a.y + a.x) * (b.y + b.x) % _P
    third = 2 * a.t * b.t * _D % _P
    fourth = 2 * a.z * b.z % _P
    e, f, g, h = second - first, fourth - third, fourth + third, second + first
    return _Point(e * f % _P, g * h % _P, f * g % _P, e * h % _P)


def _times(scalar: int, point: _Point) -> _Point:
    result = _IDENTITY
    while scalar:
        if scalar & 1:
            result = _add(result, point)
        point = _add(point, point)
        scalar >>= 1
    return result


def _negative(point: _Point) -> _Point:
    return _Point(-point.x % _P, point.y, point.z, -point.t % _P)


def _encode(point: _Point) -> bytes:
    inverse = pow(point.z, _P - 2, _P)
    x, y = point.x * inverse % _P, point.y * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _decode(encoded: bytes) -> _Point | None:
    """Return the point of 32 bytes, or None: y not below p, no point at y, or a negative zero."""
    value = int.from_bytes(encoded, "little")
    y, sign = value & (_SIGN - 1), value >> 255
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT % _P
    if (x * x - square) % _P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = _P - x
    return _Point(x, y, 1, x * y % _P)


@lru_cache(maxsize=1)
def _base() -> _Point:
    point = _decode((4 * pow(5, _P - 2, _P) % _P).to_bytes(32, "little"))
    if point is None:
        raise AssertionError("the base point is on the curve")
    return point
