from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import transaction

from bidding import attending, hall_state, keyholding, opening
from bidding.models import KeyHolder
from tests.bidding.spoiling import bad_commitment, bad_wrap, release_all, spoilt
from tests.stories import bidding as story
from trading import holding
from trading.names import HoldGround

if TYPE_CHECKING:
    from bidding.hall_state import HallState
    from tests.cast import Cast


def seen(tender: story.Tender, *, minutes: int = 3) -> HallState:
    return hall_state.hall(tender.lot, at=tender.deadline + minutes * story.MINUTE)


def lamps(hall: HallState) -> list[str]:
    return [step.state for step in hall.steps]


def lose(tender: story.Tender, *kids: str) -> None:
    for kid in kids:
        keyholding.report_lost(
            KeyHolder.objects.get(kid=kid).pk,
            because="丢失",
            actor=tender.cast.actor(tender.holders[kid].name),
            at=tender.deadline,
        )


def test_before_the_hour_the_hall_shows_the_deadline_and_who_is_ready(cast: Cast) -> None:
    tender = story.announced(cast)
    story.answered(tender, "agency")
    hall = seen(tender, minutes=-10)
    assert (hall.ready, hall.needed, hall.received, hall.bids) == (1, 3, None, ())
    assert [holder.word for holder in hall.holders] == ["ready", *["key not yet tried"] * 3]
    assert hall.until == tender.deadline
    assert lamps(hall) == ["now", "next", "next", "next"]


def test_at_the_hour_shares_arrive_one_by_one(cast: Cast) -> None:
    tender = story.released(cast, kids=("agency",))
    hall = seen(tender)
    assert (hall.released, hall.received, hall.version) == (1, 3, 4)
    assert hall.sentence == "Releases still needed before any bid is opened: 2."
    assert lamps(hall) == ["done", "now", "next", "next"]


def words(hall: HallState) -> dict[str, str]:
    return {holder.holder.kid: str(holder.word.msgid) for holder in hall.holders}


def test_a_share_is_awaited_until_all_is_open_and_then_it_is_not_needed(cast: Cast) -> None:
    tender = story.released(cast, kids=("agency", "platform", "tenderee"))
    assert words(seen(tender))["supervisor"] == "share awaited"  # one of the three might prove false
    opening.unseal(tender.lot.pk, at=tender.deadline + story.MINUTE)
    assert words(seen(tender)) == dict.fromkeys(["agency", "platform", "tenderee"], "share released") | {
        "supervisor": "share not needed"
    }


def test_no_share_is_needed_for_a_lot_that_is_not_opened(cast: Cast) -> None:
    tender = story.closed(cast, prices={"acme": "970000.00"})
    assert set(words(seen(tender)).values()) == {"share not needed"}


def test_pending_bids_are_announced_without_a_value(cast: Cast) -> None:
    tender = story.sealed(cast)
    spoilt(tender, "delta", bad_commitment)
    story.close(tender)
    release_all(tender, "agency", "platform", "tenderee")
    opening.unseal(tender.lot.pk, at=tender.deadline + story.MINUTE)
    hall = seen(tender)
    assert hall.sentence == ("Bids that do not open yet: 1. Other key holders or their files are awaited.")
    assert (hall.bids, hall.until) == ((), tender.opening.rescue_until)


def test_read_out_bids_stand_in_the_table_with_deposit_and_confirmation(cast: Cast) -> None:
    tender = story.opened(cast)
    attending.confirm_read_out(tender.lot.pk, actor=cast.actor("acme"), at=tender.deadline + story.MINUTE)
    hall = seen(tender)
    row = next(bid for bid in hall.bids if bid.bid.bidder == cast["acme"])
    assert len(hall.bids) == 3
    assert (row.deposit is not None, row.confirmed_at) == (True, tender.deadline + story.MINUTE)
    assert lamps(hall) == ["done", "done", "done", "now"]
    assert hall.tone == "act"


def test_an_objection_without_answer_is_what_happens_next(cast: Cast) -> None:
    tender = story.opened(cast)
    attending.remark(tender.lot.pk, body="有误", actor=cast.actor("acme"), at=tender.deadline + story.MINUTE)
    assert seen(tender).sentence == "Objections to the opening without an answer: 1."


def test_after_the_session_the_record_is_there(cast: Cast) -> None:
    tender = story.finished(cast)
    hall = seen(tender, minutes=60)
    assert hall.notice is not None
    assert (hall.tone, lamps(hall)) == ("done", ["done"] * 4)


def test_too_few_holders_in_time_is_shown_with_their_names(cast: Cast) -> None:
    tender = story.released(cast, kids=("agency", "platform"))
    opening.take_overdue(at=tender.deadline + timedelta(minutes=30))
    hall = seen(tender, minutes=31)
    assert hall.sentence == (
        "The opening is postponed for all bids. Releases still needed: 1. "
        "Awaited: 滨江市住房和城乡建设局, 滨江市城市建设投资有限公司."
    )
    assert hall.tone == "stopped"


def test_nobody_waits_for_a_holder_that_lost_its_key(cast: Cast) -> None:
    tender = story.released(cast, kids=("agency", "platform"))
    lose(tender, "supervisor")
    opening.take_overdue(at=tender.deadline + timedelta(minutes=30))
    assert seen(tender, minutes=31).sentence == (
        "The opening is postponed for all bids. Releases still needed: 1. Awaited: 滨江市城市建设投资有限公司."
    )


def test_a_lost_key_is_shown_and_too_many_lost_keys_are_the_end(cast: Cast) -> None:
    tender = story.closed(cast)
    lose(tender, "agency")
    one = seen(tender)
    lose(tender, "platform")
    two = seen(tender)
    assert next(holder.word for holder in one.holders) == "key lost"
    assert one.sentence == "Releases still needed before any bid is opened: 3."
    assert two.sentence.startswith("Too many key holders have lost their keys")


def test_a_failed_opening_shows_no_price(cast: Cast) -> None:
    tender = story.sealed(cast, prices={"acme": "970000.00", "bolt": "985000.00"})
    spoilt(tender, "delta", bad_wrap)
    story.close(tender)
    release_all(tender)
    opening.unseal(tender.lot.pk, at=tender.deadline + story.MINUTE)
    hall = seen(tender)
    assert {bid.bid.price for bid in hall.bids} == {None}
    assert hall.sentence == "Too few bids opened: the tender has failed and no price is read out."


def test_a_lot_with_too_few_bids_is_not_opened(cast: Cast) -> None:
    tender = story.closed(cast, prices={"acme": "970000.00"})
    hall = seen(tender)
    assert (hall.sentence, lamps(hall)) == ("This lot is not opened.", ["done", "stopped", "next", "next"])


@pytest.mark.parametrize("minutes", [3])
def test_a_hold_is_shown_first(cast: Cast, minutes: int) -> None:
    tender = story.closed(cast)
    with transaction.atomic(durable=True):
        holding.place(
            tender.lot, actor=cast.actor("supervisor"), at=tender.deadline, ground=HoldGround.FAULT, because="停电"
        )
    assert seen(tender, minutes=minutes).sentence == (
        "The tender is suspended: nothing is opened until the hold is lifted."
    )
