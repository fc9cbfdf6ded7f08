"""The documents of a draw: closed, canonical, bound to each other; the escrow opens and names who lied."""

from __future__ import annotations

import contextlib
import json
import random

import pytest

from bidding.rules.dealing import write_wraps
from core.canonical import Malformed, b64u_encode, dumps, loads
from core.notes import sign_statement
from evaluation.rules import draw, draw_documents, draw_escrow, vrf
from evaluation.rules.draw import Beacon
from evaluation.rules.draw_manifest import read_manifest
from tests.bidding.rules.sealed import ceremony, key_of, minimal_ceremony, signer, vectors
from tests.evaluation.rules.drawing import PARTIES, POOL, SECRET, contribution_of, drawn, manifest_of

V = vectors("draw")
D = drawn()
C, M = D.ceremony, D.manifest
LIMIT = 1_000_000


def changed(data: bytes, **changes: object) -> bytes:
    document = loads(data, limit=LIMIT) | changes
    return dumps({name: value for name, value in document.items() if value is not ...})


# -- the published dealings ------------------------------------------------------------------------------


def test_contribution_and_vrf_secret_are_dealt_as_published():
    made_for = minimal_ceremony()
    for name, secret, label, ctx in (
        (
            "escrow",
            bytes.fromhex(V["contributions"]["supervisor"]),
            draw.DRAW,
            draw.escrow_context(manifest=V["manifest"], party="supervisor", tender="T-1"),
        ),
        (
            "vrf_escrow",
            bytes.fromhex(V["vrf_sk"]),
            draw.VRF,
            draw.vrf_context(ceremony=made_for.digest, tender="T-1", vrf_pk=b64u_encode(bytes.fromhex(V["vrf_pk"]))),
        ),
    ):
        dealt = draw_escrow.deal(secret, label=label, ctx=ctx, ceremony=made_for)
        published = V[name]
        assert ctx.hex() == published["ctx"]
        assert write_wraps(dealt.wraps) == [
            {field: entry[field] for field in ("kid", "enc", "ct")} for entry in published["deal"]
        ]
        assert [share.hex() for share in dealt.shares] == [entry["share"] for entry in published["deal"]]


# -- the manifest ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"pool": [POOL[1], POOL[0]]}, "not sorted"),
        ({"pool": [POOL[0], POOL[0]]}, "stands twice"),
        ({"pool": []}, "0 entries"),
        ({"pick": 0}, "is not between"),
        ({"pick": len(POOL) + 1}, "is not between"),
        ({"parties": ["agency"]}, "1 entries"),
        ({"parties": ["supervisor", "agency"]}, "not sorted"),
        ({"label": "experts civil"}, "not an id"),
        ({"vrf_pk": b64u_encode(bytes([1]) + bytes(31))}, "small order"),
        ({"vrf_pk": b64u_encode(bytes(31))}, "31 bytes"),
        ({"exclusions": ...}, "both exclusions and beacons"),
        ({"exclusions": [{"handle": POOL[0], "code": "other"}]}, "stands in the pool"),
        ({"exclusions": [{"handle": "x", "code": "other"}, {"handle": "x", "code": "recusal"}]}, "twice"),
        ({"exclusions": [{"handle": "x", "code": "dislike"}]}, "is not one of"),
        ({"beacons": [{"name": "drand", "round": -1}]}, "is not between"),
        ({"extra": 1}, "unknown"),
        ({"tender": ...}, "missing"),
    ],
)
def test_a_manifest_that_is_not_one_is_refused(changes: dict[str, object], why: str):
    with pytest.raises(Malformed, match=why):
        read_manifest(changed(M.data, **changes))


def test_a_minimal_manifest_has_neither_exclusions_nor_beacons():
    minimal = read_manifest(changed(M.data, exclusions=..., beacons=...))
    assert (minimal.is_minimal, minimal.exclusions, minimal.beacons) == (True, (), ())
    assert M.is_minimal is False


# -- commitments and contributions -----------------------------------------------------------------------


def test_what_a_party_signed_is_read_again_and_its_signature_counts():
    for party in PARTIES:
        commit = draw_documents.read_commit(D.commits[party].data, manifest=M, ceremony=C)
        reveal = draw_documents.read_reveal(D.reveals[party].data, manifest=M)
        draw_documents.check_reveal(reveal, commit)
        note = sign_statement("draw-commit", commit.digest, key=signer(party))
        draw_documents.verify_party_signature(commit, doc_type="draw-commit", note=note, key=signer(party).verify_key)
        with pytest.raises(Malformed):
            draw_documents.verify_party_signature(
                reveal, doc_type="draw-reveal", note=note, key=signer(party).verify_key
            )


def test_a_commitment_of_a_stranger_or_for_another_draw_is_refused():
    data = D.commits["agency"].data
    for change, why in (
        ({"party": "stranger"}, "takes no part"),
        ({"manifest": "0" * 64}, "another draw"),
        ({"tender": "T-2"}, "another tender"),
        ({"escrow": []}, "0 entries"),
        ({"commit": "x"}, "digest"),
    ):
        with pytest.raises(Malformed, match=why):
            draw_documents.read_commit(changed(data, **change), manifest=M, ceremony=C)


def test_another_contribution_than_the_committed_one_is_refused():
    other = draw_documents.write_reveal(M, party="agency", contribution=bytes(32))
    with pytest.raises(Malformed, match="is not the one it committed to"):
        draw_documents.check_reveal(other, D.commits["agency"])
    with pytest.raises(Malformed, match="is not the one it committed to"):
        draw_documents.check_reveal(D.reveals["supervisor"], D.commits["agency"])


# -- the result ------------------------------------------------------------------------------------------


def test_the_result_follows_from_its_inputs_and_nothing_else_is_read():
    again = draw_documents.read_result(D.result.data, manifest=M)
    assert (again.order, again.drawn) == (D.result.order, D.result.order[:5])
    swapped = [D.result.order[1], D.result.order[0], *D.result.order[2:]]
    pi = b64u_encode(vrf.prove(bytes(32), b"x"))
    for change, why in (
        ({"order": swapped, "drawn": swapped[:5]}, "is not the one that follows"),
        ({"drawn": list(D.result.order[1:6])}, "not the first"),
        ({"order": swapped[1:]}, "10 entries"),
        ({"pi": pi}, "does not fit"),
        ({"manifest": "0" * 64}, "another draw"),
        ({"beacons": []}, "unknown"),
        ({"contributions": {"agency": b64u_encode(bytes(32))}}, "missing"),
    ):
        with pytest.raises(Malformed, match=why):
            draw_documents.read_result(changed(D.result.data, **change), manifest=M)


def test_a_beacon_of_the_manifest_is_mixed_in_with_its_value():
    manifest = manifest_of(C, beacons=[Beacon("drand-quicknet", 1000)])
    given = {party: contribution_of(party) for party in PARTIES}
    proof = vrf.prove(SECRET, draw.alpha_of(manifest.digest, given))
    result = draw_documents.write_result(
        manifest, contributions=given, proof=proof, values={("drand-quicknet", 1000): b"one"}
    )
    assert draw_documents.read_result(result.data, manifest=manifest).beacons == (
        Beacon("drand-quicknet", 1000, b"one"),
    )
    for change in ({"beacons": ...}, {"beacons": [{"name": "drand-quicknet", "round": 1001, "value": "b25l"}]}):
        with pytest.raises(Malformed):
            draw_documents.read_result(changed(result.data, **change), manifest=manifest)
    with pytest.raises(Malformed, match="the order"):
        draw_documents.read_result(
            changed(result.data, beacons=[{"name": "drand-quicknet", "round": 1000, "value": "dHdv"}]),
            manifest=manifest,
        )


# -- escrow ----------------------------------------------------------------------------------------------


def released(escrows: list[draw_escrow.Escrow], kids: list[str]) -> dict[str, draw_escrow.DrawRelease]:
    return {
        kid: draw_escrow.write_release(C, manifest=M.digest, escrows=escrows, kid=kid, secret_key=key_of(kid))
        for kid in kids
    }


@pytest.mark.parametrize("kids", [["agency", "platform", "supervisor"], ["platform", "supervisor", "tenderee"]])
def test_k_holders_open_a_missing_contribution(kids: list[str]):
    escrow = draw_documents.escrow_of(D.commits["agency"], manifest=M)
    shares = {kid: found.shares["agency"] for kid, found in released([escrow], kids).items()}
    found = draw_escrow.recover(escrow, ceremony=C, shares=shares)
    assert found == draw_escrow.Recovered(contribution_of("agency"), (), (), ())
    shares.popitem()
    assert draw_escrow.recover(escrow, ceremony=C, shares=shares) is None


def test_k_holders_open_the_vrf_secret():
    enrolled = draw_documents.write_vrf_escrow(C, secret=SECRET)
    escrow = draw_escrow.of_vrf(ceremony=C, vrf_pk=enrolled.vrf_pk, wraps=enrolled.escrow)
    by_holder = released([escrow], ["agency", "supervisor", "tenderee"])
    shares = {kid: found.shares[escrow.name] for kid, found in by_holder.items()}
    assert draw_escrow.recover(escrow, ceremony=C, shares=shares) == draw_escrow.Recovered(SECRET, (), (), ())


def test_a_holder_who_lies_and_a_party_that_dealt_badly_are_named():
    escrow = draw_documents.escrow_of(D.commits["agency"], manifest=M)
    everybody = ["agency", "platform", "supervisor", "tenderee"]
    shares = {kid: found.shares["agency"] for kid, found in released([escrow], everybody).items()}
    lied = draw_escrow.recover(escrow, ceremony=C, shares=shares | {"platform": bytes(32)})
    assert lied == draw_escrow.Recovered(contribution_of("agency"), (), ("platform",), ())
    silent = draw_escrow.recover(escrow, ceremony=C, shares=shares | {"tenderee": None})
    assert silent == draw_escrow.Recovered(contribution_of("agency"), (), (), ("tenderee",))
    deal = write_wraps(escrow.wraps)
    deal[1], deal[1]["kid"] = dict(deal[0]), "platform"
    bad = draw_documents.read_commit(changed(D.commits["agency"].data, escrow=deal), manifest=M, ceremony=C)
    dealt = draw_documents.escrow_of(bad, manifest=M)
    assert draw_escrow.malformed_for(contribution_of("agency"), dealt, ceremony=C) == ("platform",)
    found = draw_escrow.recover(dealt, ceremony=C, shares=shares | {"platform": None})
    assert found == draw_escrow.Recovered(contribution_of("agency"), ("platform",), (), ())
    (garbage,) = released([dealt], ["platform"]).values()
    assert garbage.shares == {"agency": None}


def test_a_release_holds_every_missing_secret_once_and_is_signed():
    escrows = [draw_documents.escrow_of(D.commits[party], manifest=M) for party in ("agency", "tenderee")]
    (given,) = released(escrows, ["platform"]).values()
    note = sign_statement("draw-release", given.digest, key=signer("platform"))
    draw_escrow.verify_release_signature(given, note=note, key=signer("platform").verify_key)
    shape = {"ceremony": C, "manifest": M.digest, "label": draw.DRAW}
    for change in (
        {"names": ["agency"]},
        {"names": ["tenderee", "agency"]},
        {"label": draw.VRF},
        {"manifest": "0" * 64},
    ):
        with pytest.raises(Malformed):
            draw_escrow.read_release(given.data, **shape | {"names": ["agency", "tenderee"]} | change)


# -- hostile input ---------------------------------------------------------------------------------------


def test_nothing_but_malformed_comes_out_of_hostile_documents():
    readers = [
        (M.data, read_manifest),
        (D.commits["agency"].data, lambda data: draw_documents.read_commit(data, manifest=M, ceremony=C)),
        (D.reveals["agency"].data, lambda data: draw_documents.read_reveal(data, manifest=M)),
        (D.result.data, lambda data: draw_documents.read_result(data, manifest=M)),
    ]
    source, values = random.Random(7), [None, "", "x", -1, 2**60, [], {}, [[]], True, "\u0000", {"a": 1}]
    for data, read in readers:
        document = json.loads(data)
        for _ in range(60):
            hostile = document | {source.choice(list(document)): source.choice(values)}
            with contextlib.suppress(Malformed):
                read(json.dumps(hostile, sort_keys=True, separators=(",", ":")).encode())
            cut = source.randrange(len(data))
            with contextlib.suppress(Malformed):
                read(data[:cut] + bytes([source.randrange(256)]) + data[cut + 1 :])
    assert ceremony() is C
