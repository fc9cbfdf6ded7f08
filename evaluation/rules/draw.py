"""A draw that anybody can recompute: contributions, one evaluation of the random function, one permutation.

``tsb/draw/1``, section 5 of docs/draws.md. All inputs are committed before the function is evaluated; one honest
contribution makes the result unpredictable, and the function's output keeps the last contributor from choosing.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from core.canonical import Malformed, dumps
from core.reasons import reason
from evaluation.rules import vrf

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

CONTRIBUTION_LENGTH: Final = 32
FEWEST_THROWS: Final = 50  # of a six-sided die: 129 bits
_WORDS: Final = 2**64
_DICE: Final = frozenset("123456")

# labels of the dealings (section 4)
DRAW: Final = "draw"
VRF: Final = "vrf"


@dataclass(frozen=True)
class Beacon:
    """A public random value that is mixed in: whose, which round, and the value where it is known."""

    name: str
    round: int
    value: bytes = b""


@dataclass(frozen=True)
class Outcome:
    """What a draw gave: the whole order, and how many of its words were used."""

    seed: bytes
    order: tuple[str, ...]


def commitment(contribution: bytes) -> str:
    """Return the commitment to a contribution of 32 bytes, in hex."""
    _check_contribution(contribution)
    return hashlib.sha256(b"tsb/draw/1 commit\0" + contribution).hexdigest()


def thrown(digits: str) -> bytes:
    """Return the contribution of dice thrown on site: at least 50 throws of a six-sided die, as digits 1 to 6."""
    if not set(digits) <= _DICE or len(digits) < FEWEST_THROWS:
        raise Malformed(reason("At least {n} throws of a six-sided die are needed, as digits 1 to 6.", n=FEWEST_THROWS))
    return hashlib.sha256(digits.encode("ascii")).digest()


def escrow_context(*, manifest: str, party: str, tender: str) -> bytes:
    """Return the 32-byte context under which a party deals its contribution to the key holders (section 4)."""
    names = {"manifest": manifest, "party": party, "tender": tender}
    return hashlib.sha256(b"tsb/draw/1 escrow\0" + dumps(names)).digest()


def vrf_context(*, ceremony: str, tender: str, vrf_pk: str) -> bytes:
    """Return the 32-byte context under which the function's secret is dealt; ``vrf_pk`` in base64url (section 4)."""
    names = {"ceremony": ceremony, "tender": tender, "vrf_pk": vrf_pk}
    return hashlib.sha256(b"tsb/draw/1 vrf\0" + dumps(names)).digest()


def alpha_of(manifest: str, contributions: Mapping[str, bytes]) -> bytes:
    """Return the function's input: bound to the manifest (digest in hex) and every party's contribution."""
    return hashlib.sha256(b"tsb/draw/1 alpha\0" + bytes.fromhex(manifest) + joined(contributions)).digest()


def joined(contributions: Mapping[str, bytes]) -> bytes:
    """Return X: u16(length of the party) ‖ party ‖ contribution, over the parties in bytewise order."""
    parts = []
    for party, contribution in sorted(contributions.items(), key=lambda item: item[0].encode()):
        _check_contribution(contribution)
        parts.append(_u(len(party.encode()), 2) + party.encode() + contribution)
    return b"".join(parts)


def seed_of(manifest: str, contributions: Mapping[str, bytes], *, beta: bytes, beacons: Sequence[Beacon] = ()) -> bytes:
    """Return the 32-byte seed of the permutation; ``beta`` is the function's 64-byte output."""
    text = b"tsb/draw/1 seed\0" + joined(contributions) + b"\0vrf" + beta
    for beacon in beacons:
        name = beacon.name.encode()
        text += b"\0bcn" + _u(len(name), 2) + name + _u(beacon.round, 8) + _u(len(beacon.value), 4) + beacon.value
    return hmac.digest(bytes.fromhex(manifest), text, "sha256")


def words(seed: bytes, label: str) -> Iterator[int]:
    """Yield 64-bit words without end: four from every block HMAC-SHA256(seed, …, label, block number)."""
    prefix = b"tsb/draw/1 stream\0" + label.encode() + b"\0"
    number = 0
    while True:
        block = hmac.digest(seed, prefix + _u(number, 8), "sha256")
        yield from (int.from_bytes(block[at : at + 8], "big") for at in range(0, 32, 8))
        number += 1


def below(stream: Iterator[int], n: int) -> int:
    """Return a uniform number from 0 to n − 1: words at and above the last multiple of n are thrown away."""
    if not 0 < n < _WORDS:
        raise ValueError("a bound is from 1 to 2^64 - 1")
    limit = _WORDS - _WORDS % n
    return next(word for word in stream if word < limit) % n


def permutation(pool: Sequence[str], *, seed: bytes, label: str) -> tuple[str, ...]:
    """Return the pool in drawn order (Fisher and Yates from the front over the pool sorted bytewise)."""
    order = sorted(pool, key=str.encode)
    stream = words(seed, label)
    for place in range(len(order) - 1):
        other = place + below(stream, len(order) - place)
        order[place], order[other] = order[other], order[place]
    return tuple(order)


def outcome(
    *,
    manifest: str,
    label: str,
    pool: Sequence[str],
    contributions: Mapping[str, bytes],
    public: bytes,
    proof: bytes,
    beacons: Sequence[Beacon] = (),
) -> Outcome:
    """Return what the draw gives, from public values alone; raises BadProof if the proof is not of ``public``."""
    # (1) alpha from the manifest and X;  (2) the proof is of this alpha under the enrolled key;  (3) beta
    beta = vrf.verify(public, alpha_of(manifest, contributions), proof)
    # (4) seed;  (5) the permutation of the sorted pool
    seed = seed_of(manifest, contributions, beta=beta, beacons=beacons)
    return Outcome(seed, permutation(pool, seed=seed, label=label))


def taken(order: Sequence[str], pick: int, refused: Sequence[str] = ()) -> tuple[str, ...]:
    """Return who is drawn after the refusals, in the order of the draw: every refusal takes the next reserve.

    Raises :class:`Malformed` for a refusal of somebody who was not drawn at that moment, or a second one.
    """
    gone: list[str] = []
    for handle in refused:
        if handle not in [each for each in order if each not in gone][:pick]:
            raise Malformed(reason("“{handle}” is not drawn, so it cannot refuse.", handle=handle))
        gone.append(handle)
    return tuple([each for each in order if each not in gone][:pick])


def _check_contribution(contribution: bytes) -> None:
    if len(contribution) != CONTRIBUTION_LENGTH:
        raise ValueError("a contribution has 32 bytes")


def _u(number: int, length: int) -> bytes:
    return number.to_bytes(length, "big")
