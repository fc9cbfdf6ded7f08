from __future__ import annotations

from datetime import datetime

import pytest

from accounts.models import InboxMessage
from core import clock
from core.actors import SYSTEM
from core.errors import NotYours
from core.models import OutboxEntry
from core.working_days import SHANGHAI
from evaluation import awarding, publicity
from supervision import objecting
from supervision.models import Objection
from tests.evaluation.refusals import reasons_of
from tests.stories import bidding as sealing
from tests.stories import evaluation as story
from tests.stories import trading as before
from trading import ending
from trading.models import Hold, Lot, Notice
from trading.names import Kind, Stage, TerminationGround


def object_to(lot, who, *, at, cast, body="评标办法第三条排斥潜在投标人,请予修改", interest=""):
    with clock.stands_at(at):
        return objecting.object_to(lot.pk, body=body, interest=interest, actor=cast.actor(who), at=at)


def answer(objection, *, actor, at, text="条款已核实,不排斥", upheld=False):
    with clock.stands_at(at):
        return objecting.answer(objection.pk, text=text, upheld=upheld, actor=actor, at=at)


# -- to the documents ----------------------------------------------------------------------------------

EARLY = before.ANNOUNCED + before.DAY


@pytest.fixture
def announced(cast):
    return before.announced(cast)


def test_an_objection_to_the_documents_holds_the_lot_and_extends_the_deadline_at_once(cast, announced):
    lot = announced.lots.get()
    objection = object_to(lot, "acme", at=EARLY, cast=cast)
    hold = Hold.objects.get()
    assert (objection.subject, objection.state, objection.hold) == ("documents", "open", hold)
    assert (hold.ground, hold.because, hold.lifted_at) == ("objection", objection.number, None)
    assert objection.answer_by == datetime(2026, 3, 7, 0, 0, tzinfo=SHANGHAI)  # three days
    assert Lot.objects.get().closes_at == hold.extended_to > before.DEADLINE
    assert Notice.objects.filter(code="SUSPEND").count() == 1


def test_the_answer_lifts_the_hold_is_published_and_names_nobody(cast, announced):
    lot = announced.lots.get()
    objection = object_to(lot, "acme", at=EARLY, cast=cast)
    extended = Lot.objects.get().closes_at
    answer(objection, actor=cast.actor("owner.approver"), at=EARLY + before.DAY, upheld=True)
    assert Hold.objects.get().lifted_at == EARLY + before.DAY
    assert Lot.objects.get().closes_at == extended  # lifting never shortens
    notice = Notice.objects.get(code="OBJECTION")
    assert (notice.data["answer"], notice.data["upheld"], notice.data["subject"]) == (
        "条款已核实,不排斥", True, "documents",
    )  # fmt: skip
    published = str([row.data for row in Notice.objects.filter(code__in=["OBJECTION", "SUSPEND", "RESUME"])])
    assert [word for word in (cast["acme"].name, cast["acme"].number, "排斥潜在") if word in published] == []
    told = InboxMessage.objects.get(kind="supervision.objection.answered")
    assert (told.organisation, told.link) == (cast["acme"], f"/objections/{objection.number}")


def test_before_the_opening_the_log_does_not_say_who_objects(cast, announced):
    objection = object_to(announced.lots.get(), "acme", at=EARLY, cast=cast)
    with clock.stands_at(EARLY):
        objecting.withdraw(objection.pk, actor=cast.actor("acme"), at=EARLY)
    entries = OutboxEntry.objects.filter(event__startswith="supervision.") | OutboxEntry.objects.filter(
        event__startswith="trading.hold."
    )
    assert sorted(entries.values_list("event", flat=True)) == [
        "supervision.objection.made", "supervision.objection.withdrawn",
        "trading.hold.lifted", "trading.hold.placed",
    ]  # fmt: skip
    assert {entry.actor for entry in entries} == {"BIDDER::"}
    assert [entry.event for entry in entries if cast["acme"].number.encode() in bytes(entry.entry)] == []
    assert {hold.placed_by for hold in Hold.objects.all()} == {"BIDDER::"}


def test_both_of_the_buying_side_are_told_to_answer(cast, announced):
    objection = object_to(announced.lots.get(), "acme", at=EARLY, cast=cast)
    told = InboxMessage.objects.filter(kind="supervision.objection.made")
    assert {(row.organisation.number, row.role, row.link) for row in told} == {
        ("OR-owner", "OWNER", f"/objections/{objection.number}"),
        ("OR-agent", "AGENT", f"/objections/{objection.number}"),
    }


def test_an_objection_to_the_documents_comes_ten_days_before_the_deadline(cast, announced):
    """O-CT-15: for a deadline on the 24th, the 14th is the last day."""
    lot = announced.lots.get()
    late = datetime(2026, 3, 15, 9, 0, tzinfo=SHANGHAI)
    assert reasons_of(object_to, lot, "acme", at=late, cast=cast) == (
        "an objection to the documents was possible until 2026-03-14",
    )
    assert object_to(lot, "acme", at=datetime(2026, 3, 14, 23, 59, tzinfo=SHANGHAI), cast=cast).state == "open"


def test_everything_that_is_wrong_is_named(cast, announced):
    lot = announced.lots.get()
    object_to(lot, "acme", at=EARLY, cast=cast)
    assert reasons_of(object_to, lot, "acme", at=EARLY, cast=cast, body=" ") == (
        "write what you object to, with facts and request",
        "your earlier objection is still open",
    )
    assert Objection.objects.count() == 1


def test_nobody_objects_to_what_is_not_announced_or_in_another_role(cast):
    lot = before.submitted(cast).lots.get()
    with pytest.raises(NotYours):
        object_to(lot, "acme", at=EARLY, cast=cast)
    for stranger in ("owner.approver", "supervisor", "expert.one"):
        with pytest.raises(NotYours):
            object_to(lot, stranger, at=EARLY, cast=cast)


def test_procurement_knows_challenges_and_no_objections(cast):
    lot = before.announced(cast, Kind.GP_OPEN).lots.get()
    assert reasons_of(object_to, lot, "acme", at=EARLY, cast=cast) == (
        "this kind of procedure has no objection; use a challenge",
    )


def test_an_organisation_of_the_buying_side_does_not_object(cast, announced):
    seat = cast.seats["owner.approver"]
    type(seat).objects.create(
        user=seat.user, organisation=cast["owner"], role="BIDDER", since=seat.since, may_draft=True, may_approve=True
    )
    actor = type(seat.actor())(
        person=seat.user.number, name=seat.user.name, role="BIDDER", organisation=cast["owner"].number
    )
    assert reasons_of(objecting.object_to, announced.lots.get().pk, body="x", actor=actor, at=EARLY) == (
        "the organisation takes part in this project on another side",
    )


def test_without_an_agent_the_owner_alone_is_told_to_answer(cast, announced):
    type(announced).objects.filter(pk=announced.pk).update(agent=None)
    object_to(announced.lots.get(), "acme", at=EARLY, cast=cast)
    told = InboxMessage.objects.filter(kind="supervision.objection.made")
    assert [(row.organisation.number, row.role) for row in told] == [("OR-owner", "OWNER")]


def test_an_objection_is_still_answered_after_the_project_was_terminated_and_nothing_resumes(cast, announced):
    objection = object_to(announced.lots.get(), "acme", at=EARLY, cast=cast)
    ended, owner = EARLY + before.DAY, cast.actor("owner.approver")
    ground = TerminationGround.FORCE_MAJEURE
    ending.terminate(announced.pk, actor=owner, at=ended, ground=ground, because="地震")
    answer(objection, actor=owner, at=ended + before.DAY)
    objection.refresh_from_db()
    assert (objection.state, Hold.objects.get().lifted_at) == ("answered", ended + before.DAY)
    assert [Notice.objects.filter(code=code).count() for code in ("TERMINATE", "OBJECTION", "RESUME")] == [1, 1, 0]


# -- to the result -------------------------------------------------------------------------------------


def test_an_objection_to_the_result_holds_the_end_of_publicity_until_it_is_answered(cast):
    """E2E-CT-1: five bids, one cannot be opened by its own fault, one is above the ceiling; rank one wins."""
    prices = story.PRICES | {"delta": "29500000.00", "elm": "26000000.00"}
    over = {"delta": (story.RejectionGround.ABOVE_CEILING, "超过最高投标限价")}
    case = story.published(cast, prices=prices, revoked=["elm"], against=over)
    from bidding.models import OpenedBid
    from evaluation import queries

    outcomes = {row.bidder.number: row.outcome for row in OpenedBid.objects.filter(opening__lot=case.lot)}
    assert outcomes == {"OR-acme": "valid", "OR-bolt": "valid", "OR-cedar": "valid", "OR-delta": "valid",
                        "OR-elm": "revoked"}  # fmt: skip
    assert sorted(queries.places(case.lot)) == ["OR-acme", "OR-bolt", "OR-cedar"]
    due = story.due(case)
    objection = object_to(case.lot, "acme", at=story.later(case), cast=cast, body="乙路桥业绩造假")
    assert objection.subject == "result"
    assert reasons_of(publicity.end, case.lot.pk, SYSTEM, due) == (
        f"on hold: An objection waits for its answer ({objection.hold.number})",
    )
    answer(objection, actor=case.approver, at=due, text="经核实业绩属实")
    publicity.end(case.lot.pk, SYSTEM, due)
    assert case.lot.stage == Stage.AWARD_PENDING
    given = awarding.award(case.lot.pk, candidate_id=case.candidate(1).pk, actor=case.approver, at=story.later(case))
    assert (given.organisation, given.rank) == (cast["bolt"], 1)


def test_the_result_is_objected_to_while_it_is_public(cast):
    case = story.evaluated(cast)
    assert reasons_of(object_to, case.lot, "acme", at=story.later(case), cast=cast) == (
        "an objection to the result is possible only while the candidates are public",
    )
    publicity.publish_candidates(case.lot.pk, actor=case.approver, at=story.later(case))
    late = reasons_of(object_to, case.lot, "acme", at=story.due(case), cast=cast)
    assert [reason.startswith("an objection to the result was possible until") for reason in late] == [True]


def test_who_did_not_bid_objects_to_the_result_by_saying_what_its_interest_is(cast):
    """招投标条例 54: bidders and other interested parties."""
    case = story.published(cast)
    assert reasons_of(object_to, case.lot, "delta", at=story.later(case), cast=cast, interest=" ") == (
        "your organisation did not bid for this lot: say what its interest in the result is",
    )
    made = object_to(case.lot, "delta", at=story.later(case), cast=cast, interest="第一候选人的分包供应商")
    assert (made.subject, made.interest, made.hold.lifted_at) == ("result", "第一候选人的分包供应商", None)
    own = object_to(case.lot, "acme", at=story.later(case), cast=cast, interest="多余的说明")
    assert own.interest == ""


def test_after_the_opening_the_log_still_names_no_objector(cast):
    case = story.published(cast)
    object_to(case.lot, "acme", at=story.later(case), cast=cast)
    assert OutboxEntry.objects.get(event="supervision.objection.made").actor == "BIDDER::"


def test_a_withdrawn_objection_lifts_its_hold_and_only_its_own_bidder_withdraws_it(cast):
    case = story.published(cast)
    at = story.later(case)
    objection = object_to(case.lot, "acme", at=at, cast=cast)
    for stranger in ("bolt", "owner.approver"):
        with pytest.raises(NotYours), clock.stands_at(at):
            objecting.withdraw(objection.pk, actor=cast.actor(stranger), at=at)
    with clock.stands_at(at):
        objecting.withdraw(objection.pk, actor=cast.actor("acme"), at=at)
    assert (Objection.objects.get().state, Hold.objects.get().lifted_at) == ("withdrawn", at)
    assert reasons_of(objecting.withdraw, objection.pk, actor=cast.actor("acme"), at=at) == (
        "the objection is closed already",
    )


def test_an_answer_is_written_once_by_who_may_approve_for_the_buying_side(cast):
    case = story.published(cast)
    at = story.later(case)
    objection = object_to(case.lot, "acme", at=at, cast=cast)
    assert reasons_of(answer, objection, actor=case.drafter, at=at) == (
        "this needs somebody who may approve for the organisation",
    )
    for stranger in ("buyer.approver", "supervisor", "acme"):
        with pytest.raises(NotYours):
            answer(objection, actor=cast.actor(stranger), at=at)
    answer(objection, actor=cast.actor("agent.approver"), at=at)
    assert reasons_of(answer, objection, actor=case.approver, at=at, text=" ") == (
        "write the answer",
        "the objection is closed already",
    )


def test_an_objection_while_real_bids_wait_in_the_box_moves_their_deadline(cast):
    tender = sealing.sealed(cast)
    objection = object_to(tender.lot, "delta", at=EARLY, cast=cast)
    assert tender.deadline == objection.hold.extended_to
    answer(objection, actor=cast.actor("owner.approver"), at=EARLY + before.DAY)
    sealing.close(tender, at=tender.deadline)
    assert tender.lot.stage == Stage.OPENING
