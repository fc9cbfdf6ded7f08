from __future__ import annotations

import pytest

from bidding.rules.derivation import rehearsal_context
from bidding.rules.rehearsal import (
    answer_rehearsal,
    check_answer,
    read_answer,
    read_rehearsal,
    verify_answer_signature,
    write_rehearsal,
)
from bidding.rules.release import write_release
from bidding.rules.wrapping import DoesNotOpen
from core.canonical import Malformed, b64u_encode, dumps
from core.notes import BadSignature, sign_statement

from .sealed import ROLES, bid, ceremony, close_over, document_of, key_of, signer, with_wrap

R, CID = b"\xa5" * 32, b"\x11" * 16
KIDS = ROLES[:4]


def rehearsal(**kwargs):
    return write_rehearsal(ceremony(), **{"secret": R, "cid": CID} | kwargs)


def answer(kid: str = "agency", secret_key: bytes | None = None):
    return answer_rehearsal(rehearsal(), ceremony=ceremony(), kid=kid, secret_key=secret_key or key_of(kid))


def check(given, **kwargs) -> None:
    check_answer(given, **{"rehearsal": rehearsal(), "ceremony": ceremony(), "secret": R} | kwargs)


def refusal_of(given, **kwargs) -> str:
    with pytest.raises(Malformed) as refusal:
        check(given, **kwargs)
    return str(refusal.value)


@pytest.mark.parametrize("kid", KIDS)
def test_every_holder_finds_its_share(kid):
    check(answer(kid))


def test_the_documents_are_read_back():
    assert read_rehearsal(rehearsal().data, ceremony=ceremony()) == rehearsal()
    assert read_answer(answer().data) == answer()
    assert rehearsal().context == rehearsal_context(tender="T-1", ceremony=ceremony().digest, cid=CID)


def test_a_holder_that_lost_its_key_cannot_answer():
    with pytest.raises(DoesNotOpen):
        answer("agency", key_of("platform"))


def test_a_false_answer_is_refused_with_the_reason():
    false = read_answer(dumps(document_of(answer().data) | {"share": b64u_encode(bytes(32))}))
    assert refusal_of(false) == "The share of “agency” is not the one that was dealt."
    stranger = read_answer(dumps(document_of(answer().data) | {"kid": "mallory"}))
    assert refusal_of(stranger) == "“mallory” is not a key holder of this ceremony."


def test_an_answer_counts_for_its_rehearsal_only():
    assert refusal_of(answer(), rehearsal=rehearsal(cid=bytes(16))) == "The answer belongs to another rehearsal."
    assert refusal_of(answer(), secret=bytes(32)) == "The rehearsal was not dealt from this secret."


def test_an_answer_is_signed_by_its_holder():
    note = sign_statement("rehearsal-answer", answer().digest, key=signer("agency"))
    verify_answer_signature(answer(), note=note, key=signer("agency").verify_key)
    with pytest.raises(BadSignature):
        verify_answer_signature(answer("platform"), note=note, key=signer("platform").verify_key)


def test_a_rehearsal_of_another_ceremony_is_refused():
    for changes in ({"tender": "T-2"}, {"ceremony": "0" * 64}, {"deal": []}):
        with pytest.raises(Malformed):
            read_rehearsal(dumps(document_of(rehearsal().data) | changes), ceremony=ceremony())


def test_a_rehearsal_cannot_be_used_to_open_a_bid():
    """The wraps of a bid, shown to a holder as a rehearsal, do not open; nor the other way round."""
    made = bid(ceremony())
    deal = document_of(made.seal.data)["envelopes"][0]["deal"]
    disguised = read_rehearsal(dumps(document_of(rehearsal().data) | {"deal": deal}), ceremony=ceremony())
    with pytest.raises(DoesNotOpen):
        answer_rehearsal(disguised, ceremony=ceremony(), kid="agency", secret_key=key_of("agency"))
    wrap = rehearsal().deal[0]
    seal = with_wrap(ceremony(), made.seal, "agency", enc=wrap.enc, ct=wrap.ct)
    release = write_release(ceremony(), close=close_over(seal), seals=[seal], kid="agency", secret_key=key_of("agency"))
    assert [item.share for item in release.shares] == [None]
