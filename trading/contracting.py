"""The contract on an award: drafted, signed by both, registered, added to, accepted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from accounts.access import approving_seat, seat_of
from accounts.names import Role
from accounts.telling import tell
from core import audit, numbering
from core.errors import NotYours, Refused
from core.money import Money
from core.reasons import reason
from trading import access, awarding, moves, notice_data, noticing
from trading.models import Contract, ContractAddition
from trading.names import Code, Move, Stage, label
from trading.procedures.facts import ContractState

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from core.actors import Actor
    from core.models import StoredFile
    from core.reasons import Reason
    from trading.models import Award, Lot


@transaction.atomic(durable=True)
def draft_contract(
    lot_id: int,
    *,
    actor: Actor,
    at: datetime,
    title: str,
    summary: str = "",
    security_asked: Decimal | None = None,
    file: StoredFile | None = None,
) -> Contract:
    """Draft the contract over the awarded amount; the winner is told to sign."""
    lot = moves.lock(lot_id)
    access.buyer(actor, lot.project)
    if lot.stage != Stage.CONTRACTING:
        raise Refused(reason("a contract is drafted after the award notice"))
    award = awarding.standing(lot)
    if Contract.objects.filter(award=award, taken_back_at=None).exists():
        raise Refused(reason("there is a contract for this award already"))
    if reasons := _objections_to_draft(lot, award, title=title, security_asked=security_asked, at=at):
        raise Refused(*reasons)
    contract = Contract.objects.create(
        number=numbering.take("CO", at=at),
        lot=lot,
        award=award,
        title=title,
        amount=award.amount,
        currency=award.currency,
        summary=summary,
        security_asked=security_asked,
        file=file,
        drafted_at=at,
        drafted_by=actor.as_text(),
    )
    _record("drafted", contract, actor, at)
    tell(
        award.organisation,
        kind="trading.contract.drafted",
        title=reason("The contract on {lot} waits for your signature", lot=lot.title),
        at=at,
        role=Role.BIDDER,
        project=lot.project.number,
        link=f"/desk/contracts/{contract.number}",
    )
    return contract


@transaction.atomic(durable=True)
def take_back(contract_id: int, *, actor: Actor, at: datetime, because: str) -> Contract:
    """Take back a contract that both have not signed, so that it can be drafted anew; the other sides are told why.

    A side that will not sign because the text departs from the bid (招投标条例 57; 采购法 46) is answered by another
    text. A signature that was given falls with the text that it was given to.
    """
    contract = _locked(contract_id)
    access.buyer(actor, contract.lot.project)
    reasons = _not_in(contract, Stage.CONTRACTING)
    if not because.strip():
        reasons.append(reason("say why the contract is taken back"))
    if reasons:
        raise Refused(*reasons)
    contract.taken_back_at, contract.taken_back_by, contract.taken_back_because = at, actor.as_text(), because
    contract.save(update_fields=["taken_back_at", "taken_back_by", "taken_back_because"])
    _record("taken_back", contract, actor, at)
    project = contract.lot.project
    for organisation, role in ((contract.award.organisation, Role.BIDDER), (project.owner, Role.OWNER)):
        tell(
            organisation,
            kind="trading.contract.taken_back",
            title=reason("The contract on {lot} was taken back; another text follows", lot=contract.lot.title),
            body=reason("Reason: {because}", because=because),
            at=at,
            role=role,
            project=project.number,
            link=f"/desk/contracts/{contract.number}",
        )
    return contract


@transaction.atomic(durable=True)
def give_security(contract_id: int, *, actor: Actor, at: datetime) -> Contract:
    """Record that the performance security has arrived: by the buying side."""
    contract = _locked(contract_id)
    access.buyer(actor, contract.lot.project)
    reasons = _not_in(contract, Stage.CONTRACTING)
    if contract.security_asked is None:
        reasons.append(reason("no performance security was asked"))
    if contract.security_given_at is not None:
        reasons.append(reason("the performance security is on record already"))
    if reasons:
        raise Refused(*reasons)
    contract.security_given_at = at
    contract.save(update_fields=["security_given_at"])
    _record("secured", contract, actor, at)
    return contract


@transaction.atomic(durable=True)
def sign(contract_id: int, *, keeps_to_bid: bool = False, actor: Actor, at: datetime) -> Contract:
    """Sign for the owner or for the winner; when both have signed, the lot is contracted.

    Each side declares with its signature that subject, price, quality, time and the other main terms are those of the
    documents and of the winner's bid (招投标条例 57; 采购法 46).
    """
    contract = _locked(contract_id)
    side = _signing_side(contract, actor)
    reasons = _not_in(contract, Stage.CONTRACTING)
    if getattr(contract, f"{side}_signed_at") is not None:
        reasons.append(reason("this side has signed already"))
    if not keeps_to_bid:
        reasons.append(reason("nobody signs without declaring that the contract keeps to the documents and the bid"))
    if reasons:
        raise Refused(*reasons)
    setattr(contract, f"{side}_signed_at", at)
    setattr(contract, f"{side}_signed_by", actor.as_text())
    setattr(contract, f"{side}_keeps_to_bid", keeps_to_bid)
    contract.save(update_fields=[f"{side}_{what}" for what in ("signed_at", "signed_by", "keeps_to_bid")])
    _record(f"signed_by_{side}", contract, actor, at)
    if contract.owner_signed_at and contract.winner_signed_at:
        moves.advance(contract.lot_id, Move.SIGN_CONTRACT, actor=actor, at=at, known=(state_of(contract),))
    return contract


@transaction.atomic(durable=True)
def register(contract_id: int, *, actor: Actor, at: datetime) -> Contract:
    """Register the signed contract and publish it; performance begins."""
    contract = _locked(contract_id)
    access.buyer(actor, contract.lot.project)
    if reasons := _not_in(contract, Stage.CONTRACTED):
        raise Refused(*reasons)
    contract.registered_at, contract.registered_by = at, actor.as_text()
    contract.save(update_fields=["registered_at", "registered_by"])
    _record("registered", contract, actor, at)
    moves.advance(
        contract.lot_id,
        Move.REGISTER_CONTRACT,
        actor=actor,
        at=at,
        known=(state_of(contract),),
        notices=(noticing.Draft(Code.CONTRACT, contract_data(contract)),),
    )
    return contract


@transaction.atomic(durable=True)
def add(contract_id: int, *, actor: Actor, at: datetime, amount: Decimal, because: str) -> ContractAddition:
    """Agree a supplement; all of them together stay within what the rule-sheet allows."""
    contract = _locked(contract_id)
    access.buyer(actor, contract.lot.project, approves=True)
    reasons = _not_in(contract, Stage.PERFORMING)
    if amount <= 0:
        reasons.append(reason("a supplement adds an amount above zero"))
    if not because.strip():
        reasons.append(reason("say why the contract is supplemented"))
    if reasons:
        raise Refused(*reasons)
    row = ContractAddition.objects.create(
        contract=contract, amount=amount, because=because, added_at=at, added_by=actor.as_text()
    )
    data = contract_data(contract) | {"addition": notice_data.plain(amount), "because": because}
    moves.advance(
        contract.lot_id,
        Move.CHANGE_CONTRACT,
        actor=actor,
        at=at,
        known=(state_of(contract),),
        notices=(noticing.Draft(Code.CONTRACT_CHANGE, data),),
    )
    _record("supplemented", contract, actor, at)
    return row


@transaction.atomic(durable=True)
def accept(contract_id: int, *, actor: Actor, at: datetime, acceptance: str) -> Contract:
    """Accept the performance, publish the result and close the project."""
    contract = _locked(contract_id)
    access.buyer(actor, contract.lot.project, approves=True)
    reasons = _not_in(contract, Stage.PERFORMING)
    if not acceptance.strip():
        reasons.append(reason("write the result of the acceptance"))
    if reasons:
        raise Refused(*reasons)
    contract.accepted_at, contract.acceptance = at, acceptance
    contract.save(update_fields=["accepted_at", "acceptance"])
    _record("accepted", contract, actor, at)
    data = contract_data(contract) | {"acceptance": acceptance}
    moves.advance(
        contract.lot_id,
        Move.CLOSE,
        actor=actor,
        at=at,
        known=(state_of(contract),),
        notices=(noticing.Draft(Code.PERFORM, data),),
    )
    return contract


def state_of(contract: Contract) -> ContractState:
    """Return what the rule-sheet asks about a contract."""
    currency = contract.currency
    asked = contract.security_asked
    return ContractState(
        owner_signed=contract.owner_signed_at is not None,
        winner_signed=contract.winner_signed_at is not None,
        amount=Money(contract.amount, currency),
        award_amount=Money(contract.award.amount, contract.award.currency),
        security_asked=None if asked is None else Money(asked, currency),
        security_given=contract.security_given_at is not None,
        departs_from_bid=not (contract.owner_keeps_to_bid and contract.winner_keeps_to_bid),
        additions=tuple(Money(row.amount, currency) for row in contract.additions.all()),
        is_registered=contract.registered_at is not None,
        is_accepted=contract.accepted_at is not None,
    )


def contract_data(contract: Contract) -> dict[str, object]:
    """Return what the contract announcement says."""
    return {
        "contract": contract.number,
        "contract_title": contract.title,
        "winner": notice_data.organisation(contract.award.organisation),
        "amount": notice_data.plain(contract.amount),
        "currency": contract.currency,
        "summary": contract.summary,
        "signed_at": notice_data.plain(contract.winner_signed_at),
        "sha256": contract.file_id or "",
    }


def _not_in(contract: Contract, stage: Stage) -> list[Reason]:
    """Return why nothing can be done to the contract now, if its lot is in another stage or the award has fallen."""
    reasons = []
    if contract.award.fell_at is not None:
        reasons.append(reason("the award has fallen, and the contract with it"))
    if contract.taken_back_at is not None:
        reasons.append(reason("this contract was taken back; another one takes its place"))
    if contract.lot.stage != stage:
        now = label(Stage(contract.lot.stage))
        reasons.append(reason("this belongs to the stage “{stage}”; it is now “{now}”", stage=label(stage), now=now))
    return reasons


def _objections_to_draft(
    lot: Lot, award: Award, *, title: str, security_asked: Decimal | None, at: datetime
) -> list[Reason]:
    """Return every reason that would keep a contract of this content from being signed."""
    amount = Money(award.amount, award.currency)
    asked = None if security_asked is None else Money(security_asked, award.currency)
    as_signed = ContractState(
        owner_signed=True,
        winner_signed=True,
        amount=amount,
        award_amount=amount,
        security_asked=asked,
        security_given=True,
    )
    reasons = [] if title.strip() else [reason("give the contract a title")]
    if security_asked is not None and security_asked <= 0:
        reasons.append(reason("a performance security is an amount above zero"))
    return [*reasons, *moves.missing_for(lot, Move.SIGN_CONTRACT, at=at, known=(as_signed,))]


def _locked(contract_id: int) -> Contract:
    return (
        Contract.objects.select_for_update(of=("self",))
        .select_related("lot__project__owner", "lot__project__agent", "award__organisation")
        .get(pk=contract_id)
    )


def _signing_side(contract: Contract, actor: Actor) -> str:
    seat = seat_of(actor, Role.OWNER, Role.BIDDER)
    if seat.organisation_id == contract.lot.project.owner_id:
        approving_seat(actor)
        return "owner"
    if seat.organisation_id == contract.award.organisation_id:
        approving_seat(actor)
        return "winner"
    raise NotYours(contract.number)


def _record(what: str, contract: Contract, actor: Actor, at: datetime) -> None:
    data = {"contract": contract.number, "amount": format(contract.amount, "f"), "currency": contract.currency}
    audit.append(f"trading.contract.{what}", tender=contract.lot.number, data=data, actor=actor, at=at)
