from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.canonical import Malformed
from core.checkpoints import (
    Checkpoint,
    cosign,
    cosigning_vkey,
    read_checkpoint,
    read_proof,
    read_text,
    sign_checkpoint,
    verify_proof,
    write_proof,
)
from core.notes import BadSignature, SigningKey, parse_vkey, sign_note
from core.tree import BadProof, CompactRange, among, inclusion_proof, leaf_hash

VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "log.json").read_text())
LOG = SigningKey("tender.example/log/1", bytes.fromhex(VECTORS["log_sk"]))
WITNESSES = [
    SigningKey(f"witness{n}.example/w", bytes.fromhex(secret)) for n, secret in enumerate(VECTORS["witness_sk"])
]
LEAVES = [leaf_hash(entry.encode()) for entry in VECTORS["entries"]]
PROOF = VECTORS["tlog_proof_index_1"]
LOG_KEY, *WITNESS_KEYS = [parse_vkey(vkey) for vkey in VECTORS["vkeys"]]


def head() -> Checkpoint:
    growing = CompactRange()
    for leaf in LEAVES:
        growing.push(leaf)
    return Checkpoint(LOG.name, growing.size, growing.root())


def test_checkpoint_cosignatures_and_proof_are_those_of_the_vectors() -> None:
    assert [leaf.hex() for leaf in LEAVES] == VECTORS["entry_leaf_hashes"]
    assert head().text == VECTORS["checkpoint_body"]
    note = sign_checkpoint(head(), key=LOG)
    assert note == VECTORS["checkpoint_signed"]
    lines = [cosign(head().text, key=key, at=VECTORS["cosignature_time"]) for key in WITNESSES[:2]]
    cosigned = note + "".join(lines)
    assert cosigned == VECTORS["checkpoint_cosigned_by_0_and_1"]
    hashes = inclusion_proof(1, 3, among(LEAVES))
    assert write_proof(index=1, hashes=hashes, note=cosigned) == PROOF
    assert [str(key.verify_key if key is LOG else cosigning_vkey(key)) for key in [LOG, *WITNESSES]] == VECTORS["vkeys"]


def test_a_proof_is_verified_with_the_keys_alone() -> None:
    proof, cosigned = verify_proof(PROOF, leaf=LEAVES[1], log=LOG_KEY, witnesses=WITNESS_KEYS)
    assert (proof.index, cosigned.checkpoint) == (1, head())
    assert [(one.key, one.at) for one in cosigned.cosignatures] == [
        (key, VECTORS["cosignature_time"]) for key in WITNESS_KEYS[:2]
    ]


def test_a_witness_that_signs_twice_counts_once() -> None:
    twice = "".join(cosign(head().text, key=WITNESSES[0], at=at) for at in (1, 2))
    cosigned = read_checkpoint(sign_checkpoint(head(), key=LOG) + twice, log=LOG_KEY, witnesses=WITNESS_KEYS)
    assert [one.key for one in cosigned.cosignatures] == [WITNESS_KEYS[0]]


def test_a_proof_of_another_entry_or_place_is_refused() -> None:
    with pytest.raises(BadProof):
        verify_proof(PROOF, leaf=LEAVES[0], log=LOG_KEY)
    with pytest.raises(BadProof):
        verify_proof(PROOF.replace("index 1", "index 2"), leaf=LEAVES[1], log=LOG_KEY)


def test_the_log_itself_must_have_signed_and_under_its_own_origin() -> None:
    unsigned = head().text + "\n" + cosign(head().text, key=WITNESSES[0], at=1)
    with pytest.raises(BadSignature, match="not signed by its log"):
        read_checkpoint(unsigned, log=LOG_KEY, witnesses=WITNESS_KEYS)
    foreign = sign_note(Checkpoint("other.example/log/1", 3, head().root).text, key=LOG)
    with pytest.raises(BadSignature, match="of another log"):
        read_checkpoint(foreign, log=LOG_KEY)
    with pytest.raises(ValueError, match="name of its origin"):
        sign_checkpoint(Checkpoint("other.example/log/1", 3, head().root), key=LOG)
    damaged = VECTORS["checkpoint_cosigned_by_0_and_1"].replace("CQ==", "CA==")
    with pytest.raises(Malformed):
        read_checkpoint(damaged, log=LOG_KEY, witnesses=WITNESS_KEYS)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n3\nhvIB/FE+wt+TtKza+WdNrRA1SQwquWXca7grg8qHE7g=\n",
        "o\n03\nhvIB/FE+wt+TtKza+WdNrRA1SQwquWXca7grg8qHE7g=\n",
        "o\n-3\nhvIB/FE+wt+TtKza+WdNrRA1SQwquWXca7grg8qHE7g=\n",
        "o\n3\nhvIB/FE+wt+TtKza+WdNrRA1SQwquWXca7grg8qHE7h=\n",
        "o\n3\nAAAA\n",
        "o\n3\nhvIB/FE+wt+TtKza+WdNrRA1SQwquWXca7grg8qHE7g=",
        "o\n3\nhvIB/FE+wt+TtKza+WdNrRA1SQwquWXca7grg8qHE7g=\nmore\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        read_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        PROOF.replace("@v1", "@v2"),
        PROOF.replace("index 1", "index 01"),
        PROOF.replace("index 1\n", ""),
        PROOF.replace("\n\n", "\n"),
        PROOF.replace("index 1\n", "index 1\nAAAA\n"),
        PROOF.replace("index 1\n", "index 1\n" + "34t+GpzM+3D6sfQCxD/OMMGTJQ4V9oo71smre7BNJ94=\n" * 63),
        "c2sp.org/tlog-proof@v1\n\nnote",
    ],
)
def test_what_is_no_proof_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        read_proof(text)
