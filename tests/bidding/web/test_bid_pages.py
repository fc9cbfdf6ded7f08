"""A bidder's pages: what is asked, what is missing, the sealing page's configuration, its own receipt."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from bidding import platform_key
from bidding.models import Ceremony, KeyHolder
from core import clock, log_key
from core.working_days import SHANGHAI
from tests import witnessing
from tests.stories import bidding as story
from tests.stories import trading as stories
from trading.models import Lot, Project
from trading.names import Kind

if TYPE_CHECKING:
    from tests.bidding.web.visitors import Visitors
    from tests.cast import Cast

BILL = [{"item": "土方开挖", "unit": "m³", "quantity": "1200.5"}]


def page_of(client, name: str, *args: str):
    answer = client.get(reverse(f"bidding:{name}", args=args))
    assert answer.status_code == 200
    return answer


def test_the_page_of_a_tender_says_what_it_asks_and_what_is_missing(cast: Cast, visitors: Visitors) -> None:
    tender = story.bidding(cast)
    Lot.objects.filter(pk=tender.lot.pk).update(bill=BILL)
    with clock.stands_at(tender.deadline - stories.DAY):
        shown = page_of(visitors("acme"), "bid", tender.lot.number).content.decode()
    for words in (
        "¥29,000,000.00",
        "¥500,000.00",
        "180日历天",
        "市政公用工程施工总承包二级及以上",
        "土方开挖",
        "1200.5",
    ):
        assert words in shown
    assert "Your organisation has no signing key on record; enrol one first." in shown
    assert "Seal your bid on this computer and hand it in." in shown


def test_a_lot_that_is_not_announced_does_not_exist_for_bidders(cast: Cast, visitors: Visitors) -> None:
    tender = story.keyed(cast)
    with clock.stands_at(stories.ANNOUNCED - story.MINUTE):
        client = visitors("acme")
        statuses = [
            client.get(reverse(f"bidding:{name}", args=[tender.lot.number])).status_code for name in ("bid", "seal")
        ]
    assert statuses == [404, 404]


def test_the_sealing_page_is_told_everything_it_checks(cast: Cast, visitors: Visitors) -> None:
    tender = story.bidding(cast)
    live = story.submitted(tender, "acme").seal_id
    number = tender.lot.number
    with clock.stands_at(tender.deadline - story.MINUTE):
        config = page_of(visitors("acme"), "seal", number).context["config"]
    assert len(config.pop("csrf")) == 64
    assert {"sealed", "cancelled", "passphrase_wrong"} <= set(config.pop("messages"))
    assert config == {
        "tender": number,
        "lot": number,
        "bidder": "OR-acme",
        "envelope": "opening",
        "replaces": live,
        "deadline": "2026-03-24T01:30:00.000000Z",
        "platform": platform_key.vkey(),
        "log": log_key.vkey(),
        "witnesses": [str(one.key) for one in witnessing.panel(log_key.origin()).policy.witnesses],
        "currency": "CNY",
        "words": "zh",
        "trusted": list(KeyHolder.objects.values_list("vkey", flat=True)),
        "most": Ceremony.objects.get().max_size,
        "urls": {
            "ceremony": f"/lots/{number}/ceremony.json",
            "signatures": f"/lots/{number}/ceremony.sigs",
            "uploads": f"/desk/bids/{number}/uploads",
            "upload": "/desk/uploads/{slot}",
            "finish": "/desk/uploads/{slot}/finish",
            "seals": f"/desk/bids/{number}/seals",
        },
    }


def test_the_bill_of_quantities_is_filled_in_beforehand(cast: Cast, visitors: Visitors) -> None:
    tender = story.bidding(cast)
    story.enrolled(tender, "acme")
    Lot.objects.filter(pk=tender.lot.pk).update(bill=BILL)
    with clock.stands_at(tender.deadline - story.MINUTE):
        shown = page_of(visitors("acme"), "seal", tender.lot.number).content.decode()
    assert '<input type="hidden" data-field="item" value="土方开挖">' in shown
    assert shown.count("<tr data-line") == 2  # the line, and the template of one more
    assert 'name="duration" value="180日历天"' in shown
    assert 'name="deposit" value="500000.00"' in shown


def test_the_brand_is_asked_for_where_goods_are_bought(cast: Cast, visitors: Visitors) -> None:
    works, goods = story.bidding(cast), story.bidding(cast, Kind.GP_OPEN)
    story.enrolled(works, "acme")
    with clock.stands_at(works.deadline - story.MINUTE):
        client = visitors("acme")
        names = [list(page_of(client, "seal", tender.lot.number).context["form"].fields) for tender in (works, goods)]
    assert [name[-2:] for name in names] == [["deposit", "deposit_form"], ["deposit_form", "brand"]]


def test_a_tender_in_another_currency_fills_in_no_chinese_words(cast: Cast, visitors: Visitors) -> None:
    tender = story.bidding(cast)
    story.enrolled(tender, "acme")
    Project.objects.update(currency="USD")
    with clock.stands_at(tender.deadline - story.MINUTE):
        config = page_of(visitors("acme"), "seal", tender.lot.number).context["config"]
    assert (config["currency"], config["words"]) == ("USD", None)


@pytest.mark.parametrize(
    ("prepare", "reason"),
    [
        (story.announced, "The bid box is not open yet."),
        (story.closed, "Bids closed on 2026-03-24 09:30."),
    ],
)
def test_a_closed_door_is_shown_with_its_reason_and_without_a_form(
    cast: Cast, visitors: Visitors, prepare, reason: str
) -> None:
    tender = prepare(cast)
    story.enrolled(tender, "acme")
    with clock.stands_at(tender.deadline if prepare is story.closed else stories.ANNOUNCED):
        client = visitors("acme")
        pages = [page_of(client, name, tender.lot.number).content.decode() for name in ("seal", "withdraw")]
    assert [reason in shown for shown in pages] == [True, True]
    assert [".js" in shown.split("page_")[-1][:12] and "page_seal" in shown for shown in pages] == [False, False]


def test_an_organisation_that_stands_elsewhere_reads_that_it_cannot_bid(cast: Cast, visitors: Visitors) -> None:
    tender = story.bidding(cast)
    seat = cast.seats["acme"]
    seat.organisation = cast["agent"]
    seat.save(update_fields=["organisation"])
    with clock.stands_at(tender.deadline - story.MINUTE):
        shown = page_of(visitors("acme"), "seal", tender.lot.number).content.decode()
    assert "Your organisation takes part in this project on another side, so it cannot bid." in shown


def test_the_withdrawal_page_names_the_valid_bid(cast: Cast, visitors: Visitors) -> None:
    tender = story.bidding(cast)
    seal = story.submitted(tender, "acme").seal_id
    with clock.stands_at(tender.deadline - story.MINUTE):
        client = visitors("acme")
        config = page_of(client, "withdraw", tender.lot.number).context["config"]
        owed = page_of(client, "withdraw", tender.lot.number).context["refund_by"]
        none = page_of(visitors("elm"), "withdraw", tender.lot.number).content.decode()
    # taken back on Tuesday the 24th: five days end on Sunday the 29th and roll over to Monday (招投标条例 35)
    assert owed == datetime(2026, 3, 31, 0, 0, tzinfo=SHANGHAI)
    assert (config["tender"], config["bidder"], config["seal"]) == (tender.lot.number, "OR-acme", seal)
    assert "There is no valid bid of your organisation in this box." in none


def test_what_the_notice_of_candidates_will_state_is_not_optional_in_an_offer(cast: Cast, visitors: Visitors) -> None:
    tenders = story.bidding(cast), story.bidding(cast, Kind.GP_OPEN)
    with clock.stands_at(tenders[0].deadline - stories.DAY):
        story.enrolled(tenders[0], "acme", at=clock.now())
        client = visitors("acme")
        forms = [page_of(client, "seal", tender.lot.number).context["form"] for tender in tenders]
    asked = [[name for name, field in form.fields.items() if field.required] for form in forms]
    assert asked == [["price", "duration", "quality", "manager", "manager_certificates"], ["price", "duration"]]


def test_earlier_seals_stay_readable_for_their_bidder(cast: Cast, visitors: Visitors) -> None:
    tender = story.bidding(cast)
    first = story.submitted(tender, "acme").number
    second = story.submitted(tender, "acme", "960000.00").number
    back = story.withdrawn(tender, "acme").number
    with clock.stands_at(tender.deadline - story.MINUTE):
        client = visitors("acme")
        shown = page_of(client, "bid", tender.lot.number).content.decode()
        papers = [page_of(client, "receipt-pdf", number) for number in (second, back)]
        states = [page_of(client, "receipt", number).content.decode() for number in (first, second, back)]
    assert [number in shown for number in (first, second, back)] == [True] * 3
    assert ["replaced</span>" in states[0], "taken back</span>" in states[1]] == [True, True]
    assert ["withdraw.json" in state for state in states] == [False, False, True]
    assert ["They are not independent" in state for state in states] == [True] * 3
    assert {(paper["Content-Type"], paper.content[:5]) for paper in papers} == {("application/pdf", b"%PDF-")}


@pytest.mark.parametrize(
    ("prepare", "later", "words"),
    [
        (story.sealed, -1, "Your bid is in the box. You may replace it or take it back until the deadline."),
        (story.closed, 1, "Your bid is in the box; it is opened together with all others."),
        (story.opened, 3, "Confirm in the hall what was read out of your bid, or object to the opening."),
        (story.finished, 40, "Your bid is opened and stands in the record."),
    ],
)
def test_the_page_says_what_comes_next_for_this_bidder(
    cast: Cast, visitors: Visitors, prepare, later: int, words: str
) -> None:
    tender = prepare(cast)
    with clock.stands_at(tender.deadline + later * story.MINUTE):
        assert words in page_of(visitors("acme"), "bid", tender.lot.number).content.decode()


def test_without_a_bid_the_page_says_so_after_the_close(cast: Cast, visitors: Visitors) -> None:
    tender = story.closed(cast)
    with clock.stands_at(tender.deadline + story.MINUTE):
        shown = page_of(visitors("elm"), "bid", tender.lot.number).content.decode()
    assert "there is no bid of your organisation in it" in shown


def test_giving_up_is_for_whoever_has_an_opened_bid(cast: Cast, visitors: Visitors) -> None:
    tender = story.opened(cast)
    with clock.stands_at(tender.deadline + 3 * story.MINUTE):
        address = reverse("bidding:give-up", args=[tender.lot.number])
        assert visitors("elm").get(address).status_code == 404
        assert visitors("acme").get(address).status_code == 200


def test_giving_up_what_is_settled_is_refused_with_the_reason(cast: Cast, visitors: Visitors) -> None:
    tender = story.opened(cast)
    seat = cast.seats["acme"]
    seat.may_approve = False
    seat.save(update_fields=["may_approve"])
    with clock.stands_at(tender.deadline + 3 * story.MINUTE):
        answer = visitors("acme").post(reverse("bidding:give-up", args=[tender.lot.number]), {"because": "不再参加"})
    assert answer.status_code == 422
    assert "Only somebody who may approve for the organisation may do this." in answer.content.decode()


def test_a_bidder_without_tenders_is_told_where_they_are(cast: Cast, visitors: Visitors) -> None:
    with clock.stands_at(stories.ANNOUNCED):
        shown = page_of(visitors("elm"), "bids").content.decode()
    assert "Your organisation takes part in no tender yet." in shown
