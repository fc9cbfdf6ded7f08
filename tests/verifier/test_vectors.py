"""The verifier reads only the specification: its vectors, and agreement with the other implementation of it."""

from __future__ import annotations

import base64
import io
import json
from datetime import UTC, datetime
from itertools import combinations

import pytest

from bidding.rules import shamir
from core.canonical import dumps
from core.tree import among, inclusion_proof
from tests.bidding.rules.sealed import stream, vectors
from verifier import age, canonical, log, sharing, signed
from verifier.archive import read_archive
from verifier.ceremony import read_ceremony, read_seal
from verifier.drawing import order_of, permuted
from verifier.schema import Value
from verifier.sharing import Dealing, Wrap, kdf
from verifier.trust import read_trust
from verifier.verifying import verify_receipt
from verifier.vrf import output
from verifier.words import Fault

SEAL, EXTRA = vectors("seal"), vectors("seal_extra")
LOG = vectors("log")
DRAW = vectors("draw")
CEREMONY = read_ceremony(dumps(SEAL["ceremony"]))
CTX = bytes.fromhex(SEAL["ctx"])
S = bytes.fromhex(SEAL["s"])


def b64u(text: str) -> bytes:
    return canonical.from_b64u(text)


def wraps_of(deal: list[dict]) -> tuple[Wrap, ...]:
    return tuple(Wrap(one["kid"], b64u(one["enc"]), b64u(one["ct"])) for one in deal)


def dealing(wraps: tuple[Wrap, ...]) -> Dealing:
    return Dealing("hold", CTX, CEREMONY.k, b64u(SEAL["commit"]), wraps)


def test_ceremony_context_commitment_and_identity() -> None:
    assert CEREMONY.digest == SEAL["ceremony_sha256"]
    assert kdf(S, "commit", CTX) == b64u(SEAL["commit"])
    assert age.identity(kdf(S, "age identity", CTX)) == SEAL["age_identity"]
    assert kdf(S, "shamir hold 1", CTX).hex() == EXTRA["coefficient_1"]


def test_the_dealing_is_found_again_byte_for_byte() -> None:
    wraps = wraps_of(SEAL["deal"])
    shares, again = sharing.deal(S, dealing(wraps), CEREMONY.holders)
    assert tuple(again) == wraps
    assert [share.hex() for share in shares] == [one["share"] for one in SEAL["deal"]]


@pytest.mark.parametrize("case", EXTRA["recovery"], ids=lambda case: case["case"])
def test_recovery_and_who_is_at_fault(case: dict) -> None:
    wraps = wraps_of(SEAL["deal"])
    if "replaced by 48 zero bytes" in case["case"]:
        wraps = tuple(Wrap(one.kid, one.enc, bytes(48)) if one.kid == "tenderee" else one for one in wraps)
    shares = {kid: None if share is None else bytes.fromhex(share) for kid, share in case["shares"].items()}
    found = sharing.recover(dealing(wraps), CEREMONY, shares)
    assert (found.secret.hex() if found else None) == case["s"]
    if found:
        assert [list(found.malformed_for), list(found.false_shares)] == [case["malformed_for"], case["false_shares"]]


def test_the_bidders_own_layer() -> None:
    layer = EXTRA["bidder_layer"]
    b = bytes.fromhex(layer["b"])
    commit = kdf(b, "commit_b", CTX)
    assert commit == b64u(layer["commit_b"])
    assert age.identity(kdf(S + b, "age identity", CTX)) == layer["age_identity"]
    wraps = wraps_of(layer["deal_b"])
    shares = {one["kid"]: bytes.fromhex(one["share"]) for one in layer["deal_b"]}
    recovering = Dealing("recover", CTX, layer["k_recover"], commit, wraps)
    found = sharing.recover(recovering, CEREMONY, shares, commit_label="commit_b")
    assert found is not None
    assert (found.secret, found.malformed_for) == (b, ())
    fewer = dict(list(shares.items())[: layer["k_recover"] - 1])
    assert sharing.recover(recovering, CEREMONY, fewer, commit_label="commit_b") is None


def test_the_seal_and_its_signature() -> None:
    given = EXTRA["seal_document"]
    seal = read_seal(given["seal_json"].encode(), CEREMONY)
    assert seal.digest == given["sha256"]
    assert seal.envelopes[0].ctx == CTX
    signed.check_statement(given["note"].encode(), of="seal", digest=seal.digest, key=signed.read_key(given["vkey"]))


@pytest.mark.parametrize("case", EXTRA["reject"], ids=lambda case: case["name"])
def test_what_must_be_refused_is_refused(case: dict) -> None:
    data = bytes.fromhex(case["hex"]) if case["hex"] else case["seal_json"].encode("utf-8", "surrogatepass")
    with pytest.raises(Fault):
        read_seal(data, CEREMONY)


def test_the_payload_opens() -> None:
    given = EXTRA["payload"]
    source = io.BytesIO(base64.b64decode(given["age_file_base64"]))
    core = SEAL["seal_core"]
    belonging = {"tender": core["tender"], "envelope": "opening", "lot": "1", "cid": core["cid"]}
    digest, listed = read_archive(age.decrypt(source, kdf(S, "age identity", CTX)), belonging)
    assert (digest, [one.name for one in listed]) == (given["plain_sha256"], ["form.json"])


def test_tree_and_proofs() -> None:
    given = LOG["rfc6962"]
    leaves = [log.leaf_hash(bytes.fromhex(entry)) for entry in given["entries"]]
    assert [leaf.hex() for leaf in leaves] == given["leaf_hashes"]
    for size, root in enumerate(given["roots_size_0_to_8"]):
        assert log.Tree(b"".join(leaves)).root(size).hex() == root
    for proof in given["inclusion"]:
        head = log.Checkpoint(proof["size"], bytes.fromhex(given["roots_size_0_to_8"][proof["size"]]), "", ())
        hashes = [bytes.fromhex(one) for one in proof["proof"]]
        log.check_inclusion(leaves[proof["index"]], index=proof["index"], checkpoint=head, hashes=hashes)


def test_every_wrong_proof_of_small_trees_is_refused() -> None:
    leaves = [log.leaf_hash(bytes([n])) for n in range(17)]
    tree = log.Tree(b"".join(leaves))
    for size in range(1, 18):
        head = log.Checkpoint(size, tree.root(size), "", ())
        for index in range(size):
            hashes = inclusion_proof(index, size, among(leaves))
            log.check_inclusion(leaves[index], index=index, checkpoint=head, hashes=hashes)
            wrong = [hashes[:-1], [*hashes, bytes(32)], [bytes(32), *hashes[1:]]] if hashes else [[bytes(32)]]
            for other in wrong:
                with pytest.raises(Fault):
                    log.check_inclusion(leaves[index], index=index, checkpoint=head, hashes=other)
            if size > 1:
                with pytest.raises(Fault):
                    log.check_inclusion(leaves[index], index=(index + 1) % size, checkpoint=head, hashes=hashes)
        with pytest.raises(Fault):
            log.check_inclusion(leaves[0], index=size, checkpoint=head, hashes=[])


def test_the_receipt_of_the_vectors() -> None:
    given = LOG["receipt"]
    vkeys = LOG["vkeys"]
    trust = read_trust(
        json.dumps(
            {
                "origin": "tender.example/log/1", "log": vkeys[0], "platform": given["platform_vkey"],
                "witnesses": vkeys[1:], "quorum": 2, "holders": [], "tsa": [],
            }
        ).encode()
    )  # fmt: skip
    proven = verify_receipt(given["receipt_json"].encode(), given["note"].encode(), trust)
    assert (proven.index, proven.entry.tender) == (1, "T-1")
    assert proven.entry.at == datetime(2026, 11, 30, 10, 15, 30, 123456, tzinfo=UTC)
    assert [at for _, at in proven.checkpoint.witnessed] == [LOG["cosignature_time"]] * 2


def test_both_implementations_share_alike() -> None:
    randomness = stream(7)
    for n, k in [(2, 2), (3, 2), (4, 3), (5, 3), (16, 8)]:
        coefficients = [randomness(32) for _ in range(k)]
        points = [(x, shamir.evaluate(coefficients, x)) for x in range(1, n + 1)]
        assert [sharing.share_of(coefficients, x) for x, _ in points] == [share for _, share in points]
        for subset in list(combinations(points, k))[:50]:
            assert sharing.combine(subset) == coefficients[0]


def test_draws() -> None:
    given = {party: bytes.fromhex(c) for party, c in DRAW["contributions"].items()}
    for beacons in ([], DRAW["beacons"]):
        values = [(one["name"], one["round"], bytes.fromhex(one["value"])) for one in beacons]
        order = order_of(
            manifest=bytes.fromhex(DRAW["manifest"]),
            label=DRAW["label"],
            pool=DRAW["pool_handles"],
            contributions=given,
            vrf_pk=bytes.fromhex(DRAW["vrf_pk"]),
            proof=bytes.fromhex(DRAW["pi"]),
            beacons=values,
        )
        assert (order == DRAW["permutation"]) is not bool(beacons)
    assert permuted(DRAW["pool_handles"], seed=bytes.fromhex(DRAW["seed"]), label=DRAW["label"]) == DRAW["permutation"]


def test_the_verifiable_function() -> None:
    for one in DRAW["rfc9381"]:
        pk, alpha, pi = (bytes.fromhex(one[name]) for name in ("pk", "alpha", "pi"))
        assert output(pk, alpha, pi).hex() == one["beta"]
        for place in range(0, 80, 9):
            with pytest.raises(Fault):
                output(pk, alpha, pi[:place] + bytes([pi[place] ^ 1]) + pi[place + 1 :])
        with pytest.raises(Fault):
            output((1).to_bytes(32, "little"), alpha, pi)
        with pytest.raises(Fault):
            output(pk, alpha, pi[:-1])


def test_values_name_their_place() -> None:
    with pytest.raises(Fault, match=r"^close\.json deadline: it is not a real date$"):
        Value("2026-02-30T00:00:00.000000Z", "close.json deadline").time()
