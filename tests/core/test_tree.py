from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.canonical import Malformed
from core.tree import (
    EMPTY_ROOT,
    BadProof,
    CompactRange,
    among,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root,
    root_of,
    verify_consistency,
    verify_inclusion,
)

VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "log.json").read_text())["rfc6962"]
LEAVES = [bytes.fromhex(leaf) for leaf in VECTORS["leaf_hashes"]]
ROOTS = [bytes.fromhex(one) for one in VECTORS["roots_size_0_to_8"]]
LARGEST = 65
MANY = [leaf_hash(bytes([n])) for n in range(LARGEST)]
MANY_ROOTS = [root(MANY[:n]) for n in range(LARGEST + 1)]


def included(leaf: bytes, index: int, size: int, top: bytes, proof: list[bytes]) -> bool:
    try:
        verify_inclusion(leaf=leaf, index=index, size=size, root=top, proof=proof)
    except BadProof:
        return False
    return True


def consistent(old: int, new: int, old_root: bytes, new_root: bytes, proof: list[bytes]) -> bool:
    try:
        verify_consistency(old=old, new=new, old_root=old_root, new_root=new_root, proof=proof)
    except BadProof:
        return False
    return True


def changed(value: bytes) -> bytes:
    return bytes([value[0] ^ 1]) + value[1:]


def broken(proof: list[bytes]) -> list[list[bytes]]:
    """Every hash changed, the last one dropped, one added, the first and the last one exchanged."""
    each = [[*proof[:n], changed(proof[n]), *proof[n + 1 :]] for n in range(len(proof))]
    turned = [proof[::-1]] if len(set(proof)) > 1 else []
    return [*each, *([proof[:-1]] if proof else []), [*proof, EMPTY_ROOT], *turned]


def test_the_hashes_roots_and_ranges_of_rfc_6962() -> None:
    assert [leaf_hash(bytes.fromhex(entry)) for entry in VECTORS["entries"]] == LEAVES
    assert [root(LEAVES[:n]) for n in range(9)] == ROOTS
    growing = CompactRange()
    for size, leaf in enumerate(LEAVES, start=1):
        growing.push(leaf)
        assert (growing.size, growing.root()) == (size, ROOTS[size])
        assert [one.hex() for one in growing.stack] == VECTORS["compact_range_after_each_push"][size - 1]
        growing = CompactRange(growing.size, growing.stack)
    assert (CompactRange().root(), root_of(0, among([]))) == (EMPTY_ROOT, EMPTY_ROOT)


def test_a_range_with_too_many_or_too_few_hashes_is_none() -> None:
    with pytest.raises(Malformed, match="compact range"):
        CompactRange(3, [EMPTY_ROOT])


def test_the_proofs_of_the_vectors() -> None:
    for case in VECTORS["inclusion"]:
        proof = inclusion_proof(case["index"], case["size"], among(LEAVES))
        assert [one.hex() for one in proof] == case["proof"]
    for case in VECTORS["consistency"]:
        proof = consistency_proof(case["old"], case["new"], among(LEAVES))
        assert [one.hex() for one in proof] == case["proof"]


def test_every_inclusion_proof_verifies_and_no_wrong_one_does() -> None:
    accepted, wrong = 0, 0
    for size in range(1, LARGEST + 1):
        top, nodes = MANY_ROOTS[size], among(MANY)
        for index in range(size):
            proof = inclusion_proof(index, size, nodes)
            accepted += included(MANY[index], index, size, top, proof)
            wrong += sum(included(MANY[index], index, size, top, one) for one in broken(proof))
            wrong += included(changed(MANY[index]), index, size, top, proof)
            wrong += included(MANY[index], index, size, changed(top), proof)
            wrong += included(MANY[index], (index + 1) % size, size, top, proof) if size > 1 else 0
            wrong += included(MANY[index], index + size, size, top, proof)
            wrong += included(MANY[index], index - size, size, top, proof)
    assert (accepted, wrong) == (sum(range(1, LARGEST + 1)), 0)


def test_every_consistency_proof_verifies_and_no_wrong_one_does() -> None:
    accepted, wrong = 0, 0
    for new in range(1, LARGEST + 1):
        for old in range(new + 1):
            proof = consistency_proof(old, new, among(MANY))
            before, after = MANY_ROOTS[old], MANY_ROOTS[new]
            accepted += consistent(old, new, before, after, proof)
            wrong += sum(consistent(old, new, before, after, one) for one in broken(proof))
            wrong += consistent(old, new, changed(before), after, proof)
            wrong += consistent(old, new, before, changed(after), proof) if old else 0
            wrong += consistent(new, old, after, before, proof) if old < new else 0
            wrong += consistent(old, new, before, after, []) if 0 < old < new else 0
    assert (accepted, wrong) == (sum(range(2, LARGEST + 2)), 0)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (5, 5), (-1, 5)])
def test_nothing_is_proven_of_an_entry_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="no entry"):
        inclusion_proof(index, size, among(MANY))


def test_no_log_continues_a_longer_one() -> None:
    with pytest.raises(ValueError, match="no beginning"):
        consistency_proof(6, 5, among(MANY))
