"""The log's vectors in Chromium, and proofs of every small tree, right and wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core import tree
from core.canonical import b64_encode

LOG = json.loads((Path(__file__).parent.parent / "vectors" / "log.json").read_text("utf-8"))
RECEIPT = json.loads(LOG["receipt"]["receipt_json"])
WITH_KEYS = {"log": LOG["vkeys"][0], "witnesses": LOG["vkeys"][1:]}
VERIFY = """
const entry = c.utf8(given.entry);
try {
  const {index, checkpoint} = await m.log.verifyProof(given.proof, {...given, entry});
  return [Number(index), Number(checkpoint.size), checkpoint.cosignatures.map(({name, at}) => [name, Number(at)])];
} catch (error) { return error.code ?? String(error); }
"""


def test_the_proof_of_the_vectors_holds_with_its_two_cosignatures(run):
    found = run("log", VERIFY, {"entry": LOG["entries"][1], "proof": RECEIPT["proof"], **WITH_KEYS})
    at = LOG["cosignature_time"]
    assert found == [1, 3, [["witness0.example/w", at], ["witness1.example/w", at]]]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("index 1", "index 0"), "mismatch"),
        (("index 1", "index 3"), "mismatch"),
        (("index 1", "index 01"), "malformed"),
        (("34t+", "44t+"), "mismatch"),
        (("\n34t+GpzM+3D6sfQCxD/OMMGTJQ4V9oo71smre7BNJ94=", ""), "mismatch"),
        (("\n3\n", "\n4\n"), "signature_wrong"),
        (("R4qJGgAA", "R4qJGgAB"), "signature_wrong"),
        (("tlog-proof@v1", "tlog-proof@v2"), "malformed"),
    ],
)
def test_a_changed_proof_is_refused(run, change, code):
    proof = RECEIPT["proof"].replace(*change)
    assert proof != RECEIPT["proof"]
    assert run("log", VERIFY, {"entry": LOG["entries"][1], "proof": proof, **WITH_KEYS}) == code


def test_every_proof_of_the_trees_of_up_to_twenty_entries_holds_and_no_other_place_does(run):
    leaves = [tree.leaf_hash(bytes([n])) for n in range(20)]
    cases = [
        {
            "leaf": leaves[index].hex(),
            "index": index,
            "size": size,
            "root": tree.root(leaves[:size]).hex(),
            "hashes": [one.hex() for one in tree.inclusion_proof(index, size, tree.among(leaves[:size]))],
        }
        for size in range(1, 21)
        for index in range(size)
    ]
    body = """
    const holds = async (index, {leaf, size, root, hashes}) => m.log.verifyInclusion({
      leaf: c.fromHex(leaf), index: BigInt(index), size: BigInt(size), root: c.fromHex(root),
      hashes: hashes.map((one) => c.fromHex(one)),
    }).then(() => true, () => false);
    let [right, wrong] = [0, 0];
    for (const one of given) {
      right += await holds(one.index, one);
      for (let other = 0; other <= one.size; other += 1) wrong += other !== one.index && await holds(other, one);
    }
    return [right, wrong];
    """
    assert run("log", body, cases) == [210, 0]


def test_a_checkpoint_says_what_python_says(run):
    text = LOG["checkpoint_body"]
    found = run("log", "const {origin, size, root} = m.log.readCheckpointText(given);"
                " return [origin, Number(size), c.toB64(root)];", text)  # fmt: skip
    origin, size, root = text.splitlines()
    assert found == [origin, int(size), root]
    assert b64_encode(tree.root([bytes.fromhex(one) for one in LOG["entry_leaf_hashes"]])) == root
