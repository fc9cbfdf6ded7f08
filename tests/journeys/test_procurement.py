"""Government procurement through the pages: from the intention to the accepted delivery, scored by every member."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bidding.models import OpenedBid
from config.due import TAKERS
from core import clock
from tests.journeys import deciding, drafting, evaluating, reading, sealing, tenders
from tests.stories.trading import ANNOUNCED, DAY, DEADLINE
from trading import due
from trading.models import Award, Lot
from trading.names import Stage

if TYPE_CHECKING:
    from tests.cast import Cast
    from tests.journeys.visitors import Town

pytestmark = pytest.mark.journey

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
SEATS = {"tenderee": "buyer.holder", "supervisor": "supervisor.holder", "platform": "center.holder"}
HOLDERS = tuple(SEATS.values())
MEMBERS = ("expert.one", "expert.two", "expert.three", "expert.four", "buyer.rep")
UNIT_PRICES = {"acme": "4650.00", "bolt": "4400.00", "cedar": "4800.00"}
POINTS = {"acme": ("92", "90"), "bolt": ("70", "65"), "cedar": ("84", "80")}


def test_procurement_from_the_intention_to_the_accepted_delivery(town: Town, cast: Cast) -> None:
    project, lot = _announced(town)
    _sealed(town, lot)
    _opened(town, lot)
    _qualified(town, lot)
    _evaluated(town, lot)
    _confirmed_by_silence(town, lot)
    _performed(town, lot)
    winner, price, silence = "甲建工集团有限公司", "930,000.00", "采购人逾期未答复"
    reading.shows(town, f"/lots/{lot}", [winner, price, silence], name="public-lot")
    reading.shows(town, f"/projects/{project}", [winner, price], name="public-project")


def _stage(lot: str) -> str:
    return Lot.objects.get(number=lot).stage


def _announced(town: Town) -> tuple[str, str]:
    """The intention is public for its days before the notice; three holders, two of whom are needed."""
    clock.move_to(ANNOUNCED - 40 * DAY)
    project = drafting.create(town, by="buyer.drafter", **tenders.PROCUREMENT)
    drafter = town["buyer.drafter"]
    drafting.write(drafter, project, tenders.PROCUREMENT_STEPS)
    drafting.write_criteria(drafter, project, tenders.WEIGHED)
    lot = drafting.add_lot(drafter, project, **tenders.PROCUREMENT_LOT)
    drafting.intend(town, project, by="buyer.approver")
    clock.move_to(ANNOUNCED - 12 * HOUR)
    drafting.hand_in(drafter, project)
    sealing.appoint_holders(town, project, by="buyer.drafter", seats=SEATS)
    sealing.make_keys(town, project, HOLDERS)
    sealing.sign_ceremonies(town, [lot], HOLDERS)
    clock.move_to(ANNOUNCED)
    sealing.announce(town, project, by="buyer.approver")
    sealing.rehearse(town, [lot], HOLDERS)
    assert _stage(lot) == Stage.BIDDING
    return project, lot


def _sealed(town: Town, lot: str) -> None:
    """Every supplier prices the bill; the page adds it up."""
    clock.move_to(DEADLINE - DAY)
    sealing.enrol(town, list(UNIT_PRICES))
    for bidder, price in UNIT_PRICES.items():
        sealing.seal(town, lot, bidder, unit_prices=[price], brand=f"{bidder} T1")


def _opened(town: Town, lot: str) -> None:
    clock.move_to(DEADLINE + MINUTE)
    due.take_due(TAKERS, at=clock.now())
    for holder in HOLDERS[:2]:
        sealing.release(town, lot, holder)
    sealing.lead_session(town, lot, bidder="cedar", by="buyer.approver")
    prices = OpenedBid.objects.filter(opening__lot__number=lot).values_list("bidder__number", "price")
    assert {bidder: str(price) for bidder, price in prices} == {
        "OR-acme": "930000.00", "OR-bolt": "880000.00", "OR-cedar": "960000.00",
    }  # fmt: skip


def _qualified(town: Town, lot: str) -> None:
    """The purchaser reviews qualification, not the committee (87号令 44)."""
    clock.move_to(DEADLINE + HOUR)
    evaluating.name_committee(town, lot, by="buyer.approver", experts=MEMBERS[:4], owners=MEMBERS[4:])
    evaluating.declare(town, lot, MEMBERS)
    evaluating.qualify(town, lot, UNIT_PRICES, by="buyer.drafter")
    assert _stage(lot) == Stage.EVALUATING


def _evaluated(town: Town, lot: str) -> None:
    """Every member votes and scores online; the last one neither signs nor writes."""
    evaluating.vote(town, lot, MEMBERS)
    for member in MEMBERS:
        evaluating.score(town, lot, member, POINTS)
    ranking = evaluating.calculate(town, lot, by="expert.one")
    assert ranking == ["甲建工集团有限公司", "丙市政工程有限公司", "乙路桥有限公司"]
    evaluating.draw_up(town, lot, by="expert.one")
    for member in MEMBERS[:4]:
        evaluating.answer(town, lot, member)
    evaluating.note_refusal(town, lot, MEMBERS[4], by="expert.one")
    assert _stage(lot) == Stage.EVALUATED


def _confirmed_by_silence(town: Town, lot: str) -> None:
    """The purchaser has the report and says nothing: after its days rank one counts as confirmed (87号令 68)."""
    clock.move_to(DEADLINE + DAY)
    deciding.deliver_report(town, lot, by="buyer.drafter")
    reading.told(town["buyer.approver"], "教学用计算机 的评标报告已送达：请确认中标人")
    ends = Lot.objects.get(number=lot).next_due_at
    assert ends is not None
    clock.move_to(ends)
    due.take_due(TAKERS, at=clock.now())
    award = Award.objects.get(lot__number=lot)
    assert (award.organisation.number, award.rank, award.ground) == ("OR-acme", 1, "silence")


def _performed(town: Town, lot: str) -> None:
    clock.move_to(clock.now() + HOUR)
    deciding.announce_award(town, lot, by="buyer.drafter")
    contract = deciding.draft_contract(
        town, lot, by="buyer.drafter", title="教学用计算机采购合同", summary="台式计算机200台"
    )
    deciding.sign_contract(town, contract, by="acme")
    deciding.sign_contract(town, contract, by="buyer.approver")
    deciding.register_contract(town, contract, by="buyer.drafter")
    clock.move_to(clock.now() + 30 * DAY)
    deciding.accept_performance(town, contract, "验收合格,已全部交付", by="buyer.approver")
    assert _stage(lot) == Stage.CLOSED
