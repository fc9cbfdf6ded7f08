"""A candidate whose situation changed is checked again by the committee before it can win (招投标条例 56)."""

from __future__ import annotations

import pytest

from accounts.models import InboxMessage
from core import clock
from core.errors import NotYours
from evaluation import awarding, rechecking
from evaluation.models import Recheck
from tests.evaluation.refusals import reasons_of
from tests.evaluation.web.worlds import LATER
from tests.stories import evaluation as story
from tests.trading.browsing import browser, words
from trading.names import PassingGround

CHANGED = "被法院列为失信被执行人"


@pytest.fixture
def later():
    with clock.stands_at(LATER):
        yield


def ask(case, rank=1, **given):
    said = {"candidate_id": case.candidate(rank).pk, "because": CHANGED, "actor": case.approver} | given
    return rechecking.ask_recheck(case.lot.pk, **said, at=story.later(case))


def answer(case, found, actor, *, is_fit, because="财务报表已核"):
    return rechecking.answer_recheck(
        case.lot.pk, recheck_id=found.pk, is_fit=is_fit, because=because, actor=actor, at=story.later(case)
    )


def award(case, rank, **given):
    return awarding.award(
        case.lot.pk, candidate_id=case.candidate(rank).pk, actor=case.approver, at=story.later(case), **given
    )


def test_nobody_wins_while_the_committee_has_not_answered(cast):
    case = story.award_pending(cast)
    found = ask(case)
    assert reasons_of(award, case, 1) == ("the committee has not finished checking the candidate again",)
    for actor in case.members:
        answer(case, found, actor, is_fit=True)
    assert award(case, 1).rank == 1


def test_a_candidate_that_no_longer_fits_is_passed_over_on_that_ground(cast):
    case = story.award_pending(cast)
    found = ask(case)
    for actor, is_fit in zip(case.members, (True, True, False, False, False), strict=True):
        answer(case, found, actor, is_fit=is_fit)
    found.refresh_from_db()
    assert (found.is_fit, found.decided_at) == (False, story.later(case))
    assert awarding.grounds_on_record(case.lot) == {1: PassingGround.NO_LONGER_FIT}
    assert reasons_of(award, case, 1) == ("this candidate has given up, lost the award or is no longer fit",)
    assert award(case, 2).ground == PassingGround.NO_LONGER_FIT


def test_the_owner_cannot_find_a_candidate_unfit_by_itself(cast):
    case = story.award_pending(cast)
    grounds = {1: PassingGround.NO_LONGER_FIT}
    assert reasons_of(award, case, 2, grounds=grounds, because=CHANGED) == (
        "only the committee finds a candidate no longer fit, when it checks it again",
    )


def test_every_reason_against_a_second_check_is_said_at_once(cast):
    case = story.award_pending(cast)
    ask(case)
    assert reasons_of(ask, case, because=" ") == (
        "the committee is checking this candidate again already",
        "say what has changed with the candidate",
    )
    award(case, 2, grounds={1: PassingGround.GAVE_UP}, because="书面放弃")
    assert reasons_of(ask, case, 3) == ("a candidate is checked again before the winner is determined",)


def test_a_procurement_knows_no_second_check(cast):
    case = story.confirming(cast)
    assert reasons_of(ask, case) == ("this procedure knows no second check of a candidate",)


def test_only_the_owner_asks_and_only_members_answer_each_once_with_a_reason(cast):
    case = story.award_pending(cast)
    for name in ("agent.approver", "buyer.approver"):
        with pytest.raises(NotYours):
            ask(case, actor=cast.actor(name))
    found = ask(case)
    with pytest.raises(NotYours):
        answer(case, found, cast.actor("expert.seven"), is_fit=True)
    answer(case, found, case.chair, is_fit=True)
    assert reasons_of(answer, case, found, case.chair, is_fit=False, because="") == (
        "you have answered this already",
        "write down the reason of your answer",
    )


def test_the_members_are_asked_and_the_owner_is_told_the_end(cast):
    case = story.award_pending(cast)
    found = ask(case)
    for actor in case.members:
        answer(case, found, actor, is_fit=True)
    asked = InboxMessage.objects.filter(kind="evaluation.recheck.asked").values_list("user__username", flat=True)
    assert sorted(asked) == sorted(f"expert-{nth}" for nth in story.EXPERTS[:5])
    told = InboxMessage.objects.get(kind="evaluation.recheck.decided")
    assert (told.organisation.number, told.role) == ("OR-owner", "OWNER")


def test_the_page_asks_and_answers(cast, later):
    case = story.award_pending(cast)
    page = f"/evaluation/{case.lot.number}/recheck"
    owner, member = browser(cast, "owner.approver"), browser(cast, "expert.one")
    assert member.get(page).status_code == 404
    assert "Have a candidate checked again" in words(owner.get(f"/evaluation/{case.lot.number}"))
    assert owner.post(page, {"candidate": str(case.candidate(1).pk), "because": CHANGED})["Location"] == page
    assert CHANGED in words(member.get(page))
    assert "A candidate is checked again" in words(member.get(f"/evaluation/{case.lot.number}"))
    assert member.post(page, {"is_fit": "no", "because": "无履约能力"})["Location"] == page
    assert "无履约能力" not in words(owner.get(page))  # what members say is theirs until all have said it
    for name in case.names[1:]:
        browser(cast, name).post(page, {"is_fit": "no", "because": "无履约能力"})
    said = words(owner.get(page))
    assert ("no longer fit" in said, "无履约能力" in said) == (True, True)
    assert Recheck.objects.get().is_fit is False
