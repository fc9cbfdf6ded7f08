from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bidding import attending, opening, records
from bidding.models import OpeningRemark, ReadOut
from core.canonical import digest_of
from core.errors import NotYours, Refused
from core.models import OutboxEntry
from tests.stories import bidding as story
from trading import binding

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from tests.cast import Cast
    from trading.models import Notice


@pytest.fixture
def tender(cast: Cast) -> story.Tender:
    return story.opened(cast)


def later(tender: story.Tender, minutes: int = 5) -> datetime:
    return tender.deadline + minutes * story.MINUTE


def remark(tender: story.Tender, bidder: str = "acme", body: str = "唱标金额与投标文件不符") -> OpeningRemark:
    return attending.remark(tender.lot.pk, body=body, actor=tender.cast.actor(bidder), at=later(tender))


def finish(tender: story.Tender) -> Notice:
    return opening.finish(tender.lot.pk, actor=tender.cast.actor("agent.drafter"), at=later(tender, 30))


def test_the_session_does_not_end_while_an_objection_has_no_answer(tender: story.Tender) -> None:
    row = remark(tender)
    with pytest.raises(Refused) as refusal:
        finish(tender)
    attending.answer_remark(
        row.pk, answer="已核对,无误", actor=tender.cast.actor("owner.approver"), at=later(tender, 6)
    )
    notice = finish(tender)
    assert refusal.value.reasons == ("objections to the opening without an answer: 1",)
    assert [(o["by"], o["body"], o["answer"]) for o in notice.data["objections"]] == [
        ("甲建工集团有限公司", "唱标金额与投标文件不符", "已核对,无误")
    ]


def test_an_objection_is_answered_once_by_the_buying_side(tender: story.Tender) -> None:
    row = remark(tender)
    with pytest.raises(NotYours):
        attending.answer_remark(row.pk, answer="x", actor=tender.cast.actor("supervisor"), at=later(tender))
    actor = tender.cast.actor("agent.drafter")
    attending.answer_remark(row.pk, answer="已核对", actor=actor, at=later(tender))
    with pytest.raises(Refused):
        attending.answer_remark(row.pk, answer="再次", actor=actor, at=later(tender))


def test_only_a_bidder_with_a_bid_in_the_box_objects(tender: story.Tender) -> None:
    with pytest.raises(NotYours):
        remark(tender, "delta")
    with pytest.raises(NotYours):
        attending.remark(tender.lot.pk, body="x", actor=tender.cast.actor("owner.drafter"), at=later(tender))


@pytest.mark.parametrize("body", ["  ", "长" * 4_001])
def test_an_objection_says_something_of_a_sensible_length(tender: story.Tender, body: str) -> None:
    with pytest.raises(Refused):
        remark(tender, body=body)
    assert OpeningRemark.objects.count() == 0


def test_after_the_session_nothing_is_objected_or_confirmed(tender: story.Tender) -> None:
    finish(tender)
    with pytest.raises(Refused) as refusal:
        remark(tender)
    with pytest.raises(Refused):
        attending.confirm_read_out(tender.lot.pk, actor=tender.cast.actor("acme"), at=later(tender, 40))
    assert refusal.value.reasons == ("The opening session is over.",)


def test_without_an_opening_there_is_no_session(cast: Cast) -> None:
    tender = story.sealed(cast)
    with pytest.raises(NotYours):
        remark(tender)


def test_who_confirms_is_in_the_record_and_who_is_absent_is_deemed_to_accept(tender: story.Tender) -> None:
    for _ in range(2):
        attending.confirm_read_out(tender.lot.pk, actor=tender.cast.actor("acme"), at=later(tender))
    notice = finish(tender)
    confirmed = {bid["bidder_number"]: bid["confirmed_at"] for bid in notice.data["bids"]}
    assert ReadOut.objects.count() == 1
    assert confirmed == {"OR-acme": "2026-03-24T01:35:00.000000Z", "OR-bolt": None, "OR-cedar": None}


def test_only_its_own_bidder_confirms_and_not_before_the_opening(cast: Cast) -> None:
    tender = story.released(cast)
    with pytest.raises(Refused):
        attending.confirm_read_out(tender.lot.pk, actor=cast.actor("acme"), at=later(tender))
    opening.unseal(tender.lot.pk, at=later(tender))
    with pytest.raises(NotYours):
        attending.confirm_read_out(tender.lot.pk, actor=cast.actor("delta"), at=later(tender))


def test_every_item_of_the_rule_sheets_record_is_in_the_record(tender: story.Tender) -> None:
    record = records.opening_record(tender.opening)
    assert records.missing_from(record, binding.procedure_of(tender.project, at=tender.deadline).opening_record) == ()


@pytest.mark.parametrize(
    ("spoil", "missing"),
    [
        (lambda record: record.pop("ceiling"), "ceiling price"),
        (lambda record: record.update(signatures=[]), "signatures"),
        (lambda record: record["bids"][1].pop("deposit"), "form and amount of the deposit"),
        (lambda record: record["bids"][1].update(received_at=""), "time of receipt"),
        (lambda record: record["bids"][1].update(price=None), "price"),
    ],
)
def test_a_record_that_lacks_an_item_of_one_bid_ends_no_session(
    tender: story.Tender, monkeypatch: pytest.MonkeyPatch, spoil: Callable[[dict], object], missing: str
) -> None:
    record = records.opening_record(tender.opening)
    spoil(record)
    monkeypatch.setattr(records, "opening_record", lambda _: record)
    with pytest.raises(Refused) as refusal:
        finish(tender)
    assert refusal.value.reasons == (f"not stated: {missing}",)
    assert tender.lot.stage == "opening"


def test_the_record_is_pinned_by_its_digest(tender: story.Tender) -> None:
    record = records.opening_record(tender.opening)
    finish(tender)
    assert tender.opening.record_digest == digest_of(record)


def test_a_bid_that_is_given_up_stays_on_record_with_its_price(tender: story.Tender) -> None:
    bid = tender.bid("acme")
    for _ in range(2):
        attending.give_up(bid.pk, because="项目经理离职", actor=tender.cast.actor("acme"), at=later(tender))
    after = tender.bid("acme")
    assert (after.gave_up_at, after.gave_up_because, after.price) == (later(tender), "项目经理离职", bid.price)
    assert OutboxEntry.objects.filter(event="bidding.bid.given_up").count() == 1


def test_only_its_own_bidder_gives_a_bid_up_and_only_who_may_approve(tender: story.Tender) -> None:
    bid = tender.bid("acme")
    with pytest.raises(NotYours):
        attending.give_up(bid.pk, because="x", actor=tender.cast.actor("bolt"), at=later(tender))
    seat = tender.cast.seats["acme"]
    seat.may_approve = False
    seat.save(update_fields=["may_approve"])
    with pytest.raises(Refused):
        attending.give_up(bid.pk, because="x", actor=tender.cast.actor("acme"), at=later(tender))


def test_who_was_awarded_does_not_give_up_by_itself(tender: story.Tender) -> None:
    from trading.models import Award

    bid = tender.bid("acme")
    Award.objects.create(
        lot=tender.lot, organisation=bid.bidder, amount=bid.price, currency="CNY", rank=1, ground="rank_one",
        decided_at=later(tender), decided_by="owner",
    )  # fmt: skip
    with pytest.raises(Refused) as refusal:
        attending.give_up(bid.pk, because="x", actor=tender.cast.actor("acme"), at=later(tender))
    assert refusal.value.reasons == ("The award is yours already: the owner records a refusal of the contract.",)


def test_after_the_end_there_is_nothing_to_give_up(cast: Cast) -> None:
    tender = story.sealed(cast, prices={"acme": "970000.00", "bolt": "985000.00"})
    from tests.bidding.spoiling import bad_wrap, release_all, spoilt

    spoilt(tender, "delta", bad_wrap)
    story.close(tender)
    release_all(tender)
    opening.unseal(tender.lot.pk, at=later(tender))
    with pytest.raises(Refused) as refusal:
        attending.give_up(tender.bid("acme").pk, because="x", actor=cast.actor("acme"), at=later(tender))
    assert refusal.value.reasons == ("The contract is signed or the project has ended: there is nothing to give up.",)
