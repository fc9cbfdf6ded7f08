"""Each fault of a submission has its own answer, and none leaves a trace but the evidence entry."""

from __future__ import annotations

import hashlib
import json
import os
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from accounts.models import Membership
from bidding import platform_key, submitting, uploading
from bidding.models import Payload, Receipt, Seal
from bidding.names import RefusalCode, SubmissionRefused
from bidding.rules.receipt import read_receipt
from bidding.rules.seal_document import write_seal
from core import clock
from core.canonical import digest, dumps, format_time, parse_time
from core.errors import NotYours, Refused
from core.models import OutboxEntry
from core.notes import SigningKey, parse_vkey, sign_statement, verify_statement
from tests.stories import bidding as story
from tests.stories import trading as trading_story
from trading.models import Participation

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cast import Cast

SECOND = timedelta(seconds=1)
MICROSECOND = timedelta(microseconds=1)


@pytest.fixture
def tender(cast: Cast) -> story.Tender:
    return story.bidding(cast)


def submit(tender: story.Tender, document: bytes, note: str = "", *, bidder: str = "acme") -> Receipt:
    with clock.stands_at(tender.deadline - trading_story.DAY):
        return submitting.submit(tender.lot.pk, document=document, note=note, actor=tender.cast.actor(bidder))


def refused_codes(tender: story.Tender, document: bytes, note: str = "", *, bidder: str = "acme") -> list[str]:
    """Submit what must be refused; check that nothing but one entry remains; return the codes."""
    before = list(OutboxEntry.objects.order_by("seq").values_list("seq", flat=True))
    seals, payloads = Seal.in_box.count(), Payload.in_box.count()
    with pytest.raises(SubmissionRefused) as refusal:
        submit(tender, document, note, bidder=bidder)
    new = OutboxEntry.objects.exclude(seq__in=before)
    entry = json.loads(bytes(new.get().entry))
    codes = [code.value for code in refusal.value.codes]
    assert (entry["t"], entry["tender"]) == ("bidding.submission.refused", tender.lot.number)
    assert (entry["data"]["codes"], entry["data"]["digest"]) == (codes, digest(document))
    assert (Seal.in_box.count(), Payload.in_box.count()) == (seals, payloads)
    return codes


# -- what is accepted ----------------------------------------------------------------------------------


def test_the_receipt_is_signed_by_the_platform_and_holds_the_entry(tender: story.Tender) -> None:
    at = tender.deadline - 3 * SECOND
    sealed = story.seal(tender, "acme")
    story.uploaded(tender, sealed)
    given = story.handed_in(tender, sealed, at=at)
    document = read_receipt(bytes(given.document))
    entry = json.loads(document.entry)
    verify_statement(given.note, doc_type="receipt", digest_hex=document.digest, key=parse_vkey(platform_key.vkey()))
    assert (document.tender, document.seal) == (tender.lot.number, sealed.seal.digest)
    assert (entry["t"], entry["at"]) == ("bid.sealed", format_time(at))
    assert entry["data"] == {"seal": sealed.seal.digest, "bidder": "OR-acme", "replaces": None}
    assert Seal.in_box.get().received_at == parse_time(entry["at"])


def test_the_number_of_a_receipt_does_not_count_bids(tender: story.Tender) -> None:
    given = story.submitted(tender, "acme")
    assert given.number == f"RC-2026-{given.seal_id[:12].upper()}"


def test_a_repeat_is_answered_with_the_same_receipt_also_after_the_deadline(tender: story.Tender) -> None:
    sealed = story.seal(tender, "acme")
    story.uploaded(tender, sealed)
    first = story.handed_in(tender, sealed)
    again = story.handed_in(tender, sealed)
    late = story.handed_in(tender, sealed, at=tender.deadline + trading_story.DAY)
    assert {(a.pk, bytes(a.document), a.note) for a in (first, again, late)} == {
        (first.pk, bytes(first.document), first.note)
    }
    assert OutboxEntry.objects.filter(event="bid.sealed").count() == 1


def test_a_receipt_that_was_lost_in_a_crash_is_made_when_the_bidder_asks_again(tender: story.Tender) -> None:
    sealed = story.seal(tender, "acme")
    story.uploaded(tender, sealed)
    from bidding import checking

    with clock.stands_at(tender.deadline - trading_story.DAY):
        submission = checking.checked_submission(
            tender.lot, tender.cast["acme"], document=sealed.seal.data, note=sealed.note
        )
        submitting.accept(tender.lot.pk, submission, actor=tender.cast.actor("acme"))
    assert Receipt.in_box.count() == 0
    assert story.handed_in(tender, sealed).seal_id == sealed.seal.digest


def test_a_microsecond_before_the_deadline_is_in_time_and_the_deadline_itself_is_late(tender: story.Tender) -> None:
    early, late = story.seal(tender, "acme"), story.seal(tender, "bolt")
    for sealed in (early, late):
        story.uploaded(tender, sealed)
    story.handed_in(tender, early, at=tender.deadline - MICROSECOND)
    with pytest.raises(SubmissionRefused) as refusal:
        story.handed_in(tender, late, at=tender.deadline)
    assert refusal.value.reasons == ("Bids closed on 2026-03-24 09:30.",)
    assert refusal.value.codes == (RefusalCode.LATE,)
    assert list(Seal.in_box.values_list("bidder__number", flat=True)) == ["OR-acme"]


def test_a_new_seal_replaces_the_live_one(tender: story.Tender) -> None:
    story.submitted(tender, "acme", "970000.00")
    story.submitted(tender, "acme", "960000.00")
    assert sorted(Seal.in_box.values_list("state", flat=True)) == ["live", "replaced"]


def test_after_a_withdrawal_a_new_first_seal_is_taken(tender: story.Tender) -> None:
    story.submitted(tender, "acme")
    assert story.withdrawn(tender, "acme").seal.state == "withdrawn"
    story.submitted(tender, "acme", "960000.00")
    assert sorted(Seal.in_box.values_list("state", flat=True)) == ["live", "withdrawn"]


# -- what is refused -----------------------------------------------------------------------------------


def test_a_late_seal_that_was_never_uploaded_is_told_that_it_is_late(tender: story.Tender) -> None:
    sealed = story.seal(tender, "acme")
    with pytest.raises(SubmissionRefused) as refusal:
        story.handed_in(tender, sealed, at=tender.deadline + SECOND)
    assert refusal.value.codes == (RefusalCode.LATE,)


def test_nothing_is_taken_before_the_bid_box_is_open(cast: Cast) -> None:
    tender = story.announced(cast)
    sealed = story.seal(tender, "acme")
    with pytest.raises(SubmissionRefused) as refusal:
        story.handed_in(tender, sealed)
    assert refusal.value.codes == (RefusalCode.NOT_OPEN,)


@pytest.mark.parametrize(
    "document",
    [b"%PDF-1.7 our offer is 970000", b"PK\x03\x04", b"", b"970000.00", b'{"price":"970000.00"}', b"\x00" * 70_000],
)
def test_an_unsealed_offer_is_refused(tender: story.Tender, document: bytes) -> None:
    assert refused_codes(tender, document) == ["unsealed"]


def test_a_truncated_seal_is_refused(tender: story.Tender) -> None:
    assert refused_codes(tender, story.seal(tender, "acme").seal.data[:-40]) == ["truncated"]


def test_an_oversized_seal_is_refused(tender: story.Tender) -> None:
    assert refused_codes(tender, b"{" + b" " * 65_536 + b"}") == ["oversized"]


def test_a_seal_that_is_not_canonical_is_malformed(tender: story.Tender) -> None:
    document = story.seal(tender, "acme").seal.data.replace(b'"v":"tsb/1"', b'"v": "tsb/1"')
    assert refused_codes(tender, document) == ["malformed"]


def test_a_seal_with_an_unknown_field_is_malformed(tender: story.Tender) -> None:
    fields = json.loads(story.seal(tender, "acme").seal.data)
    assert refused_codes(tender, dumps(fields | {"price": "970000.00"})) == ["malformed"]


def test_a_seal_for_another_tender_is_told_so_with_its_ceremony(cast: Cast) -> None:
    tender = story.bidding(cast, lots=2)
    sealed = story.seal(tender, "acme")
    tender.ordinal = 2
    assert refused_codes(tender, sealed.seal.data, sealed.note) == ["wrong_tender", "wrong_ceremony"]


def test_a_seal_for_another_ceremony_is_refused(tender: story.Tender) -> None:
    fields = json.loads(story.seal(tender, "acme").seal.data)
    assert refused_codes(tender, dumps(fields | {"ceremony": "0" * 64})) == ["wrong_ceremony"]


def test_a_seal_of_another_bidder_is_refused(tender: story.Tender) -> None:
    sealed = story.seal(tender, "acme")
    assert refused_codes(tender, sealed.seal.data, sealed.note, bidder="bolt") == ["wrong_bidder"]


def test_a_downgraded_suite_is_refused(tender: story.Tender) -> None:
    fields = json.loads(story.seal(tender, "acme").seal.data)
    assert refused_codes(tender, dumps(fields | {"suite": "SM2"})) == ["wrong_suite"]


def test_a_bidder_without_an_enrolled_key_is_refused(tender: story.Tender) -> None:
    from accounts.models import SigningKey as Row

    sealed = story.seal(tender, "acme")
    story.uploaded(tender, sealed)
    Row.objects.filter(organisation=tender.cast["acme"]).update(retired_at=tender.deadline)
    assert refused_codes(tender, sealed.seal.data, sealed.note) == ["not_enrolled"]


def test_a_signature_of_another_key_is_refused(tender: story.Tender) -> None:
    sealed = story.seal(tender, "acme")
    story.uploaded(tender, sealed)
    stranger = SigningKey(tender.bidders["acme"].name, os.urandom(32))
    note = sign_statement("seal", sealed.seal.digest, key=stranger)
    assert refused_codes(tender, sealed.seal.data, note) == ["bad_signature"]


def test_a_signature_on_another_seal_is_refused(tender: story.Tender) -> None:
    one, other = story.seal(tender, "acme"), story.seal(tender, "acme")
    story.uploaded(tender, one)
    assert refused_codes(tender, one.seal.data, other.note) == ["bad_signature"]


def test_a_seal_whose_file_was_not_uploaded_is_refused(tender: story.Tender) -> None:
    sealed = story.seal(tender, "acme")
    assert refused_codes(tender, sealed.seal.data, sealed.note) == ["payload_missing"]


def test_a_seal_whose_upload_is_not_finished_is_refused(tender: story.Tender) -> None:
    sealed = story.seal(tender, "acme")
    at = tender.deadline - trading_story.DAY
    actor = tender.cast.actor("acme")
    slot = uploading.make_slot(tender.lot.pk, size=len(sealed.payload), actor=actor, at=at).slot
    uploading.append(slot, offset=0, part=sealed.payload, actor=actor, at=at)
    assert refused_codes(tender, sealed.seal.data, sealed.note) == ["payload_missing"]


def test_a_seal_over_another_file_than_the_uploaded_one_is_refused(tender: story.Tender) -> None:
    one, other = story.seal(tender, "acme"), story.seal(tender, "acme")
    story.uploaded(tender, other)
    assert refused_codes(tender, one.seal.data, one.note) == ["payload_differs"]


def test_a_seal_that_states_another_size_is_refused(tender: story.Tender) -> None:
    sealed = story.seal(tender, "acme")
    story.uploaded(tender, sealed)
    fields = json.loads(sealed.seal.data)
    fields["envelopes"][0]["size"] += 1
    document = dumps(fields)
    note = sign_statement("seal", digest(document), key=tender.bidders["acme"])
    assert refused_codes(tender, document, note) == ["payload_differs"]


def test_a_file_that_another_bidder_uploaded_does_not_count(tender: story.Tender) -> None:
    copied = story.seal(tender, "acme")
    story.uploaded(tender, copied)
    key = story.enrolled(tender, "bolt")
    stolen = write_seal(
        ceremony=tender.ceremony, bidder="OR-bolt", cid=copied.seal.cid, envelopes=copied.seal.envelopes
    )
    note = sign_statement("seal", stolen.digest, key=key)
    assert refused_codes(tender, stolen.data, note, bidder="bolt") == ["payload_missing"]


def test_a_replayed_cid_is_refused(tender: story.Tender) -> None:
    first = story.seal(tender, "acme")
    story.uploaded(tender, first)
    story.handed_in(tender, first)
    story.withdrawn(tender, "acme")
    second = story.seal(tender, "acme", "960000.00")
    story.uploaded(tender, second)
    replayed = write_seal(
        ceremony=tender.ceremony, bidder="OR-acme", cid=first.seal.cid, envelopes=second.seal.envelopes
    )
    note = sign_statement("seal", replayed.digest, key=tender.bidders["acme"])
    assert refused_codes(tender, replayed.data, note) == ["replayed_cid"]


def test_a_second_seal_that_replaces_nothing_is_refused(tender: story.Tender) -> None:
    story.submitted(tender, "acme")
    second = story.seal(tender, "acme", "960000.00")
    story.uploaded(tender, second)
    assert refused_codes(tender, second.seal.data, second.note) == ["second_live"]


def test_a_seal_that_replaces_something_else_than_the_live_seal_is_refused(tender: story.Tender) -> None:
    first = story.submitted(tender, "acme").seal_id
    story.submitted(tender, "acme", "960000.00")
    third = story.seal(tender, "acme", "950000.00", replaces=first)
    story.uploaded(tender, third)
    assert refused_codes(tender, third.seal.data, third.note) == ["not_live"]
    assert Seal.in_box.filter(state="live").count() == 1


def test_a_seal_without_the_envelope_of_the_tender_cannot_be_written(tender: story.Tender) -> None:
    sealed = story.seal(tender, "acme")
    fields = json.loads(sealed.seal.data)
    fields["envelopes"][0]["name"] = "technical"
    assert refused_codes(tender, dumps(fields)) == ["malformed"]


def test_a_seal_above_the_largest_size_is_malformed(tender: story.Tender) -> None:
    sealed = story.seal(tender, "acme")
    fields = json.loads(sealed.seal.data)
    fields["envelopes"][0]["size"] = tender.ceremony.max_size + 1
    assert refused_codes(tender, dumps(fields)) == ["malformed"]


def test_who_stands_on_another_side_of_the_project_cannot_bid(tender: story.Tender) -> None:
    actor = tender.cast.actor("acme")
    Participation.objects.create(
        project=tender.project, organisation=tender.cast["acme"], side="overseeing", since=trading_story.ANNOUNCED
    )
    with pytest.raises(SubmissionRefused) as refusal:
        uploading.make_slot(tender.lot.pk, size=100, actor=actor, at=tender.deadline - SECOND)
    assert refusal.value.reasons == ("Your organisation takes part in this project on another side, so it cannot bid.",)


def test_whose_people_hold_a_key_of_the_project_cannot_bid(tender: story.Tender) -> None:
    sealed = story.seal(tender, "acme")
    story.uploaded(tender, sealed)
    holder, at = tender.cast.user("supervisor.holder"), trading_story.ANNOUNCED
    seat = Membership.objects.create(user=holder, organisation=tender.cast["acme"], role="BIDDER", since=at)
    with pytest.raises(SubmissionRefused) as refusal:
        story.handed_in(tender, sealed)
    assert refusal.value.codes == (RefusalCode.OTHER_SIDE,)
    assert refusal.value.reasons == (
        "Somebody who bids for your organisation holds a key of this project: nobody does both.",
    )
    seat.until = at
    seat.save(update_fields=["until"])
    assert story.handed_in(tender, sealed).seal_id == sealed.seal.digest


@pytest.mark.parametrize("name", ["owner.approver", "agent.approver", "supervisor", "center", "audit", "owner.holder"])
def test_nobody_but_a_bidder_submits(tender: story.Tender, name: str) -> None:
    sealed = story.seal(tender, "acme")
    with pytest.raises(NotYours):
        submitting.submit(tender.lot.pk, document=sealed.seal.data, note=sealed.note, actor=tender.cast.actor(name))
    assert Seal.in_box.count() == 0


def test_submitting_needs_somebody_who_may_approve_for_the_bidder(tender: story.Tender) -> None:
    seat = tender.cast.seats["acme"]
    seat.may_approve = False
    seat.save(update_fields=["may_approve"])
    with pytest.raises(Refused):
        submit(tender, b"{}")


def test_a_withdrawal_after_the_deadline_is_refused(tender: story.Tender) -> None:
    story.submitted(tender, "acme")
    with pytest.raises(SubmissionRefused) as refusal:
        story.withdrawn(tender, "acme", at=tender.deadline)
    assert refusal.value.codes == (RefusalCode.LATE,)
    assert Seal.in_box.get().state == "live"


def test_a_withdrawal_signed_by_somebody_else_is_refused(tender: story.Tender) -> None:
    story.submitted(tender, "acme")
    tender.bidders["acme"] = SigningKey(tender.bidders["acme"].name, os.urandom(32))
    with pytest.raises(SubmissionRefused) as refusal:
        story.withdrawn(tender, "acme")
    assert refusal.value.codes == (RefusalCode.BAD_SIGNATURE,)
    assert Seal.in_box.get().state == "live"


def test_the_payload_is_kept_under_its_digest_and_nowhere_else(tender: story.Tender, storage: Path) -> None:
    sealed = story.seal(tender, "acme")
    story.uploaded(tender, sealed)
    files = [path.relative_to(storage).as_posix() for path in storage.rglob("*") if path.is_file()]
    name = hashlib.sha256(sealed.payload).hexdigest()
    assert files == [f"{name[:2]}/{name}"]
