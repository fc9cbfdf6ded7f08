"""The hall for everybody: before, during and after the opening, complete at every look."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from bidding import opening
from bidding.models import OpenedBid, Opening, OpeningRemark, ReadOut
from core import clock
from tests.stories import bidding as story

if TYPE_CHECKING:
    from tests.bidding.web.visitors import Visitors
    from tests.cast import Cast


def hall_of(visitors: Visitors, tender: story.Tender, name: str = "", *, page: str = "hall") -> str:
    client = visitors(name) if name else visitors.stranger()
    answer = client.get(reverse(f"bidding:{page}", args=[tender.lot.number]))
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_lot_that_is_not_announced_has_no_hall(cast: Cast, visitors: Visitors) -> None:
    tender = story.appointed(cast)
    client = visitors.stranger()
    addresses = [
        reverse(f"bidding:{name}", args=[tender.lot.number]) for name in ("hall", "hall-state", "opening-record")
    ]
    assert [client.get(address).status_code for address in addresses] == [404, 404, 404]


def test_before_the_hour_it_shows_deadline_and_holders_that_are_ready(cast: Cast, visitors: Visitors) -> None:
    tender = story.announced(cast)
    story.answered(tender, "tenderee")
    with clock.stands_at(tender.deadline - story.MINUTE):
        shown = hall_of(visitors, tender)
    assert 'data-seq="0"' in shown
    assert "1 / 4" in shown
    assert 'data-deadline="2026-03-24T01:30:00+00:00"' in shown
    assert "received in time" not in shown


def test_after_the_close_it_shows_how_many_and_whose_share_is_awaited(cast: Cast, visitors: Visitors) -> None:
    tender = story.closed(cast)
    story.release(tender, "platform")
    with clock.stands_at(tender.deadline + 2 * story.MINUTE):
        shown = hall_of(visitors, tender)
    assert "3 bids were received in time." in shown
    assert (shown.count("share released"), shown.count("share awaited")) == (1, 3)
    assert "1 / 3" in shown
    assert cast["acme"].name not in shown


def test_after_the_opening_everybody_sees_the_same_values(cast: Cast, visitors: Visitors) -> None:
    tender = story.opened(cast)
    with clock.stands_at(tender.deadline + 3 * story.MINUTE):
        fragments = {hall_of(visitors, tender, name, page="hall-state") for name in ("", "elm", "supervisor", "audit")}
    (shown,) = fragments
    for bidder, price in story.PRICES.items():
        assert cast[bidder].name in shown
        assert f"¥{Decimal(price):,}" in shown


def test_the_fragment_is_the_page_without_its_frame(cast: Cast, visitors: Visitors) -> None:
    tender = story.opened(cast)
    with clock.stands_at(tender.deadline + 3 * story.MINUTE):
        fragment, page = (hall_of(visitors, tender, page=name) for name in ("hall-state", "hall"))
    assert fragment.strip() in page
    assert fragment.startswith(f'<div data-seq="{Opening.objects.get().version}">')


def test_a_bid_without_an_offer_form_is_read_out_with_its_fault(cast: Cast, visitors: Visitors) -> None:
    tender = story.bidding(cast)
    for bidder in ("acme", "bolt", "cedar"):
        story.submitted(tender, bidder)
    sealed = story.seal(tender, "delta", files={"note.txt": b"no form at all"})
    story.uploaded(tender, sealed)
    story.handed_in(tender, sealed)
    story.close(tender)
    for kid in sorted(tender.holders)[:3]:
        story.release(tender, kid)
    opening.unseal(tender.lot.pk, at=tender.deadline + 2 * story.MINUTE)
    with clock.stands_at(tender.deadline + 3 * story.MINUTE):
        shown = hall_of(visitors, tender)
    assert OpenedBid.objects.get(bidder=cast["delta"]).price is None
    assert "The bid holds no offer form." in shown


def test_a_postponed_opening_names_the_missing_holders_and_what_happens_next(cast: Cast, visitors: Visitors) -> None:
    tender = story.closed(cast)
    story.release(tender, "platform")
    late = tender.opening.rescue_until
    opening.postpone(tender.lot.pk, at=late)
    with clock.stands_at(late + story.MINUTE):
        shown = hall_of(visitors, tender)
    assert "The opening is postponed for all bids. Releases still needed: 2." in shown
    assert cast["owner"].name in shown


def test_too_many_lost_keys_are_told_with_what_it_means(cast: Cast, visitors: Visitors) -> None:
    from bidding import keyholding
    from bidding.models import KeyHolder

    tender = story.closed(cast)
    for kid in ("agency", "tenderee"):
        holder = KeyHolder.objects.get(project=tender.project, kid=kid)
        actor = cast.actor(tender.holders[kid].name)
        keyholding.report_lost(holder.pk, because="硬盘损坏", actor=actor, at=tender.deadline + story.MINUTE)
    with clock.stands_at(tender.deadline + 2 * story.MINUTE):
        shown = hall_of(visitors, tender)
    assert "these bids can never be opened" in shown
    assert shown.count("key lost") == 2


def test_a_tender_that_failed_for_too_few_bids_says_so(cast: Cast, visitors: Visitors) -> None:
    tender = story.sealed(cast, prices={"acme": "970000.00"})
    story.close(tender)
    with clock.stands_at(tender.deadline + story.MINUTE):
        shown = hall_of(visitors, tender)
    assert "Why the tender ended" in shown
    assert "1 bid was received in time." in shown


# -- what a bidder does in the hall --------------------------------------------------------------------


def test_a_bidder_confirms_what_was_read_out_once(cast: Cast, visitors: Visitors) -> None:
    tender = story.opened(cast)
    with clock.stands_at(tender.deadline + 3 * story.MINUTE):
        client = visitors("acme")
        before = hall_of(visitors, tender, "acme")
        answers = [client.post(reverse("bidding:confirm-read-out", args=[tender.lot.number])) for _ in range(2)]
        after = hall_of(visitors, tender, "acme")
    assert [answer.status_code for answer in answers] == [302, 302]
    assert ReadOut.objects.get().organisation == cast["acme"]
    assert ("Confirm what was read out" in before, "Confirm what was read out" in after) == (True, False)


def test_confirming_before_anything_is_read_out_is_refused_with_the_reason(cast: Cast, visitors: Visitors) -> None:
    tender = story.closed(cast)
    with clock.stands_at(tender.deadline + story.MINUTE):
        answer = visitors("acme").post(reverse("bidding:confirm-read-out", args=[tender.lot.number]))
    assert answer.status_code == 422
    assert "The bids are not opened yet." in answer.content.decode()


@pytest.mark.parametrize("name", ["elm", "owner.approver", "supervisor"])
def test_whoever_has_no_bid_in_the_box_neither_confirms_nor_objects(cast: Cast, visitors: Visitors, name: str) -> None:
    tender = story.opened(cast)
    with clock.stands_at(tender.deadline + 3 * story.MINUTE):
        client = visitors(name)
        answers = [
            client.post(reverse("bidding:confirm-read-out", args=[tender.lot.number])),
            client.post(reverse("bidding:remark", args=[tender.lot.number]), {"body": "x"}),
            client.get(reverse("bidding:remark", args=[tender.lot.number])),
        ]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert (ReadOut.objects.count(), OpeningRemark.objects.count()) == (0, 0)


def test_an_objection_is_answered_and_only_then_the_session_ends(cast: Cast, visitors: Visitors) -> None:
    tender = story.opened(cast)
    number = tender.lot.number
    with clock.stands_at(tender.deadline + 3 * story.MINUTE):
        bidder, owner = visitors("acme"), visitors("owner.approver")
        bidder.post(reverse("bidding:remark", args=[number]), {"body": "报价读错了"})
        assert "报价读错了" in hall_of(visitors, tender)
        refused = owner.post(reverse("bidding:finish-opening", args=[number]))
        assert refused.status_code == 422
        empty = owner.post(reverse("bidding:answer-remark", args=[number, 1]), {"answer": ""})
        assert empty.status_code == 422
        answered = owner.post(reverse("bidding:answer-remark", args=[number, 1]), {"answer": "已核对无误"})
        again = owner.post(reverse("bidding:answer-remark", args=[number, 1]), {"answer": "again"})
        missing = owner.post(reverse("bidding:answer-remark", args=[number, 2]), {"answer": "x"})
        finished = owner.post(reverse("bidding:finish-opening", args=[number]))
        shown = hall_of(visitors, tender)
    assert [a.status_code for a in (answered, again, missing, finished)] == [302, 422, 404, 302]
    assert tender.lot.stage == "opened"
    assert "已核对无误" in shown
    assert "The opening is over; its record is published." in shown


def test_an_empty_objection_is_not_taken(cast: Cast, visitors: Visitors) -> None:
    tender = story.opened(cast)
    with clock.stands_at(tender.deadline + 3 * story.MINUTE):
        answer = visitors("acme").post(reverse("bidding:remark", args=[tender.lot.number]), {"body": "  "})
    assert (answer.status_code, OpeningRemark.objects.count()) == (422, 0)


def test_an_objection_after_the_session_is_refused_and_what_was_typed_is_kept(cast: Cast, visitors: Visitors) -> None:
    tender = story.finished(cast)
    with clock.stands_at(tender.deadline + 60 * story.MINUTE):
        answer = visitors("acme").post(reverse("bidding:remark", args=[tender.lot.number]), {"body": "too late"})
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "The opening session is over." in shown
    assert "too late" in shown


def test_ending_the_session_asks_for_the_password_again(cast: Cast, visitors: Visitors) -> None:
    tender = story.opened(cast)
    with clock.stands_at(tender.deadline + 3 * story.MINUTE):
        client = visitors("owner.approver", proven=False)
        answer = client.post(reverse("bidding:finish-opening", args=[tender.lot.number]))
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/account/step-up")
    assert tender.lot.stage == "opening"


def test_the_record_is_a_pdf_once_it_is_published(cast: Cast, visitors: Visitors) -> None:
    tender = story.opened(cast)
    address = reverse("bidding:opening-record", args=[tender.lot.number])
    with clock.stands_at(tender.deadline + 3 * story.MINUTE):
        assert visitors.stranger().get(address).status_code == 404
    opening.finish(tender.lot.pk, actor=cast.actor("owner.approver"), at=tender.deadline + 30 * story.MINUTE)
    with clock.stands_at(tender.deadline + 31 * story.MINUTE):
        answer = visitors.stranger().get(address)
    assert (answer["Content-Type"], answer.content[:5]) == ("application/pdf", b"%PDF-")


def test_the_session_page_says_why_it_cannot_be_ended_yet(cast: Cast, visitors: Visitors) -> None:
    tender = story.closed(cast)
    with clock.stands_at(tender.deadline + story.MINUTE):
        shown = visitors("owner.drafter").get(reverse("bidding:opening", args=[tender.lot.number])).content.decode()
    assert "The bids are not opened yet." in shown
