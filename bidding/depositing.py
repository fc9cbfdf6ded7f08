"""Deposits through their states: matched with the bank's statement, locked, returned, kept or converted.

They come to light with the opening, because until then they would tell who bids (docs/deposits.md).
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.dispatch import receiver

from accounts.names import Role
from accounts.telling import tell
from bidding import deposit_terms
from bidding.deposit_terms import release_deadline
from bidding.models import Deposit, OpenedBid
from bidding.names import DepositState, ForfeitGround, Outcome, label
from core import audit
from core.errors import Refused
from core.money import half_up
from core.reasons import reason
from trading import access as trading_access
from trading.models import Award, Lot, StageChange
from trading.names import Move, Stage
from trading.procedures.wording import moment
from trading.signals import stage_changed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from core.actors import Actor
    from core.reasons import Reason

_MATCHED = (DepositState.PAID, DepositState.GUARANTEED)


@dataclass(frozen=True)
class StatementRow:
    """One arrival as the bank's statement has it."""

    account_name: str
    amount: Decimal
    currency: str
    arrived_at: datetime
    reference: str = ""


@transaction.atomic(durable=True)
def match(deposit_id: int, *, row: StatementRow, actor: Actor, at: datetime) -> Deposit:
    """Match a deposit with a row of the statement; Refused with everything that does not fit."""
    deposit = _locked(deposit_id, actor)
    if objections := statement_objections(deposit, row):
        raise Refused(*objections)
    return _pay(deposit, row, actor=actor, at=at)


@transaction.atomic(durable=True)
def match_statement(
    lot_id: int, rows: Iterable[StatementRow], *, actor: Actor, at: datetime
) -> tuple[list[Deposit], list[StatementRow]]:
    """Match what fits of a whole statement; return the deposits matched and the rows that fit nothing."""
    lot = Lot.objects.select_related("project").get(pk=lot_id)
    trading_access.side_of(actor, lot.project, Role.OWNER, Role.AGENT, Role.CENTER)
    due = list(
        Deposit.objects.select_for_update(of=("self",))
        .select_related("organisation", "lot__project")
        .filter(lot=lot, state=DepositState.DUE)
        .order_by("pk")
    )
    matched, left = [], []
    for row in rows:
        deposit = next((one for one in due if not statement_objections(one, row)), None)
        if deposit is None:
            left.append(row)
            continue
        due.remove(deposit)
        matched.append(_pay(deposit, row, actor=actor, at=at))
    return matched, left


def statement_objections(deposit: Deposit, row: StatementRow) -> list[Reason]:
    """Return why a row of the statement is not this deposit: sum, name and time each have to fit."""
    objections = _state_objections(deposit, DepositState.DUE)
    if row.currency != deposit.currency:
        objections.append(reason("it is in {found}, not in {asked}", found=row.currency, asked=deposit.currency))
    elif row.amount < deposit.required:
        objections.append(reason("{found} arrived, {asked} are required", found=row.amount, asked=deposit.required))
    if _plain(row.account_name) != _plain(deposit.organisation.name):
        objections.append(reason("the account is in the name of “{found}”, not of the bidder", found=row.account_name))
    closes_at = deposit.lot.closes_at
    if closes_at is not None and row.arrived_at > closes_at:
        objections.append(reason("it arrived on {day}, after the deadline", day=moment(row.arrived_at)))
    return objections


@transaction.atomic(durable=True)
def accept_guarantee(
    deposit_id: int, *, number: str, amount: Decimal, verify_url: str, actor: Actor, at: datetime
) -> Deposit:
    """Record that an electronic guarantee stands for a deposit, with its number and where it is checked."""
    deposit = _locked(deposit_id, actor)
    objections = _state_objections(deposit, DepositState.DUE)
    if not number.strip():
        objections.append(reason("a guarantee has a number"))
    if amount < deposit.required:
        objections.append(reason("it covers {found}, {asked} are required", found=amount, asked=deposit.required))
    if not verify_url.startswith("https://"):
        objections.append(reason("the address where the guarantee is checked begins with https://"))
    if objections:
        raise Refused(*objections)
    deposit.guarantee()
    deposit.form, deposit.reference, deposit.verify_url, deposit.amount = "guarantee", number, verify_url, amount
    deposit.save(update_fields=["state", "form", "reference", "verify_url", "amount"])
    _record("bidding.deposit.guaranteed", deposit, {"number": number}, actor=actor, at=at)
    return deposit


@transaction.atomic(durable=True)
def lock(lot_id: int, *, actor: Actor, at: datetime) -> list[Deposit]:
    """Bind the matched deposits of a lot to their bids, from the deadline until they are settled."""
    lot = Lot.objects.select_related("project").get(pk=lot_id)
    trading_access.side_of(actor, lot.project, Role.OWNER, Role.AGENT, Role.CENTER)
    rows = Deposit.objects.select_for_update(of=("self",)).select_related("organisation", "lot")
    locked = []
    for deposit in rows.filter(lot=lot, state__in=_MATCHED).order_by("pk"):
        deposit.lock()
        deposit.save(update_fields=["state"])
        _record("bidding.deposit.locked", deposit, {}, actor=actor, at=at)
        locked.append(deposit)
    return locked


@transaction.atomic(durable=True)
def release(
    deposit_id: int,
    *,
    interest: Decimal,
    because: str,
    by_bidders_fault: bool = False,
    actor: Actor,
    at: datetime,
) -> Deposit:
    """Give a deposit back with the bank's interest, and with what is owed if it goes back late.

    Nothing is owed for a delay that is the bidder's own fault (87号令 38), which is then written down.
    """
    deposit = _locked(deposit_id, actor)
    objections = _state_objections(deposit, DepositState.LOCKED, *_MATCHED)
    if interest < 0 or interest != half_up(interest):
        objections.append(reason("interest is an amount with two decimal places, or nothing"))
    if by_bidders_fault and not because.strip():
        objections.append(reason("write down how the bidder itself kept the deposit from going back in time"))
    if not _may_go_back(deposit):
        objections.append(reason("the deposit stays until the contract is signed or the bidder is out of the running"))
    if objections:
        raise Refused(*objections)
    deposit.release()
    deposit.settled_at, deposit.settled_because, deposit.interest = at, because, interest
    given = {"interest": format(interest, "f")}
    if (late := deposit_terms.late(deposit, at=at)) is not None:
        owed = Decimal("0.00") if by_bidders_fault else late.interest.amount
        deposit.late_days, deposit.late_interest = late.days, owed
        given |= {"late_days": str(late.days), "late_interest": format(owed, "f")}
    deposit.save(update_fields=["state", "settled_at", "settled_because", "interest", "late_days", "late_interest"])
    _record("bidding.deposit.released", deposit, given, actor=actor, at=at)
    _tell(deposit, reason("Your deposit for {lot} goes back to you", lot=deposit.lot.title), at=at)
    return deposit


@transaction.atomic(durable=True)
def forfeit(deposit_id: int, *, ground: ForfeitGround, because: str, actor: Actor, at: datetime) -> Deposit:
    """Keep a deposit for a ground of the law: the bid was revoked, or the winner did not stand by it."""
    deposit = _locked(deposit_id, actor)
    objections = _state_objections(deposit, DepositState.LOCKED)
    if not because.strip():
        objections.append(reason("keeping a deposit needs its reason in words"))
    if not _has_ground(deposit, ground):
        objections.append(reason("nothing on record shows that {ground}", ground=label(ground)))
    if objections:
        raise Refused(*objections)
    return settle_as_forfeited(deposit, ground=ground.value, because=because, actor=actor, at=at)


@transaction.atomic(savepoint=False)
def settle_as_forfeited(deposit: Deposit, *, ground: str, because: str, actor: Actor, at: datetime) -> Deposit:
    """Keep a locked deposit; the caller has recorded what happened."""
    deposit.forfeit()
    deposit.settled_at, deposit.settled_because = at, because
    deposit.forfeit_ground = ForfeitGround(ground).value
    deposit.save(update_fields=["state", "settled_at", "settled_because", "forfeit_ground"])
    _record("bidding.deposit.forfeited", deposit, {"ground": ground}, actor=actor, at=at)
    title = reason("Your deposit for {lot} is not returned", lot=deposit.lot.title)
    _tell(deposit, title, body=label(ForfeitGround(ground)), at=at)
    return deposit


@transaction.atomic(durable=True)
def convert(deposit_id: int, *, because: str, actor: Actor, at: datetime) -> Deposit:
    """Make the winner's deposit part of what it pays or gives as security."""
    deposit = _locked(deposit_id, actor)
    objections = _state_objections(deposit, DepositState.LOCKED)
    if not Award.objects.filter(lot=deposit.lot, organisation=deposit.organisation, fell_at=None).exists():
        objections.append(reason("only the winner's deposit is converted"))
    if objections:
        raise Refused(*objections)
    deposit.convert()
    deposit.settled_at, deposit.settled_because = at, because
    deposit.save(update_fields=["state", "settled_at", "settled_because"])
    _record("bidding.deposit.converted", deposit, {}, actor=actor, at=at)
    _tell(deposit, reason("Your deposit for {lot} counts towards the contract", lot=deposit.lot.title), at=at)
    return deposit


@transaction.atomic(savepoint=False)
def schedule(lot: Lot, *, at: datetime) -> list[Deposit]:
    """Write down by when each deposit that is still held must go back, as the rule-sheet says now."""
    rows = Deposit.objects.select_for_update(of=("self",)).select_related("organisation")
    held = list(rows.filter(lot=lot, state__in=[*_MATCHED, DepositState.LOCKED]).order_by("pk"))
    for deposit in held:
        deposit.release_by = release_deadline(lot, deposit.organisation, at=at)
        deposit.save(update_fields=["release_by"])
    return held


@receiver(stage_changed, dispatch_uid="bidding.depositing")
def schedule_from_the_contract(sender: object, lot_id: int, change_id: int, move: Move, **_: object) -> None:  # noqa: ARG001  (given by the signal)
    """Write down the days that a signed contract begins to run; comes after the commit of the signature.

    Should this be lost, the verb and its page still reckon from the contract.
    """
    if move is Move.SIGN_CONTRACT:
        with transaction.atomic(durable=True):
            schedule(Lot.objects.get(pk=lot_id), at=StageChange.objects.get(pk=change_id).at)


def _locked(deposit_id: int, actor: Actor) -> Deposit:
    deposit = (
        Deposit.objects.select_for_update(of=("self",))
        .select_related("organisation", "lot__project__owner", "lot__project__agent")
        .get(pk=deposit_id)
    )
    trading_access.side_of(actor, deposit.lot.project, Role.OWNER, Role.AGENT, Role.CENTER)
    return deposit


def _pay(deposit: Deposit, row: StatementRow, *, actor: Actor, at: datetime) -> Deposit:
    deposit.pay()
    deposit.form, deposit.amount = "transfer", row.amount
    deposit.reference = row.reference
    deposit.account_name, deposit.arrived_at = row.account_name, row.arrived_at
    deposit.save(update_fields=["state", "form", "amount", "reference", "account_name", "arrived_at"])
    _record("bidding.deposit.paid", deposit, {"amount": format(row.amount, "f")}, actor=actor, at=at)
    return deposit


def _state_objections(deposit: Deposit, *allowed: DepositState) -> list[Reason]:
    if deposit.state in allowed:
        return []
    return [reason("the deposit is “{state}”", state=label(DepositState(deposit.state)))]


def _may_go_back(deposit: Deposit) -> bool:
    """Say whether nothing binds the deposit any more: the run ended, a contract stands, or the bidder is out."""
    stage = Stage(deposit.lot.stage)
    if stage.is_end or stage in (Stage.CONTRACTED, Stage.PERFORMING):
        return True
    awards = Award.objects.filter(lot=deposit.lot, organisation=deposit.organisation)
    is_out = awards.filter(fell_at__isnull=False).exists() and not awards.filter(fell_at=None).exists()
    return is_out or release_deadline(deposit.lot, deposit.organisation, at=None) is not None


def _has_ground(deposit: Deposit, ground: ForfeitGround) -> bool:
    if ground is ForfeitGround.REVOKED:
        bids = OpenedBid.objects.filter(opening__lot=deposit.lot, bidder=deposit.organisation)
        return bids.filter(outcome=Outcome.REVOKED).exists() or bids.filter(gave_up_at__isnull=False).exists()
    fallen = Award.objects.filter(lot=deposit.lot, organisation=deposit.organisation, fell_at__isnull=False)
    return fallen.filter(fell_ground=ground.value).exists()


def _plain(name: str) -> str:
    """Return a name as it is compared: banks and registers mix brackets and letters of full and half width."""
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()


def _tell(deposit: Deposit, title: Reason, *, at: datetime, body: Reason | None = None) -> None:
    """Tell the bidder that its deposit is settled."""
    tell(
        deposit.organisation,
        kind=f"bidding.deposit.{deposit.state}",
        title=title,
        body=body,
        at=at,
        role=Role.BIDDER,
        project=deposit.lot.project.number,
        link=f"/projects/{deposit.lot.project.number}",
    )


def _record(event: str, deposit: Deposit, data: Mapping[str, object], *, actor: Actor, at: datetime) -> None:
    named = {"bidder": deposit.organisation.number, "state": deposit.state, **data}
    audit.append(event, tender=deposit.lot.number, data=named, actor=actor, at=at)
