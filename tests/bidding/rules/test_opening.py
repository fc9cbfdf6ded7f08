"""Who can open what, and who is named for what: section 11."""

from __future__ import annotations

import io
from dataclasses import replace
from itertools import combinations

import pytest

from bidding.rules.age import write_payload
from bidding.rules.archive import Belonging, write_archive
from bidding.rules.ceremony import read_ceremony
from bidding.rules.dealing import deal
from bidding.rules.derivation import payload_secret, share_info
from bidding.rules.opening import Status, find, unseal
from bidding.rules.recovery import recover
from bidding.rules.release import write_release
from bidding.rules.seal_document import write_seal
from bidding.rules.wrapping import public_key_of, wrap
from core.canonical import digest

from .sealed import (
    altered,
    bid,
    ceremony,
    close_over,
    file_of,
    key_of,
    true_shares,
    with_envelope,
    with_wrap,
)

SIZES = [(2, 2), (3, 2), (4, 3), (5, 3), (5, 5)]
C = ceremony()
KIDS = [holder.kid for holder in C.holders]
BID = bid(C)
FILE = BID.files[BID.envelope.sha256]
SECRET = BID.sealed.secret.envelopes[0].secret


def stored(file: bytes | None = FILE):
    return None if file is None else lambda: io.BytesIO(file)


def finding(seal=BID.seal, shares=None, *, file: bytes | None = FILE, made_for=C, waiting_is_over: bool = True):
    if shares is None:
        shares = true_shares(made_for, seal, [holder.kid for holder in made_for.holders])
    return find(
        seal,
        seal.envelopes[0],
        ceremony=made_for,
        shares=shares,
        payload=stored(file),
        waiting_is_over=waiting_is_over,
    )


def result_of(seal=BID.seal, shares=None, *, file: bytes | None = FILE, **kwargs):
    return unseal(finding(seal, shares, file=file, **kwargs), payload=stored(file))


# -- any k open, no k − 1 open


@pytest.mark.parametrize(("n", "k"), SIZES)
def test_every_subset_of_k_holders_opens(n, k):
    made_for = ceremony(n, k)
    made = bid(made_for)
    for kids in combinations([holder.kid for holder in made_for.holders], k):
        shares = true_shares(made_for, made.seal, list(kids))
        found = recover(made.seal, made.envelope, ceremony=made_for, shares=shares)
        assert found.secret == made.sealed.secret.envelopes[0].secret
        assert (found.malformed_for, found.false_shares, found.false_nulls) == ((), (), ())


@pytest.mark.parametrize(("n", "k"), SIZES)
def test_no_subset_of_fewer_than_k_holders_opens(n, k):
    made_for = ceremony(n, k)
    made = bid(made_for)
    for fewer in range(k):
        for kids in combinations([holder.kid for holder in made_for.holders], fewer):
            shares = true_shares(made_for, made.seal, list(kids)) if kids else {}
            assert recover(made.seal, made.envelope, ceremony=made_for, shares=shares) is None


def test_an_opened_envelope_gives_its_files():
    kept = {}
    found = finding()
    result = unseal(found, payload=stored(), keep=lambda entry: kept.setdefault(entry.title, io.BytesIO()))
    assert (result.status, result.secret, result.why) == (Status.OPENED, SECRET, None)
    assert {title: sink.getvalue() for title, sink in kept.items()} == {"报价表": b'{"price":"970000.00"}'}
    assert [entry.name for entry in result.files] == ["form.json"]
    assert (result.seal, result.bidder, result.envelope, result.lot) == (BID.seal.digest, "B1", "opening", "1")
    assert SECRET.hex() not in repr(result)


# -- a dishonest bidder has no option


def garbage(kid: str):
    return with_wrap(C, BID.seal, kid, ct=bytes(48))


def wrong_share(kid: str):
    """A wrap that opens, of a share that is not the dealt one."""
    holder = C.holder(kid)
    info = share_info("hold", BID.seal.context(BID.envelope), kid)
    wrapped = wrap(b"\7" * 32, kid=kid, public=holder.public, info=info, ekm=b"\1" * 32)
    return with_wrap(C, BID.seal, kid, enc=wrapped.enc, ct=wrapped.ct)


@pytest.mark.parametrize("attack", [garbage, wrong_share])
@pytest.mark.parametrize("kid", KIDS)
def test_a_bad_wrap_for_one_holder_has_one_verdict_whoever_speaks(attack, kid):
    seal = attack(kid)
    everyone = true_shares(C, seal, KIDS)
    for size in (3, 4):
        for kids in combinations(KIDS, size):
            result = result_of(seal, {k: everyone[k] for k in kids})
            if len(set(kids) - {kid}) >= 3:
                assert result.status is Status.INVALID_DEALING
                assert (result.malformed_for, result.false_shares, result.false_nulls) == ((kid,), (), ())
                assert result.secret == SECRET
                assert result.why == f"The bidder dealt no proper share to: {kid}."
            else:  # fewer than k good shares: it waits for the others, and is never opened
                assert result.status is Status.UNOPENABLE


def test_bad_wraps_for_all_but_k_minus_1_are_never_opened():
    seal = garbage(KIDS[0])
    seal = with_wrap(C, seal, KIDS[1], ct=bytes(48))
    assert result_of(seal).status is Status.UNOPENABLE


def test_a_true_share_under_another_ephemeral_key_is_an_invalid_dealing():
    """The share is right, but the wrap is not the derived one: a bidder who is sloppy is not believed either."""
    kid = KIDS[2]
    ctx = BID.seal.context(BID.envelope)
    share = deal(SECRET, label="hold", ctx=ctx, holders=C.holders, k=C.k).shares[2]
    wrapped = wrap(share, kid=kid, public=C.holder(kid).public, info=share_info("hold", ctx, kid), ekm=b"\1" * 32)
    result = result_of(with_wrap(C, BID.seal, kid, enc=wrapped.enc, ct=wrapped.ct))
    assert (result.status, result.malformed_for) == (Status.INVALID_DEALING, (kid,))


def test_a_commitment_to_something_else_is_unopenable():
    assert result_of(with_envelope(C, BID.seal, commit=bytes(32))).status is Status.UNOPENABLE


# -- a lying holder is named


@pytest.mark.parametrize("kid", KIDS)
def test_a_false_share_is_ignored_and_its_holder_named(kid):
    result = result_of(shares=true_shares(C, BID.seal, KIDS) | {kid: bytes(32)})
    assert (result.status, result.malformed_for, result.false_shares, result.false_nulls) == (
        Status.OPENED, (), (kid,), (),
    )  # fmt: skip


@pytest.mark.parametrize("kid", KIDS)
def test_a_false_null_is_ignored_and_its_holder_named(kid):
    result = result_of(shares=true_shares(C, BID.seal, KIDS) | {kid: None})
    assert (result.status, result.malformed_for, result.false_shares, result.false_nulls) == (
        Status.OPENED, (), (), (kid,),
    )  # fmt: skip


def test_an_absent_holder_is_not_named():
    result = result_of(shares=true_shares(C, BID.seal, KIDS[:3]))
    assert (result.status, result.false_nulls) == (Status.OPENED, ())


def test_a_false_share_among_exactly_k_waits_and_does_not_kill_an_honest_bid():
    shares = true_shares(C, BID.seal, KIDS[:3]) | {KIDS[0]: bytes(32)}
    pending = result_of(shares=shares, waiting_is_over=False)
    assert (pending.status, pending.secret) == (Status.PENDING, None)
    assert result_of(shares=shares | true_shares(C, BID.seal, KIDS[3:])).status is Status.OPENED
    assert result_of(shares=shares).status is Status.UNOPENABLE


# -- a copied bid is useless


def test_a_bid_copied_under_another_name_opens_for_no_holder():
    copied = write_seal(ceremony=C, bidder="B2", cid=BID.seal.cid, envelopes=BID.seal.envelopes)
    shares = true_shares(C, copied, KIDS)
    assert shares == dict.fromkeys(KIDS)
    assert result_of(copied, shares).status is Status.UNOPENABLE


@pytest.mark.parametrize("change", ["cid", "lot"])
def test_a_bid_copied_to_another_lot_or_seal_opens_for_no_holder(change):
    envelope = replace(BID.envelope, lot="2") if change == "lot" else BID.envelope
    cid = bytes(16) if change == "cid" else BID.seal.cid
    copied = write_seal(ceremony=C, bidder="B1", cid=cid, envelopes=[envelope])
    assert true_shares(C, copied, KIDS) == dict.fromkeys(KIDS)


def test_a_bid_copied_to_another_tender_with_the_same_holders_opens_for_no_holder():
    other = read_ceremony(altered(C, tender="T-2"))
    copied = write_seal(ceremony=other, bidder="B1", cid=BID.seal.cid, envelopes=BID.seal.envelopes)
    close = replace(close_over(copied), tender="T-2")
    released = [
        write_release(other, close=close, seals=[copied], kid=kid, secret_key=key_of(kid)).shares[0].share
        for kid in KIDS
    ]
    assert released == [None] * 4


# -- the stored file


def test_a_missing_file_waits_for_the_bidder_and_is_then_missing():
    assert result_of(file=None, waiting_is_over=False).status is Status.PENDING
    result = result_of(file=None)
    assert (result.status, result.secret, result.why) == (
        Status.PAYLOAD_MISSING, SECRET, "The file with the sealed digest is not there.",
    )  # fmt: skip


def test_a_file_with_another_digest_is_not_the_sealed_file():
    assert result_of(file=FILE[:-1] + b"x").status is Status.PAYLOAD_MISSING
    assert result_of(file=b"").status is Status.PAYLOAD_MISSING


def test_a_wrong_size_is_an_invalid_payload():
    result = result_of(with_envelope(C, BID.seal, size=len(FILE) + 1))
    assert result.status is Status.PAYLOAD_INVALID
    assert result.why == f"The file has {len(FILE)} bytes, its seal says {len(FILE) + 1}."


def sealed_over(file: bytes):
    """The same dealing over another file: a bidder may do that, and it is found out at the opening."""
    return with_envelope(C, BID.seal, size=len(file), sha256=digest(file))


def test_a_file_for_another_identity_is_an_invalid_payload():
    sink = io.BytesIO()
    writer = write_payload(sink, recipient=public_key_of(b"\1" * 32))
    writer.finish()
    result = result_of(sealed_over(sink.getvalue()), file=sink.getvalue())
    assert (result.status, result.why) == (Status.PAYLOAD_INVALID, "The age file does not open with this key.")
    assert (result.secret, result.plain_sha256, result.files) == (SECRET, None, ())


def encrypted(write) -> bytes:
    sink = io.BytesIO()
    recipient = public_key_of(payload_secret(SECRET, BID.seal.context(BID.envelope)))
    writer = write_payload(sink, recipient=recipient)
    write(writer)
    writer.finish()
    return sink.getvalue()


@pytest.mark.parametrize(
    ("file", "why"),
    [
        (b"not age", "The header of the age file is not complete."),
        (encrypted(lambda writer: writer.write(b"x")), "The archive is cut short."),
        (FILE[:-1], "Chunk 1 of the age file is damaged, or the file is not whole."),
        (FILE + b"\0", "Chunk 1 of the age file is damaged, or the file is not whole."),
        (
            encrypted(
                lambda writer: write_archive(
                    writer, belonging=Belonging("T-1", "opening", "1", bytes(16)), files=[file_of(b"")]
                )
            ),
            "cid: the index of the archive belongs to another envelope",
        ),
    ],
)
def test_a_file_that_violates_its_profile_is_an_invalid_payload(file, why):
    result = result_of(sealed_over(file), file=file)
    assert (result.status, result.why) == (Status.PAYLOAD_INVALID, why)


def test_an_invalid_dealing_is_never_opened_even_if_its_file_would_open():
    seal = garbage(KIDS[0])
    kept = []
    result = unseal(finding(seal), payload=stored(), keep=kept.append)
    assert (result.status, kept) == (Status.INVALID_DEALING, [])


def test_a_finding_without_its_file_at_hand_stays_pending():
    assert unseal(finding(), payload=None).status is Status.PENDING
