"""From report to award: delivered, decided, confirmed by silence, told to everybody, lost again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from accounts.access import approving_seat
from accounts.names import Role
from accounts.telling import tell
from bidding import depositing
from bidding.models import Deposit
from core.errors import NotYours, Refused
from core.money import Money
from core.reasons import reason
from evaluation import informing, queries
from evaluation.models import Candidate, Report
from evaluation.names import AwardGround
from trading import access as trading_access
from trading import awarding as trading_awarding
from trading import binding, moves, notice_data, noticing
from trading import informing as trading_informing
from trading.models import Award
from trading.names import Code, Move, PassingGround, RefusalGround, label
from trading.procedures.facts import AwardChoice, RefusalState

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from core.actors import Actor
    from trading.models import Lot


@transaction.atomic(durable=True)
def deliver_report(lot_id: int, *, actor: Actor, at: datetime) -> None:
    """Hand the report to the purchaser, whose days to confirm begin (87号令 68)."""
    lot = moves.lock(lot_id)
    trading_access.buyer(actor, lot.project)
    moves.advance(lot_id, Move.DELIVER_REPORT, actor=actor, at=at)
    Report.objects.filter(lot=lot).update(delivered_at=at)
    tell(
        lot.project.owner,
        kind="evaluation.report.delivered",
        title=reason("The evaluation report on {lot} is here: confirm the winner", lot=lot.title),
        at=at,
        role=Role.OWNER,
        project=lot.project.number,
        link=f"/evaluation/{lot.number}/award",
    )


@transaction.atomic(durable=True)
def award(
    lot_id: int,
    *,
    candidate_id: int,
    grounds: Mapping[int, PassingGround] | None = None,
    because: str = "",
    actor: Actor,
    at: datetime,
) -> Award:
    """Award to a candidate; for every better rank a ground says why it is passed over.

    What is on record already (a winner that fell away, a bidder that gave up) counts as a ground without being
    repeated.
    """
    lot = moves.lock(lot_id)
    owner_seat(actor, lot)
    candidate = _candidate(lot, candidate_id)
    return _decide(lot, candidate, grounds or {}, because, Move.AWARD, actor=actor, at=at)


@transaction.atomic(durable=True)
def confirm_by_silence(lot_id: int, actor: Actor, at: datetime) -> Award:
    """Take the purchaser's silence as confirmation of rank one, when its days are over (87号令 68)."""
    lot = moves.lock(lot_id)
    out = grounds_on_record(lot)
    first = next((row for row in queries.candidates_of(lot) if row.rank not in out), None)
    if first is None:
        raise Refused(reason("there is no candidate that silence could confirm"))
    confirmed = _decide(lot, first, {}, "", Move.CONFIRM_BY_SILENCE, actor=actor, at=at)
    winner = confirmed.organisation.name
    trading_informing.tell_buying_side(
        lot.project,
        kind="evaluation.award.confirmed",
        title=reason("Silence counts as confirmation: {winner} wins {lot}", winner=winner, lot=lot.title),
        body=reason("Publish the result and send the award notice."),
        link=f"/evaluation/{lot.number}/award",
        at=at,
    )
    return confirmed


@transaction.atomic(durable=True)
def notify_award(lot_id: int, *, actor: Actor, at: datetime) -> None:
    """Publish the result, send the award notice to the winner, and tell every loser why."""
    lot = moves.lock(lot_id)
    trading_access.buyer(actor, lot.project)
    standing = trading_awarding.standing(lot)
    data = result_data(lot, standing)
    moves.advance(
        lot_id,
        Move.NOTIFY_AWARD,
        actor=actor,
        at=at,
        notices=(
            noticing.Draft(Code.AWARD, data),
            noticing.Draft(Code.AWARD_LETTER, data, addressee=standing.organisation),
        ),
    )
    informing.tell_of_award(lot, standing, at=at)
    depositing.schedule(lot, at=at)


@transaction.atomic(durable=True)
def winner_refuses(lot_id: int, *, ground: RefusalGround, because: str, actor: Actor, at: datetime) -> Award:
    """Let the award fall for a ground of the rule-sheet, which says whether the deposit is kept for it."""
    lot = moves.lock(lot_id)
    owner_seat(actor, lot)
    fall = binding.procedure_of(lot.project, at=at).fall(ground)
    if fall is None:
        raise Refused(reason("the rule-sheet names no such ground: {ground}", ground=label(ground)))
    fallen = trading_awarding.award_falls(lot, ground=ground, because=because, actor=actor, at=at)
    moves.advance(
        lot_id,
        Move.WINNER_REFUSES,
        actor=actor,
        at=at,
        known=(RefusalState(ground=ground, because=because),),
        because=because,
        notices=(noticing.Draft(Code.AWARD_FELL, fall_data(fallen)),),
    )
    deposit = Deposit.objects.filter(lot=lot, organisation=fallen.organisation, state="locked").first()
    if deposit is not None and fall.forfeits:
        depositing.settle_as_forfeited(deposit, ground=ground.value, because=because, actor=actor, at=at)
    informing.tell_of_fall(lot, fallen, at=at)
    return fallen


def grounds_on_record(lot: Lot) -> dict[int, PassingGround | RefusalGround]:
    """Return, rank by rank, why candidates are out already.

    They lost an award, gave up after the opening, or were checked again and found no longer fit.
    """
    fallen = dict(Award.objects.filter(lot=lot, fell_at__isnull=False).values_list("organisation_id", "fell_ground"))
    unfit = {row.candidate.rank: PassingGround.NO_LONGER_FIT for row in queries.rechecks_of(lot) if row.is_fit is False}
    return unfit | {
        row.rank: RefusalGround(fallen[row.bid.bidder_id]) if row.bid.bidder_id in fallen else PassingGround.GAVE_UP
        for row in queries.candidates_of(lot)
        if row.bid.bidder_id in fallen or row.bid.gave_up_at is not None
    }


def fall_data(fallen: Award) -> dict[str, object]:
    """Return what the notice says that an announced award fell: whose it was and on which ground."""
    return {
        "winner": notice_data.organisation(fallen.organisation),
        "amount": notice_data.plain(fallen.amount),
        "currency": fallen.currency,
        "rank": fallen.rank,
        "ground": fallen.fell_ground,
        "because": fallen.fell_because,
    }


def result_data(lot: Lot, standing: Award) -> dict[str, object]:
    """Return what the award announcement says, with the documents it was tendered under (采购条例 43)."""
    return {
        "winner": notice_data.organisation(standing.organisation),
        "amount": notice_data.plain(standing.amount),
        "currency": standing.currency,
        "rank": standing.rank,
        "ground": standing.ground,
        "because": standing.because,
        "rejected": informing.rejections(lot),
        "committee": [member.user.name for member in queries.members_of(lot)],
        "documents": [notice_data.document_facts(row) for row in trading_access.documents_seen_by(None, lot.project)],
    }


def _decide(
    lot: Lot,
    candidate: Candidate,
    grounds: Mapping[int, PassingGround],
    because: str,
    move: Move,
    *,
    actor: Actor,
    at: datetime,
) -> Award:
    recorded = grounds_on_record(lot)
    if candidate.bid.gave_up_at is not None or recorded.get(candidate.rank):
        raise Refused(reason("this candidate has given up, lost the award or is no longer fit"))
    better = {row.rank for row in queries.candidates_of(lot) if row.rank < candidate.rank}
    named = {rank: ground for rank, ground in (dict(grounds) | recorded).items() if rank in better}
    choice = AwardChoice(
        rank=candidate.rank,
        candidates=len(queries.candidates_of(lot)),
        grounds=named,
        because=because,
        recheck_pending=queries.awaits_recheck(candidate),
    )
    reasons = list(moves.missing_for(lot, move, at=at, known=(choice,)))
    if any(found is PassingGround.NO_LONGER_FIT and rank not in recorded for rank, found in named.items()):
        reasons.append(reason("only the committee finds a candidate no longer fit, when it checks it again"))
    if named.keys() - recorded.keys() and not because.strip():
        reasons.append(reason("write down what shows that a better candidate is passed over lawfully"))
    if reasons:
        raise Refused(*reasons)
    decided = trading_awarding.record_award(
        lot,
        organisation=candidate.bid.bidder,
        amount=Money(candidate.price, candidate.bid.currency),
        rank=candidate.rank,
        ground=_ground(move, candidate, named),
        because=because,
        actor=actor,
        at=at,
    )
    moves.advance(lot.pk, move, actor=actor, at=at, known=(choice,), because=because)
    return decided


def _ground(move: Move, candidate: Candidate, named: Mapping[int, PassingGround | RefusalGround]) -> str:
    if move is Move.CONFIRM_BY_SILENCE:
        return AwardGround.SILENCE.value
    if candidate.rank == 1:
        return AwardGround.RANK_ONE.value
    return named[max(named)].value if named else AwardGround.OWNER_CHOICE.value


def owner_seat(actor: Actor, lot: Lot) -> None:
    seat = approving_seat(actor, None, Role.OWNER)
    if seat.organisation_id != lot.project.owner_id:
        raise NotYours(lot.number)


def _candidate(lot: Lot, candidate_id: int) -> Candidate:
    found = Candidate.objects.filter(pk=candidate_id, report__lot=lot).select_related("bid__bidder").first()
    if found is None:
        raise NotYours(lot.number)
    return found
