"""Pages of scores, ranking, report, decision and result through a browser: what they do, and what they say instead."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from pypdf import PdfReader

from core import clock
from evaluation import calculating, queries
from evaluation.models import Confirmation, ScoreSheet
from tests.evaluation.web.worlds import LATER, WORLDS
from tests.stories import evaluation as story
from tests.trading.browsing import browser, why_not, words
from trading.models import Award
from trading.names import Kind, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cast import Cast

YES = {"confirmed": "yes"}
MARKS = {"p-plan": "25", "p-record": "10", "c-plan": "方案完整"}


@pytest.fixture(autouse=True)
def at() -> Iterator[None]:
    with clock.stands_at(LATER):
        yield


def url(case: story.Case, name: str, *args: str) -> str:
    return reverse(f"evaluation:{name}", args=[case.lot.number, *args])


def post(case: story.Case, who: str, name: str, data: dict[str, object] | None = None, args: tuple[str, ...] = ()):
    return browser(case.cast, who).post(url(case, name, *args), data or {})


def get(case: story.Case, who: str, name: str, *args: str):
    return browser(case.cast, who).get(url(case, name, *args))


# -- score sheets --------------------------------------------------------------------------------------


def test_a_draft_is_kept_however_unfinished_and_leads_on_to_the_next_sheet(cast: Cast) -> None:
    case = WORLDS["scoring"](cast)
    sheet = url(case, "sheet", "OR-acme")
    saved = post(case, "expert.one", "sheet", {"p-plan": "25", "p-record": "", "c-plan": "方案完整"}, ("OR-acme",))
    assert (saved.status_code, saved["Location"]) == (302, sheet)
    row = ScoreSheet.objects.get()
    assert (row.state, row.scores["plan"], row.comments["plan"]) == ("draft", "25", "方案完整")
    assert b"25" in browser(cast, "expert.one").get(sheet).content
    assert "draft" in words(get(case, "expert.one", "scores"))
    order = [bid.bidder.number for bid in queries.bids_in_play(case.lot)]
    onward = [post(case, "expert.one", "sheet", MARKS | {"next": "1"}, (number,))["Location"] for number in order]
    assert onward == [*(url(case, "sheet", number) for number in order[1:]), url(case, "scores")]


@pytest.mark.parametrize("data", [{"p-plan": "31"}, {"p-plan": "many"}, {"p-record": "11"}, {"p-plan": "9" * 20}])
def test_points_that_the_sheet_does_not_know_are_refused_or_named_when_handed_in(
    cast: Cast, data: dict[str, str]
) -> None:
    case = WORLDS["scoring"](cast)
    post(case, "expert.one", "sheet", MARKS | data, ("OR-acme",))
    for bidder in ("bolt", "cedar"):
        post(case, "expert.one", "sheet", MARKS, (f"OR-{bidder}",))
    handed = post(case, "expert.one", "scores")
    assert handed.status_code == 422
    assert cast["acme"].name in " ".join(why_not(handed))
    assert cast["bolt"].name not in " ".join(why_not(handed))
    assert not ScoreSheet.objects.filter(state="handed_in").exists()


def test_sheets_are_handed_in_together_and_stay_as_they_are(cast: Cast) -> None:
    case = WORLDS["scoring"](cast)
    lacking = post(case, "expert.one", "scores")
    assert lacking.status_code == 422
    assert cast["acme"].name in " ".join(why_not(lacking))
    for bidder in story.PRICES:
        assert post(case, "expert.one", "sheet", MARKS, (f"OR-{bidder}",)).status_code == 302
    assert post(case, "expert.one", "scores")["Location"] == url(case, "scores")
    assert set(ScoreSheet.objects.values_list("state", flat=True)) == {"handed_in"}
    assert "handed in" in words(get(case, "expert.one", "scores"))
    stays = post(case, "expert.one", "sheet", MARKS, ("OR-acme",))
    assert stays.status_code == 422
    assert "the sheet is handed in and stays as it is" in why_not(stays)


@pytest.mark.parametrize(
    ("kind", "method", "marks", "shown"),
    [
        (Kind.CT, story.BENCHMARK, {"p-plan": "25", "p-record": "10"}, ("50", "35")),
        (Kind.GP_OPEN, story.SCORING, {"p-quality": "92", "p-service": "85"}, ("70.00", "63.70")),
    ],
    ids=["points", "weights"],
)
def test_the_sum_beside_a_sheet_counts_points_as_the_method_does(
    cast: Cast, kind: Kind, method: dict[str, object], marks: dict[str, object], shown: tuple[str, str]
) -> None:
    case = story.reviewed(cast, kind, **method)
    post(case, "expert.one", "sheet", marks, ("OR-acme",))
    context = get(case, "expert.one", "scores").context
    sums = {row["bid"].bidder.number: row["sum"] for row in context["rows"]}
    assert (context["maximum"], sums) == (shown[0], {"OR-acme": shown[1], "OR-bolt": "", "OR-cedar": ""})


def test_a_sheet_says_what_each_criterion_weighs(cast: Cast) -> None:
    case = story.reviewed(cast, Kind.GP_OPEN, **story.SCORING)
    form = get(case, "expert.one", "sheet", "OR-acme").context["form"]
    hints = {name: field.help_text for name, field in form.fields.items() if name.startswith("p-")}
    assert hints == {"p-quality": "0 to 100 · weight 60 %", "p-service": "0 to 100 · weight 10 %"}


def test_there_is_no_sheet_for_who_has_not_bid(cast: Cast) -> None:
    case = WORLDS["scoring"](cast)
    assert get(case, "expert.one", "sheet", "OR-delta").status_code == 404


def test_a_method_without_points_has_no_sheets(cast: Cast) -> None:
    case = story.reviewed(cast)
    assert get(case, "expert.one", "scores").status_code == 404


def test_after_the_evaluation_a_sheet_says_that_the_committee_is_not_at_work(cast: Cast) -> None:
    case = story.evaluated(cast, scores=story.SCORES, **story.BENCHMARK)
    ScoreSheet.objects.all().delete()
    assert "the committee is not at work on this lot now" in words(get(case, "expert.one", "sheet", "OR-acme"))
    assert "the committee is not at work on this lot now" in words(get(case, "expert.one", "calculation"))


# -- the calculation -----------------------------------------------------------------------------------


def test_a_price_that_is_strangely_low_is_named_to_the_committee_before_it_goes_on(cast: Cast) -> None:
    """财库〔2026〕2号: below half of the second lowest price, and below 45 percent of the ceiling."""
    case = story.evaluating(cast, Kind.GP_OPEN, prices=story.PRICES | {"bolt": "12000000.00"})
    page = words(get(case, "expert.one", "calculation"))
    found = "乙路桥有限公司: below 50 percent of the second lowest price; below 45 percent of the ceiling price"
    assert [words_said in page for words_said in ("Prices that must be explained", found)] == [True, True]


def test_adjustments_are_entered_counted_and_shown_again(cast: Cast) -> None:
    case = story.reviewed(cast, method_parameters={"grounds": ["付款偏差"]})
    half = post(case, "expert.one", "calculation", {"OR-bolt-ground-0": "付款偏差"})
    assert half.status_code == 422
    assert "An adjustment has a ground and an amount." in words(half)
    entered = {"OR-bolt-ground-0": "付款偏差", "OR-bolt-amount-0": "600000"}
    assert post(case, "expert.one", "calculation", entered)["Location"] == url(case, "calculation")
    assert queries.places(case.lot)["OR-bolt"].rank == 2
    assert "600000" in get(case, "expert.one", "calculation").content.decode()


def test_months_are_entered_where_the_method_counts_them(cast: Cast) -> None:
    months = {"base_months": "15", "late_per_month": "30000", "early_per_month": "20000"}
    case = story.reviewed(cast, method_parameters=months)
    assert post(case, "expert.one", "calculation", {"OR-bolt-months": "soon"}).status_code == 422
    given = {f"OR-{name}-months": "15" for name in story.PRICES}
    assert post(case, "expert.one", "calculation", given).status_code == 302
    assert queries.places(case.lot)["OR-bolt"].rank == 1


def test_a_deduction_is_claimed_for_a_small_enterprise(cast: Cast) -> None:
    case = story.reviewed(cast, Kind.GP_OPEN, method_parameters={"small_micro_percent": "10"})
    given = {"OR-cedar-deductions": ["small_micro_enterprise"]}
    assert post(case, "expert.one", "calculation", given).status_code == 302
    assert queries.places(case.lot)["OR-cedar"].rank == 1
    assert "checked" in get(case, "expert.one", "calculation").content.decode()


def test_nothing_is_calculated_before_the_review_is_finished(cast: Cast) -> None:
    case = WORLDS["at_work"](cast)
    refused = post(case, "expert.one", "calculation")
    assert refused.status_code == 422
    assert "bids not decided in the Qualification review: 3" in why_not(refused)
    assert queries.calculation_of(case.lot) is None


def test_the_owner_settles_a_tie_with_a_reason_and_each_bidder_has_one_place(cast: Cast) -> None:
    case = WORLDS["tied"](cast)
    order = {"place-1": "OR-bolt", "place-2": "OR-acme", "because": "信誉较好"}
    twice = post(case, "owner.approver", "tie", order | {"place-2": "OR-bolt"} | YES)
    assert twice.status_code == 422
    assert "Each bidder has one place." in words(twice)
    checked = post(case, "owner.approver", "tie", order)
    assert checked.status_code == 200
    assert queries.open_ties(case.lot)
    settled = post(case, "owner.approver", "tie", order | YES)
    assert (settled.status_code, settled["Location"]) == (302, url(case, "lot"))
    assert (queries.open_ties(case.lot), queries.places(case.lot)["OR-bolt"].rank) == ([], 2)
    assert get(case, "owner.approver", "tie").status_code == 404


# -- the report ----------------------------------------------------------------------------------------


def test_the_report_is_drawn_up_once_the_ranking_stands(cast: Cast) -> None:
    case = WORLDS["scoring"](cast)
    early = post(case, "expert.one", "report", {"few_bids_because": ""})
    assert early.status_code == 422
    assert why_not(early)
    assert get(case, "expert.one", "report-pdf").status_code == 404
    assert get(case, "expert.one", "answer").status_code == 404
    story.scored(case, story.SCORES)
    calculating.calculate(case.lot.pk, actor=case.chair, at=story.AT_WORK)
    assert post(case, "expert.one", "report", {"few_bids_because": ""})["Location"] == url(case, "report")
    assert queries.report_of(case.lot) is not None
    assert post(case, "expert.one", "report", {"few_bids_because": ""}).status_code == 404


def test_answers_are_given_once_a_dissent_only_in_writing_and_the_last_one_ends_it(cast: Cast) -> None:
    case = WORLDS["drawn_up"](cast)
    silent = post(case, "expert.one", "answer", {"answer": "dissents", "dissent": ""} | YES)
    assert silent.status_code == 422
    assert "A dissent is written down with its reasons." in words(silent)
    torn = post(case, "expert.one", "answer", {"answer": "agrees", "dissent": "不同意"} | YES)
    assert torn.status_code == 422
    assert not Confirmation.objects.exists()
    dissent = {"answer": "dissents", "dissent": "评分过高"}
    assert post(case, "expert.one", "answer", dissent | YES)["Location"] == url(case, "report")
    assert Confirmation.objects.get().dissent == "评分过高"
    again = post(case, "expert.one", "answer", dissent | YES)
    assert again.status_code == 422
    assert "you have answered the report already" in words(again)
    assert post(case, "expert.one", "conclude").status_code == 422
    for name in case.names[1:-1]:
        assert post(case, name, "answer", {"answer": "agrees"} | YES)["Location"] == url(case, "report")
    last = post(case, case.names[-1], "answer", {"answer": "agrees"} | YES)
    assert (last["Location"], case.lot.stage) == (url(case, "lot"), Stage.EVALUATED)
    paper = get(case, "owner.approver", "report-pdf")
    text = "".join(each.extract_text() for each in PdfReader(io.BytesIO(paper.content)).pages)
    assert paper["Content-Type"] == "application/pdf"
    assert [word for word in (case.lot.number, "Evaluation report", "评分过高") if word not in text] == []
    assert get(case, "expert.one", "take-back").status_code == 404


def test_the_report_is_taken_back_with_a_reason_and_the_answers_fall(cast: Cast) -> None:
    case = WORLDS["last_answer"](cast)
    assert post(case, "expert.one", "take-back", {"because": ""}).status_code == 422
    taken = post(case, "expert.one", "take-back", {"because": "计算更正"})
    assert (taken["Location"], queries.report_of(case.lot)) == (url(case, "report"), None)


def test_the_chair_notes_that_the_last_member_refuses(cast: Cast) -> None:
    case = WORLDS["last_answer"](cast)
    assert post(case, "expert.two", "note-refusal", args=("PE-expert-five",)).status_code == 422
    assert post(case, "expert.one", "note-refusal", args=("PE-expert-five",)).status_code == 302
    assert Confirmation.objects.get(member=case.member("expert.five")).answer == "refuses"


# -- the decision --------------------------------------------------------------------------------------


def test_candidates_are_published_by_who_may_approve(cast: Cast) -> None:
    case = WORLDS["evaluated"](cast)
    assert "may approve" in words(get(case, "owner.drafter", "candidates"))
    assert post(case, "owner.approver", "candidates").status_code == 302
    assert case.lot.stage == Stage.PUBLICITY
    assert get(case, "owner.approver", "candidates").status_code == 404


def test_the_report_is_delivered_and_rank_one_confirmed(cast: Cast) -> None:
    case = WORLDS["evaluated_gp"](cast)
    assert post(case, "buyer.approver", "deliver").status_code == 302
    assert case.lot.stage == Stage.CONFIRMING
    first = case.candidate(1)
    given = post(case, "buyer.approver", "award", {"winner": str(first.pk)} | YES)
    assert (given.status_code, Award.objects.get().organisation) == (302, first.bid.bidder)


def test_another_wins_only_with_a_ground_for_every_better_rank(cast: Cast) -> None:
    case = WORLDS["award_pending"](cast)
    second = {"winner": str(case.candidate(2).pk)} | YES
    bare = post(case, "owner.approver", "award", second)
    assert bare.status_code == 422
    assert why_not(bare)
    wrong = post(case, "owner.approver", "award", second | {"ground-2": "proven_violation", "because": "x"})
    assert "This candidate is not passed over." in words(wrong)
    assert not Award.objects.exists()
    given = post(case, "owner.approver", "award", second | {"ground-1": "proven_violation", "because": "查实业绩造假"})
    assert (given.status_code, Award.objects.get().rank, case.lot.stage) == (302, 2, Stage.AWARDED)
    assert get(case, "owner.approver", "award").status_code == 404


def test_the_award_is_announced_and_each_bidder_reads_its_own_result_alone(cast: Cast) -> None:
    case = story.awarded(cast, scores=story.SCORES, **story.BENCHMARK)
    assert get(case, "acme", "result").status_code == 404
    assert post(case, "owner.approver", "notify").status_code == 302
    assert case.lot.stage == Stage.CONTRACTING
    winner = Award.objects.get().organisation
    for bidder in story.PRICES:
        text = words(get(case, bidder, "result"))
        assert "Total points" in text
        assert [cast[other].name for other in story.PRICES
                if other != bidder and cast[other] != winner and cast[other].name in text] == []  # fmt: skip
    assert get(case, "delta", "result").status_code == 404


def test_a_rejected_bidder_reads_why_and_has_no_place(cast: Cast) -> None:
    out = {"delta": (story.RejectionGround.NOT_RESPONSIVE, "工期响应不符")}
    case = story.notified(cast, prices=story.PRICES | {"delta": "28200000.00"}, against=out)
    rejected = words(get(case, "delta", "result"))
    assert "工期响应不符" in rejected
    assert "Total points" not in rejected


def test_a_winner_that_refuses_loses_the_award_and_the_next_may_win(cast: Cast) -> None:
    case = WORLDS["contracting"](cast)
    said = {"ground": "refused_to_sign", "because": "书面拒签"}
    assert post(case, "owner.approver", "refusal", {"ground": "whim"} | YES).status_code == 422
    assert post(case, "owner.approver", "refusal", said | YES).status_code == 302
    fallen = Award.objects.get()
    assert (fallen.fell_at, fallen.fell_ground, fallen.fell_because) == (LATER, "refused_to_sign", "书面拒签")
    assert case.lot.stage == Stage.AWARD_PENDING
    assert get(case, "bolt", "result").status_code == 404
    assert "The winner refuses to sign the contract" in words(get(case, "owner.approver", "award"))


def test_the_page_says_of_each_ground_what_becomes_of_the_deposit(cast: Cast) -> None:
    case = WORLDS["contracting"](cast)
    page = words(get(case, "owner.approver", "refusal"))
    said = {
        "The winner refuses to sign the contract": "the deposit is kept",
        "The winner gave no performance security": "the deposit is kept",
        "The winner gave up the award": "the deposit is kept",
        "Force majeure keeps the winner from performing": "the deposit goes back",
        "A violation by the winner that affects the award was proven": "the deposit goes back",
    }
    assert [ground for ground, consequence in said.items() if f"{ground}: {consequence}" not in page] == []


@pytest.mark.parametrize(
    ("world", "who", "ground"),
    [
        ("award_pending", "owner.approver", "illegal_conduct"),
        ("gp_at_work", "buyer.approver", "task_cancelled"),
    ],
)
def test_the_owner_ends_the_run_without_a_winner(cast: Cast, world: str, who: str, ground: str) -> None:
    case = WORLDS[world](cast)
    assert post(case, who, "failure", {"ground": "no_such", "because": "x"} | YES).status_code == 422
    ended = post(case, who, "failure", {"ground": ground, "because": "查实串通"} | YES)
    assert ended["Location"] == reverse("trading:project", args=[case.project.number])
    assert Stage(case.lot.stage).is_end
    assert get(case, who, "failure").status_code == 404
