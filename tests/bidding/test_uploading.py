from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bidding import uploading
from bidding.models import UploadSlot
from bidding.names import RefusalCode, SubmissionRefused, WrongOffset
from core.errors import NotYours
from core.models import OutboxEntry, StoredFile
from tests.stories import bidding as story
from trading.models import Participation

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django.fixtures import Settings

    from core.actors import Actor
    from tests.cast import Cast

AGE = b"age-encryption.org/v1\n-> X25519 " + b"a" * 500


@pytest.fixture
def tender(cast: Cast) -> story.Tender:
    return story.bidding(cast)


@pytest.fixture
def acme(tender: story.Tender) -> Actor:
    return tender.cast.actor("acme")


def slot_of(tender: story.Tender, actor: Actor, size: int = len(AGE)) -> str:
    return uploading.make_slot(tender.lot.pk, size=size, actor=actor, at=before(tender)).slot


def before(tender: story.Tender, *, hours: int = 2) -> object:
    return tender.deadline - timedelta(hours=hours)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def codes(refusal: pytest.ExceptionInfo[SubmissionRefused]) -> tuple[RefusalCode, ...]:
    return refusal.value.codes


def test_parts_are_put_together_in_order(tender: story.Tender, acme: Actor) -> None:
    slot = slot_of(tender, acme)
    offsets = [
        uploading.append(slot, offset=0, part=AGE[:100], actor=acme, at=before(tender)),
        uploading.offset_of(slot, actor=acme),
        uploading.append(slot, offset=100, part=AGE[100:], actor=acme, at=before(tender)),
    ]
    row = uploading.finish(slot, size=len(AGE), sha256=sha256(AGE), actor=acme, at=before(tender))
    assert offsets == [100, 100, len(AGE)]
    assert (row.digest, StoredFile.objects.get().size) == (sha256(AGE), len(AGE))


@pytest.mark.parametrize("offset", [0, 99, 101])
def test_a_part_that_does_not_continue_where_the_slot_ends_is_told_where_that_is(
    tender: story.Tender, acme: Actor, offset: int
) -> None:
    slot = slot_of(tender, acme)
    uploading.append(slot, offset=0, part=AGE[:100], actor=acme, at=before(tender))
    with pytest.raises(WrongOffset) as wrong:
        uploading.append(slot, offset=offset, part=b"x", actor=acme, at=before(tender))
    assert wrong.value.offset == 100


def test_bytes_of_a_part_whose_transaction_did_not_commit_are_written_over(tender: story.Tender, acme: Actor) -> None:
    slot = slot_of(tender, acme)
    uploading.path_of(slot).write_bytes(b"left behind by a crash, and longer than what is sent now" * 20)
    uploading.append(slot, offset=0, part=AGE, actor=acme, at=before(tender))
    assert uploading.path_of(slot).read_bytes() == AGE


def test_the_quota_is_enforced_before_a_byte_is_written(tender: story.Tender, acme: Actor) -> None:
    slot = slot_of(tender, acme, size=10)
    with pytest.raises(SubmissionRefused) as refusal:
        uploading.append(slot, offset=0, part=AGE, actor=acme, at=before(tender))
    assert codes(refusal) == (RefusalCode.OVERSIZED,)
    assert uploading.path_of(slot).read_bytes() == b""


def test_a_part_of_more_than_eight_megabytes_is_refused(tender: story.Tender, acme: Actor, settings: Settings) -> None:
    settings.UPLOAD_PART_BYTES = 100
    slot = slot_of(tender, acme)
    with pytest.raises(SubmissionRefused) as refusal:
        uploading.append(slot, offset=0, part=AGE, actor=acme, at=before(tender))
    assert refusal.value.reasons == ("A part has at most 100 bytes.",)


def test_a_file_above_the_ceremonys_limit_gets_no_slot(tender: story.Tender, acme: Actor) -> None:
    with pytest.raises(SubmissionRefused) as refusal:
        slot_of(tender, acme, size=tender.ceremony.max_size + 1)
    assert codes(refusal) == (RefusalCode.OVERSIZED,)
    assert UploadSlot.in_box.count() == 0


def test_so_many_files_may_wait_for_their_seal_and_no_more(
    tender: story.Tender, acme: Actor, settings: Settings
) -> None:
    settings.UPLOAD_SLOTS_PER_LOT = 2
    for _ in range(2):
        slot_of(tender, acme)
    with pytest.raises(SubmissionRefused) as refusal:
        slot_of(tender, acme)
    assert codes(refusal) == (RefusalCode.QUOTA,)


def test_the_announced_sizes_count_together(tender: story.Tender, acme: Actor) -> None:
    for _ in range(2):
        uploading.make_slot(tender.lot.pk, actor=acme, at=before(tender))
    with pytest.raises(SubmissionRefused) as refusal:
        slot_of(tender, acme)
    assert codes(refusal) == (RefusalCode.QUOTA,)


def test_files_that_a_seal_uses_do_not_count(tender: story.Tender, acme: Actor, settings: Settings) -> None:
    settings.UPLOAD_SLOTS_PER_LOT = 1
    story.submitted(tender, "acme")
    story.submitted(tender, "acme", "960000.00")
    assert UploadSlot.in_box.count() == 2


def test_a_file_that_is_not_sealed_is_refused_and_removed(tender: story.Tender, acme: Actor, storage: Path) -> None:
    plain = b"%PDF-1.7 our offer is 970000.00"
    slot = slot_of(tender, acme)
    uploading.append(slot, offset=0, part=plain, actor=acme, at=before(tender))
    with pytest.raises(SubmissionRefused) as refusal:
        uploading.finish(slot, size=len(plain), sha256=sha256(plain), actor=acme, at=before(tender))
    assert codes(refusal) == (RefusalCode.UNSEALED,)
    assert UploadSlot.in_box.count() == 0
    assert [path for path in storage.rglob("*") if path.is_file()] == []
    assert OutboxEntry.objects.filter(event="bidding.submission.refused").count() == 1


def test_an_upload_that_is_not_complete_is_not_finished(tender: story.Tender, acme: Actor) -> None:
    slot = slot_of(tender, acme)
    uploading.append(slot, offset=0, part=AGE[:300], actor=acme, at=before(tender))
    with pytest.raises(SubmissionRefused) as refusal:
        uploading.finish(slot, size=len(AGE), sha256=sha256(AGE), actor=acme, at=before(tender))
    assert codes(refusal) == (RefusalCode.TRUNCATED,)
    assert UploadSlot.in_box.get().finished_at is None


def test_a_file_with_another_digest_than_stated_is_not_finished(tender: story.Tender, acme: Actor) -> None:
    slot = slot_of(tender, acme)
    uploading.append(slot, offset=0, part=AGE, actor=acme, at=before(tender))
    with pytest.raises(SubmissionRefused) as refusal:
        uploading.finish(slot, size=len(AGE), sha256="0" * 64, actor=acme, at=before(tender))
    assert codes(refusal) == (RefusalCode.PAYLOAD_DIFFERS,)


def test_finishing_twice_is_answered_the_same(tender: story.Tender, acme: Actor) -> None:
    slot = slot_of(tender, acme)
    uploading.append(slot, offset=0, part=AGE, actor=acme, at=before(tender))
    first, again = (
        uploading.finish(slot, size=len(AGE), sha256=sha256(AGE), actor=acme, at=before(tender)) for _ in range(2)
    )
    with pytest.raises(SubmissionRefused) as refusal:
        uploading.finish(slot, size=1, sha256="0" * 64, actor=acme, at=before(tender))
    with pytest.raises(WrongOffset):
        uploading.append(slot, offset=len(AGE), part=b"", actor=acme, at=before(tender))
    assert first.digest == again.digest
    assert codes(refusal) == (RefusalCode.PAYLOAD_DIFFERS,)


def test_a_concurrent_finish_that_came_first_is_found(
    tender: story.Tender, acme: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    slot = slot_of(tender, acme)
    uploading.append(slot, offset=0, part=AGE, actor=acme, at=before(tender))
    stale = UploadSlot.in_box.select_related("lot").get(slot=slot)
    uploading.finish(slot, size=len(AGE), sha256=sha256(AGE), actor=acme, at=before(tender))
    read = iter([stale, UploadSlot.in_box.get(slot=slot)])
    monkeypatch.setattr(uploading, "_own", lambda *_args, **_kwargs: next(read))
    row = uploading.finish(slot, size=len(AGE), sha256=sha256(AGE), actor=acme, at=before(tender))
    assert row.digest == sha256(AGE)


def test_a_slot_is_its_own_bidders_only(tender: story.Tender, acme: Actor) -> None:
    slot = slot_of(tender, acme)
    bolt = tender.cast.actor("bolt")
    for act in (
        lambda: uploading.append(slot, offset=0, part=AGE, actor=bolt, at=before(tender)),
        lambda: uploading.offset_of(slot, actor=bolt),
        lambda: uploading.finish(slot, size=1, sha256="0" * 64, actor=bolt, at=before(tender)),
        lambda: uploading.offset_of("no such slot", actor=acme),
    ):
        with pytest.raises(NotYours):
            act()


def test_nothing_is_uploaded_after_the_deadline(tender: story.Tender, acme: Actor) -> None:
    with pytest.raises(SubmissionRefused) as refusal:
        uploading.make_slot(tender.lot.pk, size=100, actor=acme, at=tender.deadline)
    assert codes(refusal) == (RefusalCode.LATE,)


def test_nothing_is_uploaded_before_there_is_a_ceremony(cast: Cast) -> None:
    from tests.stories import trading

    project = trading.announced(cast)
    with pytest.raises(SubmissionRefused) as refusal:
        uploading.make_slot(
            project.lots.get().pk, size=100, actor=cast.actor("acme"), at=trading.ANNOUNCED + trading.DAY
        )
    assert codes(refusal) == (RefusalCode.NOT_OPEN,)


def test_a_lot_that_is_not_announced_does_not_exist_for_bidders(cast: Cast) -> None:
    tender = story.keyed(cast)
    with pytest.raises(NotYours):
        slot_of(tender, cast.actor("acme"))


def test_the_first_slot_puts_the_bidder_on_its_side(tender: story.Tender, acme: Actor) -> None:
    sides = Participation.objects.filter(project=tender.project, organisation=tender.cast["acme"])
    before_it = sides.count()
    for _ in range(2):
        slot_of(tender, acme)
    assert before_it == 0
    assert list(sides.values_list("side", flat=True)) == ["bidding"]


def test_an_upload_may_take_a_day(tender: story.Tender, acme: Actor) -> None:
    slot = uploading.make_slot(tender.lot.pk, size=len(AGE), actor=acme, at=before(tender, hours=26)).slot
    with pytest.raises(SubmissionRefused) as refusal:
        uploading.append(slot, offset=0, part=AGE, actor=acme, at=before(tender, hours=1))
    assert refusal.value.reasons == ("The upload took longer than a day; begin it again.",)


def test_slots_that_no_seal_uses_are_removed_after_a_day(tender: story.Tender, acme: Actor) -> None:
    story.submitted(tender, "acme")
    slot = slot_of(tender, acme)
    path = uploading.path_of(slot)
    early = uploading.expire(at=before(tender, hours=1))
    late = uploading.expire(at=tender.deadline + timedelta(days=2))
    assert (early, late, path.exists()) == (0, 1, False)
    assert UploadSlot.in_box.count() == 1
