"""A document is signed by a person: bound to kind, tender and digest, kept as evidence, with its entry."""

from __future__ import annotations

import json

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import RequestFactory

from accounts import vouching
from accounts.models import Challenge, PersonSignature
from accounts.names import SignedKind
from core import clock
from core.assertions import verify_evidence
from core.canonical import digest
from core.errors import Refused
from core.models import OutboxEntry
from tests.accounts.authenticator import HOST, ORIGIN
from tests.accounts.conftest import AT
from tests.accounts.passkeys import ASK_TO_SIGN, add_passkey, asked, post, reasons
from tests.accounts.people import entries, signed_in
from tests.accounts.test_sessions import minutes

DOCUMENT = b"the bytes of a document"
ASKED = {"kind": "sheets", "tender": "CT-1", "document": digest(DOCUMENT)}


@pytest.fixture(autouse=True)
def _here(settings):
    settings.PASSKEY_ORIGIN = ORIGIN


@pytest.fixture
def client(cast):
    return signed_in(cast.drafter)


@pytest.fixture
def device(client):
    return add_passkey(client)


def request_of(client, seat):
    """What a view would hand to a verb."""
    request = RequestFactory().post("/")
    request.user, request.session, request.at, request.actor = seat.user, client.session, clock.now(), seat.actor()
    return request


def vouched(client, device, seat, **changes):
    answer = device.use(asked(client, ASK_TO_SIGN, ASKED | changes))
    request = request_of(client, seat)
    return vouching.vouched(request, answer, at=request.at)


@transaction.atomic(durable=True)
def verb(signed, seat, document=DOCUMENT, *, fails=False):
    """Some verb that writes a document."""
    name = digest(document)
    vouching.check(signed, kind=SignedKind.SHEETS, tender="CT-1", document=name, actor=seat.actor())
    row = vouching.write(signed, actor=seat.actor(), at=clock.now(), content=document)
    if fails:
        raise Refused("it did not come about")
    return row


def test_what_was_signed_is_kept_and_verifies_without_the_platform(client, device, cast):
    row = verb(vouched(client, device, cast.drafter), cast.drafter)
    passkey = row.passkey
    said = verify_evidence(
        bytes(row.evidence), document=DOCUMENT, rp=HOST, origin=ORIGIN, key_digest=digest(bytes(passkey.spki))
    )
    assert (said.person, said.kind, said.tender) == ("PE-DRAFTER", "sheets", "CT-1")
    assert (bytes(row.content), row.document, row.signed_at) == (DOCUMENT, digest(DOCUMENT), AT)
    entry = OutboxEntry.objects.get(pk=row.entry_id)
    data = json.loads(bytes(entry.entry))["data"]
    assert (entry.event, entry.tender, data["signature"]) == ("auth.document.signed", "", row.digest)
    assert data["key"] == entries("auth.passkey.registered")[0][1]["key"]  # the log binds the key to the person


def test_a_signature_counts_once(client, device, cast):
    signed = vouched(client, device, cast.drafter)
    verb(signed, cast.drafter)
    with pytest.raises(Refused) as refusal:
        verb(signed, cast.drafter)
    assert refusal.value.reasons[0].startswith("This question to your passkey is answered already")
    assert PersonSignature.objects.count() == 1


def test_a_verb_that_did_not_come_about_leaves_nothing_and_may_be_tried_again(client, device, cast):
    signed = vouched(client, device, cast.drafter)
    with pytest.raises(Refused):
        verb(signed, cast.drafter, fails=True)
    assert not PersonSignature.objects.exists()
    assert Challenge.objects.get(question="sign").answered_at is None
    assert verb(signed, cast.drafter) is not None


@pytest.mark.parametrize(
    "changes", [{"kind": "report"}, {"tender": "CT-2"}, {"document": "0" * 64}], ids=["kind", "tender", "document"]
)
def test_a_signature_of_something_else_is_refused(client, device, cast, changes):
    signed = vouched(client, device, cast.drafter, **changes)
    with pytest.raises(Refused) as refusal:
        verb(signed, cast.drafter)
    assert refusal.value.reasons == (vouching.OTHER,)


def test_another_persons_signature_is_refused(client, device, cast):
    signed = vouched(client, device, cast.drafter)
    with pytest.raises(Refused) as refusal:
        verb(signed, cast.approver)
    assert refusal.value.reasons == (vouching.OTHER,)


def test_whoever_has_a_passkey_signs_and_whoever_has_none_goes_on_as_before(device, cast):
    with pytest.raises(Refused) as refusal:
        verb(None, cast.drafter)
    assert refusal.value.reasons == (vouching.SIGN_FIRST,)
    assert verb(None, cast.approver) is None


def test_a_signature_is_given_within_five_minutes_and_with_ones_own_passkey(client, device, cast):
    answer = device.use(asked(client, ASK_TO_SIGN, ASKED))
    with clock.stands_at(AT + minutes(5)), pytest.raises(Refused):
        vouching.vouched(request_of(client, cast.drafter), answer, at=clock.now())
    with pytest.raises(Refused):
        vouching.vouched(request_of(client, cast.approver), answer, at=AT)
    lying = device.use(asked(client, ASK_TO_SIGN, ASKED), flags=1)
    with pytest.raises(Refused):
        vouching.vouched(request_of(client, cast.drafter), lying, at=AT)


@pytest.mark.parametrize(
    "wrong", [{"kind": "anything"}, {"tender": ""}, {"tender": "x y"}, {"document": "A" * 64}, {"document": ""}]
)
def test_what_has_not_its_form_is_not_asked_for(client, device, wrong):
    answer = post(client, ASK_TO_SIGN, ASKED | wrong)
    assert (answer.status_code, reasons(answer)) == (422, [str(vouching.NO_STATEMENT)])


def test_whoever_has_no_passkey_is_asked_for_no_signature(client):
    answer = post(client, ASK_TO_SIGN, ASKED)
    assert reasons(answer) == ["You have no passkey to sign with: add one on the page of your account."]
    assert vouching.vouched(RequestFactory().post("/"), None, at=AT) is None


def test_one_keeps_what_one_signed_and_nobody_else_finds_it(client, device, cast):
    row = verb(vouched(client, device, cast.drafter), cast.drafter)
    assert f"/account/signatures/{row.digest}/signature.json" in client.get("/account/signatures/").content.decode()
    files = {"signature.json": bytes(row.evidence), "document.json": DOCUMENT}
    for name, data in files.items():
        assert client.get(f"/account/signatures/{row.digest}/{name}").content == data
        assert signed_in(cast.approver).get(f"/account/signatures/{row.digest}/{name}").status_code == 404
    assert client.get(f"/account/signatures/{row.digest}/other").status_code == 404


@pytest.mark.parametrize("change", ["UPDATE {} SET document = 'x'", "DELETE FROM {}"])
def test_evidence_is_neither_changed_nor_deleted(client, device, cast, change):
    verb(vouched(client, device, cast.drafter), cast.drafter)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change.format("accounts_personsignature"))
    assert PersonSignature.objects.count() == 1
