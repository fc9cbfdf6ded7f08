"""ECVRF-EDWARDS25519-SHA512-TAI: the vectors of RFC 9381, and what a verifier must refuse."""

from __future__ import annotations

import random

import pytest

from evaluation.rules import vrf
from evaluation.rules.vrf import BadProof
from tests.bidding.rules.sealed import vectors

CASES = vectors("draw")["rfc9381"]
SECRET, PUBLIC, ALPHA, PROOF = (bytes.fromhex(CASES[1][name]) for name in ("sk", "pk", "alpha", "pi"))
P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
# the eight points whose order divides 8, in canonical form (RFC 8032 encodings)
SMALL_ORDER = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
]


@pytest.mark.parametrize("case", CASES, ids=["16", "17", "18"])
def test_key_proof_and_output_are_those_of_the_rfc(case: dict[str, str]):
    secret, alpha, proof = bytes.fromhex(case["sk"]), bytes.fromhex(case["alpha"]), bytes.fromhex(case["pi"])
    assert vrf.public_key_of(secret).hex() == case["pk"]
    assert vrf.prove(secret, alpha).hex() == case["pi"]
    assert vrf.verify(bytes.fromhex(case["pk"]), alpha, proof).hex() == case["beta"]
    assert vrf.output_of(proof).hex() == case["beta"]


def test_no_changed_proof_is_accepted():
    source = random.Random(9381)
    for _ in range(40):
        place, bit = source.randrange(80), 1 << source.randrange(8)
        changed = bytes(byte ^ bit if at == place else byte for at, byte in enumerate(PROOF))
        with pytest.raises(BadProof):
            vrf.verify(PUBLIC, ALPHA, changed)


def test_a_proof_holds_for_its_input_and_its_key_only():
    for public, alpha in ((PUBLIC, b"\x73"), (bytes.fromhex(CASES[0]["pk"]), ALPHA)):
        with pytest.raises(BadProof, match="does not fit"):
            vrf.verify(public, alpha, PROOF)


@pytest.mark.parametrize("length", [0, 79, 81])
def test_a_proof_has_80_bytes(length: int):
    with pytest.raises(BadProof, match="80 bytes"):
        vrf.verify(PUBLIC, ALPHA, (PROOF + b"\0")[:length])


def test_s_is_below_the_order_of_the_group():
    s = int.from_bytes(PROOF[48:], "little") + Q
    with pytest.raises(BadProof, match="canonical"):
        vrf.verify(PUBLIC, ALPHA, PROOF[:48] + s.to_bytes(32, "little"))


@pytest.mark.parametrize("encoded", SMALL_ORDER)
def test_a_public_key_of_small_order_or_with_a_negative_zero_is_refused(encoded: str):
    with pytest.raises(BadProof, match=r"small order|canonical"):
        vrf.read_public_key(bytes.fromhex(encoded))


@pytest.mark.parametrize("y", [P, P + 1, 2**255 - 1])
def test_a_point_is_written_with_y_below_p(y: int):
    with pytest.raises(BadProof, match="canonical"):
        vrf.read_public_key(y.to_bytes(32, "little"))
    with pytest.raises(BadProof, match="canonical"):
        vrf.verify(PUBLIC, ALPHA, y.to_bytes(32, "little") + PROOF[32:])


def test_what_is_no_point_is_no_key():
    with pytest.raises(BadProof, match="canonical"):
        vrf.read_public_key((2).to_bytes(32, "little"))
    with pytest.raises(BadProof, match="32 bytes"):
        vrf.read_public_key(PUBLIC[:31])
    with pytest.raises(ValueError, match="32 bytes"):
        vrf.public_key_of(b"short")


def test_an_input_for_which_no_digest_is_a_point_has_no_proof(monkeypatch: pytest.MonkeyPatch):
    secret = bytes(32)
    monkeypatch.setattr(vrf, "_decode", lambda _encoded: None)
    with pytest.raises(BadProof):
        vrf.prove(secret, b"alpha")


def test_a_digest_that_is_a_point_of_small_order_is_passed_over(monkeypatch: pytest.MonkeyPatch):
    """The first digest is taken for the point of order two: eight times it is the identity, and the next one counts."""
    decode, given = vrf._decode, []
    identity_after = decode((2**255 - 20).to_bytes(32, "little"))  # y = -1

    def first_small(encoded: bytes):
        given.append(encoded)
        return identity_after if len(given) == 1 else decode(encoded)

    monkeypatch.setattr(vrf, "_decode", first_small)
    point = vrf._hash_to_point(bytes(32), b"alpha")
    assert len(given) >= 2
    assert point.x % (2**255 - 19) != 0
