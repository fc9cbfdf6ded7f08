"""Pages of supervision through a browser: objecting, answering, withdrawing, the public answer, the board."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import reverse

from accounts.names import Role
from core import clock
from supervision import objecting, queries
from supervision.models import Objection
from supervision.web import desk_rows
from tests.stories import evaluation as work
from tests.stories import trading as before
from tests.trading.browsing import browser, why_not, words
from trading import desk, holding, outlook
from trading.models import Hold
from trading.names import HoldGround, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

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


def test_nobody_objects_to_a_lot_before_its_announcement_even_who_may_read_it(cast: Cast) -> None:
    hidden = before.submitted(cast).lots.get()
    seat = cast.seats["owner.rep"]
    seat.role = Role.BIDDER
    seat.save(update_fields=["role"])
    assert browser(cast, "owner.rep").get(url("object", hidden.number)).status_code == 404


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


def test_the_board_shows_what_the_law_wants_by_when_and_counts_the_colours(cast: Cast) -> None:
    late = work.evaluated(cast)
    held = work.evaluated(cast)
    owed_until = outlook.obligations_of(late.lot, at=work.AT_WORK)[0].deadline.ends_at
    early, over = owed_until - before.DAY, owed_until + before.DAY
    order = {"ground": HoldGround.COMPLAINT_ORDER, "because": "投诉", "order_number": "3号"}
    holding.order(held.lot.pk, actor=cast.actor("supervisor"), at=held.lot.entered_at, **order)

    def shown(at: datetime) -> tuple[list[int], dict[str, list[str]]]:
        with clock.stands_at(at):
            found = browser(cast, "supervisor").get(url("board")).context
        lines = {line["lot"].number: [owed["tone"] for owed in line["owed"]] for line in found["lines"]}
        return [figure["value"] for figure in found["figures"]], lines

    assert shown(early) == ([0, 1, 1], {late.lot.number: ["yellow"], held.lot.number: ["green"]})
    assert shown(over) == ([1, 0, 1], {late.lot.number: ["red"], held.lot.number: ["green"]})


# -- the desk ------------------------------------------------------------------------------------------


def rows_of(cast: Cast, name: str) -> list[tuple[str, str, desk.State]]:
    request = SimpleNamespace(membership=cast.seats[name], at=EARLY)
    found = desk_rows.rows(request)  # type: ignore[arg-type]
    return [(str(task.title), task.link, task.state) for task in found]


def test_an_open_objection_stands_on_the_desks_of_those_who_answer_it_and_of_those_who_wait(
    cast: Cast, lot: Lot, objection: Objection
) -> None:
    title, page = f"{lot.project.title} {lot.title}", url("objection", objection.number)
    answers = [(f"Answer the objection {objection.number}: {title}", page, desk.State.TODO)]
    waits = [(f"Objection {objection.number} waits for its answer: {title}", page, desk.State.RUNNING)]
    assert {name: rows_of(cast, name) for name in ("owner.drafter", "agent.drafter", "acme", "supervisor")} == {
        "owner.drafter": answers, "agent.drafter": answers, "acme": waits, "supervisor": waits,
    }  # fmt: skip
    assert [rows_of(cast, name) for name in ("bolt", "buyer.drafter", "expert.one", "center", "audit")] == [[]] * 5
    objecting.withdraw(objection.pk, actor=cast.actor("acme"), at=EARLY)
    assert [rows_of(cast, name) for name in ("owner.drafter", "acme")] == [[], []]


def test_the_door_to_the_objections_stands_where_they_are_made(cast: Cast, lot: Lot) -> None:
    def doors(name: str, lot: Lot) -> list[str]:
        request = SimpleNamespace(membership=cast.seats[name], at=EARLY)
        return [door.url for door in desk_rows.doors(request, lot)]  # type: ignore[arg-type]

    seats = ("owner.drafter", "agent.drafter", "supervisor", "acme", "center")
    here = [url("objections")]
    assert [doors(name, lot) for name in seats] == [here, here, here, [], []]
    unannounced, procurement = before.submitted(cast).lots.get(), before.announced(cast, Kind.GP_OPEN).lots.get()
    assert (doors("owner.drafter", unannounced), doors("buyer.drafter", procurement)) == ([], [])
