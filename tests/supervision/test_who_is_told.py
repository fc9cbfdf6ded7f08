"""What happens × who finds a message about it: one table over the verbs that end, stop or settle something."""

from __future__ import annotations

from decimal import Decimal

import pytest

from accounts import spoken
from accounts.models import InboxMessage
from bidding import depositing
from bidding.models import Deposit
from core import clock
from core.actors import SYSTEM
from evaluation import awarding
from supervision import objecting
from tests.stories import bidding as sealing
from tests.stories import evaluation as story
from tests.stories import trading as before
from trading import clarifying, holding
from trading.names import HoldGround, Kind, RefusalGround

EARLY = before.ANNOUNCED + before.DAY
TWO = {"acme": "970000.00", "bolt": "985000.00"}
BUYERS = {"OR-owner": "OWNER", "OR-agent": "AGENT"}
PURCHASERS = {"OR-buyer": "OWNER", "OR-agent": "AGENT"}
BIDDERS = {"OR-acme": "BIDDER", "OR-bolt": "BIDDER", "OR-cedar": "BIDDER"}


def _too_few_at_the_deadline(cast):
    tender = sealing.sealed(cast, prices={"acme": "970000.00"})
    clarifying.obtain(tender.project.pk, actor=cast.actor("delta"), at=EARLY)
    sealing.close(tender)


def _too_few_at_the_opening(cast):
    sealing.opened(cast, Kind.GP_OPEN, forms={"brand": "联想"})  # three bids of one brand are one


def _suspended(cast):
    tender = sealing.sealed(cast, prices=TWO)
    clarifying.obtain(tender.project.pk, actor=cast.actor("cedar"), at=EARLY)
    with clock.stands_at(EARLY):
        return holding.order(
            tender.lot.pk, actor=cast.actor("supervisor"), at=EARLY, ground=HoldGround.COMPLAINT_ORDER,
            because="投诉已受理", order_number="滨建监〔2026〕3号",
        )  # fmt: skip


def _resumed(cast):
    hold = _suspended(cast)
    with clock.stands_at(EARLY + before.DAY):
        holding.lift_order(hold.pk, actor=cast.actor("supervisor"), at=EARLY + before.DAY, because="投诉不成立")


def _objection_withdrawn(cast):
    lot = before.announced(cast).lots.get()
    with clock.stands_at(EARLY):
        objection = objecting.object_to(lot.pk, body="排斥潜在投标人", actor=cast.actor("acme"), at=EARLY)
        objecting.withdraw(objection.pk, actor=cast.actor("acme"), at=EARLY)


def _silence(cast):
    case = story.confirming(cast)
    awarding.confirm_by_silence(case.lot.pk, SYSTEM, story.due(case))


def _award_falls(cast):
    case = story.notified(cast)
    awarding.winner_refuses(
        case.lot.pk, ground=RefusalGround.REFUSED_TO_SIGN, because="放弃中标", actor=case.approver, at=story.later(case)
    )
    return case


def _deposit_released(cast):
    case = _award_falls(cast)
    case.lot.project.lots.update(stage="failed")
    row = Deposit.objects.get(lot=case.lot, organisation=cast["acme"])
    depositing.release(row.pk, interest=Decimal(0), because="终止", actor=case.approver, at=story.later(case))


def _deposit_converted(cast):
    case = story.notified(cast)
    row = Deposit.objects.get(lot=case.lot, organisation=cast["bolt"])
    depositing.convert(row.pk, because="转为履约保证金", actor=case.approver, at=story.later(case))


@pytest.mark.parametrize(
    ("happens", "kind", "told"),
    [
        (_too_few_at_the_deadline, "bidding.tender.failed", BUYERS | {"OR-acme": "BIDDER", "OR-delta": "BIDDER"}),
        (_too_few_at_the_opening, "bidding.tender.failed", PURCHASERS | BIDDERS),
        (_suspended, "trading.hold.placed", BUYERS | BIDDERS),
        (_resumed, "trading.hold.lifted", BUYERS | BIDDERS),
        (_objection_withdrawn, "supervision.objection.withdrawn", BUYERS),
        (_objection_withdrawn, "trading.hold.lifted", BUYERS),
        (_silence, "evaluation.award.confirmed", PURCHASERS),
        (_award_falls, "evaluation.award.fell", BIDDERS),
        (_award_falls, "bidding.deposit.forfeited", {"OR-bolt": "BIDDER"}),
        (_deposit_released, "bidding.deposit.released", {"OR-acme": "BIDDER"}),
        (_deposit_converted, "bidding.deposit.converted", {"OR-bolt": "BIDDER"}),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_everybody_that_it_concerns_is_told_once_and_nobody_else(cast, happens, kind, told):
    happens(cast)
    rows = InboxMessage.objects.filter(kind=kind).order_by("pk").values_list("organisation__number", "role")
    assert sorted(rows) == sorted(told.items())


def said(kind):
    rows = InboxMessage.objects.filter(kind=kind).order_by("pk")
    return {
        (row.organisation.number): (str(spoken.unpacked(row.title)), str(spoken.unpacked(row.body))) for row in rows
    }


def test_a_failure_at_the_deadline_says_why(cast):
    _too_few_at_the_deadline(cast)
    assert said("bidding.tender.failed")["OR-delta"] == (
        "1标段 has failed", "No bid is opened: bids received: 1; needed: 3",
    )  # fmt: skip


def test_a_suspension_that_moves_the_deadline_says_the_new_one_and_its_end_does_not_repeat_it(cast):
    _resumed(cast)
    assert said("trading.hold.placed")["OR-cedar"] == (
        "1标段 is suspended", "The deadline for bids is now 2026-04-23 09:30.",
    )  # fmt: skip
    assert said("trading.hold.lifted")["OR-cedar"] == ("1标段 goes on", "")


def test_the_winner_reads_why_its_award_fell_and_that_its_deposit_is_kept(cast):
    _award_falls(cast)
    fell = said("evaluation.award.fell")
    assert fell["OR-bolt"][0] == "The award of 1标段 has fallen"
    assert fell["OR-bolt"][1].endswith(": 放弃中标")
    assert fell["OR-acme"][1] == "The winner is decided again."
    assert said("bidding.deposit.forfeited")["OR-bolt"][0] == "Your deposit for 1标段 is not returned"


def test_in_procurement_silence_names_the_winner_to_the_purchaser(cast):
    _silence(cast)
    assert said("evaluation.award.confirmed")["OR-buyer"][0].startswith(
        "Silence counts as confirmation: 乙路桥有限公司"
    )
