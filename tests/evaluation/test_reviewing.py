from __future__ import annotations

import pytest

from accounts.models import InboxMessage
from core.errors import NotYours
from evaluation import queries, reviewing
from evaluation.models import Review
from evaluation.names import RejectionGround, Step
from evaluation.reviewing import Vote
from tests.evaluation.refusals import reasons_of
from tests.stories import evaluation as story
from tests.stories.evaluation import AT_WORK, OPENED
from trading.models import Notice
from trading.names import Kind, Stage


def vote(case, member, *votes):
    return reviewing.vote(case.lot.pk, votes=votes, actor=case.members[member], at=AT_WORK)


def test_nothing_is_voted_on_before_the_declaration(cast):
    case = story.named(cast)
    cast_vote = Vote(bid_id=case.bid("acme").pk, step=Step.QUALIFICATION, passed=True)
    assert reasons_of(vote, case, 0, cast_vote) == (
        "declare your interests before anything becomes visible",
        "the committee is not at work on this lot now",
    )


def test_the_majority_decides_with_the_last_vote_and_every_vote_stays_on_record(cast):
    case = story.evaluating(cast)
    bid = case.bid("bolt")
    against = Vote(
        bid_id=bid.pk, step=Step.QUALIFICATION, passed=False, because="资质证书过期",
        ground=RejectionGround.NOT_QUALIFIED,
    )  # fmt: skip
    agree = Vote(bid_id=bid.pk, step=Step.QUALIFICATION, passed=True)
    for member in (0, 1):
        vote(case, member, agree)
    for member in (2, 3):
        assert vote(case, member, against)[0].passed is None
    row = vote(case, 4, against)[0]
    assert (row.passed, row.ground_code, row.because, row.decided_at) == (
        False, "not_qualified", "资质证书过期", AT_WORK,
    )  # fmt: skip
    assert {number: said["passed"] for number, said in row.votes.items()} == {
        "PE-expert-one": True, "PE-expert-two": True,
        "PE-expert-three": False, "PE-expert-four": False, "PE-expert-five": False,
    }  # fmt: skip
    assert [other.bidder.number for other in queries.bids_in_play(case.lot)] == ["OR-acme", "OR-cedar"]


def test_two_of_five_do_not_reject_a_bid(cast):
    case = story.evaluating(cast)
    bid = case.bid("acme")
    for member in range(5):
        ground = RejectionGround.BELOW_COST if member > 2 else None
        row = vote(
            case, member,
            Vote(bid_id=bid.pk, step=Step.RESPONSIVENESS, passed=member <= 2, ground=ground, because="低" * member),
        )[0]  # fmt: skip
    assert (row.passed, row.because, row.ground_code) == (True, "", "")


def test_a_member_may_change_its_mind_until_the_step_is_decided(cast):
    case = story.evaluating(cast)
    bid = case.bid("acme").pk
    vote(case, 0, Vote(bid_id=bid, step=Step.QUALIFICATION, passed=False, because="x", ground=RejectionGround.OTHER))
    for member in range(5):
        vote(case, member, Vote(bid_id=bid, step=Step.QUALIFICATION, passed=True))
    assert Review.objects.get().passed is True
    assert reasons_of(vote, case, 0, Vote(bid_id=bid, step=Step.QUALIFICATION, passed=True)) == (
        "this step is decided for this bid",
    )


def test_all_votes_count_or_none_and_every_fault_is_named(cast):
    case = story.evaluating(cast)
    wrong = (
        Vote(bid_id=case.bid("acme").pk, step=Step.QUALIFICATION, passed=True),
        Vote(bid_id=case.bid("bolt").pk, step=Step.QUALIFICATION, passed=False),
        Vote(bid_id=0, step=Step.QUALIFICATION, passed=True),
    )
    assert reasons_of(vote, case, 0, *wrong) == (
        "a rejection states its reason",
        "a rejection names its ground",
        "this bid is no longer in play",
    )
    assert not Review.objects.exists()


def test_what_a_report_rests_on_is_not_voted_on_until_it_is_taken_back(cast):
    from evaluation import reporting

    case = story.evaluating(cast)
    out = {"ground": RejectionGround.NOT_QUALIFIED, "because": "资质证书过期"}
    for member in range(5):
        vote(case, member, Vote(bid_id=case.bid("cedar").pk, step=Step.QUALIFICATION, passed=False, **out))
    reporting.draw_up(case.lot.pk, few_bids_because="明显缺乏竞争", rejects_all=True, actor=case.chair, at=AT_WORK)
    late = Vote(bid_id=case.bid("acme").pk, step=Step.QUALIFICATION, passed=True)
    assert reasons_of(vote, case, 0, late) == ("the report is drawn up already",)
    reporting.withdraw(case.lot.pk, because="更正", actor=case.chair, at=AT_WORK)
    assert [row.votes.keys() for row in vote(case, 0, late)] == [{"PE-expert-one"}]


def test_a_rejected_bid_is_not_voted_on_any_further(cast):
    case = story.evaluating(cast)
    bid = case.bid("acme").pk
    both = (
        Vote(bid_id=bid, step=Step.QUALIFICATION, passed=False, because="x", ground=RejectionGround.COLLUSION),
        Vote(bid_id=bid, step=Step.RESPONSIVENESS, passed=True),
    )
    for member in range(4):
        vote(case, member, *both)
    assert [row.step for row in vote(case, 4, *both)] == ["qualification"]
    later = Vote(bid_id=bid, step=Step.RESPONSIVENESS, passed=True)
    assert reasons_of(vote, case, 0, later) == ("this bid is no longer in play",)


def test_what_could_not_be_opened_is_not_reviewed(cast):
    case = story.evaluating(cast, prices=story.PRICES | {"delta": "1"}, revoked=["delta"])
    cast_vote = Vote(bid_id=case.bid("delta").pk, step=Step.QUALIFICATION, passed=True)
    assert reasons_of(vote, case, 0, cast_vote) == ("this bid is no longer in play",)


@pytest.mark.parametrize("stranger", ["expert.six", "owner.approver", "acme", "supervisor", "center", "audit"])
def test_nobody_else_votes(cast, stranger):
    case = story.evaluating(cast)
    cast_vote = Vote(bid_id=case.bid("acme").pk, step=Step.QUALIFICATION, passed=True)
    with pytest.raises(NotYours):
        reviewing.vote(case.lot.pk, votes=[cast_vote], actor=cast.actor(stranger), at=AT_WORK)


# -- procurement: the buying side ----------------------------------------------------------------------


def decide(case, bidder, *, passed=True, because="", ground=None, step=Step.QUALIFICATION, actor=None):
    return reviewing.review(
        case.bid(bidder).pk, step=step, passed=passed, because=because, ground=ground,
        actor=actor or case.drafter, at=OPENED,
    )  # fmt: skip


def test_in_procurement_the_buying_side_reviews_qualification(cast):
    case = story.declared(cast, Kind.GP_OPEN)
    row = decide(case, "acme", passed=False, because="未提供纳税证明", ground=RejectionGround.NOT_QUALIFIED)
    assert (row.passed, row.because, row.votes) == (False, "未提供纳税证明", {})
    assert decide(case, "acme", actor=cast.actor("agent.drafter")).passed is True  # until the review ends
    assert reasons_of(decide, case, "bolt", passed=False, step=Step.RESPONSIVENESS) == (
        "a rejection states its reason",
        "a rejection names its ground",
        "the buying side reviews qualification, in the stage of that name",
    )
    for stranger in ("expert.one", "acme", "owner.drafter"):
        with pytest.raises(NotYours):
            decide(case, "bolt", actor=cast.actor(stranger))


def test_in_construction_the_buying_side_reviews_nothing(cast):
    case = story.evaluating(cast)
    assert reasons_of(decide, case, "acme") == ("the buying side reviews qualification, in the stage of that name",)


def test_in_procurement_the_committee_does_not_vote_on_qualification(cast):
    case = story.evaluating(cast, Kind.GP_OPEN)
    assert reasons_of(vote, case, 0, Vote(bid_id=case.bid("acme").pk, step=Step.QUALIFICATION, passed=True)) == (
        "the buying side has reviewed qualification",
        "this step is decided for this bid",
    )


def test_the_committee_begins_when_every_supplier_is_reviewed_and_enough_qualify(cast):
    case = story.declared(cast, Kind.GP_OPEN)
    decide(case, "acme")
    assert reasons_of(reviewing.qualify, case.lot.pk, actor=case.drafter, at=AT_WORK) == (
        "bidders not reviewed yet: 2",
        "qualified suppliers: 1; needed: 3",
    )
    story.qualified(case)
    reviewing.qualify(case.lot.pk, actor=case.drafter, at=AT_WORK)
    assert case.lot.stage == Stage.EVALUATING


def test_fewer_than_three_qualified_fails_the_tender_and_nothing_is_evaluated(cast):
    """E2E-GP-1."""
    case = story.declared(cast, Kind.GP_OPEN)
    story.qualified(case, out={"bolt": "营业执照经营范围不符"})
    reviewing.qualify(case.lot.pk, actor=case.drafter, at=AT_WORK)
    assert case.lot.stage == Stage.FAILED
    notice = Notice.objects.get(code="FAIL", lot=case.lot)
    assert notice.data["rejected"] == [
        {
            "bidder": cast["bolt"].name,
            "step": "qualification",
            "ground": "not_qualified",
            "because": "营业执照经营范围不符",
        }
    ]
    assert notice.data["because"] == "qualified suppliers: 2; needed: 3"
    told = InboxMessage.objects.filter(kind="evaluation.tender.failed")
    assert sorted(message.organisation.number for message in told) == ["OR-acme", "OR-bolt", "OR-cedar"]


def test_bids_with_one_brand_count_once(cast):
    """O-GP-09: X, X and Y are two suppliers."""
    forms = {"acme": {"brand": "X"}, "bolt": {"brand": "X"}, "cedar": {"brand": "Y"}}
    case = story.declared(cast, Kind.GP_OPEN, forms=forms)
    story.qualified(case)
    assert reviewing.fails_by_qualification(case.lot, at=AT_WORK) is True


def test_with_four_brands_x_x_y_z_three_count(cast):
    forms = {"acme": {"brand": "X"}, "bolt": {"brand": "X"}, "cedar": {"brand": "Y"}, "delta": {"brand": "Z"}}
    case = story.declared(cast, Kind.GP_OPEN, forms=forms, prices=story.PRICES | {"delta": "27000000.00"})
    story.qualified(case)
    assert reviewing.fails_by_qualification(case.lot, at=AT_WORK) is False
