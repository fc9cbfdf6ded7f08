"""tsb/draw/1 against its published vectors; the permutation is uniform, its edges are right."""

from __future__ import annotations

import hashlib
import itertools
from collections import Counter

import pytest

from benchmarks import draws as statistics
from core.canonical import Malformed
from evaluation.rules import draw, vrf
from evaluation.rules.draw import Beacon
from evaluation.rules.draw_manifest import blinded, numbered
from tests.bidding.rules.sealed import vectors

V = vectors("draw")
MANIFEST = V["manifest"]
CONTRIBUTIONS = {party: bytes.fromhex(value) for party, value in V["contributions"].items()}
SEED = bytes.fromhex(V["seed"])
POOL = V["pool_handles"]


def test_the_manifest_of_the_vector_is_the_digest_of_its_text():
    assert hashlib.sha256(V["manifest_preimage"].encode()).hexdigest() == MANIFEST


def test_commitments_are_as_published():
    assert {party: draw.commitment(value) for party, value in CONTRIBUTIONS.items()} == V["commits"]


def test_alpha_proof_output_and_seed_are_as_published():
    secret, public = bytes.fromhex(V["vrf_sk"]), bytes.fromhex(V["vrf_pk"])
    alpha = draw.alpha_of(MANIFEST, CONTRIBUTIONS)
    proof = vrf.prove(secret, alpha)
    assert (alpha.hex(), proof.hex()) == (V["alpha"], V["pi"])
    beta = vrf.verify(public, alpha, proof)
    assert beta.hex() == V["beta"]
    assert draw.seed_of(MANIFEST, CONTRIBUTIONS, beta=beta) == SEED
    beacons = [Beacon(row["name"], row["round"], bytes.fromhex(row["value"])) for row in V["beacons"]]
    assert draw.seed_of(MANIFEST, CONTRIBUTIONS, beta=beta, beacons=beacons).hex() == V["seed_with_beacon"]


def test_the_permutation_is_as_published_whatever_order_the_pool_came_in():
    first = list(itertools.islice(draw.words(SEED, V["label"]), len(V["first_u64"])))
    assert [f"{word:016x}" for word in first] == V["first_u64"]
    order = draw.permutation(POOL[::-1], seed=SEED, label=V["label"])
    assert list(order) == V["permutation"]
    assert list(order[:5]) == V["drawn_if_pick_5"]
    assert list(order[5:]) == V["reserves_if_pick_5"]


def test_the_outcome_follows_from_public_values_alone():
    found = draw.outcome(
        manifest=MANIFEST, label=V["label"], pool=POOL, contributions=CONTRIBUTIONS,
        public=bytes.fromhex(V["vrf_pk"]), proof=bytes.fromhex(V["pi"]),
    )  # fmt: skip
    assert (found.seed, list(found.order)) == (SEED, V["permutation"])
    with pytest.raises(vrf.BadProof):
        draw.outcome(
            manifest=MANIFEST, label=V["label"], pool=POOL, contributions=CONTRIBUTIONS | {"agency": bytes(32)},
            public=bytes.fromhex(V["vrf_pk"]), proof=bytes.fromhex(V["pi"]),
        )  # fmt: skip


def test_drawn_coefficients_are_as_published():
    published = V["benchmark"]
    pool = numbered(["0.950", "0.955", "0.960", "0.965", "0.970"])
    assert list(pool) == published["pool_handles"]
    assert list(draw.permutation(pool, seed=SEED, label=published["label"])) == published["permutation"]


def test_bounded_numbers_are_as_published():
    stream = draw.words(bytes.fromhex(V["zero_seed"]), V["zero_seed_label"])
    assert [draw.below(stream, V["zero_seed_n"]) for _ in range(16)] == V["zero_seed_below_7"]


def test_words_that_would_favour_small_numbers_are_thrown_away():
    limit = 2**64 - 2**64 % 7
    assert draw.below(iter([2**64 - 1, limit, limit - 1]), 7) == 6
    with pytest.raises(ValueError, match="bound"):
        draw.below(iter([1]), 0)


@pytest.mark.parametrize("n", [1, 2, 3, 7, 8, 9, 15, 16, 17])
def test_every_handle_stands_in_the_order_once(n: int):
    pool = [f"h{number:02}" for number in range(n)]
    assert sorted(draw.permutation(pool, seed=SEED, label="tie/1")) == pool


def test_handles_are_sorted_by_their_bytes():
    pool = ["é", "z", "a", "𝄞", "豆"]
    assert draw.permutation(pool, seed=SEED, label="x") == draw.permutation(
        sorted(pool, key=str.encode, reverse=True), seed=SEED, label="x"
    )


def test_a_refusal_takes_the_next_reserve_and_never_a_new_draw():
    order = tuple("fbdace")
    assert draw.taken(order, 2) == ("f", "b")
    assert draw.taken(order, 2, ["b"]) == ("f", "d")
    assert draw.taken(order, 2, ["b", "d", "f"]) == ("a", "c")
    assert draw.taken(order, 2, ["f", "b", "d", "a", "c"]) == ("e",)
    for refused in (["d"], ["b", "b"]):
        with pytest.raises(Malformed, match="is not drawn"):
            draw.taken(order, 2, refused)


def test_dice_need_fifty_throws():
    assert draw.thrown("123456" * 9) == hashlib.sha256(b"123456" * 9).digest()
    for digits in ("1" * 49, "1234567" * 8, ""):
        with pytest.raises(Malformed, match="50 throws"):
            draw.thrown(digits)


def test_a_contribution_and_a_salt_have_their_lengths():
    with pytest.raises(ValueError, match="32 bytes"):
        draw.commitment(b"short")
    with pytest.raises(ValueError, match="32 bytes"):
        draw.joined({"a": bytes(31)})
    with pytest.raises(ValueError, match="16 bytes"):
        blinded("P-1", b"")
    assert blinded("P-1", bytes(16)) == hashlib.sha256(bytes(16) + b"P-1").hexdigest()


def test_draws_are_uniform_and_the_careless_way_is_found_out():
    found = statistics.uniformity(draws=3_000)
    assert {name: result.p > statistics.LEAST_P for name, result in found.items()} == dict.fromkeys(found, True)
    assert statistics.careless(draws=200_000).p < statistics.LEAST_P


def test_whoever_holds_back_its_contribution_gains_nothing():
    found = statistics.abort_attack(trials=1_500)
    assert abs(found.blind - found.fair) < 0.04
    assert found.seeing - found.fair > 0.08  # control: who sees the result before revealing does gain


def test_every_order_of_three_comes_up():
    seen = Counter(draw.permutation("abc", seed=number.to_bytes(32, "big"), label="t") for number in range(600))
    assert len(seen) == 6
    assert min(seen.values()) > 60
