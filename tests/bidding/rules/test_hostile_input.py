"""Structure-aware fuzzing: valid documents and files, cut, repeated and changed, never raise anything but Malformed."""

from __future__ import annotations

import contextlib
import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bidding.rules import age_passphrase
from bidding.rules.age import read_payload
from bidding.rules.archive import read_archive
from bidding.rules.bid_secret import read_bid_secret
from bidding.rules.ceremony import read_ceremony
from bidding.rules.close import read_close
from bidding.rules.derivation import payload_secret
from bidding.rules.opening_document import read_opening
from bidding.rules.rehearsal import answer_rehearsal, read_answer, read_rehearsal, write_rehearsal
from bidding.rules.release import read_release
from bidding.rules.seal_document import read_seal
from bidding.rules.withdrawal import read_withdrawal, write_withdrawal
from core.canonical import Malformed, dumps, loads

from .sealed import bid, ceremony, close_over, key_of, releases_by

C = ceremony()
BID = bid(C)
CLOSE = close_over(BID.seal)
(RELEASE,) = releases_by(C, ["agency"], BID.seal)
FILE = BID.files[BID.envelope.sha256]
SECRET = payload_secret(BID.sealed.secret.envelopes[0].secret, BID.seal.context(BID.envelope))
PLAIN = b"".join(read_payload(io.BytesIO(FILE), secret=SECRET))

REHEARSAL = write_rehearsal(C, secret=bytes(32), cid=bytes(16))
ANSWER = answer_rehearsal(REHEARSAL, ceremony=C, kid="agency", secret_key=key_of("agency"))
LINE = {"seal": BID.seal.digest, "bidder": "B1", "envelope": "opening", "lot": "1", "status": "unopenable"}
OPENING = {"v": "tsb/1", "type": "opening", "tender": "T-1", "close": CLOSE.digest, "stage": 1}

# a reader of each kind of document, and a document that it accepts
READERS = {
    "seal": (lambda data: read_seal(data, ceremony=C, bidder="B1", lots=["1"]), BID.seal.data),
    "ceremony": (read_ceremony.__wrapped__, C.data),
    "close": (read_close, CLOSE.data),
    "release": (lambda data: read_release(data, ceremony=C, close=CLOSE, seals=[BID.seal]), RELEASE.data),
    "opening": (
        lambda data: read_opening(data, ceremony=C, close=CLOSE),
        dumps(OPENING | {"results": [LINE | {"s": None, "plain_sha256": None}]}),
    ),
    "rehearsal": (lambda data: read_rehearsal(data, ceremony=C), REHEARSAL.data),
    "answer": (read_answer, ANSWER.data),
    "withdrawal": (read_withdrawal, write_withdrawal(tender="T-1", bidder="B1", seal="a" * 64).data),
    "secret": (read_bid_secret, BID.sealed.secret.document()),
}

scalars = st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(max_size=8)
strange = scalars | st.lists(scalars, max_size=3) | st.dictionaries(st.text(max_size=4), scalars, max_size=3)


def only_malformed(read, data: bytes) -> None:
    """Read hostile bytes: a value or Malformed; anything else fails the test."""
    with contextlib.suppress(Malformed):
        read(data)


@st.composite
def changed_bytes(draw, originals):
    data = bytearray(draw(st.sampled_from(originals)))
    for _ in range(draw(st.integers(1, 4))):
        start, length = draw(st.integers(0, len(data))), draw(st.integers(0, 40))
        piece = draw(st.binary(max_size=20) | st.just(bytes(data[start : start + length])))
        data[start : start + draw(st.sampled_from([0, length]))] = piece
    return bytes(data)


def places(value, path=()):
    yield path
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield from places(child, (*path, key))


@st.composite
def changed_document(draw, original):
    """A document with one value anywhere replaced, removed or doubled; still canonical where possible."""
    value = loads(original, limit=1_000_000)
    path = draw(st.sampled_from([place for place in places(value) if place]))
    holder = value
    for step in path[:-1]:
        holder = holder[step]
    action = draw(st.sampled_from(["replace", "remove", "double"]))
    if action == "replace":
        holder[path[-1]] = draw(strange)
    elif action == "remove":
        del holder[path[-1]]
    elif isinstance(holder, list):
        holder.insert(0, holder[path[-1]])
    else:
        holder["zz"] = holder[path[-1]]
    try:
        return dumps(value)
    except Malformed:  # the change is outside canonical JSON: a hostile sender writes it all the same
        return json.dumps(value).encode()


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=150)
@given(data=st.data())
def test_a_hostile_document_raises_nothing_but_malformed(name, data):
    read, original = READERS[name]
    hostile = changed_document(original) | changed_bytes([original]) | st.binary(max_size=60)
    only_malformed(read, data.draw(hostile))


@pytest.mark.parametrize("name", READERS)
def test_the_document_that_is_changed_is_accepted_unchanged(name):
    read, original = READERS[name]
    assert (read(original).document() if name == "secret" else read(original).data) == original


@settings(max_examples=300)
@given(changed_bytes([FILE]) | st.binary(max_size=300))
def test_a_hostile_age_file_raises_nothing_but_malformed(data):
    only_malformed(lambda file: b"".join(read_payload(io.BytesIO(file), secret=SECRET)), data)


LOCKED = age_passphrase.encrypt(b"secret", passphrase="p", work_factor=1)


@settings(max_examples=100)
@given(changed_bytes([LOCKED]))
def test_a_hostile_locked_file_raises_nothing_but_malformed(data):
    only_malformed(lambda file: age_passphrase.decrypt(file, passphrase="p", largest_work_factor=4), data)


@settings(max_examples=300)
@given(changed_bytes([PLAIN]), st.integers(1, 2_000))
def test_a_hostile_archive_raises_nothing_but_malformed(data, pieces):
    chunks = (data[start : start + pieces] for start in range(0, len(data), pieces))
    only_malformed(lambda _: read_archive(chunks, belonging=BID.seal.belonging(BID.envelope)), data)
