"""Verbs of the review: pass or fail, with ground and reason, before anything is scored.

Construction: the committee votes on qualification and responsiveness. Procurement: the buying side decides
qualification in a stage of its own, the committee votes on responsiveness (87号令 44).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from bidding.models import OpenedBid
from core import audit
from core.canonical import digest_of
from core.errors import Refused
from core.reasons import reason
from evaluation import access, queries, states
from evaluation.models import Review
from evaluation.names import RejectionGround, Step
from trading import access as trading_access
from trading import binding, moves
from trading.names import Move, Stage

if TYPE_CHECKING:
    from datetime import datetime

    from core.actors import Actor
    from core.reasons import Reason
    from trading.models import Lot


@transaction.atomic(durable=True)
def review(
    bid_id: int,
    *,
    step: Step,
    passed: bool,
    because: str = "",
    ground: RejectionGround | None = None,
    evidence: str = "",
    actor: Actor,
    at: datetime,
) -> Review:
    """Decide the qualification of one bid for the buying side, in the stage that is made for it."""
    bid = OpenedBid.objects.select_related("opening", "bidder").get(pk=bid_id)
    lot = moves.lock(bid.opening.lot_id)
    trading_access.buyer(actor, lot.project)
    reasons = _rejection_objections(passed=passed, because=because, ground=ground)
    if step is not Step.QUALIFICATION or lot.stage != Stage.QUALIFICATION:
        reasons.append(reason("the buying side reviews qualification, in the stage of that name"))
    if bid.pk not in {row.pk for row in queries.bids_in_play(lot)} and not Review.objects.filter(bid=bid).exists():
        reasons.append(reason("this bid is not up for review"))
    if reasons:
        raise Refused(*reasons)
    row, _ = Review.objects.update_or_create(
        bid=bid,
        step=step,
        defaults={
            "passed": passed,
            "ground_code": ground or "",
            "because": because,
            "evidence": evidence,
            "decided_at": at,
            "decided_by": actor.as_text(),
        },
    )
    _record(lot, bid, row, actor, at)
    return row


@transaction.atomic(durable=True)
def vote(
    bid_id: int,
    *,
    step: Step,
    passed: bool,
    because: str = "",
    ground: RejectionGround | None = None,
    evidence: str = "",
    actor: Actor,
    at: datetime,
) -> Review:
    """Vote on one step of one bid; with the last vote the majority has decided and every vote stays on record."""
    bid = OpenedBid.objects.select_related("opening", "bidder").get(pk=bid_id)
    lot = moves.lock(bid.opening.lot_id)
    member = access.working_seat(actor, lot)
    row = Review.objects.select_for_update(of=("self",)).filter(bid=bid, step=step).first()
    reasons = _rejection_objections(passed=passed, because=because, ground=ground)
    reasons += _vote_objections(lot, bid, step, row)
    if reasons:
        raise Refused(*reasons)
    row = row or Review.objects.create(bid=bid, step=step)
    row.votes = row.votes | {member.user.number: {"passed": passed, "because": because, "ground": ground or ""}}
    row.evidence = evidence or row.evidence
    _count(row, voters={seat.user.number for seat in queries.members_of(lot)}, actor=actor, at=at)
    row.save(update_fields=["votes", "evidence", "passed", "because", "ground_code", "decided_at", "decided_by"])
    _record(lot, bid, row, actor, at)
    return row


@transaction.atomic(durable=True)
def qualify(lot_id: int, *, actor: Actor, at: datetime) -> None:
    """End the buying side's review: the committee begins, or too few qualify and the tender fails."""
    lot = moves.lock(lot_id)
    trading_access.buyer(actor, lot.project)
    committee = states.committee_state(lot)
    known = (states.qualification_state(lot), *((committee,) if committee else ()))
    failing = moves.missing_for(lot, Move.FAIL_QUALIFICATION, at=at, known=known)
    move = Move.QUALIFY if failing else Move.FAIL_QUALIFICATION
    moves.advance(lot_id, move, actor=actor, at=at, known=known, because="" if failing else _too_few(lot))


def _too_few(lot: Lot) -> str:
    state = states.qualification_state(lot)
    return f"{state.qualified} / {state.of}"


def _count(row: Review, *, voters: set[str], actor: Actor, at: datetime) -> None:
    votes = {number: vote for number, vote in row.votes.items() if number in voters}
    if set(votes) != voters:
        return
    against = [vote for vote in votes.values() if not vote["passed"]]
    row.passed = len(against) * 2 < len(votes)
    row.because = "" if row.passed else "; ".join(dict.fromkeys(vote["because"] for vote in against))
    row.ground_code = "" if row.passed else str(against[0]["ground"])
    row.decided_at, row.decided_by = at, actor.as_text()


def _vote_objections(lot: Lot, bid: OpenedBid, step: Step, row: Review | None) -> list[Reason]:
    procedure = binding.procedure_of(lot.project, at=lot.entered_at)
    reasons = []
    if step is Step.QUALIFICATION and Stage.QUALIFICATION in procedure.stages:
        reasons.append(reason("the buying side has reviewed qualification"))
    if row is not None and row.passed is not None:
        reasons.append(reason("this step is decided for this bid"))
    elif bid.pk not in {each.pk for each in queries.bids_in_play(lot)}:
        reasons.append(reason("this bid is no longer in play"))
    return reasons


def _rejection_objections(*, passed: bool, because: str, ground: RejectionGround | None) -> list[Reason]:
    if passed:
        return []
    reasons = [] if because.strip() else [reason("a rejection states its reason")]
    if ground is None:
        reasons.append(reason("a rejection names its ground"))
    return reasons


def _record(lot: Lot, bid: OpenedBid, row: Review, actor: Actor, at: datetime) -> None:
    data = {
        "seal": bid.seal_id,
        "step": row.step,
        "passed": row.passed,
        "votes": len(row.votes),
        "because": digest_of(row.because) if row.because else "",
    }
    audit.append("evaluation.bid.reviewed", tender=lot.number, data=data, actor=actor, at=at)
