"""What the desk shows of evaluation to each seat, and the doors from a lot's page, from the opening to the contract."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evaluation import awarding, calculating, convening, publicity, reporting, reviewing
from evaluation.names import Answer
from evaluation.web import desk_rows, doors
from tests.evaluation.web.worlds import LATER
from tests.stories import evaluation as story
from tests.stories import trading as trading_story
from trading.desk import State
from trading.names import Kind, Stage

if TYPE_CHECKING:
    from tests.cast import Cast

AT_WORK, MINUTE = story.AT_WORK, story.MINUTE
TIED = {"acme": "28000000.00", "bolt": "28000000.00", "cedar": "27000000.00"}
NOT_APPROVING, NOT_OWNER = str(doors.NOT_APPROVING), str(doors.NOT_OWNER)


def rows_of(cast: Cast, name: str) -> list[tuple[str, str, State]]:
    """Title without the project's, page, and state of every row of a seat."""
    seat = cast.seats[name]
    request = SimpleNamespace(membership=seat, actor=seat.actor(), at=LATER)
    found = list(desk_rows.rows(request))  # type: ignore[arg-type]
    return [(str(task.title).partition(":")[0], task.link.rpartition("/")[2], task.state) for task in found]


def doors_of(case: story.Case, name: str) -> dict[str, tuple[str, ...]]:
    """Each door of a lot with what shuts it."""
    request = SimpleNamespace(membership=case.cast.seats[name], at=AT_WORK)
    return {str(door.label): tuple(map(str, door.reasons)) for door in doors.doors(request, case.lot)}  # type: ignore[arg-type]


def next_doors(case: story.Case, name: str) -> list[str]:
    request = SimpleNamespace(membership=case.cast.seats[name], at=AT_WORK)
    return [str(door.label) for door in doors.doors(request, case.lot) if door.is_next]  # type: ignore[arg-type]


def test_in_construction_the_desks_follow_the_lot_from_opening_to_contract(cast: Cast) -> None:
    case = story.read_out(cast, prices=TIED)
    lot = case.lot.number

    def both() -> list[list[tuple[str, str, State]]]:
        return [rows_of(cast, "agent.drafter"), rows_of(cast, "expert.two")]

    assert both() == [[("Name the committee", "committee", State.TODO)], []]
    drafts = [story.draft(case, name) for name in case.names]
    convening.name_committee(
        lot_id := case.lot.pk, members=drafts, ground=story.GROUND, actor=case.approver, at=story.OPENED
    )
    begin = ("Let the committee begin", lot, State.TODO)
    assert both() == [[begin], [("Declare your interests", lot, State.TODO)]]
    for actor in case.members:
        convening.declare(lot_id, has_conflict=False, text="", years=12, has_title=True, actor=actor, at=story.OPENED)
    assert both() == [[begin], [("The evaluation will begin", lot, State.RUNNING)]]
    convening.convene(lot_id, actor=case.drafter, at=AT_WORK)
    story.review(case)
    evaluate = ("Evaluate", lot, State.TODO)
    assert both() == [[], [evaluate]]
    calculating.calculate(lot_id, actor=case.chair, at=AT_WORK)
    assert both() == [[("Settle a tie", "tie", State.TODO)], [evaluate]]
    order = (case.number("bolt"), case.number("acme"))
    calculating.settle_tie(lot_id, order=order, because="技术标优先", actor=case.approver, at=AT_WORK)
    assert both() == [[], [evaluate]]
    reporting.draw_up(lot_id, few_bids_because="", actor=case.chair, at=AT_WORK)
    assert both() == [[], [("Answer the report", lot, State.TODO)]]
    reporting.confirm(lot_id, answer=Answer.AGREES, actor=cast.actor("expert.two"), at=AT_WORK)
    assert both() == [[], [("The report waits for the other members", lot, State.RUNNING)]]
    story.confirm(case)
    done = ("Evaluated", lot, State.DONE)
    assert both() == [[("Publish the candidates, or deliver the report", lot, State.TODO)], [done]]
    publicity.publish_candidates(lot_id, actor=case.approver, at=AT_WORK + story.stories.DAY)
    assert both() == [[], [done]]
    publicity.end(lot_id, story.SYSTEM, story.due(case))
    assert both() == [[], [done]]  # the agent does not decide
    assert rows_of(cast, "owner.drafter") == [("Decide the award", "award", State.TODO)]
    awarding.award(lot_id, candidate_id=case.candidate(1).pk, actor=case.approver, at=story.later(case))
    assert both() == [[("Announce the award", "notify", State.TODO)], [done]]
    awarding.notify_award(lot_id, actor=case.drafter, at=story.later(case))
    assert both() == [[], [done]]


def test_in_construction_the_doors_follow_the_lot_from_opening_to_contract(cast: Cast) -> None:
    assert doors_of(story.Case(cast, trading_story.announced(cast).pk, "owner", 5), "owner.drafter") == {}
    case = story.read_out(cast, prices=TIED)
    assert doors_of(case, "acme") == {}
    assert doors_of(case, "owner.drafter") == {"Evaluation": (), "Draws": (), "Name the committee": (NOT_APPROVING,)}
    assert doors_of(case, "agent.approver") == {"Evaluation": (), "Draws": (), "Name the committee": ()}
    convening.name_committee(
        lot_id := case.lot.pk,
        members=[story.draft(case, name) for name in case.names],
        ground=story.GROUND,
        actor=case.approver,
        at=story.OPENED,
    )
    undeclared = ("members who have not declared their interests: 5",)
    assert doors_of(case, "owner.drafter") == {"Evaluation": (), "Committee": (), "Let the committee begin": undeclared}
    for actor in case.members:
        convening.declare(lot_id, has_conflict=False, text="", years=12, has_title=True, actor=actor, at=story.OPENED)
    convening.convene(lot_id, actor=case.drafter, at=AT_WORK)
    story.review(case)
    assert doors_of(case, "owner.drafter") == {"Evaluation": (), "Committee": ()}
    calculating.calculate(lot_id, actor=case.chair, at=AT_WORK)
    assert doors_of(case, "owner.drafter") == {"Evaluation": (), "Committee": (), "Settle a tie": (NOT_APPROVING,)}
    assert next_doors(case, "owner.approver") == ["Settle a tie"]
    order = (case.number("bolt"), case.number("acme"))
    calculating.settle_tie(lot_id, order=order, because="技术标优先", actor=case.approver, at=AT_WORK)
    reporting.draw_up(lot_id, few_bids_because="", actor=case.chair, at=AT_WORK)
    story.confirm(case)
    read = {"Evaluation report": ()}
    assert doors_of(case, "owner.drafter") == {"Evaluation": (), "Publish the candidates": (NOT_APPROVING,)} | read
    assert doors_of(case, "supervisor") == {"Evaluation": ()} | read
    publicity.publish_candidates(lot_id, actor=case.approver, at=AT_WORK + story.stories.DAY)
    again: dict[str, tuple[str, ...]] = {"Have a candidate checked again": ()}  # the owner's own question
    assert doors_of(case, "owner.approver") == {"Evaluation": ()} | again | read
    publicity.end(lot_id, story.SYSTEM, story.due(case))
    for name, reasons in {"owner.approver": (), "owner.drafter": (NOT_APPROVING,), "agent.approver": (NOT_OWNER,),
                          "agent.drafter": (NOT_OWNER, NOT_APPROVING)}.items():  # fmt: skip
        shut = {"Decide the award": reasons, "End without a winner": reasons}
        own = again if name.startswith("owner") else {}
        assert doors_of(case, name) == {"Evaluation": ()} | own | shut | read
    awarding.award(lot_id, candidate_id=case.candidate(1).pk, actor=case.approver, at=story.later(case))
    assert doors_of(case, "agent.drafter") == {"Evaluation": (), "Announce the award": ()} | read
    awarding.notify_award(lot_id, actor=case.drafter, at=story.later(case))
    assert doors_of(case, "agent.approver") == {"Evaluation": (), "The winner loses the award": (NOT_OWNER,)} | read
    assert next_doors(case, "owner.approver") == []


def test_in_procurement_the_desks_and_doors_follow_the_qualification_review(cast: Cast) -> None:
    case = story.read_out(cast, Kind.GP_OPEN)
    lot = case.lot.number
    review = ("Review qualification", "qualification", State.TODO)
    assert rows_of(cast, "buyer.drafter") == [review]
    assert doors_of(case, "buyer.drafter") == {
        "Evaluation": (), "Draws": (), "Review qualification": (), "Name the committee": (NOT_APPROVING,),
    }  # fmt: skip
    convening.name_committee(
        lot_id := case.lot.pk,
        members=[story.draft(case, name) for name in case.names],
        ground=story.GROUND,
        actor=case.approver,
        at=AT_WORK,
    )
    for actor in case.members:
        convening.declare(lot_id, has_conflict=False, text="", years=12, has_title=True, actor=actor, at=AT_WORK)
    assert (rows_of(cast, "buyer.drafter"), rows_of(cast, "expert.seven")) == (
        [review], [("The evaluation will begin", lot, State.RUNNING)],
    )  # fmt: skip
    undecided = doors_of(case, "buyer.drafter")["End the qualification review"]
    assert undecided == ("bidders not reviewed yet: 3", "qualified suppliers: 0; needed: 3")
    story.qualified(case)
    assert doors_of(case, "buyer.drafter")["End the qualification review"] == ()
    reviewing.qualify(lot_id, actor=case.drafter, at=AT_WORK)
    assert doors_of(case, "buyer.approver") == {"Evaluation": (), "Committee": (), "Void the tender": ()}
    assert doors_of(case, "agent.drafter")["Void the tender"] == (NOT_OWNER, NOT_APPROVING)
    story.review(case)
    calculating.calculate(lot_id, actor=case.chair, at=AT_WORK)
    reporting.draw_up(lot_id, few_bids_because="", actor=case.chair, at=AT_WORK)
    story.confirm(case)
    assert (next_doors(case, "buyer.drafter"), doors_of(case, "buyer.drafter")["Deliver the report to the purchaser"]) == (
        ["Deliver the report to the purchaser"], (),
    )  # fmt: skip
    awarding.deliver_report(lot_id, actor=case.drafter, at=AT_WORK + story.stories.DAY)
    assert rows_of(cast, "buyer.drafter") == [("Confirm the winner", "award", State.TODO)]
    assert rows_of(cast, "agent.drafter") == []
    assert case.lot.stage == Stage.CONFIRMING


def test_too_few_qualified_suppliers_end_the_review_although_nobody_named_a_committee(cast: Cast) -> None:
    case = story.read_out(cast, Kind.GP_OPEN)
    assert "End the qualification review" not in doors_of(case, "buyer.drafter")
    story.qualified(case, out={"acme": "资质过期"})
    assert doors_of(case, "buyer.drafter")["End the qualification review"] == ()


def test_the_owner_s_representative_sees_its_seat_beside_the_owner_s_work_and_in_no_other_seat(cast: Cast) -> None:
    case = story.read_out(cast)
    drafts = [story.draft(case, name) for name in case.names[:4]]
    convening.name_committee(
        case.lot.pk,
        members=[*drafts, story.draft(case, "owner.rep", kind=story.Kind.OWNER_REP)],
        ground=story.GROUND,
        actor=case.approver,
        at=story.OPENED,
    )
    begin = ("Let the committee begin", case.lot.number, State.TODO)
    assert rows_of(cast, "owner.rep") == [begin, ("Declare your interests", case.lot.number, State.TODO)]
    assert rows_of(cast, "owner.drafter") == [begin]
    seat = cast.seats["owner.rep"]
    seat.organisation = cast["buyer"]
    seat.save(update_fields=["organisation"])
    assert rows_of(cast, "owner.rep") == []


@pytest.mark.parametrize("name", ["acme", "supervisor", "center", "audit", "expert.six"])
def test_other_seats_have_no_rows_here(cast: Cast, name: str) -> None:
    story.named(cast)
    assert rows_of(cast, name) == []


def test_of_the_seats_that_are_over_the_desk_shows_the_newest(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = story.evaluated(cast), story.evaluated(cast)
    done = [("Evaluated", case.lot.number, State.DONE) for case in (second, first)]
    assert rows_of(cast, "expert.two") == done
    monkeypatch.setattr(desk_rows, "DONE", 1)
    assert rows_of(cast, "expert.two") == done[:1]


@pytest.mark.parametrize("name", ["owner.drafter", "expert.two"])
def test_more_rows_cost_no_more_queries(cast: Cast, name: str) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            rows_of(cast, name)
        return len(seen)

    story.declared(cast)
    before = queries()
    story.declared(cast)
    story.declared(cast)
    assert (queries(), len(rows_of(cast, name))) == (before, 3)
