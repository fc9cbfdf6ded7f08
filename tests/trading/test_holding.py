from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from django.db import transaction

from config.due import TAKERS
from core import clock
from core.errors import NotYours, Refused
from core.models import OutboxEntry
from core.working_days import SHANGHAI, end_of
from tests.stories import trading as story
from tests.trading.reading import entries, reasons
from trading import drafting, due, holding, moves
from trading.models import Hold, Lot
from trading.names import HoldGround, Kind, Move, Stage
from trading.procedures.facts import CeremonyState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cast import Cast

DURING = story.ANNOUNCED + 2 * story.DAY  # Wednesday, 4 March
ORDER = {"ground": HoldGround.COMPLAINT_ORDER, "because": "投诉已受理", "order_number": "滨建监〔2026〕3号"}
FAULT = {"ground": HoldGround.FAULT, "because": "机房断电"}


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with clock.stands_at(DURING):
        yield


def object_to(cast: Cast, lot: Lot, *, at: datetime = DURING) -> Hold:
    with transaction.atomic(durable=True):
        return holding.place(lot, actor=cast.actor("acme"), at=at, ground=HoldGround.OBJECTION, because="OB-1")


def test_an_objection_moves_the_deadline_by_three_days_at_once(cast: Cast) -> None:
    lot = story.walked(cast, to=Stage.BIDDING)
    hold = object_to(cast, lot)
    lot = Lot.objects.get()
    assert lot.closes_at == datetime(2026, 3, 27, 9, 30, tzinfo=SHANGHAI)
    assert (hold.closed_at_before, hold.extended_to) == (story.DEADLINE, lot.closes_at)
    assert [entry["reason"] for entry in entries("tender.extended")] == [f"hold {hold.number}"]
    assert lot.next_due_at is None  # a hold without an end stops the clock
    notice = lot.notices.get()
    assert (notice.code, notice.data["ground"]) == ("SUSPEND", "objection")


def test_an_order_moves_the_deadline_by_thirty_days(cast: Cast) -> None:
    lot = story.walked(cast, to=Stage.BIDDING)
    holding.order(lot.pk, actor=cast.actor("supervisor"), at=DURING, **ORDER)
    assert Lot.objects.get().closes_at == datetime(2026, 4, 23, 9, 30, tzinfo=SHANGHAI)


def test_a_fault_moves_nothing_until_it_is_over_and_then_by_its_days(cast: Cast) -> None:
    lot = story.walked(cast, to=Stage.BIDDING)
    hold = holding.order(lot.pk, actor=cast.actor("center"), at=DURING, **FAULT)
    assert Lot.objects.get().closes_at == story.DEADLINE
    lifted = DURING + 2 * story.DAY
    with clock.stands_at(lifted):
        holding.lift_order(hold.pk, actor=cast.actor("center"), at=lifted, because="已恢复")
    assert Lot.objects.get().closes_at == story.DEADLINE + 2 * story.DAY


def test_lifting_early_never_shortens(cast: Cast) -> None:
    lot = story.walked(cast, to=Stage.BIDDING)
    hold = holding.order(lot.pk, actor=cast.actor("supervisor"), at=DURING, **ORDER)
    extended = Lot.objects.get().closes_at
    holding.lift_order(hold.pk, actor=cast.actor("supervisor"), at=DURING + story.DAY, because="撤诉")
    lot = Lot.objects.get()
    assert (lot.closes_at, lot.next_due_at) == (extended, extended)
    assert [notice.code for notice in lot.notices.all()] == ["RESUME", "SUSPEND"]


def test_a_hold_that_lasts_longer_than_it_was_given_moves_the_deadline_again(cast: Cast) -> None:
    lot = story.walked(cast, to=Stage.BIDDING)
    hold = object_to(cast, lot)
    lifted = DURING + 8 * story.DAY
    with clock.stands_at(lifted), transaction.atomic(durable=True):
        holding.lift(hold.pk, actor=cast.actor("owner.approver"), at=lifted, because="OB-1")
    assert Lot.objects.get().closes_at == datetime(2026, 4, 1, 9, 30, tzinfo=SHANGHAI)


def test_after_the_deadline_a_hold_only_blocks(cast: Cast) -> None:
    lot = story.walked(cast, to=Stage.OPENED)
    at = story.DEADLINE + story.DAY
    with clock.stands_at(at):
        hold = holding.order(lot.pk, actor=cast.actor("supervisor"), at=at, **ORDER)
    assert (hold.extended_to, Lot.objects.get().closes_at) == (None, story.DEADLINE)
    assert moves.missing_for(lot, Move.CONVENE, at=at) == (
        f"on hold: Ordered by the supervising department ({hold.number})",
        "there is no committee yet",
    )


def test_a_hold_between_two_deadlines_is_judged_by_the_time_under_the_lock(cast: Cast) -> None:
    lot = story.walked(cast, to=Stage.BIDDING)
    with clock.stands_at(story.DEADLINE):
        hold = holding.order(lot.pk, actor=cast.actor("supervisor"), at=story.DEADLINE - story.DAY / 24, **ORDER)
    assert (hold.extended_to, Lot.objects.get().closes_at) == (None, story.DEADLINE)


def test_after_a_restore_a_due_lot_is_held_first_and_the_clock_then_leaves_it(cast: Cast) -> None:
    """As docs/backup.md has it: the pages run without the clock, the lot is held, the clock starts."""
    lot = story.walked(cast, to=Stage.BIDDING)
    restored = story.DEADLINE + story.DAY
    due_then = moves.due_of(lot, at=restored)
    assert due_then is not None
    assert due_then.at <= restored
    with clock.stands_at(restored):
        holding.order(lot.pk, actor=cast.actor("center"), at=restored, **FAULT)
        due.take_due(TAKERS, at=restored)
    assert Lot.objects.get().stage == Stage.BIDDING


def test_a_held_box_is_not_opened(cast: Cast) -> None:
    lot = story.walked(cast, to=Stage.PUBLISHED)
    holding.order(lot.pk, actor=cast.actor("center"), at=DURING, **FAULT)
    ready = (CeremonyState(signed=4, of=4, rehearsed=4, k=3),)
    with pytest.raises(Refused) as refused, transaction.atomic(durable=True):
        moves.advance(lot.pk, Move.OPEN_BID_BOX, actor=cast.actor("owner.drafter"), at=DURING, known=ready)
    assert reasons(refused) == [f"on hold: Fault of the system ({Hold.objects.get().number})"]


def test_two_holds_are_both_named(cast: Cast) -> None:
    lot = story.walked(cast, to=Stage.OPENED)
    at = story.DEADLINE + story.DAY
    for name, ground in (("supervisor", ORDER), ("center", FAULT)):
        holding.order(lot.pk, actor=cast.actor(name), at=at, **ground)
    found = moves.missing_for(lot, Move.CONVENE, at=at)
    assert [text.split(" ")[0:3] for text in found[:2]] == [["on", "hold:", "Ordered"], ["on", "hold:", "Fault"]]


def test_a_procurement_order_ends_after_thirty_days_by_itself(cast: Cast) -> None:
    lot = story.walked(cast, Kind.GP_OPEN, to=Stage.CONFIRMING)
    at = story.DEADLINE + 4 * story.DAY  # 28 March
    with clock.stands_at(at):
        hold = holding.order(lot.pk, actor=cast.actor("supervisor"), at=at, **ORDER)
    assert hold.lapses_at == end_of(datetime(2026, 4, 27, tzinfo=SHANGHAI).date())
    lot = Lot.objects.get()
    assert lot.next_due_at == hold.lapses_at  # silence counts no earlier than the hold ends


def test_the_purchaser_contests_the_report_only_while_it_has_to_confirm(cast: Cast) -> None:
    lot = story.walked(cast, Kind.GP_OPEN, to=Stage.EVALUATED)
    contested = {"ground": HoldGround.REPORT_CONTESTED, "because": "评审专家未回避"}
    with pytest.raises(Refused) as refused:
        holding.order(lot.pk, actor=cast.actor("buyer.approver"), at=story.DEADLINE + 3 * story.DAY, **contested)
    assert reasons(refused) == ["the report is contested while the purchaser has to confirm the winner"]
    story.step(cast, lot, story.WAYS[Kind.GP_OPEN][5])
    at = story.DEADLINE + 4 * story.DAY
    with pytest.raises(NotYours):
        holding.order(lot.pk, actor=cast.actor("agent.approver"), at=at, **contested)
    holding.order(lot.pk, actor=cast.actor("buyer.approver"), at=at, **contested)
    assert Lot.objects.get().next_due_at is None


def test_an_order_says_everything_it_lacks(cast: Cast) -> None:
    lot = story.walked(cast, to=Stage.PUBLISHED)
    seat = cast.seats["supervisor"]
    seat.may_approve = False
    seat.save(update_fields=["may_approve"])
    with pytest.raises(Refused) as refused:
        holding.order(lot.pk, actor=seat.actor(), at=DURING, ground=HoldGround.COMPLAINT_ORDER, because=" ")
    assert reasons(refused) == [
        "say why the project is suspended",
        "a suspension on a complaint needs the number of the written order",
        "Only somebody who may approve for the organisation may do this.",
    ]


@pytest.mark.parametrize(
    ("name", "ground"),
    [("center", ORDER), ("owner.approver", ORDER), ("acme", FAULT), ("buyer.approver", FAULT), ("audit", FAULT)],
)
def test_an_order_is_given_by_those_whose_business_it_is(cast: Cast, name: str, ground: dict) -> None:
    lot = story.walked(cast, to=Stage.PUBLISHED)
    with pytest.raises(NotYours):
        holding.order(lot.pk, actor=cast.actor(name), at=DURING, **ground)


def test_an_objection_is_neither_ordered_nor_lifted_by_hand(cast: Cast) -> None:
    lot = story.walked(cast, to=Stage.PUBLISHED)
    with pytest.raises(Refused) as refused:
        holding.order(lot.pk, actor=cast.actor("supervisor"), at=DURING, ground=HoldGround.OBJECTION, because="x")
    assert reasons(refused) == ["a hold on this ground is placed by what causes it, not by order"]
    hold = object_to(cast, lot)
    with pytest.raises(Refused) as refused:
        holding.lift_order(hold.pk, actor=cast.actor("supervisor"), at=DURING, because="x")
    assert reasons(refused) == ["this hold ends with what caused it"]
    assert holding.roles_for(HoldGround.OBJECTION) == ()


def test_whoever_objects_is_not_named_by_the_hold(cast: Cast) -> None:
    lot = story.walked(cast, to=Stage.PUBLISHED)
    before = OutboxEntry.objects.count()
    hold = object_to(cast, lot)
    assert hold.placed_by == "BIDDER::"
    for entry in OutboxEntry.objects.order_by("seq")[before:]:
        assert "acme" not in bytes(entry.entry).decode() + entry.actor


def test_a_hold_is_lifted_once_and_with_a_reason(cast: Cast) -> None:
    lot = story.walked(cast, to=Stage.PUBLISHED)
    hold = holding.order(lot.pk, actor=cast.actor("center"), at=DURING, **FAULT)
    with pytest.raises(Refused) as refused:
        holding.lift_order(hold.pk, actor=cast.actor("center"), at=DURING, because=" ")
    assert reasons(refused) == ["say why the hold is lifted"]
    holding.lift_order(hold.pk, actor=cast.actor("center"), at=DURING, because="已恢复")
    with pytest.raises(Refused) as refused:
        holding.lift_order(hold.pk, actor=cast.actor("center"), at=DURING, because="已恢复")
    assert reasons(refused) == ["the hold was lifted on 2026-03-04"]


def test_what_has_ended_is_not_held(cast: Cast) -> None:
    lot = story.walked(cast, to=Stage.PUBLISHED)
    from trading import ending
    from trading.names import TerminationGround

    ending.terminate(
        lot.project_id, actor=cast.actor("owner.approver"), at=DURING, ground=TerminationGround.FORCE_MAJEURE,
        because="地震",
    )  # fmt: skip
    with pytest.raises(Refused) as refused:
        holding.order(lot.pk, actor=cast.actor("center"), at=DURING, **FAULT)
    assert reasons(refused) == ["the project has ended; there is nothing to hold"]


def test_a_deadline_is_moved_only_to_a_later_time(cast: Cast) -> None:
    lot = story.walked(cast, to=Stage.BIDDING)
    with pytest.raises(Refused) as refused, transaction.atomic(durable=True):
        holding.extend(lot, story.DEADLINE, actor=cast.actor("owner.approver"), why="x")
    assert reasons(refused) == ["a deadline is only ever moved to a later time"]


def test_a_draft_can_be_held_and_then_is_not_announced(cast: Cast) -> None:
    project = story.submitted(cast)
    hold = holding.order(project.lots.get().pk, actor=cast.actor("supervisor"), at=DURING, **ORDER)
    assert hold.closed_at_before is None
    found = moves.missing_for(project.lots.get(), Move.ANNOUNCE, at=DURING)
    assert found[0] == f"on hold: Ordered by the supervising department ({hold.number})"
    drafting.return_notice(project.pk, actor=cast.actor("owner.approver"), at=DURING, because="漏项")
    assert Lot.objects.get().stage == "draft"
