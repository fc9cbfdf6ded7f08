from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, OperationalError

from bidding import submitting
from bidding.models import Seal
from bidding.names import Busy, RefusalCode, SubmissionRefused
from core.models import OutboxEntry
from tests.stories import bidding as story
from tests.stories import trading as trading_story
from trading import bid_box

if TYPE_CHECKING:
    from tests.cast import Cast


class LockNotAvailableError(Exception):
    sqlstate = "55P03"


def prepared(cast: Cast) -> tuple[story.Tender, story.Sealed]:
    tender = story.bidding(cast)
    sealed = story.seal(tender, "acme")
    story.uploaded(tender, sealed)
    return tender, sealed


def raising(fault: Exception) -> object:
    def lock(*_args: object, **_kwargs: object) -> None:
        raise fault

    return lock


def test_a_queue_that_is_too_long_is_no_refusal(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    tender, sealed = prepared(cast)
    timeout = OperationalError("canceling statement due to lock timeout")
    timeout.__cause__ = LockNotAvailableError()
    for fault in (timeout, OperationalError("database is locked")):
        monkeypatch.setattr(bid_box, "lock_shared", raising(fault))
        with pytest.raises(Busy):
            story.handed_in(tender, sealed)
    assert OutboxEntry.objects.filter(event="bidding.submission.refused").count() == 0


def test_another_fault_of_the_database_is_not_hidden(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    tender, sealed = prepared(cast)
    monkeypatch.setattr(bid_box, "lock_shared", raising(OperationalError("disk full")))
    with pytest.raises(OperationalError):
        story.handed_in(tender, sealed)


def test_a_seal_that_a_concurrent_repeat_wrote_is_found_after_the_violation(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    tender, sealed = prepared(cast)
    accept = submitting.accept

    def other_was_first(*args: object, **kwargs: object) -> None:
        accept(*args, **kwargs)  # type: ignore[arg-type]
        raise IntegrityError("duplicate key")

    monkeypatch.setattr(submitting, "accept", other_was_first)
    assert story.handed_in(tender, sealed).seal_id == sealed.seal.digest
    assert Seal.in_box.count() == 1


def test_a_random_part_that_was_used_a_moment_ago_is_told_from_a_second_bid(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look-up before the lock may have missed it; the constraint has not."""
    from bidding import checking
    from bidding.rules.seal_document import write_seal
    from core.notes import sign_statement

    tender, first = prepared(cast)
    story.handed_in(tender, first)
    second = story.seal(tender, "acme", "960000.00")
    story.uploaded(tender, second)
    replayed = write_seal(
        ceremony=tender.ceremony,
        bidder="OR-acme",
        cid=first.seal.cid,
        envelopes=second.seal.envelopes,
        replaces=first.seal.digest,
    )
    note = sign_statement("seal", replayed.digest, key=tender.bidders["acme"])
    monkeypatch.setattr(checking, "_replay", lambda *_args: iter(()))
    with pytest.raises(SubmissionRefused) as refusal:
        story.handed_in(tender, story.Sealed("acme", replayed, note, b""))
    assert refusal.value.codes == (RefusalCode.REPLAYED_CID,)
    assert Seal.in_box.get().state == "live"


def test_a_box_of_a_tender_that_ended_takes_nothing(cast: Cast) -> None:
    tender, sealed = prepared(cast)
    from trading import ending
    from trading.names import TerminationGround

    ending.terminate(
        tender.project.pk,
        ground=next(iter(TerminationGround)),
        because="项目取消",
        actor=cast.actor("owner.approver"),
        at=tender.deadline - trading_story.DAY,
    )
    with pytest.raises(SubmissionRefused) as refusal:
        story.handed_in(tender, sealed)
    assert refusal.value.reasons == ("The bid box is closed: the tender does not go on.",)
