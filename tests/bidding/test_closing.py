from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import transaction

from bidding import closing
from bidding.models import Close, Opening, Seal
from bidding.rules.close import read_close
from config.due import TAKERS
from core import clock
from core.errors import Refused
from core.models import OutboxEntry
from tests.stories import bidding as story
from trading import due, holding
from trading.models import Notice
from trading.names import HoldGround

if TYPE_CHECKING:
    from tests.cast import Cast


def test_the_close_lists_the_live_seals_and_is_on_record(cast: Cast) -> None:
    tender = story.sealed(cast)
    story.withdrawn(tender, "cedar")
    story.submitted(tender, "delta", "990000.00")
    story.submitted(tender, "acme", "960000.00")
    row = story.close(tender, at=tender.deadline + timedelta(seconds=2))
    assert row is not None
    document = read_close(bytes(row.document))
    entry = json.loads(bytes(OutboxEntry.objects.get(event="tender.closed").entry))
    assert document.accepted == tuple(sorted(Seal.objects.filter(state="live").values_list("pk", flat=True)))
    assert (document.deadline, document.closed_at) == (tender.deadline, tender.lot.box_closed_at)
    of_bids = OutboxEntry.objects.filter(event__startswith="bid.").values_list("idx", flat=True)
    place = OutboxEntry.objects.get(event="tender.closed").idx
    assert max(of_bids) < document.log_size <= place  # type: ignore[operator]
    assert row.accepted == 3
    assert entry["data"] == {"close": row.digest}
    assert tender.lot.stage == "opening"


def test_the_opening_waits_for_the_holders_from_the_deadline_on(cast: Cast) -> None:
    tender = story.sealed(cast)
    story.close(tender, at=tender.deadline + timedelta(seconds=5))
    row = tender.opening
    assert (row.state, row.opens_at, row.version) == ("waiting", tender.deadline, 3)
    assert row.rescue_until == tender.deadline + timedelta(seconds=5, minutes=30)


def test_a_box_is_not_closed_a_microsecond_early(cast: Cast) -> None:
    tender = story.sealed(cast)
    with pytest.raises(Refused) as refusal:
        story.close(tender, at=tender.deadline - timedelta(microseconds=1))
    assert refusal.value.reasons == ("The deadline for bids is 2026-03-24 09:30.",)
    assert tender.lot.stage == "bidding"


def test_with_two_bids_nothing_is_opened_and_the_run_fails_with_its_notice(cast: Cast) -> None:
    tender = story.closed(cast, prices={"acme": "970000.00", "bolt": "985000.00"})
    assert tender.lot.stage == "failed"
    assert tender.lot.failure["text"] == "bids received: 2; needed: 3"
    assert Notice.objects.filter(lot=tender.lot, code="FAIL").count() == 1
    assert Opening.objects.count() == 0
    assert Close.objects.get().accepted == 2


def test_no_share_of_a_lot_that_may_not_be_opened_is_taken(cast: Cast) -> None:
    tender = story.closed(cast, prices={"acme": "970000.00", "bolt": "985000.00"})
    with pytest.raises(Refused) as refusal:
        story.release(tender, "agency")
    assert refusal.value.reasons == ("Shares are released after the bid box is closed, for a lot that may be opened.",)


def test_without_any_bid_the_run_fails(cast: Cast) -> None:
    tender = story.closed(cast, prices={})
    assert (tender.lot.stage, Close.objects.get().accepted) == ("failed", 0)


def test_lots_are_counted_one_by_one(cast: Cast) -> None:
    tender = story.bidding(cast, lots=2)
    for name in story.PRICES:
        story.submitted(tender, name)
    story.close(tender)
    first = tender.lot.stage
    tender.ordinal = 2
    story.close(tender)
    assert (first, tender.lot.stage) == ("opening", "failed")


def test_a_second_close_finds_nothing_to_do(cast: Cast) -> None:
    tender = story.closed(cast)
    assert story.close(tender) is None
    assert OutboxEntry.objects.filter(event="tender.closed").count() == 1


def test_a_hold_keeps_the_box_from_closing_and_bids_stay_late(cast: Cast) -> None:
    tender = story.sealed(cast)
    at = tender.deadline + timedelta(seconds=1)
    with clock.stands_at(at):
        with transaction.atomic(durable=True):
            holding.place(
                tender.lot, actor=cast.actor("supervisor"), at=at, ground=HoldGround.COMPLAINT_ORDER, because="投诉"
            )
        with pytest.raises(Refused):
            closing.close(tender.lot.pk)
    assert (tender.lot.stage, tender.lot.box_closed_at, Close.objects.count()) == ("bidding", None, 0)


def test_the_sweep_closes_at_the_deadline(cast: Cast) -> None:
    tender = story.sealed(cast)
    with clock.stands_at(tender.deadline):
        due.take_due(TAKERS, at=tender.deadline)
    assert tender.lot.stage == "opening"
