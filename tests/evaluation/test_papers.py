"""The report on paper: what the page shows, and nothing that is not there."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from pypdf import PdfReader

from evaluation import calculating, papers, queries, reporting, scoring
from evaluation.names import Answer, RejectionGround
from tests.stories import evaluation as story
from tests.stories.evaluation import AT_WORK

if TYPE_CHECKING:
    from tests.cast import Cast

SAME = {"plan": "26", "record": "20"}


def printed(case: story.Case) -> str:
    paper = papers.report_pdf(queries.report_of(case.lot), made_at=AT_WORK, language="en")
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(paper)).pages)


def lacking(text: str, *wanted: str) -> list[str]:
    return [words for words in wanted if words not in text]


def test_comments_a_settled_tie_and_a_dissent_stand_in_the_report(cast: Cast) -> None:
    prices = {"acme": "28000000.00", "bolt": "28000000.00", "cedar": "28900000.00"}
    case = story.reviewed(cast, prices=prices, **story.BENCHMARK)
    for actor in case.members:
        for bidder in prices:
            noted = {"plan": "方案完整"} if actor == case.chair and bidder == "bolt" else {}
            scoring.save(case.bid(bidder).pk, scores=SAME, comments=noted, actor=actor, at=AT_WORK)
        scoring.hand_in(case.lot.pk, actor=actor, at=AT_WORK)
    calculating.calculate(case.lot.pk, actor=case.chair, at=AT_WORK)
    order = (case.number("bolt"), case.number("acme"))
    calculating.settle_tie(case.lot.pk, order=order, because="信誉较好", actor=case.approver, at=AT_WORK)
    reporting.draw_up(case.lot.pk, actor=case.chair, at=AT_WORK)
    reporting.confirm(case.lot.pk, answer=Answer.DISSENTS, dissent="评分过高", actor=case.chair, at=AT_WORK)
    text = printed(case)
    assert (
        lacking(
            text,
            "Evaluation report (draft)",
            "Every vote",
            "expert.one · 施工组织设计: 方案完整",
            f"The owner's choice between equals: {cast['bolt'].name}, {cast['acme'].name}. 信誉较好",
            "Dissent of expert.one: 评分过高",
        )
        == []
    )
    assert "No candidate is named" not in text


def test_a_report_that_names_nobody_says_so_and_has_no_ranking(cast: Cast) -> None:
    case = story.reviewed(cast, against={"cedar": (RejectionGround.NOT_QUALIFIED, "资质证书过期")})
    reporting.draw_up(case.lot.pk, few_bids_because="明显缺乏竞争", rejects_all=True, actor=case.chair, at=AT_WORK)
    text = printed(case)
    assert lacking(text, "No candidate is named: the tender fails.", "明显缺乏竞争", "资质证书过期") == []
    assert [words for words in ("Worked calculation", "Score sheets") if words in text] == []
