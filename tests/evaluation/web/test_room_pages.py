"""The room of a lot as each member and the buying side see it, and what is not there for them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from bidding.models import OpenedBid
from core import clock
from evaluation import awarding, calculating, convening, publicity, reporting
from evaluation.models import Review
from evaluation.names import Answer
from tests.evaluation.web.worlds import LATER, WORLDS
from tests.stories import evaluation as story
from tests.trading.browsing import browser, words
from trading.names import Kind as Procedure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpResponse

    from tests.cast import Cast

WAITS, OVER = "The buying side lets the committee begin.", "Your work on this lot is done."
HANDED, DRAWN, ANSWERED = "Members who handed in their sheets", "Report drawn up", "Members who answered the report"


@pytest.fixture(autouse=True)
def _at() -> Iterator[None]:
    with clock.stands_at(LATER):
        yield


def get(case: story.Case, who: str, page: str, *args: str) -> HttpResponse:
    return browser(case.cast, who).get(reverse(f"evaluation:{page}", args=[case.lot.number, *args]))


def work_of(case: story.Case, who: str) -> tuple[dict[str, str], str]:
    """A member's steps with their states, and what it reads at the head of its room."""
    found = get(case, who, "lot").context
    return {step["key"]: step["state"] for step in found["steps"]}, str(found["what"])


def progress(case: story.Case) -> dict[str, object]:
    return dict(get(case, "owner.drafter", "lot").context["progress"])


def test_a_member_is_led_from_its_declaration_to_its_answer(cast: Cast) -> None:
    case = story.named(cast, **story.BENCHMARK)
    keys = ("declaration", "review", "scores", "calculation", "report")

    def states(*said: str) -> dict[str, str]:
        return dict(zip(keys, said, strict=True))

    ahead = ("next", "next", "next")
    assert work_of(case, "expert.two") == (states("now", "next", *ahead), "Declare your interests.")
    for actor in case.members:
        convening.declare(
            case.lot.pk, has_conflict=False, text="", years=12, has_title=True, actor=actor, at=story.OPENED
        )
    assert work_of(case, "expert.two") == (states("done", "next", *ahead), WAITS)
    assert progress(case) == {}
    convening.convene(case.lot.pk, actor=case.drafter, at=story.AT_WORK)
    assert work_of(case, "expert.two")[0] == states("done", "now", *ahead)
    assert progress(case) == {HANDED: "0 / 5", DRAWN: False}
    story.review(case)
    assert work_of(case, "expert.two")[0] == states("done", "done", "now", "next", "next")
    story.scored(case, story.SCORES)
    assert work_of(case, "expert.two")[0] == states("done", "done", "done", "now", "next")
    assert progress(case) == {HANDED: "5 / 5", DRAWN: False}
    calculating.calculate(case.lot.pk, actor=case.chair, at=story.AT_WORK)
    reporting.draw_up(case.lot.pk, actor=case.chair, at=story.AT_WORK)
    assert work_of(case, "expert.two")[0] == states("done", "done", "done", "done", "now")
    reporting.confirm(case.lot.pk, answer=Answer.AGREES, actor=cast.actor("expert.two"), at=story.AT_WORK)
    assert work_of(case, "expert.two") == (states(*["done"] * 5), OVER)
    assert progress(case) == {HANDED: "5 / 5", DRAWN: True, ANSWERED: "1 / 5"}
    story.confirm(case)
    assert work_of(case, "expert.two") == (states(*["done"] * 5), OVER)
    assert progress(case) == {}


def test_where_nothing_is_scored_no_sheets_are_asked_for(cast: Cast) -> None:
    case = story.evaluating(cast)
    assert list(work_of(case, "expert.two")[0]) == ["declaration", "review", "calculation", "report"]
    assert progress(case) == {DRAWN: False}


def test_what_is_decided_stands_open_to_no_vote_and_shows_its_reason(cast: Cast) -> None:
    against = {"cedar": (story.RejectionGround.NOT_RESPONSIVE, "未按要求提交承诺")}
    case = story.reviewed(cast, against=against)
    page = get(case, "expert.two", "review")
    assert page.context["is_open"] is False
    steps = {row["bid"].bidder.number: [step["tone"] for step in row["steps"]] for row in page.context["rows"]}
    assert steps == {"OR-acme": ["green", "green"], "OR-bolt": ["green", "green"], "OR-cedar": ["red", "grey"]}
    assert "未按要求提交承诺" in words(page)
    calculating.calculate(case.lot.pk, actor=case.chair, at=story.AT_WORK)
    reporting.draw_up(case.lot.pk, few_bids_because="充分竞争", actor=case.chair, at=story.AT_WORK)
    late = browser(cast, "expert.two").post(reverse("evaluation:review", args=[case.lot.number]))
    assert (late.status_code, late.context["reasons"]) == (422, ["the report is drawn up already"])


def test_a_bid_shows_that_its_bidder_gave_up_after_the_opening(cast: Cast) -> None:
    case = story.evaluating(cast)
    OpenedBid.objects.filter(pk=case.bid("acme").pk).update(gave_up_at=story.AT_WORK, gave_up_because="无法履约")
    facts = {row["bid"].bidder.number: dict(row["facts"]) for row in get(case, "expert.two", "review").context["rows"]}
    assert {number: found.get("Gave up after the opening") for number, found in facts.items()} == {
        "OR-acme": "无法履约", "OR-bolt": None, "OR-cedar": None,
    }  # fmt: skip


@pytest.mark.parametrize(("bidder", "name"), [("OR-acme", "other.pdf"), ("OR-delta", "plan.pdf")])
def test_a_file_that_nobody_handed_in_is_not_there(cast: Cast, bidder: str, name: str) -> None:
    case = WORLDS["at_work"](cast)
    assert get(case, "expert.one", "file", bidder, name).status_code == 404


def test_the_work_of_a_committee_is_closed_to_a_member_that_has_not_declared_or_comes_too_early(cast: Cast) -> None:
    case = story.named(cast)
    assert "declare your interests before anything becomes visible" in words(get(case, "expert.one", "review"))
    convening.declare(
        case.lot.pk, has_conflict=False, text="", years=12, has_title=True, actor=case.chair, at=story.OPENED
    )
    early = get(case, "expert.one", "review")
    assert (early.status_code, "the committee is not at work on this lot now" in words(early)) == (409, True)


def test_a_verdict_on_nobody_or_left_blank_is_not_recorded(cast: Cast) -> None:
    case = story.declared(cast, Procedure.GP_OPEN)
    buyer, here = browser(cast, "buyer.drafter"), reverse("evaluation:qualification", args=[case.lot.number])
    assert buyer.post(here, {"bidder": "OR-elm", "OR-elm-verdict": "passed"}).status_code == 404
    blank = buyer.post(here, {"bidder": "OR-acme", "OR-acme-verdict": ""})
    assert (blank.status_code, blank.context["reasons"]) == (422, ["choose pass or fail"])
    assert not Review.objects.exists()


def test_where_every_candidate_gave_up_there_is_no_award_to_decide(cast: Cast) -> None:
    case = story.award_pending(cast)
    OpenedBid.objects.update(gave_up_at=story.AT_WORK)
    assert get(case, "owner.approver", "award").status_code == 404
    assert get(case, "owner.approver", "failure").status_code == 200


def test_a_loser_reads_the_price_at_which_it_was_ranked_and_the_one_it_offered(cast: Cast) -> None:
    case = story.reviewed(cast, method_parameters={"grounds": ["付款偏差"]})
    adjusted = {"OR-cedar": [("付款偏差", Decimal(600_000))]}
    calculating.calculate(case.lot.pk, adjustments=adjusted, actor=case.chair, at=story.AT_WORK)
    reporting.draw_up(case.lot.pk, actor=case.chair, at=story.AT_WORK)
    story.confirm(case)
    publicity.publish_candidates(case.lot.pk, actor=case.approver, at=story.AT_WORK + story.stories.DAY)
    publicity.end(case.lot.pk, story.SYSTEM, story.due(case))
    awarding.award(case.lot.pk, candidate_id=case.candidate(1).pk, actor=case.approver, at=story.later(case))
    awarding.notify_award(case.lot.pk, actor=case.drafter, at=story.later(case))
    facts = {bidder: dict(get(case, bidder, "result").context["facts"]) for bidder in ("acme", "cedar")}
    assert {bidder: (found["Rank"], found.get("Evaluated price")) for bidder, found in facts.items()} == {
        "acme": (2, None), "cedar": (3, "29,100,000.00 CNY"),
    }  # fmt: skip
