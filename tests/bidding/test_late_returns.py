"""A deposit that goes back late in procurement owes interest (87号令 38; O-GP-10); in construction the bank's only."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from bidding import depositing
from bidding.deposit_terms import due_back, late
from bidding.models import Deposit
from core.errors import Refused
from core.models import OutboxEntry
from core.money import Money
from tests.bidding.test_depositing import enter, win
from tests.stories import bidding as story
from trading.models import StageChange
from trading.names import Kind, Move, Stage
from trading.signals import stage_changed

if TYPE_CHECKING:
    from tests.cast import Cast

SECOND = timedelta(seconds=1)


@pytest.fixture
def tender(cast: Cast) -> story.Tender:
    """The award notice went out a week after the opening; acme won."""
    made = story.opened(cast, Kind.GP_OPEN)
    win(made)
    enter(made, Stage.CONTRACTING, made.deadline + timedelta(days=7))
    Deposit.objects.update(state="locked", form="transfer", amount=Decimal(100_000))
    return made


def of(tender: story.Tender, bidder: str = "bolt") -> Deposit:
    return Deposit.objects.select_related("lot__project", "organisation").get(
        lot=tender.lot, organisation=tender.cast[bidder]
    )


def end(tender: story.Tender) -> datetime:
    """The first instant that is too late for a loser."""
    found = due_back(of(tender))
    assert found is not None
    return found


def release(tender: story.Tender, at: datetime, **given: object) -> Deposit:
    fields: dict[str, object] = {"interest": Decimal(0), "because": ""} | given
    return depositing.release(of(tender).pk, **fields, actor=tender.cast.actor("buyer.approver"), at=at)  # type: ignore[arg-type]


def test_o_gp_10_thirty_days_late(tender: story.Tender) -> None:
    back = release(tender, end(tender) + timedelta(days=29))  # the first day begins with the end itself
    assert (back.state, back.late_days, back.late_interest) == ("released", 30, Decimal("435.00"))
    entry = json.loads(bytes(OutboxEntry.objects.get(event="bidding.deposit.released").entry))
    told = {key: entry["data"][key] for key in ("bidder", "interest", "late_days", "late_interest")}
    assert told == {"bidder": "OR-bolt", "interest": "0", "late_days": "30", "late_interest": "435.00"}


def test_on_the_last_day_nothing_is_owed_and_a_second_later_one_day(tender: story.Tender) -> None:
    assert late(of(tender), at=end(tender) - SECOND) is None
    assert late(of(tender), at=end(tender)) == (1, Money.of("14.50"))
    back = release(tender, end(tender) - SECOND)
    assert (back.late_days, back.late_interest) == (None, None)


def test_nothing_is_owed_for_a_guarantee(tender: story.Tender) -> None:
    Deposit.objects.update(form="guarantee")
    assert late(of(tender), at=end(tender) + timedelta(days=30)) is None


def test_nothing_is_owed_for_a_delay_of_the_bidder_s_own_which_is_written_down(tender: story.Tender) -> None:
    at = end(tender) + timedelta(days=2)
    with pytest.raises(Refused) as refusal:
        release(tender, at, by_bidders_fault=True, because=" ")
    assert refusal.value.reasons == ("write down how the bidder itself kept the deposit from going back in time",)
    back = release(tender, at, by_bidders_fault=True, because="账户注销未告知")
    assert (back.late_days, back.late_interest, back.settled_because) == (3, Decimal("0.00"), "账户注销未告知")


def test_construction_knows_no_such_interest(cast: Cast) -> None:
    tender = story.opened(cast)
    enter(tender, Stage.CONTRACTED, tender.deadline)
    Deposit.objects.update(state="locked", form="transfer")
    assert late(of(tender), at=tender.deadline + timedelta(days=90)) is None


def test_the_winner_counts_from_the_contract_and_the_date_is_written_down_when_it_is_signed(
    tender: story.Tender,
) -> None:
    assert due_back(of(tender, "acme")) is None
    signed = tender.deadline + timedelta(days=20)
    enter(tender, Stage.CONTRACTED, signed)
    due = due_back(of(tender, "acme"))
    assert due is not None
    assert due > signed
    assert of(tender, "acme").release_by is None
    _announce(tender)
    assert of(tender, "acme").release_by == due


def test_who_lost_its_award_counts_from_the_next_notice(tender: story.Tender) -> None:
    fell = tender.deadline + timedelta(days=9)
    award = of(tender, "acme").organisation.awards.get()
    award.fell_at, award.fell_ground = fell, "force_majeure"
    award.save()
    assert due_back(of(tender, "acme")) is None
    enter(tender, Stage.CONTRACTING, fell + timedelta(days=5))
    assert {due_back(of(tender, name)) for name in ("acme", "cedar")} == {end(tender)}


def _announce(tender: story.Tender) -> None:
    """Send the news as the move does after its commit."""
    change = StageChange.objects.filter(lot=tender.lot).latest("pk")
    stage_changed.send(sender=type(tender.lot), lot_id=tender.lot.pk, change_id=change.pk, move=Move.SIGN_CONTRACT)
