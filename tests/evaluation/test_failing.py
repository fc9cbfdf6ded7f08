from __future__ import annotations

import pytest

from core.errors import NotYours
from evaluation import failing
from tests.evaluation.refusals import reasons_of
from tests.stories import evaluation as story
from trading.models import Notice
from trading.names import FailureGround, Kind, Stage


def fail_evaluation(case, *, ground=FailureGround.ABOVE_BUDGET, because="预算已调减", actor=None):
    failing.fail_evaluation(case.lot.pk, ground=ground, because=because, actor=actor or case.approver, at=story.AT_WORK)


def fail_award(case, *, ground=FailureGround.AWARD_SET_ASIDE, because="重新招标", actor=None):
    failing.fail_award(case.lot.pk, ground=ground, because=because, actor=actor or case.approver, at=story.later(case))


def test_a_purchaser_voids_the_evaluation_for_a_ground_outside_the_bids(cast):
    case = story.evaluating(cast, Kind.GP_OPEN)
    assert reasons_of(fail_evaluation, case, because=" ") == ("write down why the tender fails",)
    assert reasons_of(fail_evaluation, case, ground=FailureGround.NO_CANDIDATE_LEFT) == (
        "conforming bids: 3; without another lawful ground the tender does not fail",
    )
    fail_evaluation(case)
    notice = Notice.objects.get(code="FAIL")
    assert (case.lot.stage, notice.data["failure"]) == (
        Stage.FAILED, {"move": "fail_evaluation", "ground": "above_budget", "text": "预算已调减"},
    )  # fmt: skip


def test_in_construction_only_the_committee_fails_an_evaluation(cast):
    case = story.evaluating(cast)
    assert "“Fail at evaluation” is not taken by Owner" in reasons_of(fail_evaluation, case)


@pytest.mark.parametrize("kind", [Kind.CT, Kind.GP_OPEN])
def test_an_award_fails_for_a_ground_of_the_law_and_everybody_is_told(cast, kind):
    case = story.decidable(cast, kind)
    assert reasons_of(fail_award, case, ground=FailureGround.DOCUMENTS_UNLAWFUL) == (
        "“The documents are unlawful and this affects bids” is no ground here",
    )
    with pytest.raises(NotYours):
        fail_award(case, actor=cast.actor("agent.approver"))
    fail_award(case)
    assert (case.lot.stage, case.lot.failure["text"]) == (Stage.FAILED, "重新招标")
    from accounts.models import InboxMessage

    assert InboxMessage.objects.filter(kind="evaluation.tender.failed").count() == 3
