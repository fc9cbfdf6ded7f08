"""How a draw follows from its inputs: seed, stream of words, permutation (draws.md, section 5)."""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import TYPE_CHECKING

from verifier import vrf

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Beacon = tuple[str, int, bytes]


def order_of(
    *,
    manifest: bytes,
    label: str,
    pool: Sequence[str],
    contributions: Mapping[str, bytes],
    vrf_pk: bytes,
    proof: bytes,
    beacons: Sequence[Beacon],
) -> list[str]:
    """Return the order that manifest (32 bytes: its digest), contributions, proof and beacons give the pool."""
    given = b"".join(_sized(party.encode(), 2) + c for party, c in sorted(contributions.items()))
    alpha = sha256(b"tsb/draw/1 alpha\x00" + manifest + given).digest()
    beta = vrf.output(vrf_pk, alpha, proof)
    mixed = b"".join(
        b"\x00bcn" + _sized(name.encode(), 2) + number.to_bytes(8, "big") + _sized(value, 4)
        for name, number, value in beacons
    )
    seed = hmac.digest(manifest, b"tsb/draw/1 seed\x00" + given + b"\x00vrf" + beta + mixed, "sha256")
    return permuted(pool, seed=seed, label=label)


def permuted(pool: Sequence[str], *, seed: bytes, label: str) -> list[str]:
    """Return the pool in the order of the seed's words under a label (Fisher and Yates, without bias)."""
    words, order = _words(seed, label), sorted(pool)
    for place in range(len(order) - 1):
        other = place + _below(len(order) - place, words)
        order[place], order[other] = order[other], order[place]
    return order


def _words(seed: bytes, label: str) -> Iterator[int]:
    number = 0
    while True:
        text = b"tsb/draw/1 stream\x00" + label.encode() + b"\x00" + number.to_bytes(8, "big")
        block = hmac.digest(seed, text, "sha256")
        yield from (int.from_bytes(block[at : at + 8], "big") for at in range(0, 32, 8))
        number += 1


def _below(most: int, words: Iterator[int]) -> int:
    limit = 2**64 - 2**64 % most
    return next(word for word in words if word < limit) % most


def _sized(data: bytes, width: int) -> bytes:
    return len(data).to_bytes(width, "big") + data
