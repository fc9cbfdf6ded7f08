"""Every route of evaluation against every role: the right one sees it, the others find nothing, strangers a door."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from core import clock
from evaluation.urls import urlpatterns
from tests.evaluation.web.worlds import LATER, WORLDS
from tests.trading.browsing import browser

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http.response import HttpResponseBase

    from tests.cast import Cast

EVERYBODY = (
    "owner.approver", "buyer.approver", "agent.approver", "supervisor", "center", "acme", "delta", "expert.one",
    "expert.six", "audit", "owner.holder",
)  # fmt: skip
BUYING, OWNER, MEMBER = {"owner.approver", "agent.approver"}, {"owner.approver"}, {"expert.one"}
GP_BUYING, GP_OWNER = {"buyer.approver", "agent.approver"}, {"buyer.approver"}
READERS = BUYING | MEMBER | {"supervisor", "audit"}


class Route(NamedTuple):
    name: str
    world: str
    to: set[str]
    args: tuple[str, ...] = ()
    post: bool = False


ROUTES = (
    Route("lot", "opened", BUYING | {"supervisor"}),
    Route("lot", "at_work", BUYING | MEMBER | {"supervisor"}),
    Route("committee", "opened", BUYING),
    Route("committee", "named", BUYING),
    Route("name-again", "named", BUYING),
    Route("replace", "named", BUYING, ("PE-expert-two",)),
    Route("convene", "declared", BUYING, post=True),
    Route("qualification", "qualification", GP_BUYING),
    Route("qualify", "qualification", GP_BUYING),
    Route("file", "qualification", GP_BUYING, ("OR-acme", "plan.pdf")),
    Route("declaration", "named", MEMBER),
    Route("review", "at_work", MEMBER),
    Route("file", "at_work", MEMBER, ("OR-acme", "plan.pdf")),
    Route("scores", "scoring", MEMBER),
    Route("sheet", "scoring", MEMBER, ("OR-acme",)),
    Route("time-short", "at_work", MEMBER, post=True),
    Route("extend", "at_work", BUYING),
    Route("recheck", "award_pending", OWNER),
    Route("calculation", "ranked", MEMBER),
    Route("tie", "tied", BUYING),
    Route("report", "ranked", MEMBER),
    Route("report", "drawn_up", MEMBER),
    Route("report", "evaluated", READERS),
    Route("report-pdf", "drawn_up", MEMBER),
    Route("report-pdf", "evaluated", READERS),
    Route("answer", "drawn_up", MEMBER),
    Route("take-back", "drawn_up", MEMBER),
    Route("conclude", "drawn_up", MEMBER, post=True),
    Route("note-refusal", "last_answer", MEMBER, ("PE-expert-five",), post=True),
    Route("candidates", "evaluated", BUYING),
    Route("deliver", "evaluated_gp", GP_BUYING),
    Route("award", "award_pending", OWNER),
    Route("award", "confirming", GP_OWNER),
    Route("failure", "award_pending", OWNER),
    Route("failure", "gp_at_work", GP_OWNER),
    Route("notify", "awarded", BUYING),
    Route("refusal", "contracting", OWNER),
    Route("result", "contracting", {"acme"}),
)


def address(route: Route, number: str) -> str:
    return reverse(f"evaluation:{route.name}", args=[number, *route.args])


@pytest.fixture
def at() -> Iterator[None]:
    with clock.stands_at(LATER):
        yield


def asked(client: Client, url: str, *, post: bool) -> HttpResponseBase:
    """Ask, and undo what it did, so that one role's effect does not reach the next."""
    if not post:
        return client.get(url)
    before = transaction.savepoint()
    answer = client.post(url)
    transaction.savepoint_rollback(before)
    return answer


def test_the_table_names_every_route() -> None:
    assert {route.name for route in ROUTES} == {pattern.name for pattern in urlpatterns}


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.name}-{route.world}")
def test_the_right_roles_come_in_and_the_others_find_nothing(cast: Cast, at: None, route: Route) -> None:
    url = address(route, WORLDS[route.world](cast).lot.number)
    answers = {name: asked(browser(cast, name), url, post=route.post) for name in EVERYBODY}
    # 409: a member is told that it has not declared, or that the work has not begun
    found = {name: answer.status_code for name, answer in answers.items() if answer.status_code not in {404, 409}}
    for answer in answers.values():
        answer.close()
    expected = 200 if not route.post else 422 if route.name == "conclude" else 302
    assert found == dict.fromkeys(route.to, expected)
    assert Client().get(url)["Location"].startswith("/account/sign-in?next=%2Fevaluation")
    assert Client().post(url).status_code == 403


@pytest.mark.parametrize("route", [route for route in ROUTES if not route.post and route.name not in {"file", "report-pdf"}],
                         ids=lambda route: f"{route.name}-{route.world}")  # fmt: skip
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_draws_in_both_languages_without_script_or_style_of_its_own(
    cast: Cast, at: None, route: Route, language: str
) -> None:
    url = address(route, WORLDS[route.world](cast).lot.number)
    page = browser(cast, min(route.to), language=language).get(url)
    text = page.content.decode()
    assert page.status_code == 200
    assert not re.search(r"<script(?![^>]*\b(src|type=\"application/json\"))", text)
    assert " style=" not in text
    assert "no-store" in page["Cache-Control"]


@pytest.mark.parametrize("name", ["lot", "committee", "review", "report", "result", "award"])
def test_a_lot_that_does_not_exist_is_answered_like_one_that_is_not_yours(cast: Cast, at: None, name: str) -> None:
    url = reverse(f"evaluation:{name}", args=["CT-2026-999999-XXXX-1"])
    assert {browser(cast, who).get(url).status_code for who in ("owner.approver", "expert.one", "acme")} == {404}


@pytest.mark.parametrize(
    ("name", "world", "who"),
    [
        ("tie", "tied", "owner.approver"),
        ("answer", "drawn_up", "expert.one"),
        ("award", "award_pending", "owner.approver"),
        ("refusal", "contracting", "owner.approver"),
        ("failure", "award_pending", "owner.approver"),
    ],
)
def test_what_cannot_be_undone_asks_for_the_password_again(
    cast: Cast, at: None, name: str, world: str, who: str
) -> None:
    url = reverse(f"evaluation:{name}", args=[WORLDS[world](cast).lot.number])
    answer = browser(cast, who, proven=False).get(url)
    assert answer["Location"].startswith("/account/step-up")
