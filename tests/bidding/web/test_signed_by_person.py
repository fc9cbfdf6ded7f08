"""Whoever has a passkey signs seals, withdrawals and releases with it; whoever has none goes on as before."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Challenge, PersonSignature
from bidding.models import Release, Seal
from bidding.rules.withdrawal import write_withdrawal
from core import clock
from core.assertions import verify_evidence
from core.canonical import digest
from core.models import OutboxEntry
from core.notes import sign_statement
from tests.accounts.authenticator import HOST, ORIGIN, Authenticator
from tests.accounts.passkeys import ASK_TO_SIGN, add_passkey, asked, prove_with
from tests.bidding.web.test_key_pages import send
from tests.bidding.web.test_sealing_endpoints import nothing_is_left, refusals
from tests.bidding.web.visitors import Visitors
from tests.stories import bidding as story

if TYPE_CHECKING:
    from django.test import Client

    from tests.bidding.web.boxes import Box
    from tests.cast import Cast


@pytest.fixture(autouse=True)
def _here(settings: Any) -> None:
    settings.PASSKEY_ORIGIN = ORIGIN


@pytest.fixture
def device(box: Box) -> Authenticator:
    return add_passkey(box.client)


def signature(client: Client, device: Authenticator, kind: str, number: str, document: bytes) -> dict[str, Any]:
    question = asked(client, ASK_TO_SIGN, {"kind": kind, "tender": number, "document": digest(document)})
    return device.use(question)


def hand_in(box: Box, made: story.Sealed, person: object = None) -> Any:
    parts = {
        "seal": SimpleUploadedFile("seal", made.seal.data),
        "sig": SimpleUploadedFile("sig", made.note.encode()),
    }
    if person is not None:
        parts["passkey"] = SimpleUploadedFile("passkey", json.dumps(person).encode())
    return box.client.post(box.address("seals"), parts)


def verified(document: bytes) -> tuple[str, str, str]:
    """Who signed the document, as anybody can check."""
    row = PersonSignature.objects.get(document=digest(document))
    said = verify_evidence(
        bytes(row.evidence), document=document, rp=HOST, origin=ORIGIN, key_digest=digest(bytes(row.passkey.spki))
    )
    return said.kind, said.tender, said.person


def test_a_seal_is_signed_by_the_person_who_hands_it_in(box: Box, device: Authenticator) -> None:
    made, number = box.sealed(), box.tender.lot.number
    answer = hand_in(box, made, signature(box.client, device, "seal", number, made.seal.data))
    assert answer.status_code == 200
    assert verified(made.seal.data) == ("seal", number, "PE-acme")
    seal_entry, own = OutboxEntry.objects.filter(event__in=["bid.sealed", "auth.document.signed"]).order_by("seq")
    assert (seal_entry.tender, own.tender, seal_entry.at == own.at) == (number, "", True)


def test_a_repeat_of_a_signed_seal_is_answered_the_same_and_signed_once(box: Box, device: Authenticator) -> None:
    made = box.sealed()
    person = signature(box.client, device, "seal", box.tender.lot.number, made.seal.data)
    first, again = hand_in(box, made, person), hand_in(box, made, person)
    assert (again.status_code, again.json()) == (200, first.json())
    assert (Seal.in_box.count(), PersonSignature.objects.count()) == (1, 1)


@pytest.mark.parametrize("what", ["nothing", "other seal", "no answer"])
def test_a_seal_without_its_persons_signature_leaves_no_trace(box: Box, device: Authenticator, what: str) -> None:
    made = box.sealed()
    person: object = {
        "nothing": lambda: None,
        "other seal": lambda: signature(box.client, device, "seal", box.tender.lot.number, b"another"),
        "no answer": lambda: {"response": 7},
    }[what]()
    answer = hand_in(box, made, person)
    assert answer.status_code == 422
    assert nothing_is_left()
    assert not PersonSignature.objects.exists()
    assert refusals() == ([] if what == "no answer" else [["not_signed"]])


def test_a_seal_that_came_too_late_leaves_the_question_open(box: Box, device: Authenticator) -> None:
    made = box.sealed()
    clock.move_to(box.tender.deadline - story.MINUTE)
    box.client = Visitors(box.tender.cast)("acme")  # the first session is over
    person = signature(box.client, device, "seal", box.tender.lot.number, made.seal.data)
    clock.move_to(box.tender.deadline)
    answer = hand_in(box, made, person)
    assert (answer.status_code, answer.json()["error"]) == (422, "late")
    assert Challenge.objects.get(question="sign").answered_at is None
    assert not PersonSignature.objects.exists()


def test_a_withdrawal_is_proven_and_signed(box: Box, device: Authenticator) -> None:
    made, number = box.sealed(), box.tender.lot.number
    hand_in(box, made, signature(box.client, device, "seal", number, made.seal.data))
    document = write_withdrawal(tender=number, bidder="OR-acme", seal=made.seal.digest).data
    key = story.enrolled(box.tender, "acme")
    body = {"doc": document.decode(), "note": sign_statement("withdraw", digest(document), key=key)}
    headers = {"accept": "application/json"}
    by_password = box.client.post(
        box.address("hand-in-withdrawal"), json.dumps(body), content_type="application/json", headers=headers
    )
    assert (by_password.status_code, by_password.json()["step_up"][:16]) == (403, "/account/step-up")
    prove_with(device, box.client)
    assert box.json("hand-in-withdrawal", body).status_code == 422
    person = signature(box.client, device, "withdrawal", number, document)
    assert box.json("hand-in-withdrawal", body | {"passkey": person}).status_code == 200
    assert verified(document) == ("withdrawal", number, "PE-acme")


def test_a_release_is_proven_and_signed(cast: Cast, visitors: Visitors) -> None:
    tender = story.closed(cast)
    number = tender.lot.number
    document, note = story.release_document(tender, "tenderee")
    body = {"release": document.decode(), "note": note}
    with clock.stands_at(tender.deadline + story.MINUTE):
        client = visitors("owner.holder")
        device = add_passkey(client)
        assert send(client, "hand-in-release", number, body).json()["step_up"][:16] == "/account/step-up"
        prove_with(device, client)
        without = send(client, "hand-in-release", number, body)
        assert (without.status_code, Release.objects.count()) == (422, 0)
        person = signature(client, device, "release", number, document)
        assert send(client, "hand-in-release", number, body | {"passkey": person}).status_code == 200
    assert verified(document) == ("release", number, "PE-owner-holder")
