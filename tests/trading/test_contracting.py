from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, transaction

from core import storage
from core.errors import NotYours, Refused
from core.money import Money
from tests.stories import trading as story
from tests.trading.reading import entries, reasons, told
from trading import awarding, contracting, moves
from trading.models import Award, Contract, Lot
from trading.names import Kind, Move, RefusalGround, Stage
from trading.procedures.facts import RefusalState

if TYPE_CHECKING:
    from tests.cast import Cast

AT = story.DEADLINE + 13 * story.DAY


def people(kind: Kind) -> str:
    return "owner" if kind is Kind.CT else "buyer"


def drafted(cast: Cast, kind: Kind = Kind.CT, *, by: str = "", **changed: object) -> Contract:
    lot = story.walked(cast, kind, to=Stage.CONTRACTING)
    fields: dict = {"title": "施工合同", "summary": "总价合同"} | changed
    return contracting.draft_contract(lot.pk, actor=cast.actor(by or f"{people(kind)}.drafter"), at=AT, **fields)


def signed(cast: Cast, kind: Kind = Kind.CT, **changed: object) -> Contract:
    contract = drafted(cast, kind, **changed)
    contracting.sign(contract.pk, keeps_to_bid=True, actor=cast.actor(f"{people(kind)}.approver"), at=AT)
    return contracting.sign(contract.pk, keeps_to_bid=True, actor=cast.actor("acme"), at=AT + story.DAY)


def registered(cast: Cast, kind: Kind = Kind.CT) -> Contract:
    contract = signed(cast, kind)
    return contracting.register(contract.pk, actor=cast.actor("agent.drafter"), at=AT + 2 * story.DAY)


@pytest.mark.parametrize("kind", list(Kind))
def test_a_contract_runs_from_draft_to_acceptance(cast: Cast, kind: Kind) -> None:
    contract = registered(cast, kind)
    contracting.add(
        contract.pk, actor=cast.actor(f"{people(kind)}.approver"), at=AT + 3 * story.DAY, amount=Decimal(100_000),
        because="增加人行道",
    )  # fmt: skip
    contracting.accept(
        contract.pk, actor=cast.actor(f"{people(kind)}.approver"), at=AT + 200 * story.DAY, acceptance="验收合格"
    )
    lot = Lot.objects.get()
    assert lot.stage == "closed"
    assert [notice.code for notice in lot.notices.all()][:3] == ["PERFORM", "CONTRACT_CHANGE", "CONTRACT"]
    assert [entries(f"trading.contract.{what}")[0]["amount"] for what in ("drafted", "signed_by_owner", "signed_by_winner", "registered", "supplemented", "accepted")] == ["28500000.00"] * 6  # fmt: skip


def test_a_contract_is_over_the_award_and_the_winner_is_told(cast: Cast) -> None:
    file = storage.keep_bytes(b"%PDF-1.7 contract", at=AT)
    contract = drafted(cast, by="agent.drafter", file=file)
    assert (contract.amount, contract.currency, contract.award.organisation) == (
        Decimal("28500000.00"), "CNY", cast["acme"],
    )  # fmt: skip
    assert told("trading.contract.drafted") == ["OR-acme"]
    assert contracting.contract_data(contract)["sha256"] == file.digest


def test_a_contract_waits_for_the_award_notice(cast: Cast) -> None:
    lot = story.walked(cast, to=Stage.AWARDED)
    with pytest.raises(Refused) as refused:
        contracting.draft_contract(lot.pk, actor=cast.actor("owner.drafter"), at=AT, title="施工合同")
    assert reasons(refused) == ["a contract is drafted after the award notice"]


def test_one_contract_for_one_award(cast: Cast) -> None:
    contract = drafted(cast)
    with pytest.raises(Refused) as refused:
        contracting.draft_contract(contract.lot_id, actor=cast.actor("owner.drafter"), at=AT, title="施工合同")
    assert reasons(refused) == ["there is a contract for this award already"]


def test_what_could_never_be_signed_is_not_drafted(cast: Cast) -> None:
    with pytest.raises(Refused) as refused:
        drafted(cast, title=" ", security_asked=Decimal(3_000_000))
    assert reasons(refused) == [
        "give the contract a title",
        "a performance security of ¥3,000,000.00 is asked, at most ¥2,850,000.00 is allowed",
    ]
    with pytest.raises(Refused) as refused:
        contracting.draft_contract(
            Lot.objects.get().pk, actor=cast.actor("owner.drafter"), at=AT, title="合同", security_asked=Decimal(0)
        )
    assert reasons(refused) == ["a performance security is an amount above zero"]


def test_a_security_that_was_asked_comes_before_the_last_signature(cast: Cast) -> None:
    contract = drafted(cast, security_asked=Decimal(2_000_000))
    contracting.sign(contract.pk, keeps_to_bid=True, actor=cast.actor("owner.approver"), at=AT)
    with pytest.raises(Refused) as refused:
        contracting.sign(contract.pk, keeps_to_bid=True, actor=cast.actor("acme"), at=AT)
    assert reasons(refused) == ["the performance security of ¥2,000,000.00 has not been given"]
    contracting.give_security(contract.pk, actor=cast.actor("owner.drafter"), at=AT)
    contracting.sign(contract.pk, keeps_to_bid=True, actor=cast.actor("acme"), at=AT)
    assert Lot.objects.get().stage == "contracted"
    with pytest.raises(Refused) as refused:
        contracting.give_security(contract.pk, actor=cast.actor("owner.drafter"), at=AT)
    assert reasons(refused) == [
        "this belongs to the stage “Contract to be signed”; it is now “Contract signed”",
        "the performance security is on record already",
    ]


def test_no_security_is_given_where_none_was_asked(cast: Cast) -> None:
    contract = drafted(cast)
    with pytest.raises(Refused) as refused:
        contracting.give_security(contract.pk, actor=cast.actor("owner.drafter"), at=AT)
    assert reasons(refused) == ["no performance security was asked"]


def test_each_side_signs_once_and_by_somebody_who_may(cast: Cast) -> None:
    contract = drafted(cast)
    with pytest.raises(Refused) as refused:
        contracting.sign(contract.pk, keeps_to_bid=True, actor=cast.actor("owner.drafter"), at=AT)
    assert reasons(refused) == ["Only somebody who may approve for the organisation may do this."]
    contracting.sign(contract.pk, keeps_to_bid=True, actor=cast.actor("owner.approver"), at=AT)
    with pytest.raises(Refused) as refused:
        contracting.sign(contract.pk, keeps_to_bid=True, actor=cast.actor("owner.approver"), at=AT)
    assert reasons(refused) == ["this side has signed already"]
    for name in ("bolt", "agent.approver", "supervisor", "buyer.approver"):
        with pytest.raises(NotYours):
            contracting.sign(contract.pk, keeps_to_bid=True, actor=cast.actor(name), at=AT)


def test_a_contract_of_a_winner_that_refused_is_dead(cast: Cast) -> None:
    contract = drafted(cast)
    with transaction.atomic(durable=True):
        awarding.award_falls(
            contract.lot,
            ground=RefusalGround.REFUSED_TO_SIGN,
            because="拒签",
            actor=cast.actor("owner.approver"),
            at=AT,
        )
        moves.advance(
            contract.lot_id, Move.WINNER_REFUSES, actor=cast.actor("owner.approver"), at=AT,
            known=(RefusalState(ground=RefusalGround.REFUSED_TO_SIGN, because="来函拒签"),),
        )  # fmt: skip
    with pytest.raises(Refused) as refused:
        contracting.sign(contract.pk, keeps_to_bid=True, actor=cast.actor("acme"), at=AT)
    assert reasons(refused) == [
        "the award has fallen, and the contract with it",
        "this belongs to the stage “Contract to be signed”; it is now “Award pending”",
    ]
    with pytest.raises(Refused) as refused:
        awarding.standing(contract.lot)
    assert reasons(refused) == ["no award stands for this lot"]
    assert [row["winner"] for row in entries("trading.award.fell")] == ["OR-acme"]


def test_one_award_stands_at_a_time(cast: Cast) -> None:
    lot = story.walked(cast, to=Stage.AWARDED)
    with pytest.raises(IntegrityError), transaction.atomic():
        Award.objects.create(
            lot=lot, organisation=cast["bolt"], amount=1, currency="CNY", rank=2, ground="x", decided_at=AT,
            decided_by="x",
        )  # fmt: skip
    assert awarding.standing(lot).organisation == cast["acme"]


def test_a_contract_is_registered_when_both_have_signed(cast: Cast) -> None:
    contract = drafted(cast)
    with pytest.raises(Refused) as refused:
        contracting.register(contract.pk, actor=cast.actor("owner.drafter"), at=AT)
    assert reasons(refused) == ["this belongs to the stage “Contract signed”; it is now “Contract to be signed”"]
    with pytest.raises(NotYours):
        contracting.register(contract.pk, actor=cast.actor("center"), at=AT)


def test_supplements_of_a_procurement_stay_within_a_tenth_together(cast: Cast) -> None:
    contract = registered(cast, Kind.GP_OPEN)
    add = {"actor": cast.actor("buyer.approver"), "at": AT + 3 * story.DAY, "because": "追加"}
    contracting.add(contract.pk, amount=Decimal(2_850_000), **add)
    with pytest.raises(Refused) as refused:
        contracting.add(contract.pk, amount=Decimal("0.01"), **add)
    assert reasons(refused) == ["all supplements together may add ¥2,850,000.00 at most"]
    assert contract.additions.count() == 1


def test_a_construction_contract_has_no_such_limit(cast: Cast) -> None:
    contract = registered(cast)
    contracting.add(
        contract.pk,
        actor=cast.actor("owner.approver"),
        at=AT + 3 * story.DAY,
        amount=Decimal(9_000_000),
        because="变更",
    )
    assert contracting.state_of(contract).additions == (Money(Decimal("9000000.00"), "CNY"),)


def test_a_supplement_needs_an_amount_a_reason_and_a_running_contract(cast: Cast) -> None:
    contract = signed(cast)
    with pytest.raises(Refused) as refused:
        contracting.add(contract.pk, actor=cast.actor("owner.approver"), at=AT, amount=Decimal(0), because=" ")
    assert reasons(refused) == [
        "this belongs to the stage “Performance of the contract”; it is now “Contract signed”",
        "a supplement adds an amount above zero",
        "say why the contract is supplemented",
    ]


def test_an_acceptance_needs_its_result_and_the_owner(cast: Cast) -> None:
    contract = registered(cast)
    with pytest.raises(Refused) as refused:
        contracting.accept(contract.pk, actor=cast.actor("owner.approver"), at=AT, acceptance=" ")
    assert reasons(refused) == ["write the result of the acceptance"]
    with pytest.raises(Refused) as refused:
        contracting.accept(contract.pk, actor=cast.actor("agent.approver"), at=AT, acceptance="验收合格")
    assert reasons(refused) == ["“Accept the performance and close” is not taken by Procurement agent"]
    assert Contract.objects.get().accepted_at is None


def test_nobody_signs_a_contract_that_departs_from_documents_and_bid(cast: Cast) -> None:
    contract = drafted(cast)
    refused = "nobody signs without declaring that the contract keeps to the documents and the bid"
    with pytest.raises(Refused) as refusal:
        contracting.sign(contract.pk, actor=cast.actor("owner.approver"), at=AT)
    assert reasons(refusal) == [refused]
    contracting.sign(contract.pk, keeps_to_bid=True, actor=cast.actor("owner.approver"), at=AT)
    with pytest.raises(Refused) as refusal:
        contracting.sign(contract.pk, actor=cast.actor("acme"), at=AT)
    assert reasons(refusal) == [refused]
    signed = contracting.sign(contract.pk, keeps_to_bid=True, actor=cast.actor("acme"), at=AT)
    assert (signed.owner_keeps_to_bid, signed.winner_keeps_to_bid) == (True, True)


def test_a_contract_that_a_side_will_not_sign_is_drafted_anew(cast: Cast) -> None:
    first = drafted(cast)
    contracting.sign(first.pk, keeps_to_bid=True, actor=cast.actor("owner.approver"), at=AT)
    with pytest.raises(Refused) as refused:
        contracting.take_back(first.pk, actor=cast.actor("owner.drafter"), at=AT, because=" ")
    assert reasons(refused) == ["say why the contract is taken back"]
    contracting.take_back(first.pk, actor=cast.actor("owner.drafter"), at=AT, because="工期与投标文件不一致")
    assert told("trading.contract.taken_back") == ["OR-acme", "OR-owner"]
    with pytest.raises(Refused) as refused:
        contracting.sign(first.pk, keeps_to_bid=True, actor=cast.actor("acme"), at=AT)
    assert reasons(refused) == ["this contract was taken back; another one takes its place"]
    second = contracting.draft_contract(first.lot_id, actor=cast.actor("owner.drafter"), at=AT, title="施工合同")
    for name in ("owner.approver", "acme"):
        contracting.sign(second.pk, keeps_to_bid=True, actor=cast.actor(name), at=AT)
    assert Lot.objects.get().stage == "contracted"


def test_a_contract_that_both_have_signed_is_not_taken_back(cast: Cast) -> None:
    contract = signed(cast)
    with pytest.raises(Refused):
        contracting.take_back(contract.pk, actor=cast.actor("owner.drafter"), at=AT, because="改")
    with pytest.raises(NotYours):
        contracting.take_back(contract.pk, actor=cast.actor("acme"), at=AT, because="改")
    assert Contract.objects.get().stands
