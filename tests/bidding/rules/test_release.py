"""What holders release, and the document that says what opened: sections 10 and 11.2."""

from __future__ import annotations

import io
from dataclasses import replace
from functools import partial

import pytest

from bidding.rules.opening import Status, find, shares_of, unseal
from bidding.rules.opening_document import publishing_objections, read_opening, write_opening
from bidding.rules.release import read_release, stage_items, verify_release_signature, write_release
from bidding.rules.seal_document import write_seal
from core.canonical import Malformed, b64u_encode, digest, dumps
from core.errors import Refused
from core.notes import BadSignature, sign_statement

from .sealed import (
    bid,
    ceremony,
    close_over,
    document_of,
    minimal_ceremony,
    releases_by,
    signer,
)

C = ceremony()
KIDS = [holder.kid for holder in C.holders]
BID = bid(C)
SECRET = BID.sealed.secret.envelopes[0].secret


def test_a_release_is_complete_and_in_the_order_of_the_close():
    seals = [bid(C, f"B{n}", seed=n).seal for n in range(1, 4)]
    close = close_over(*seals)
    (release,) = releases_by(C, ["agency"], *seals)
    assert [item.seal for item in release.shares] == list(close.accepted)
    assert read_release(release.data, ceremony=C, close=close, seals=seals[::-1]) == release
    document = document_of(release.data)
    assert (document["stage"], document["deal"], document["kid"]) == (1, "hold", "agency")


def test_the_minimal_form_states_neither_stage_nor_deal():
    made_for = minimal_ceremony()
    made = bid(made_for)
    close = close_over(made.seal)
    release = write_release(made_for, close=close, seals=[made.seal], kid="agency", secret_key=b"\1" * 32)
    assert sorted(document_of(release.data)) == ["close", "kid", "shares", "tender", "type", "v"]
    assert read_release(release.data, ceremony=made_for, close=close, seals=[made.seal]).stage == 1


def test_a_release_is_signed_by_its_holder():
    (release,) = releases_by(C, ["agency"], BID.seal)
    note = sign_statement("release", release.digest, key=signer("agency"))
    verify_release_signature(release, note=note, key=signer("agency").verify_key)
    with pytest.raises(BadSignature):
        verify_release_signature(release, note=note, key=signer("platform").verify_key)


def test_a_release_does_not_print_its_shares():
    (release,) = releases_by(C, ["agency"], BID.seal)
    assert b64u_encode(release.shares[0].share) not in repr(release)
    assert repr(release.shares[0].share) not in repr(release)


SEALS = [BID.seal, bid(C, "B2", seed=9).seal]
CLOSE = close_over(*SEALS)
ORDER = "shares: the release does not hold every accepted envelope exactly once, in order"


def refused_release(**changes: object) -> str:
    (release,) = releases_by(C, ["agency"], *SEALS)
    document = document_of(release.data)
    changes = {name: change(document[name]) if callable(change) else change for name, change in changes.items()}
    with pytest.raises(Malformed) as refusal:
        read_release(dumps(document | changes), ceremony=C, close=CLOSE, seals=SEALS)
    return str(refusal.value)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"shares": lambda shares: shares[:1]}, ORDER),
        ({"shares": lambda shares: []}, ORDER),
        ({"shares": lambda shares: shares[::-1]}, ORDER),
        ({"shares": lambda shares: [*shares, shares[0]]}, ORDER),
        ({"shares": lambda shares: [shares[0] | {"lot": "2"}, shares[1]]}, ORDER),
        ({"shares": lambda shares: [shares[0] | {"share": "AA"}, shares[1]]}, "shares[0].share: The value has 1 bytes instead of 32."),
        ({"close": "0" * 64}, "close: the release is for another close"),
        ({"tender": "T-2"}, "tender: the release is for another tender"),
        ({"deal": "recover"}, "deal: only shares of the holders' dealing are released here"),
        ({"stage": 2}, "stage: 2 is not between 1 and 1"),
        ({"kid": "mallory"}, "“mallory” is not a key holder of this ceremony."),
    ],
)  # fmt: skip
def test_an_incomplete_or_foreign_release_is_refused(changes, why):
    assert refused_release(**changes) == why


def test_a_release_needs_exactly_the_accepted_seals():
    for seals in (SEALS[:1], [*SEALS, SEALS[0]], [*SEALS, bid(C, "B3", seed=8).seal]):
        with pytest.raises(Malformed, match="not exactly those that the close accepted"):
            stage_items(C, close=CLOSE, seals=seals)


def test_a_holder_with_another_key_releases_nulls():
    close = close_over(BID.seal)
    release = write_release(C, close=close, seals=[BID.seal], kid="agency", secret_key=b"\1" * 32)
    assert [item.share for item in release.shares] == [None]


def test_a_holder_releases_once():
    releases = releases_by(C, ["agency", "platform"], *SEALS)
    assert sorted(shares_of(releases)) == sorted((seal.digest, "opening", "1") for seal in SEALS)
    assert set(shares_of(releases)[(BID.seal.digest, "opening", "1")]) == {"agency", "platform"}
    with pytest.raises(Malformed, match="“agency” released twice"):
        shares_of([releases[0], releases[0]])


# -- the document


def opened(*bids, kids=("agency", "platform", "tenderee"), waiting_is_over=False):
    seals = [made.seal for made in bids]
    releases = releases_by(C, list(kids), *seals)
    shares = shares_of(releases)
    results = []
    for made in bids:
        payload = partial(io.BytesIO, made.files[made.envelope.sha256])
        found = find(
            made.seal,
            made.envelope,
            ceremony=C,
            shares=shares.get((made.seal.digest, "opening", "1"), {}),
            payload=payload,
            waiting_is_over=waiting_is_over,
        )
        results.append(unseal(found, payload=payload))
    return {"close": close_over(*seals), "seals": seals, "releases": releases, "results": results}


BIDS = [BID, bid(C, "B2", seed=9)]


def test_an_opening_lists_every_accepted_envelope_with_its_secret():
    given = opened(*BIDS)
    made = write_opening(C, **given)
    assert [result.seal for result in made.results] == list(given["close"].accepted)
    assert {result.status for result in made.results} == {Status.OPENED}
    by_seal = {result.seal: result for result in made.results}
    assert by_seal[BID.seal.digest].secret == SECRET
    assert read_opening(made.data, ceremony=C, close=given["close"]) == made
    document = document_of(made.data)
    assert (document["type"], document["stage"], document["close"]) == ("opening", 1, given["close"].digest)
    assert sorted(document["results"][0]) == ["bidder", "envelope", "lot", "plain_sha256", "s", "seal", "status"]
    assert made.digest == digest(made.data)


def test_an_opening_of_the_minimal_form_states_no_stage():
    made_for = minimal_ceremony()
    close = close_over()
    releases = [
        write_release(made_for, close=close, seals=[], kid=kid, secret_key=b"\1" * 32) for kid in ("agency", "tenderee")
    ]
    made = write_opening(made_for, close=close, seals=[], releases=releases, results=[])
    assert "stage" not in document_of(made.data)
    assert made.stage == 1


def test_fewer_than_k_releases_postpone_the_opening_for_all():
    given = opened(*BIDS, kids=("agency", "platform"), waiting_is_over=True)
    assert publishing_objections(C, releases=given["releases"], results=given["results"]) == (
        "2 of 3 needed key holders have released; missing: supervisor, tenderee.",
    )
    with pytest.raises(Refused):
        write_opening(C, **given)


def test_nothing_is_published_while_anything_is_pending():
    given = opened(*BIDS)
    given["results"][0] = replace(given["results"][0], status=Status.PENDING)
    with pytest.raises(Refused) as refusal:
        write_opening(C, **given)
    assert refusal.value.reasons == ("Envelopes still pending: 1.",)


def test_an_opening_has_exactly_one_result_for_every_envelope():
    given = opened(*BIDS)
    for results in (given["results"][:1], [*given["results"], given["results"][0]], []):
        with pytest.raises(Malformed, match="not exactly one result"):
            write_opening(C, **(given | {"results": results}))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"status": "pending"}, "results[0].status: “pending” is not one of: opened, payload_invalid, payload_missing, invalid_dealing, unopenable"),
        ({"s": None}, "results[0].s: the secret is published for every envelope but an unopenable one"),
        ({"plain_sha256": None}, "results[0].plain_sha256: the digest of the content is published for an opened envelope only"),
        ({"status": "unopenable"}, "results[0].s: the secret is published for every envelope but an unopenable one"),
        ({"status": "payload_missing"}, "results[0].plain_sha256: the digest of the content is published for an opened envelope only"),
    ],
)  # fmt: skip
def test_a_line_that_contradicts_itself_is_refused(changes, why):
    given = opened(BID)
    document = document_of(write_opening(C, **given).data)
    document["results"][0] |= changes
    with pytest.raises(Malformed) as refusal:
        read_opening(dumps(document), ceremony=C, close=given["close"])
    assert str(refusal.value) == why


def test_an_unopenable_line_has_neither_secret_nor_digest():
    made = bid(C)
    copied = write_seal(ceremony=C, bidder="B2", cid=made.seal.cid, envelopes=made.seal.envelopes)
    releases = releases_by(C, KIDS, copied)
    shares = shares_of(releases)[(copied.digest, "opening", "1")]
    found = find(copied, made.envelope, ceremony=C, shares=shares, payload=None, waiting_is_over=True)
    result = unseal(found, payload=None)
    document = write_opening(C, close=close_over(copied), seals=[copied], releases=releases, results=[result])
    assert [(line.status, line.secret, line.plain_sha256) for line in document.results] == [
        (Status.UNOPENABLE, None, None)
    ]
