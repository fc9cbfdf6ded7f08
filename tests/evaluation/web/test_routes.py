"""Every page of evaluation draws in both languages. Who comes in where: the one table of tests/access."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import pytest
from django.urls import reverse

from core import clock
from evaluation.urls import urlpatterns
from tests.evaluation.web.worlds import LATER, WORLDS
from tests.trading.browsing import browser

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cast import Cast

OWNER, BUYER, MEMBER, BIDDER = "owner.approver", "buyer.approver", "expert.one", "acme"


class Page(NamedTuple):
    name: str
    world: str
    reader: str
    args: tuple[str, ...] = ()


PAGES = (
    Page("lot", "opened", OWNER),
    Page("lot", "at_work", MEMBER),
    Page("committee", "opened", OWNER),
    Page("committee", "named", OWNER),
    Page("name-again", "named", OWNER),
    Page("replace", "named", OWNER, ("PE-expert-two",)),
    Page("qualification", "qualification", BUYER),
    Page("qualify", "qualification", BUYER),
    Page("declaration", "named", MEMBER),
    Page("review", "at_work", MEMBER),
    Page("scores", "scoring", MEMBER),
    Page("sheet", "scoring", MEMBER, ("OR-acme",)),
    Page("extend", "at_work", OWNER),
    Page("recheck", "award_pending", OWNER),
    Page("calculation", "ranked", MEMBER),
    Page("tie", "tied", OWNER),
    Page("report", "ranked", MEMBER),
    Page("report", "drawn_up", MEMBER),
    Page("report", "evaluated", OWNER),
    Page("answer", "drawn_up", MEMBER),
    Page("take-back", "drawn_up", MEMBER),
    Page("candidates", "evaluated", OWNER),
    Page("deliver", "evaluated_gp", BUYER),
    Page("award", "award_pending", OWNER),
    Page("award", "confirming", BUYER),
    Page("failure", "award_pending", OWNER),
    Page("failure", "gp_at_work", BUYER),
    Page("notify", "awarded", OWNER),
    Page("refusal", "contracting", OWNER),
    Page("result", "contracting", BIDDER),
)
NO_PAGES = {"convene", "file", "time-short", "report-pdf", "conclude", "note-refusal"}  # posts and files


def address(page: Page, number: str) -> str:
    return reverse(f"evaluation:{page.name}", args=[number, *page.args])


@pytest.fixture
def at() -> Iterator[None]:
    with clock.stands_at(LATER):
        yield


def test_every_page_is_drawn_here() -> None:
    of_draws = ("evaluation.web.draw", "evaluation.web.pool")  # in test_draw_pages
    ours = {str(each.name) for each in urlpatterns if not each.callback.__module__.startswith(of_draws)}
    assert {page.name for page in PAGES} | NO_PAGES == ours


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.name}-{page.world}")
def test_every_page_draws_in_both_languages_without_script_or_style_of_its_own(
    cast: Cast, at: None, page: Page
) -> None:
    url = address(page, WORLDS[page.world](cast).lot.number)
    for language in ("en", "zh-hans"):
        answer = browser(cast, page.reader, language=language).get(url)
        text = answer.content.decode()
        assert answer.status_code == 200
        assert not re.search(r"<script(?![^>]*\b(src|type=\"application/json\"))", text)
        assert " style=" not in text
        assert "no-store" in answer["Cache-Control"]


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
