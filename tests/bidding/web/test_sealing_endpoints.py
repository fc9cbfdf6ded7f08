"""What comes in over HTTP: uploads, seals and withdrawals, each fault with its own answer and nothing left behind."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from unittest import mock

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from bidding import submitting
from bidding.models import Payload, Receipt, Seal, UploadSlot
from bidding.names import Busy
from bidding.refusing import EVENT
from bidding.rules.receipt import read_receipt
from bidding.rules.withdrawal import write_withdrawal
from bidding.web import sealing
from core import clock
from core.canonical import dumps
from core.models import OutboxEntry
from core.notes import sign_statement
from tests.bidding.web.visitors import Visitors
from tests.stories import bidding as story

if TYPE_CHECKING:
    from tests.bidding.web.boxes import Box
    from tests.cast import Cast


def refusals() -> list[list[str]]:
    rows = OutboxEntry.objects.filter(event=EVENT).order_by("seq")
    return [json.loads(bytes(row.entry))["data"]["codes"] for row in rows]


def nothing_is_left() -> bool:
    return not (Seal.in_box.exists() or Payload.in_box.exists() or Receipt.in_box.exists())


# -- the straight way ----------------------------------------------------------------------------------


def test_a_bid_is_uploaded_handed_in_and_acknowledged(box: Box) -> None:
    made = box.sealed()
    answer = box.submit(made.seal.data, made.note)
    row = Receipt.in_box.get()
    assert answer.status_code == 200
    assert answer.json() == {
        "receipt": bytes(row.document).decode(),
        "note": row.note,
        "reference": row.number,
        "deadline": "2026-03-24T01:30:00.000000Z",
        "next": f"/desk/receipts/{row.number}",
    }
    assert read_receipt(bytes(row.document)).seal == made.seal.digest


def test_the_same_seal_again_is_answered_the_same_also_after_the_deadline(box: Box) -> None:
    made = box.sealed()
    first = box.submit(made.seal.data, made.note)
    clock.move_to(box.tender.deadline + story.MINUTE)
    later = Visitors(box.tender.cast)("acme")
    again = box.submit(made.seal.data, made.note, later)
    assert (again.status_code, again.json()) == (200, first.json())
    assert Seal.in_box.count() == 1


def test_a_second_seal_replaces_the_first(box: Box) -> None:
    first = box.sealed()
    box.submit(first.seal.data, first.note)
    second = box.sealed("960000.00", replaces=first.seal.digest)
    assert box.submit(second.seal.data, second.note).status_code == 200
    states = dict(Seal.in_box.values_list("digest", "state"))
    assert states == {first.seal.digest: "replaced", second.seal.digest: "live"}


def test_a_bid_is_taken_back(box: Box) -> None:
    made = box.sealed()
    box.submit(made.seal.data, made.note)
    document = write_withdrawal(tender=box.tender.lot.number, bidder="OR-acme", seal=made.seal.digest)
    note = sign_statement("withdraw", document.digest, key=box.tender.bidders["acme"])
    answer = box.json("hand-in-withdrawal", {"doc": document.data.decode(), "note": note})
    given = answer.json()
    receipt = read_receipt(given["receipt"].encode())
    assert (answer.status_code, given["next"]) == (200, f"/desk/receipts/{given['reference']}")
    assert json.loads(receipt.entry)["t"] == "bid.withdrawn"
    files = [box.client.get(f"{given['next']}/{name}") for name in ("withdraw.json", "withdraw.sig")]
    assert [(file.status_code, file.content) for file in files] == [(200, document.data), (200, note.encode())]
    assert Seal.in_box.get().state == "withdrawn"


def test_taking_back_asks_for_the_password_again(box: Box, visitors: Visitors) -> None:
    client = visitors("acme", proven=False)
    headers = {"accept": "application/json"}
    answer = client.post(box.address("hand-in-withdrawal"), "{}", content_type="application/json", headers=headers)
    assert answer.status_code == 403
    assert answer.json()["step_up"].startswith("/account/step-up?next=")


# -- faults of a submission ----------------------------------------------------------------------------


def test_a_late_seal_is_refused_with_the_deadline(box: Box) -> None:
    made = box.sealed()
    clock.move_to(box.tender.deadline)
    answer = box.submit(made.seal.data, made.note, Visitors(box.tender.cast)("acme"))
    assert (answer.status_code, answer.json()) == (
        422,
        {"error": "late", "reasons": ["Bids closed on 2026-03-24 09:30."]},
    )
    assert nothing_is_left()
    assert refusals() == [["late"]]


def test_an_offer_that_was_not_sealed_is_refused_and_not_kept(box: Box, storage) -> None:
    answer = box.submit(b"%PDF-1.7 our price is 970000", "")
    assert (answer.status_code, answer.json()["error"]) == (422, "unsealed")
    assert nothing_is_left()
    assert refusals() == [["unsealed"]]
    assert [path for path in storage.rglob("*") if path.is_file()] == []


def test_a_file_that_was_not_sealed_is_refused_and_removed(box: Box, storage) -> None:
    plain = b"our price is 970000 " * 40
    slot = box.upload(plain)
    answer = box.finish(slot, plain)
    assert (answer.status_code, answer.json()["error"]) == (422, "unsealed")
    assert not UploadSlot.in_box.exists()
    assert [path for path in storage.rglob("*") if path.is_file()] == []


def _changed(document: bytes, **fields: object) -> bytes:
    return dumps(json.loads(document) | fields)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"tender": "CT-2026-000999-XXXX-1"}, "wrong_tender"),
        ({"ceremony": "0" * 64}, "wrong_ceremony"),
        ({"bidder": "OR-bolt"}, "wrong_bidder"),
        ({"suite": "MLKEM768"}, "wrong_suite"),
        ({"extra": 1}, "malformed"),
    ],
)
def test_a_seal_that_says_something_else_is_refused_by_name(box: Box, fields: dict[str, object], code: str) -> None:
    made = box.sealed()
    answer = box.submit(_changed(made.seal.data, **fields), made.note)
    assert (answer.status_code, answer.json()["error"]) == (422, code)
    assert nothing_is_left()
    assert refusals() == [[code]]


def test_a_seal_that_is_cut_short_is_refused(box: Box) -> None:
    made = box.sealed()
    answer = box.submit(made.seal.data[:-20], made.note)
    assert (answer.status_code, answer.json()["error"], refusals()) == (422, "truncated", [["truncated"]])


def test_a_seal_with_a_foreign_signature_is_refused(box: Box) -> None:
    made = box.sealed()
    answer = box.submit(
        made.seal.data, sign_statement("seal", made.seal.digest, key=story.enrolled(box.tender, "bolt"))
    )
    assert (answer.status_code, answer.json()["error"], nothing_is_left()) == (422, "bad_signature", True)


def test_a_seal_without_its_file_is_refused(box: Box) -> None:
    made = story.seal(box.tender, "acme")
    answer = box.submit(made.seal.data, made.note)
    assert (answer.status_code, answer.json()["error"], nothing_is_left()) == (422, "payload_missing", True)


def test_a_seal_larger_than_the_protocol_allows_is_refused(box: Box) -> None:
    answer = box.submit(b"{" + b" " * 65_536 + b"}", "")
    assert (answer.status_code, answer.json()["error"], refusals()) == (413, "oversized", [["oversized"]])


def test_a_submission_larger_than_any_seal_is_not_even_read(box: Box, tmp_path, settings) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    answer = box.submit(b"{" + b"secret price " * 400_000, "")
    assert (answer.status_code, answer.json()) == (
        413,
        {"error": "oversized", "reasons": [f"A submission has at most {sealing.BODY_LIMIT} bytes."]},
    )
    assert (refusals(), nothing_is_left(), list(tmp_path.iterdir())) == ([["oversized"]], True, [])


@pytest.mark.parametrize("names", [["seal"], ["seal", "sig", "note"], ["seal", "signature"]])
def test_a_form_with_other_parts_is_refused(box: Box, names: list[str]) -> None:
    parts = {name: SimpleUploadedFile(name, b"{}") for name in names}
    answer = box.client.post(box.address("seals"), parts)
    assert (answer.status_code, answer.json()) == (
        400,
        {"error": "malformed", "reasons": ["Expected are exactly the files “seal” and “sig”, each once."]},
    )
    assert refusals() == [["malformed"]]


def test_fields_instead_of_files_are_refused(box: Box) -> None:
    answer = box.client.post(box.address("seals"), {"seal": "{}", "sig": "x"})
    assert (answer.status_code, answer.json()["error"]) == (400, "malformed")


def test_a_form_whose_framing_is_broken_is_refused(box: Box) -> None:
    answer = box.client.post(box.address("seals"), b"nonsense", content_type="multipart/form-data; boundary=x")
    assert (answer.status_code, answer.json()["error"], nothing_is_left()) == (400, "malformed", True)


def test_another_content_type_is_refused(box: Box) -> None:
    answer = box.json("seals", {"seal": "{}", "sig": "x"})
    assert (answer.status_code, answer.json()["error"], refusals()) == (415, "malformed", [["malformed"]])


def test_a_signature_that_is_not_text_is_refused(box: Box) -> None:
    parts = {"seal": SimpleUploadedFile("seal", b"{}"), "sig": SimpleUploadedFile("sig", b"\xff\xfe")}
    answer = box.client.post(box.address("seals"), parts)
    assert (answer.status_code, answer.json()["reasons"]) == (400, ["The signature is not text."])


def test_a_long_queue_at_the_lock_says_when_to_come_again(box: Box) -> None:
    made = box.sealed()
    with mock.patch.object(submitting, "accept", side_effect=Busy("full")):
        answer = box.submit(made.seal.data, made.note)
    assert (answer.status_code, answer["Retry-After"], answer.json()["error"]) == (503, "2", "busy")
    assert refusals() == []


def test_refusals_speak_the_language_of_the_reader(box: Box, visitors: Visitors) -> None:
    answer = box.submit(b"plain", "", visitors("acme", language="zh-hans"))
    assert answer.json()["reasons"] == ["这不是密封的投标文件。平台只接收密封的投标文件，所收内容未予保留。"]


def test_a_form_from_another_site_is_refused(box: Box, visitors: Visitors) -> None:
    made = box.sealed()
    answer = box.submit(made.seal.data, made.note, visitors("acme", csrf=True))
    assert (answer.status_code, nothing_is_left()) == (403, True)


def test_whoever_may_not_approve_hands_nothing_in(box: Box, visitors: Visitors, cast: Cast) -> None:
    seat = cast.seats["acme"]
    seat.may_approve = False
    seat.save(update_fields=["may_approve"])
    made = box.sealed()
    answer = box.submit(made.seal.data, made.note)
    assert (answer.status_code, answer.json()["reasons"]) == (
        422,
        ["Only somebody who may approve for the organisation may do this."],
    )
    assert nothing_is_left()


@pytest.mark.parametrize("name", ["owner.approver", "supervisor", "center", "owner.holder", "expert.one"])
def test_another_role_finds_nothing_to_hand_in_at(box: Box, visitors: Visitors, name: str) -> None:
    answer = box.submit(b"{}", "", visitors(name))
    assert (answer.status_code, answer.json()["error"]) == (404, "not_found")


def test_nobody_signed_in_is_told_so(box: Box, visitors: Visitors) -> None:
    answer = box.submit(b"{}", "", visitors.stranger())
    assert (answer.status_code, answer.json()["error"]) == (403, "signed_out")
