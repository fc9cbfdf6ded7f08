"""The receipt of the vectors verifies, and no changed one does."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bidding.rules.receipt import Receipt, read_receipt, verify_receipt, write_receipt
from core.canonical import Malformed
from core.notes import parse_vkey

from .sealed import vectors

LOG: dict[str, Any] = vectors("log")
GIVEN = LOG["receipt"]
KEYS = {"platform": parse_vkey(GIVEN["platform_vkey"]), "log": parse_vkey(LOG["vkeys"][0])}
WITNESSES = [parse_vkey(one) for one in LOG["vkeys"][1:]]


def again(**changes: str) -> Receipt:
    fields = json.loads(GIVEN["receipt_json"]) | changes
    return write_receipt(**{name: fields[name] for name in ("tender", "seal", "entry", "proof")})


def test_the_receipt_of_the_vectors_verifies_with_two_of_three_witnesses():
    receipt = read_receipt(GIVEN["receipt_json"].encode())
    assert (receipt, receipt.digest) == (again(), GIVEN["sha256"])
    proof, cosigned = verify_receipt(receipt, note=GIVEN["note"], **KEYS, witnesses=WITNESSES)
    assert (proof.index, cosigned.checkpoint.size) == (1, 3)
    assert [one.key for one in cosigned.cosignatures] == WITNESSES[:2]


@pytest.mark.parametrize("field", ["tender", "seal", "entry", "proof"])
def test_a_receipt_with_another_content_is_not_the_platform_s(field: str):
    changes = {"tender": "T-2", "seal": "0" * 64, "entry": LOG["entries"][0], "proof": "c2sp.org/tlog-proof@v1\n"}
    with pytest.raises(Malformed, match="for another document"):
        verify_receipt(again(**{field: changes[field]}), note=GIVEN["note"], **KEYS)


@pytest.mark.parametrize(
    "change",
    [
        ("index 1", "index 0"),
        ("34t+", "44t+"),
        ("\n3\nhvIB", "\n4\nhvIB"),
        ("syJ39Hxm", "syJ39Hxn"),
        ("R4qJGgAA", "R4qJGgAB"),
    ],
)
def test_a_proof_that_was_changed_proves_nothing_whoever_signs_it(change: tuple[str, str]):
    from core.notes import SigningKey, sign_statement

    platform = SigningKey("tender.example/platform", bytes.fromhex(GIVEN["platform_sk"]))
    receipt = again(proof=LOG["tlog_proof_index_1"].replace(*change))
    assert receipt != again()
    note = sign_statement("receipt", receipt.digest, key=platform)
    with pytest.raises(Malformed):
        verify_receipt(receipt, note=note, **KEYS, witnesses=WITNESSES)
