"""What comes in as parts of a file: each fault with its own answer, and a slot is its bidder's alone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bidding.models import UploadSlot
from core import clock
from tests.bidding.web.visitors import Visitors
from tests.stories import bidding as story

if TYPE_CHECKING:
    from tests.bidding.web.boxes import Box


def test_a_part_at_the_wrong_place_is_answered_with_the_right_one(box: Box) -> None:
    slot = box.json("uploads", {"size": 100}).json()["slot"]
    box.part(slot, 0, b"x" * 10)
    answer = box.part(slot, 50, b"x" * 10)
    assert (answer.status_code, answer["Upload-Offset"], answer.json()["error"]) == (409, "10", "wrong_offset")
    head = box.client.head(box.address("upload", slot=slot))
    assert (head.status_code, head["Upload-Offset"], head.content) == (200, "10", b"")


@pytest.mark.parametrize("offset", ["", "-1", "ten", "1e3", "9" * 40])
def test_an_offset_that_is_no_number_is_refused(box: Box, offset: str) -> None:
    slot = box.json("uploads", {"size": 100}).json()["slot"]
    answer = box.part(slot, offset, b"x")
    assert (answer.status_code, answer.json()["error"]) == (400, "missing_field")


def test_a_part_beyond_the_announced_size_is_refused(box: Box) -> None:
    slot = box.json("uploads", {"size": 5}).json()["slot"]
    answer = box.part(slot, 0, b"123456")
    assert (answer.status_code, answer.json()["error"]) == (413, "oversized")


def test_a_part_larger_than_eight_megabytes_is_refused_unread(box: Box, settings) -> None:
    settings.UPLOAD_PART_BYTES = 1000
    slot = box.json("uploads", {"size": 5000}).json()["slot"]
    answer = box.part(slot, 0, b"x" * 1001)
    assert (answer.status_code, answer.json()["error"]) == (413, "oversized")
    assert UploadSlot.in_box.get().offset == 0


def test_a_part_of_another_content_type_is_refused(box: Box) -> None:
    slot = box.json("uploads", {"size": 5}).json()["slot"]
    answer = box.part(slot, 0, b"12345", media="text/plain")
    assert (answer.status_code, answer.json()["error"]) == (415, "wrong_type")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ('{"size": 10, "name": "price.pdf"}', 400, "unknown_field"),
        ("{}", 400, "missing_field"),
        ('{"size": "10"}', 400, "malformed"),
        ('{"size": true}', 400, "malformed"),
        ("[10]", 400, "malformed"),
        ("{size: 10}", 400, "malformed"),
        ("[" * 30_000, 400, "malformed"),
        (json.dumps({"size": 10, "x": "y" * 70_000}), 413, "oversized"),
        ('{"size": 0}', 413, "oversized"),
        (json.dumps({"size": 2**40}), 413, "oversized"),
    ],
)
def test_a_slot_is_asked_for_in_exactly_one_way(box: Box, body: str, status: int, code: str) -> None:
    answer = box.client.post(box.address("uploads"), body, content_type="application/json")
    assert (answer.status_code, answer.json()["error"]) == (status, code)
    assert not UploadSlot.in_box.exists()


def test_a_slot_asked_for_as_a_form_is_refused(box: Box) -> None:
    answer = box.client.post(box.address("uploads"), {"size": 10})
    assert (answer.status_code, answer.json()["error"]) == (415, "wrong_type")


def test_an_upload_that_arrived_damaged_is_refused(box: Box) -> None:
    made = story.seal(box.tender, "acme")
    slot = box.upload(made.payload)
    answer = box.json("finish-upload", {"size": len(made.payload), "sha256": "0" * 64}, slot=slot)
    assert (answer.status_code, answer.json()["error"]) == (422, "payload_differs")


def test_an_upload_that_is_not_complete_is_refused(box: Box) -> None:
    made = story.seal(box.tender, "acme")
    slot = box.json("uploads", {"size": len(made.payload)}).json()["slot"]
    box.part(slot, 0, made.payload[:200])
    assert box.finish(slot, made.payload).json()["error"] == "truncated"


def test_nothing_is_uploaded_after_the_deadline(box: Box) -> None:
    clock.move_to(box.tender.deadline)
    client = Visitors(box.tender.cast)("acme")
    answer = client.post(box.address("uploads"), '{"size": 10}', content_type="application/json")
    assert (answer.status_code, answer.json()["error"]) == (422, "late")


@pytest.mark.parametrize("name", ["bolt", "owner.approver"])
def test_the_slot_of_another_bidder_does_not_exist(box: Box, visitors: Visitors, name: str) -> None:
    slot = box.json("uploads", {"size": 10}).json()["slot"]
    other = visitors(name)
    address = box.address("upload", slot=slot)
    patched = other.patch(address, b"x", content_type="text/plain")
    finished = other.post(f"{address}/finish", b"x" * 100_000, content_type="text/plain")
    assert [answer.status_code for answer in (other.head(address), patched, finished)] == [404, 404, 404]
    unknown = other.patch(box.address("upload", slot="no-such-slot"), b"x", content_type="text/plain")
    assert patched.content == unknown.content
