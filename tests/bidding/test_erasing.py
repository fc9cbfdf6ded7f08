from __future__ import annotations

from typing import TYPE_CHECKING

from bidding import erasing, opening
from bidding.models import Payload, Seal
from core import clock, storage
from core.models import OutboxEntry
from tests.stories import bidding as story

if TYPE_CHECKING:
    from pytest_django import DjangoCaptureOnCommitCallbacks

    from tests.cast import Cast


def test_files_of_void_bids_are_gone_after_the_opening_and_their_digests_stay(
    cast: Cast, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    tender = story.sealed(cast)
    story.withdrawn(tender, "cedar")
    story.submitted(tender, "delta")
    story.close(tender)
    for kid in ("agency", "platform", "tenderee"):
        story.release(tender, kid)
    opening.unseal(tender.lot.pk, at=tender.deadline + story.MINUTE)
    void = Payload.objects.get(seal__state=Seal.WITHDRAWN)
    there = storage.path_of(void.file_id).exists()
    with django_capture_on_commit_callbacks(execute=True), clock.stands_at(tender.deadline + story.MINUTE):
        erasing.erase_job(lot_id=tender.lot.pk)
        erasing.erase_job(lot_id=tender.lot.pk)
    assert (there, storage.path_of(void.file_id).exists()) == (True, False)
    assert OutboxEntry.objects.filter(event="payload.erased").count() == 1
