"""Pages of supervision through a browser: objecting, answering, withdrawing, the public answer, the board."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import reverse

from core import clock
from supervision import objecting, queries
from supervision.models import Objection
from tests.stories import trading as before
from tests.trading.browsing import browser, why_not, words
from trading.models import Hold
from trading.names import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cast import Cast
    from trading.models import Lot

EARLY = before.ANNOUNCED + before.DAY
BODY = "评标办法第三条排斥潜在投标人"
YES = {"confirmed": "yes"}


@pytest.fixture(autouse=True)
def at() -> Iterator[None]:
    with clock.stands_at(EARLY):
        yield


@pytest.fixture
def lot(cast: Cast) -> Lot:
    return before.announced(cast).lots.get()


@pytest.fixture
def objection(cast: Cast, lot: Lot) -> Objection:
    return objecting.object_to(lot.pk, body=BODY, actor=cast.actor("acme"), at=EARLY)


def url(name: str, *args: str) -> str:
    return reverse(f"supervision:{name}", args=args)


def test_a_bidder_objects_after_checking_and_the_lot_is_held(cast: Cast, lot: Lot) -> None:
    bidder, here = browser(cast, "acme"), url("object", lot.number)
    assert bidder.get(here).status_code == 200
    assert bidder.post(here, {"body": ""} | YES).status_code == 422
    assert bidder.post(here, {"body": BODY}).status_code == 200
    assert not Objection.objects.exists()
    made = bidder.post(here, {"body": BODY} | YES)
    row = Objection.objects.get()
    assert (made.status_code, made["Location"]) == (302, url("objection", row.number))
    assert Hold.objects.get().because == row.number
    again = bidder.post(here, {"body": BODY} | YES)
    assert again.status_code == 422
    assert "your earlier objection is still open" in why_not(again)


def test_nobody_objects_to_a_lot_that_is_not_announced_or_where_there_is_no_objection(cast: Cast) -> None:
    hidden = before.submitted(cast).lots.get()
    assert browser(cast, "acme").get(url("object", hidden.number)).status_code == 404
    assert browser(cast, "owner.approver").get(url("object", hidden.number)).status_code == 404


def test_procurement_says_that_it_has_challenges_instead(cast: Cast) -> None:
    lot = before.announced(cast, Kind.GP_OPEN).lots.get()
    page = browser(cast, "acme").get(url("object", lot.number))
    assert "this kind of procedure has no objection; use a challenge" in words(page)


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("acme", 200),
        ("owner.approver", 200),
        ("agent.approver", 200),
        ("supervisor", 200),
        ("audit", 200),
        ("bolt", 404),
        ("buyer.approver", 404),
        ("expert.one", 404),
    ],
)
def test_an_open_objection_is_there_for_those_whom_it_concerns(
    cast: Cast, objection: Objection, who: str, status: int
) -> None:
    page = browser(cast, who).get(url("objection", objection.number))
    assert (page.status_code, BODY in page.content.decode()) == (status, status == 200)
    assert Client().get(url("objection", objection.number)).status_code == 404
    assert Client().get(url("objection", "OB-none")).status_code == 404


@pytest.mark.parametrize("upheld", ["yes", "no"])
def test_the_answer_is_public_without_a_name_and_given_once(cast: Cast, objection: Objection, upheld: str) -> None:
    buyer, here = browser(cast, "owner.approver"), url("answer", objection.number)
    assert buyer.get(here).status_code == 200
    assert buyer.post(here, {"text": "条款不排斥"} | YES).status_code == 422
    assert buyer.post(here, {"text": "", "upheld": upheld} | YES).status_code == 422
    given = buyer.post(here, {"text": "条款不排斥", "upheld": upheld} | YES)
    assert given["Location"] == url("objection", objection.number)
    objection.refresh_from_db()
    assert (objection.state, objection.upheld, Hold.objects.get().lifted_at) == ("answered", upheld == "yes", EARLY)
    for reader in (Client(), browser(cast, "bolt"), browser(cast, "buyer.approver")):
        page = reader.get(url("objection", objection.number)).content.decode()
        assert "条款不排斥" in page
        assert [word for word in (cast["acme"].name, cast["acme"].number, BODY) if word in page] == []
    assert cast["acme"].name in browser(cast, "supervisor").get(url("objection", objection.number)).content.decode()
    assert buyer.get(here).status_code == 404


def test_only_who_may_approve_for_the_buying_side_answers(cast: Cast, objection: Objection) -> None:
    here = url("answer", objection.number)
    assert "Only somebody who may approve" in words(browser(cast, "owner.drafter").get(here))
    refused = browser(cast, "owner.drafter").post(here, {"text": "不排斥", "upheld": "no"} | YES)
    assert refused.status_code == 422
    assert browser(cast, "buyer.approver").get(here).status_code == 404
    assert browser(cast, "supervisor").get(here).status_code == 404
    objection.refresh_from_db()
    assert objection.state == "open"


def test_a_bidder_withdraws_its_own_objection_alone(cast: Cast, objection: Objection) -> None:
    here = url("withdraw", objection.number)
    assert browser(cast, "bolt").post(here).status_code == 404
    own = browser(cast, "acme")
    assert own.get(here).status_code == 200
    assert own.post(here)["Location"] == url("objection", objection.number)
    objection.refresh_from_db()
    assert (objection.state, Hold.objects.get().lifted_at) == ("withdrawn", EARLY)
    assert own.post(here).status_code == 404
    assert browser(cast, "bolt").get(url("objection", objection.number)).status_code == 404


def test_each_seat_lists_what_concerns_it_and_filters_by_state(cast: Cast, objection: Objection) -> None:
    def listed(who: str, query: str = "") -> bool:
        return objection.number in browser(cast, who).get(url("objections") + query).content.decode()

    seats = ("acme", "bolt", "owner.drafter", "agent.approver", "buyer.approver", "supervisor", "audit")
    assert [who for who in seats if listed(who)] == ["acme", "owner.drafter", "agent.approver", "supervisor", "audit"]
    assert listed("acme", "?state=open&size=50")
    assert not listed("acme", "?state=answered")
    assert listed("acme", "?state=nonsense&size=7&page=99")
    assert browser(cast, "expert.one").get(url("objections")).status_code == 404
    assert not queries.objections_for(cast.seats["expert.one"]).exists()


def test_the_board_shows_running_lots_with_their_hold_and_finds_them_by_words(
    cast: Cast, lot: Lot, objection: Objection
) -> None:
    supervisor = browser(cast, "supervisor")

    def found(query: str = "") -> bool:
        return lot.number in supervisor.get(url("board") + query).content.decode()

    assert found()
    assert found(f"?q={lot.number}")
    assert not found("?q=nothing-like-it")
    assert not found("?ended=yes")
    assert found("?ended=perhaps")
    assert browser(cast, "owner.approver").get(url("board")).status_code == 404
    assert queries.open_objections([lot]) == {lot.pk: 1}
    assert queries.open_objection(lot, cast["acme"]) == objection
    assert queries.open_objection(lot, cast["bolt"]) is None
