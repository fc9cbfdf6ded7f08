from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from accounts.models import Organisation
from bidding import depositing
from bidding.deposit_terms import release_deadline
from bidding.depositing import StatementRow
from bidding.models import Deposit
from bidding.names import ForfeitGround
from core.errors import NotYours, Refused
from tests.stories import bidding as story
from tests.stories import trading as stories
from trading import contracting
from trading.models import Award, Lot, StageChange
from trading.names import Kind, Stage

if TYPE_CHECKING:
    from tests.cast import Cast

NAMES = {"acme": "甲建工集团有限公司", "bolt": "乙路桥有限公司", "cedar": "丙市政工程有限公司"}


@pytest.fixture
def tender(cast: Cast) -> story.Tender:
    return story.opened(cast)


def of(tender: story.Tender, bidder: str) -> Deposit:
    return Deposit.objects.get(lot=tender.lot, organisation=tender.cast[bidder])


def row(tender: story.Tender, bidder: str = "acme", **changes: object) -> StatementRow:
    arrived = StatementRow(
        account_name=NAMES[bidder],
        amount=Decimal("500000.00"),
        currency="CNY",
        arrived_at=tender.deadline - timedelta(days=1),
        reference="2026032300017",
    )
    return replace(arrived, **changes)  # type: ignore[arg-type]


def match(tender: story.Tender, bidder: str = "acme", **changes: object) -> Deposit:
    return depositing.match(
        of(tender, bidder).pk,
        row=row(tender, bidder, **changes),
        actor=tender.cast.actor("owner.drafter"),
        at=tender.deadline + timedelta(hours=1),
    )


def locked(tender: story.Tender, bidder: str = "acme") -> Deposit:
    match(tender, bidder)
    depositing.lock(tender.lot.pk, actor=tender.cast.actor("owner.drafter"), at=tender.deadline + timedelta(hours=2))
    return of(tender, bidder)


def enter(tender: story.Tender, stage: Stage, at: datetime) -> None:
    """Put the lot into a later stage, whose own story is another app's."""
    change = StageChange.objects.filter(lot=tender.lot).latest("pk")
    StageChange.objects.create(
        lot=tender.lot, move="SIGN_CONTRACT", source="x", to=stage, actor="", at=at, entry=change.entry
    )
    Lot.objects.filter(pk=tender.lot.pk).update(stage=stage)


@pytest.mark.parametrize(
    ("registered", "arrived"),
    [
        ("甲建工(集团)有限公司", "甲建工\uff08集团\uff09有限公司"),
        ("甲建工\uff08集团\uff09有限公司", "甲建工(集团) 有限公司"),
        ("\uff21\uff22\uff22电气有限公司", "abb电气有限公司"),
    ],
)
def test_brackets_letters_and_spaces_in_full_and_half_width_are_the_same_name(
    tender: story.Tender, registered: str, arrived: str
) -> None:
    Organisation.objects.filter(pk=tender.cast["acme"].pk).update(name=registered)
    assert match(tender, account_name=arrived).state == "paid"


def win(tender: story.Tender, bidder: str = "acme") -> Award:
    return Award.objects.create(
        lot=tender.lot, organisation=tender.cast[bidder], amount=1, currency="CNY", rank=1, ground="rank_one",
        decided_at=tender.deadline, decided_by="owner",
    )  # fmt: skip


def release(tender: story.Tender, deposit: Deposit, interest: str = "12.34") -> Deposit:
    return depositing.release(
        deposit.pk,
        interest=Decimal(interest),
        because="合同已签订",
        actor=tender.cast.actor("owner.approver"),
        at=tender.deadline + timedelta(days=30),
    )


def test_a_row_of_the_statement_pays_a_deposit(tender: story.Tender) -> None:
    deposit = match(tender)
    assert (deposit.state, deposit.form, deposit.reference) == ("paid", "transfer", "2026032300017")
    assert of(tender, "acme").arrived_at == tender.deadline - timedelta(days=1)


def test_everything_that_does_not_fit_is_said_at_once(tender: story.Tender) -> None:
    with pytest.raises(Refused) as refusal:
        match(
            tender,
            account_name="甲建工集团有限公司 分公司",
            amount=Decimal("499999.99"),
            arrived_at=tender.deadline + timedelta(seconds=1),
        )
    assert refusal.value.reasons == (
        "499999.99 arrived, 500000.00 are required",
        "the account is in the name of “甲建工集团有限公司 分公司”, not of the bidder",
        "it arrived on 2026-03-24 09:30:01, after the deadline",
    )
    assert of(tender, "acme").state == "due"


def test_money_in_another_currency_is_not_compared(tender: story.Tender) -> None:
    with pytest.raises(Refused) as refusal:
        match(tender, currency="USD")
    assert refusal.value.reasons == ("it is in USD, not in CNY",)


def test_arrival_at_the_deadline_itself_is_in_time(tender: story.Tender) -> None:
    assert match(tender, arrived_at=tender.deadline).state == "paid"


def test_brackets_and_spaces_of_a_name_do_not_decide(tender: story.Tender) -> None:
    assert match(tender, account_name=" 甲建工集团 有限公司 ").state == "paid"


def test_a_deposit_is_paid_once(tender: story.Tender) -> None:
    match(tender)
    with pytest.raises(Refused) as refusal:
        match(tender)
    assert refusal.value.reasons == ("the deposit is “paid”",)


def test_a_whole_statement_is_matched_and_what_fits_nothing_comes_back(tender: story.Tender) -> None:
    stray = row(tender, account_name="路人有限公司")
    rows = [row(tender, "bolt"), stray, row(tender, "acme"), row(tender, "acme")]
    matched, left = depositing.match_statement(
        tender.lot.pk, rows, actor=tender.cast.actor("center"), at=tender.deadline + timedelta(hours=1)
    )
    assert [deposit.organisation.number for deposit in matched] == ["OR-bolt", "OR-acme"]
    assert left == [stray, row(tender, "acme")]


def test_a_guarantee_stands_for_a_deposit(tender: story.Tender) -> None:
    given = {"number": "BH-2026-77", "amount": Decimal(500_000), "verify_url": "https://bank.example/bh/77"}
    actor, at = tender.cast.actor("agent.drafter"), tender.deadline + timedelta(hours=1)
    deposit = depositing.accept_guarantee(of(tender, "acme").pk, **given, actor=actor, at=at)
    with pytest.raises(Refused) as refusal:
        depositing.accept_guarantee(
            of(tender, "bolt").pk, number=" ", amount=Decimal(1), verify_url="http://x", actor=actor, at=at
        )
    assert (deposit.state, deposit.form, deposit.reference) == ("guaranteed", "guarantee", "BH-2026-77")
    assert refusal.value.reasons == (
        "a guarantee has a number",
        "it covers 1, 500000.00 are required",
        "the address where the guarantee is checked begins with https://",
    )


@pytest.mark.parametrize("name", ["acme", "supervisor", "expert.one"])
def test_others_do_not_touch_deposits(tender: story.Tender, name: str) -> None:
    with pytest.raises(NotYours):
        depositing.match(of(tender, "acme").pk, row=row(tender), actor=tender.cast.actor(name), at=tender.deadline)


def test_matched_deposits_are_locked_together(tender: story.Tender) -> None:
    match(tender, "acme")
    match(tender, "bolt")
    rows = depositing.lock(tender.lot.pk, actor=tender.cast.actor("owner.drafter"), at=tender.deadline)
    assert sorted(deposit.organisation.number for deposit in rows) == ["OR-acme", "OR-bolt"]
    assert of(tender, "cedar").state == "due"


def test_a_deposit_stays_until_something_lets_it_go(tender: story.Tender) -> None:
    with pytest.raises(Refused) as refusal:
        release(tender, locked(tender))
    assert refusal.value.reasons == (
        "the deposit stays until the contract is signed or the bidder is out of the running",
    )


def test_after_the_contract_it_goes_back_with_interest(tender: story.Tender) -> None:
    deposit = locked(tender)
    enter(tender, Stage.CONTRACTED, tender.deadline + timedelta(days=20))
    back = release(tender, deposit)
    assert (back.state, back.interest, back.settled_because) == ("released", Decimal("12.34"), "合同已签订")


@pytest.mark.parametrize("interest", ["-0.01", "1.234"])
def test_interest_is_an_amount(tender: story.Tender, interest: str) -> None:
    deposit = locked(tender)
    enter(tender, Stage.CONTRACTED, tender.deadline)
    with pytest.raises(Refused):
        release(tender, deposit, interest)


def test_a_failed_run_gives_deposits_back(tender: story.Tender) -> None:
    deposit = locked(tender)
    enter(tender, Stage.FAILED, tender.deadline)
    assert release(tender, deposit, "0").state == "released"


def test_a_bidder_that_gave_up_forfeits(tender: story.Tender) -> None:
    deposit = locked(tender)
    actor, at = tender.cast.actor("owner.approver"), tender.deadline + timedelta(days=3)
    with pytest.raises(Refused) as refusal:
        depositing.forfeit(deposit.pk, ground=ForfeitGround.REVOKED, because=" ", actor=actor, at=at)
    bid = tender.bid("acme")
    bid.gave_up_at = at
    bid.save(update_fields=["gave_up_at"])
    kept = depositing.forfeit(deposit.pk, ground=ForfeitGround.REVOKED, because="撤销投标", actor=actor, at=at)
    assert refusal.value.reasons == (
        "keeping a deposit needs its reason in words",
        "nothing on record shows that the bid was revoked after the deadline",
    )
    assert (kept.state, kept.forfeit_ground) == ("forfeited", "revoked")


def test_a_winner_that_refused_forfeits(tender: story.Tender) -> None:
    deposit, award = locked(tender), win(tender)
    actor, at = tender.cast.actor("owner.approver"), tender.deadline + timedelta(days=9)
    ground = ForfeitGround.REFUSED_TO_SIGN
    with pytest.raises(Refused):
        depositing.forfeit(deposit.pk, ground=ground, because="拒签", actor=actor, at=at)
    award.fell_at, award.fell_ground = at, "refused_to_sign"
    award.save(update_fields=["fell_at", "fell_ground"])
    with pytest.raises(Refused) as refusal:
        depositing.forfeit(deposit.pk, ground=ForfeitGround.NO_PERFORMANCE_SECURITY, because="拒签", actor=actor, at=at)
    assert refusal.value.reasons == ("nothing on record shows that the winner gave no performance security",)
    assert depositing.forfeit(deposit.pk, ground=ground, because="拒签", actor=actor, at=at).state == "forfeited"


def test_only_the_winners_deposit_is_converted(tender: story.Tender) -> None:
    deposit = locked(tender)
    actor = tender.cast.actor("owner.approver")
    with pytest.raises(Refused):
        depositing.convert(deposit.pk, because="转履约保证金", actor=actor, at=tender.deadline)
    win(tender)
    assert depositing.convert(deposit.pk, because="转履约保证金", actor=actor, at=tender.deadline).state == "converted"


def test_o_ct_15_construction_deposits_are_back_five_days_after_the_contract(tender: story.Tender) -> None:
    """Contract 04-20 → back by 04-25 (Saturday) → rolls to 04-27."""
    from core.working_days import day_of

    locked(tender)
    enter(tender, Stage.CONTRACTED, datetime(2026, 4, 20, 2, 0, tzinfo=UTC))
    from django.db import transaction

    with transaction.atomic(durable=True):
        (deposit,) = depositing.schedule(tender.lot, at=tender.deadline)
    last = deposit.release_by
    assert last is not None
    assert day_of(last - timedelta(microseconds=1)).isoformat() == "2026-04-27"


def test_both_signatures_under_the_contract_write_down_the_day_of_return(transactional_db: None, cast: Cast) -> None:
    lot = stories.walked(cast, to=Stage.CONTRACTING)
    deposit = Deposit.objects.create(
        lot=lot, organisation=cast["bolt"], required=Decimal(500_000), amount=Decimal(500_000), currency="CNY",
        state="locked", form="transfer",
    )  # fmt: skip
    at = lot.entered_at + timedelta(days=1)
    contract = contracting.draft_contract(lot.pk, title="施工合同", actor=cast.actor("owner.drafter"), at=at)
    days = []
    for signer in ("owner.approver", "acme"):
        contracting.sign(contract.pk, keeps_to_bid=True, actor=cast.actor(signer), at=at)
        deposit.refresh_from_db()
        days.append(deposit.release_by)
    signed = Lot.objects.get(pk=lot.pk)
    assert days == [None, release_deadline(signed, cast["bolt"], at=at)]
    assert days[1] is not None


def test_procurement_losers_count_from_the_award_notice_and_the_winner_from_the_contract(cast: Cast) -> None:
    tender = story.opened(cast, Kind.GP_OPEN)
    win(tender)
    nothing = [release_deadline(tender.lot, cast[name], at=None) for name in ("acme", "bolt")]
    enter(tender, Stage.CONTRACTING, tender.deadline + timedelta(days=7))
    first = [release_deadline(tender.lot, cast[name], at=None) is None for name in ("acme", "bolt")]
    enter(tender, Stage.CONTRACTED, tender.deadline + timedelta(days=20))
    both = [release_deadline(tender.lot, cast[name], at=None) is None for name in ("acme", "bolt")]
    assert nothing == [None, None]
    assert (first, both) == ([True, False], [False, False])
