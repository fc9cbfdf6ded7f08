"""Withdrawal, receipt and close."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bidding.rules.close import read_close, write_close
from bidding.rules.withdrawal import read_withdrawal, verify_withdrawal_signature, write_withdrawal
from core.canonical import Malformed, dumps
from core.notes import BadSignature, SigningKey, sign_statement

from .sealed import DEADLINE, document_of

KEY = SigningKey("tender.example/bidder/B1", b"\4" * 32)
A, B = "a" * 64, "b" * 64


def refusal_of(call) -> str:
    with pytest.raises(Malformed) as refusal:
        call()
    return str(refusal.value)


def test_a_withdrawal_names_tender_bidder_and_seal():
    made = write_withdrawal(tender="T-1", bidder="B1", seal=A)
    assert document_of(made.data) == {"v": "tsb/1", "type": "withdraw", "tender": "T-1", "bidder": "B1", "seal": A}
    assert read_withdrawal(made.data) == made


def test_a_withdrawal_is_signed_by_its_bidder():
    made = write_withdrawal(tender="T-1", bidder="B1", seal=A)
    verify_withdrawal_signature(made, note=sign_statement("withdraw", made.digest, key=KEY), key=KEY.verify_key)
    note = sign_statement("seal", made.digest, key=KEY)
    with pytest.raises(BadSignature):
        verify_withdrawal_signature(made, note=note, key=KEY.verify_key)


def test_a_withdrawal_in_another_form_is_refused():
    document = document_of(write_withdrawal(tender="T-1", bidder="B1", seal=A).data)
    assert refusal_of(lambda: read_withdrawal(dumps(document | {"seal": "x"}))).startswith("seal: The value is not")
    assert refusal_of(lambda: read_withdrawal(b"{}")) == "document: the field “bidder” is missing"


def test_a_close_sorts_what_it_accepts():
    made = write_close(tender="T-1", deadline=DEADLINE, closed_at=DEADLINE + timedelta(seconds=1), accepted=[B, A])
    assert document_of(made.data) == {
        "v": "tsb/1",
        "type": "close",
        "tender": "T-1",
        "deadline": "2026-12-01T09:00:00.000000Z",
        "closed_at": "2026-12-01T09:00:01.000000Z",
        "accepted": [A, B],
    }
    assert read_close(made.data) == made
    assert made.log_size is None


def test_a_close_states_the_size_of_the_log_once_there_is_one():
    made = write_close(tender="T-1", deadline=DEADLINE, closed_at=DEADLINE, accepted=[], log_size=7)
    assert (read_close(made.data).log_size, made.accepted) == (7, ())


def test_a_close_before_the_deadline_or_out_of_order_is_refused():
    early = DEADLINE - timedelta(microseconds=1)
    assert refusal_of(lambda: write_close(tender="T-1", deadline=DEADLINE, closed_at=early, accepted=[])) == (
        "The bid box was closed before its deadline."
    )
    document = document_of(write_close(tender="T-1", deadline=DEADLINE, closed_at=DEADLINE, accepted=[]).data)
    for accepted in ([B, A], [A, A]):
        assert refusal_of(lambda accepted=accepted: read_close(dumps(document | {"accepted": accepted}))) == (
            "The accepted seals are not sorted, each once."
        )
    assert refusal_of(lambda: read_close(dumps(document | {"deadline": "2026-12-01T09:00:00Z"}))) == (
        "deadline: The time is not of the form YYYY-MM-DDTHH:MM:SS.ffffffZ."
    )
