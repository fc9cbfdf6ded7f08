"""Before the close nobody learns from any page, number, header or error that somebody bids; after it, nobody whose it is not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from bidding.models import Receipt, Seal
from core import clock
from tests.stories import bidding as story

if TYPE_CHECKING:
    from tests.bidding.web.visitors import Visitors
    from tests.cast import Cast

WATCHING = ("owner.approver", "agent.drafter", "supervisor", "center", "audit", "owner.holder", "elm", "expert.one")
LOT_PAGES = (
    "hall", "hall-state", "opening-record", "ceremony", "ceremony-signatures", "opening", "deposits", "release",
    "rehearsal", "sign-ceremony", "close-document", "accepted-seals", "rehearsal-document", "bid", "seal", "withdraw",
    "remark", "give-up",
)  # fmt: skip
PROJECT_PAGES = ("holders", "appoint", "announce", "seat", "holder-key", "report-lost")
_CHANGING = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"|"csrf": "[^"]+"|data-server-now="[^"]+"')


def seen_by(visitors: Visitors, tender: story.Tender) -> dict[tuple[str, str], tuple[int, bytes]]:
    """Everything that these people get from every page about this tender, without what changes at every look."""
    found = {}
    for person in (*WATCHING, ""):
        client = visitors(person) if person else visitors.stranger()
        pages = [(name, tender.lot.number) for name in LOT_PAGES]
        pages += [(name, tender.project.number) for name in PROJECT_PAGES]
        for name, number in pages:
            answer = client.get(reverse(f"bidding:{name}", args=[number]))
            found[person, name] = (answer.status_code, _CHANGING.sub(b"", answer.content))
        for name in ("bids", "seats"):
            answer = client.get(reverse(f"bidding:{name}"))
            found[person, name] = (answer.status_code, _CHANGING.sub(b"", answer.content))
    return found


def test_before_the_close_every_page_looks_the_same_with_and_without_bids(cast: Cast, visitors: Visitors) -> None:
    tender = story.bidding(cast)
    with clock.stands_at(tender.deadline - story.MINUTE):
        empty = seen_by(visitors, tender)
    for bidder, price in story.PRICES.items():
        story.submitted(tender, bidder, price)
    with clock.stands_at(tender.deadline - story.MINUTE):
        assert seen_by(visitors, tender) == empty


def test_before_the_close_the_hall_asks_as_often_with_and_without_bids(
    cast: Cast, visitors: Visitors, django_assert_num_queries
) -> None:
    tender = story.bidding(cast)
    client = visitors.stranger()
    address = reverse("bidding:hall-state", args=[tender.lot.number])
    with clock.stands_at(tender.deadline - story.MINUTE):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as before:
            client.get(address)
    story.submitted(tender, "acme")
    with clock.stands_at(tender.deadline - story.MINUTE), django_assert_num_queries(len(before)):
        client.get(address)


def test_a_bidder_sees_its_own_bid_and_no_other(cast: Cast, visitors: Visitors) -> None:
    tender = story.sealed(cast)
    with clock.stands_at(tender.deadline - story.MINUTE):
        acme, elm = visitors("acme"), visitors("elm")
        own = acme.get(reverse("bidding:bid", args=[tender.lot.number])).content.decode()
        other = elm.get(reverse("bidding:bid", args=[tender.lot.number])).content.decode()
        lists = [client.get(reverse("bidding:bids")).content.decode() for client in (acme, elm)]
    digests = {seal.bidder.number: seal.digest for seal in Seal.in_box.select_related("bidder")}
    assert [number for number, digest in digests.items() if digest in own] == ["OR-acme"]
    assert [number for number, digest in digests.items() if digest in other] == []
    assert [tender.lot.number in shown for shown in lists] == [True, False]


@pytest.mark.parametrize("name", ["bolt", "owner.approver", "supervisor", "audit", "owner.holder"])
def test_a_receipt_exists_for_its_own_bidder_only(cast: Cast, visitors: Visitors, name: str) -> None:
    tender = story.bidding(cast)
    number = story.submitted(tender, "acme").number
    with clock.stands_at(tender.deadline - story.MINUTE):
        other, own = visitors(name), visitors("acme")
        pages = [
            reverse("bidding:receipt", args=[number]),
            reverse("bidding:receipt-pdf", args=[number]),
            *(
                reverse("bidding:receipt-file", args=[number, file])
                for file in ("receipt.json", "receipt.sig", "seal.json", "seal.sig")
            ),
        ]
        assert [other.get(page).status_code for page in pages] == [404] * 6
        assert [own.get(page).status_code for page in pages] == [200] * 6
        assert own.get(reverse("bidding:receipt-file", args=[number, "secret.json"])).status_code == 404


def test_the_files_of_a_receipt_are_the_bytes_that_were_signed(cast: Cast, visitors: Visitors) -> None:
    tender = story.bidding(cast)
    row = Receipt.in_box.select_related("seal").get(number=story.submitted(tender, "acme").number)
    with clock.stands_at(tender.deadline - story.MINUTE):
        client = visitors("acme")
        answer = client.get(reverse("bidding:receipt-file", args=[row.number, "receipt.json"]))
    assert answer.content == bytes(row.document)
    assert answer["Content-Disposition"] == f'attachment; filename="{row.number}-receipt.json"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]


def test_accepted_seals_go_to_holders_and_only_after_the_close(cast: Cast, visitors: Visitors) -> None:
    tender = story.sealed(cast)
    address = reverse("bidding:accepted-seals", args=[tender.lot.number])
    with clock.stands_at(tender.deadline - story.MINUTE):
        assert visitors("owner.holder").get(address).status_code == 404
    story.close(tender)
    with clock.stands_at(tender.deadline + story.MINUTE):
        given = visitors("owner.holder").get(address).json()
        statuses = [visitors(name).get(address).status_code for name in ("buyer.holder", "acme", "owner.approver")]
    assert [seal["digest"] for seal in given] == sorted(seal["digest"] for seal in given)
    assert (len(given), statuses) == (3, [404, 404, 404])


def test_deposits_are_hidden_until_the_opening(cast: Cast, visitors: Visitors) -> None:
    tender = story.closed(cast)
    address = reverse("bidding:deposits", args=[tender.lot.number])
    with clock.stands_at(tender.deadline + story.MINUTE):
        shown = visitors("owner.drafter").get(address).content.decode()
    assert "There are no deposits to see." in shown
    assert cast["acme"].name not in shown
