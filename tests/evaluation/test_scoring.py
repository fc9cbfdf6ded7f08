from __future__ import annotations

import pytest

from core.canonical import digest_of
from core.errors import NotYours
from evaluation import reviewing, scoring
from evaluation.models import ScoreSheet
from evaluation.names import RejectionGround
from tests.evaluation.refusals import reasons_of
from tests.stories import evaluation as story
from tests.stories.evaluation import AT_WORK
from trading.names import Kind


def save(case, bidder, marks, *, member=0, comments=None):
    return scoring.save(case.bid(bidder).pk, scores=marks, comments=comments, actor=case.members[member], at=AT_WORK)


def hand_in(case, member=0):
    return scoring.hand_in(case.lot.pk, actor=case.members[member], at=AT_WORK)


@pytest.fixture
def case(cast):
    return story.reviewed(cast, **story.BENCHMARK)


def test_a_draft_is_kept_as_it_is_unfinished_or_wrong(case):
    save(case, "acme", {"plan": "31"})
    sheet = save(case, "acme", {"plan": " 26 ", "price": "50", "licence": "pass"}, comments={"plan": "工期安排合理"})
    assert (sheet.state, sheet.scores, sheet.comments) == ("draft", {"plan": "26"}, {"plan": "工期安排合理"})
    assert ScoreSheet.objects.count() == 1


def test_handing_in_names_everything_that_is_missing_or_out_of_range(case):
    save(case, "acme", {"plan": "31", "record": "15"})
    save(case, "bolt", {"plan": "24"})
    acme, bolt, cedar = (case.cast[name].name for name in ("acme", "bolt", "cedar"))
    assert reasons_of(hand_in, case) == (
        f"bid {acme}: 施工组织设计: 31 is outside 0 to 30",
        f"bid {acme}: 类似业绩: 15 is not one of the steps 0, 10, 20",
        f"bid {bolt}: 类似业绩 is missing",
        f"bid {cedar}: 施工组织设计 is missing",
        f"bid {cedar}: 类似业绩 is missing",
    )


def test_what_is_handed_in_stays_as_it_is(case):
    for bidder, marks in story.SCORES.items():
        save(case, bidder, marks)
    sheets = hand_in(case)
    assert {(sheet.state, sheet.handed_in_at) for sheet in sheets} == {("handed_in", AT_WORK)}
    assert sheets[0].digest == digest_of(
        {"bid": sheets[0].bid.seal_id, "scores": sheets[0].scores, "comments": sheets[0].comments}
    )
    assert reasons_of(save, case, "acme", {"plan": "1"}) == ("the sheet is handed in and stays as it is",)
    assert reasons_of(hand_in, case) == ("your sheets are handed in",)


def test_nobody_scores_before_the_review_is_finished(cast):
    case = story.evaluating(cast, **story.BENCHMARK)
    for bidder, marks in story.SCORES.items():
        save(case, bidder, marks)
    assert reasons_of(hand_in, case) == ("the review of 3 bids is not finished",)


def test_a_rejected_bid_is_not_scored(cast):
    out = {"bolt": (RejectionGround.NOT_RESPONSIVE, "工期不响应")}
    case = story.reviewed(cast, against=out, **story.BENCHMARK)
    assert reasons_of(save, case, "bolt", {"plan": "1"}) == ("this bid is no longer in play",)
    for bidder in ("acme", "cedar"):
        save(case, bidder, story.SCORES[bidder])
    assert len(hand_in(case)) == 2


@pytest.mark.parametrize("stranger", ["expert.six", "owner.drafter", "acme", "supervisor"])
def test_nobody_else_scores(case, stranger):
    with pytest.raises(NotYours):
        scoring.save(case.bid("acme").pk, scores={}, actor=case.cast.actor(stranger), at=AT_WORK)
    with pytest.raises(NotYours):
        scoring.hand_in(case.lot.pk, actor=case.cast.actor(stranger), at=AT_WORK)


def test_before_the_committee_begins_nobody_scores(cast):
    case = story.declared(cast, Kind.GP_OPEN, **story.SCORING)
    assert reasons_of(save, case, "acme", {}) == ("the committee is not at work on this lot now",)
    story.qualified(case)
    reviewing.qualify(case.lot.pk, actor=case.drafter, at=AT_WORK)
    assert save(case, "acme", {"quality": "90"}).scores == {"quality": "90"}
