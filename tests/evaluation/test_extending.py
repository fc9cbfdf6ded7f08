"""Too little time for the evaluation: members say so, the owner extends it (招投标条例 48)."""

from __future__ import annotations

import pytest

from accounts.models import InboxMessage
from core import clock
from core.errors import NotYours
from evaluation import extending, queries, reporting
from tests.evaluation.refusals import reasons_of
from tests.evaluation.web.worlds import LATER
from tests.stories import evaluation as story
from tests.stories.evaluation import AT_WORK, HOUR, MINUTE
from tests.trading.browsing import browser, words


@pytest.fixture
def later():
    with clock.stands_at(LATER):
        yield


def call(case, name, *, at=AT_WORK + MINUTE):
    return extending.call_time_short(case.lot.pk, actor=case.cast.actor(name), at=at)


def extend(case, **given):
    said = {"until": AT_WORK + 24 * HOUR, "because": "图纸多", "actor": case.drafter, "at": AT_WORK + 2 * MINUTE}
    return extending.extend_time(case.lot.pk, **(said | given))


def against_the_report(case):
    return reasons_of(reporting.draw_up, case.lot.pk, actor=case.chair, at=AT_WORK + 5 * MINUTE)


def test_the_report_waits_while_more_than_a_third_say_that_time_is_too_short(cast):
    case = story.ranked(cast)
    call(case, "expert.one")
    assert reporting.planned(case.lot, at=AT_WORK).objections == ()  # one of five is no third
    call(case, "expert.two")
    assert against_the_report(case) == ("members who say that the time is too short: 2; it must be extended",)
    committee = extend(case)
    assert (committee.works_until, committee.extended_because) == (AT_WORK + 24 * HOUR, "图纸多")
    assert queries.calling_for_time(case.lot) == []
    reporting.draw_up(case.lot.pk, actor=case.chair, at=AT_WORK + 5 * MINUTE)


def test_who_was_heard_may_call_again(cast):
    case = story.evaluating(cast)
    call(case, "expert.one")
    assert reasons_of(call, case, "expert.one") == ("you have said already that the time is too short",)
    extend(case)
    call(case, "expert.one", at=AT_WORK + 3 * MINUTE)
    assert [row.user.username for row in queries.calling_for_time(case.lot)] == ["expert-one"]


def test_every_reason_against_an_extension_is_said_at_once(cast):
    case = story.evaluating(cast)
    assert reasons_of(extend, case, until=AT_WORK, because=" ") == (
        "no member says that the time is too short",
        "the new end of the evaluation lies later than now and than the old one",
        "say why the time is extended",
    )


def test_only_a_member_calls_and_only_the_buying_side_extends(cast):
    case = story.evaluating(cast)
    with pytest.raises(NotYours):
        call(case, "expert.seven")
    call(case, "expert.one")
    with pytest.raises(NotYours):
        extend(case, actor=cast.actor("buyer.approver"))


def test_the_buying_side_is_told_of_the_call_and_every_member_of_the_extension(cast):
    case = story.evaluating(cast)
    call(case, "expert.one")
    extend(case)
    told = InboxMessage.objects.filter(kind="evaluation.time.short")
    assert {row.organisation.number for row in told} == {"OR-owner", "OR-agent"}
    heard = InboxMessage.objects.filter(kind="evaluation.time.extended").values_list("user__username", flat=True)
    assert sorted(heard) == sorted(f"expert-{nth}" for nth in story.EXPERTS[:5])


def test_the_pages_call_for_time_and_extend_it(cast, later):
    case = story.evaluating(cast)
    room = f"/evaluation/{case.lot.number}"
    member, buyer = browser(cast, "expert.one"), browser(cast, "owner.drafter")
    assert "The time is too short" in words(member.get(room))
    assert member.post(f"{room}/time-short")["Location"] == room
    assert "You have said that the time is too short." in words(member.get(room))
    assert "Extend the time: asked for by 1" in words(buyer.get(room))
    typed = {"until": "2026-04-30T12:00", "because": "图纸多"}
    assert buyer.post(f"{room}/extend", typed)["Location"] == room
    assert "The time was extended until 2026-04-30 12:00" in words(member.get(room))
    assert queries.committee_of(case.lot).extended_at == LATER
