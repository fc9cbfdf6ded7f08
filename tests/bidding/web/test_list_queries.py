"""What a list of bidding asks of the database: one literal number, for one row and for three."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core import clock
from tests.stories import bidding as story
from tests.trading.browsing import browser

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

    from tests.cast import Cast


@pytest.mark.parametrize(("name", "path", "queries"), [("acme", "/desk/bids", 6), ("owner.holder", "/desk/keys", 10)])
def test_a_list_over_tenders_asks_as_often_for_three_as_for_one(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries, name: str, path: str, queries: int
) -> None:
    first = story.sealed(cast, prices={"acme": "970000.00"})
    with clock.stands_at(first.deadline - story.MINUTE):
        client = browser(cast, name)
        client.get(path)
    for more in (0, 2):
        for _ in range(more):
            another = story.bidding(cast)
            another.bidders = first.bidders
            story.submitted(another, "acme")
        with clock.stands_at(first.deadline - story.MINUTE), django_assert_num_queries(queries):
            client.get(path)


@pytest.mark.parametrize("bids", [3, 5])
def test_the_deposits_of_a_lot_ask_as_often_for_five_bids_as_for_three(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries, bids: int
) -> None:
    bidders = ("acme", "bolt", "cedar", "delta", "elm")[:bids]
    tender = story.finished(cast, prices=dict.fromkeys(bidders, "970000.00"))
    client = browser(cast, "owner.drafter")
    client.get("/desk")
    with django_assert_num_queries(8):
        client.get(f"/desk/lots/{tender.lot.number}/deposits")


@pytest.mark.parametrize("lots", [1, 3])
def test_the_page_of_the_holders_asks_as_often_for_three_lots_as_for_one(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries, lots: int
) -> None:
    tender = story.announced(cast, lots=lots)
    client = browser(cast, "owner.drafter")
    client.get("/desk")
    with django_assert_num_queries(10):
        client.get(f"/desk/projects/{tender.project.number}/holders")
