from __future__ import annotations

import io
from dataclasses import replace

import pytest

from bidding.rules import age_passphrase
from bidding.rules.bid_secret import (
    BidSecret,
    EnvelopeSecret,
    lock_bid_secret,
    read_bid_secret,
    unlock_bid_secret,
)
from bidding.rules.ceremony import read_ceremony
from bidding.rules.dealing import deal
from bidding.rules.derivation import commitment
from bidding.rules.seal_document import read_seal, verify_seal_signature
from bidding.rules.sealing import EnvelopeToSeal, seal_bid
from core.canonical import Malformed, b64u_encode, digest, dumps
from core.notes import BadSignature, SigningKey, sign_statement

from .sealed import altered, bid, ceremony, document_of, file_of, stream

C = ceremony()
KEY = SigningKey("tender.example/bidder/B1", b"\4" * 32)


def envelope(name: str = "opening", lot: str = "1") -> EnvelopeToSeal:
    return EnvelopeToSeal(name, lot, [file_of(b"{}")], io.BytesIO())


def test_a_seal_states_what_was_stored():
    made = bid(C)
    (stored,) = made.files.values()
    assert (made.envelope.size, made.envelope.sha256) == (len(stored), digest(stored))
    assert (made.seal.tender, made.seal.ceremony, made.seal.bidder, made.seal.replaces) == (
        "T-1", C.digest, "B1", None,
    )  # fmt: skip
    assert read_seal(made.seal.data, ceremony=C, bidder="B1", lots=["1"]) == made.seal


def test_the_dealing_follows_from_the_secret_alone():
    made = bid(C)
    secret, ctx = made.sealed.secret.envelopes[0].secret, made.seal.context(made.envelope)
    assert made.envelope.commit == commitment(secret, ctx)
    assert made.envelope.deal == deal(secret, label="hold", ctx=ctx, holders=C.holders, k=C.k).wraps


def test_two_seals_of_the_same_offer_share_nothing():
    one, two = bid(C, seed=1), bid(C, seed=2)
    assert one.seal.cid != two.seal.cid
    assert one.envelope.commit != two.envelope.commit
    assert one.envelope.sha256 != two.envelope.sha256
    assert not {w.ct for w in one.envelope.deal} & {w.ct for w in two.envelope.deal}


def test_randomness_is_fresh_by_default():
    made = {seal_bid(C, bidder="B1", envelopes=[envelope()]).seal.digest for _ in range(3)}
    assert len(made) == 3


def test_each_envelope_and_lot_has_its_own_secret_and_context():
    sealed = seal_bid(C, bidder="B1", envelopes=[envelope(), envelope(lot="2")], randomness=stream())
    one, two = sealed.seal.envelopes
    assert sealed.seal.context(one) != sealed.seal.context(two)
    assert len({item.secret for item in sealed.secret.envelopes}) == 2
    assert [(item.name, item.lot) for item in sealed.secret.envelopes] == [("opening", "1"), ("opening", "2")]


def test_plaintext_does_not_show_in_the_file():
    made = bid(C, content=b"a rather long marker that cannot occur by chance")
    (stored,) = made.files.values()
    assert b"a rather long marker" not in stored
    assert b"a rather long marker" not in made.seal.data


def test_a_secret_is_not_shown_when_a_bid_is_printed():
    made = bid(C)
    assert "secret=" not in repr(made.sealed.secret.envelopes[0])
    assert repr(made.sealed.secret.envelopes[0].secret) not in repr(made.sealed)


def refusal_of(call) -> str:
    with pytest.raises(Malformed) as refusal:
        call()
    return str(refusal.value)


def test_what_the_platform_would_refuse_is_not_sealed():
    def seal(*envelopes, made_for=C, bidder="B1"):
        return lambda: seal_bid(made_for, bidder=bidder, envelopes=envelopes, randomness=stream())

    assert refusal_of(seal()) == "envelopes: 0 entries instead of 1 to 64"
    assert refusal_of(seal(envelope(), envelope())) == "envelopes: the same envelope and lot twice"
    assert refusal_of(seal(envelope("price"))) == "envelopes[0].name: the ceremony has no envelope “price”"
    assert refusal_of(seal(envelope(), bidder="B 1")).startswith("bidder: The value is not an id")
    small = read_ceremony(altered(C, max_size=100))
    assert refusal_of(seal(envelope(), made_for=small)) == "envelopes[0].size: 4296 is not between 1 and 100"
    for changes in ({"layer": "required"}, {"suite": "SM2"}):
        other = read_ceremony(altered(C, **changes))
        assert refusal_of(seal(envelope(), made_for=other)) == (
            "This ceremony needs a way of sealing that is not available."
        )


def changed_seal(**changes: object) -> bytes:
    return dumps(document_of(bid(C).seal.data) | changes)


@pytest.mark.parametrize(
    ("data", "expected", "why"),
    [
        (changed_seal(), {"bidder": "B2"}, "bidder: the seal is made out to another bidder"),
        (changed_seal(), {"lots": ["2"]}, "envelopes[0].lot: the tender has no lot “1”"),
        (changed_seal(suite="SM2"), {}, "suite: another suite than the ceremony's"),
        (changed_seal(tender="T-2"), {}, "tender: the seal is for another tender"),
        (changed_seal(ceremony="0" * 64), {}, "ceremony: the seal is for another key ceremony"),
        (changed_seal(replaces=1), {}, "replaces: The value is not a SHA-256 digest in lower-case hex."),
        (changed_seal(envelopes=1), {}, "envelopes: an array is expected"),
        (changed_seal(tender=None), {}, "tender: The value is not an id (letters, digits and . _ : / -, at most 128)."),
        (b" " * 65_537, {}, "The document has 65537 bytes; at most 65536 are allowed."),
    ],
)  # fmt: skip
def test_a_seal_that_does_not_fit_is_refused_with_the_reason(data, expected, why):
    assert refusal_of(lambda: read_seal(data, ceremony=C, **expected)) == why


def test_a_seal_for_another_ceremony_of_the_tender_is_refused():
    assert refusal_of(lambda: read_seal(bid(C).seal.data, ceremony=ceremony(5, 3))) == (
        "ceremony: the seal is for another key ceremony"
    )


def test_a_seal_may_replace_another():
    sealed = seal_bid(C, bidder="B1", envelopes=[envelope()], replaces="a" * 64, randomness=stream())
    assert sealed.seal.replaces == "a" * 64


def test_a_seal_is_signed_by_its_bidder():
    seal = bid(C).seal
    note = sign_statement("seal", seal.digest, key=KEY)
    verify_seal_signature(seal, note=note, key=KEY.verify_key)
    with pytest.raises(BadSignature):
        verify_seal_signature(bid(C, seed=5).seal, note=note, key=KEY.verify_key)
    with pytest.raises(BadSignature):
        verify_seal_signature(seal, note=note, key=replace(KEY, secret=b"\5" * 32).verify_key)


# -- bid-secret.age


def test_the_bidders_secret_is_locked_and_unlocked():
    secret = bid(C).sealed.secret
    file = lock_bid_secret(secret, passphrase="correct horse", work_factor=4, randomness=stream())
    assert unlock_bid_secret(file, passphrase="correct horse") == secret
    assert refusal_of(lambda: unlock_bid_secret(file, passphrase="wrong")) == "The passphrase is not the right one."
    assert age_passphrase.WORK_FACTOR == 18


def test_a_bidders_own_layer_is_kept_too():
    secret = BidSecret("T-1", "0" * 64, "B1", bytes(16), (EnvelopeSecret("opening", "1", bytes(32), b"\1" * 32),))
    assert document_of(secret.document())["envelopes"][0]["b"] == b64u_encode(b"\1" * 32)
    assert read_bid_secret(secret.document()) == secret


def test_a_secret_in_another_form_is_refused():
    document = document_of(bid(C).sealed.secret.document())
    twice = dumps(document | {"envelopes": document["envelopes"] * 2})
    assert refusal_of(lambda: read_bid_secret(twice)) == "The same envelope and lot twice."
    assert refusal_of(lambda: read_bid_secret(dumps(document | {"cid": "AA"}))) == (
        "cid: The value has 1 bytes instead of 16."
    )
