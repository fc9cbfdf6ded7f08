"""Verbs of the review: pass or fail, with ground and reason, before anything is scored.

Construction: the committee votes on qualification and responsiveness. Procurement: the buying side decides
qualification in a stage of its own, the committee votes on responsiveness (87号令 44).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from bidding.models import OpenedBid
from core import audit
from core.canonical import digest_of
from core.errors import Refused
from core.reasons import reason
from evaluation import access, convening, informing, queries, states
from evaluation.models import Review
from evaluation.names import RejectionGround, Step
from trading import access as trading_access
from trading import binding, moves, noticing
from trading.names import Code, Move, Stage

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence
    from datetime import datetime

    from core.actors import Actor
    from core.reasons import Reason
    from trading.models import Lot
    from trading.procedures.facts import Known


@dataclass(frozen=True, kw_only=True)
class Vote:
    """A member's word on one step of one bid; against needs a ground and a reason."""

    bid_id: int
    step: Step
    passed: bool
    because: str = ""
    ground: RejectionGround | None = None
    evidence: str = ""


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
def vote(lot_id: int, *, votes: Sequence[Vote], actor: Actor, at: datetime) -> list[Review]:
    """Vote as a member on any number of steps and bids together: all votes count, or none.

    With the last vote on a step the majority has decided it; every single vote stays on record. A later step of a
    bid that is out is not voted on. What a report rests on stays as it is until the report is taken back.
    """
    lot = moves.lock(lot_id)
    member = access.working_seat(actor, lot)
    in_play = {bid.pk: bid for bid in queries.bids_in_play(lot)}
    rows = {(row.bid_id, row.step): row for row in Review.objects.filter(bid__in=in_play)}
    reasons = [] if queries.report_of(lot) is None else [reason("the report is drawn up already")]
    reasons += [each for cast in votes for each in _vote_objections(lot, cast, in_play, rows)]
    if reasons:
        raise Refused(*dict.fromkeys(reasons))
    voters = {seat.user.number for seat in queries.members_of(lot)}
    deciding = frozenset() if queries.vacancies(lot) else frozenset(voters)
    changed: list[Review] = []
    for cast in votes:
        if any(row.bid_id == cast.bid_id and row.passed is False for row in changed):
            continue  # decided against with this very vote: what comes later is not asked any more
        row = rows.get((cast.bid_id, cast.step)) or Review(bid_id=cast.bid_id, step=cast.step)
        _cast(row, cast, member.user.number, deciding, actor=actor, at=at)
        changed.append(row)
    _write(changed, known=rows.keys())
    data = {
        "votes": [
            {"seal": in_play[row.bid_id].seal_id, "step": row.step, "voted": len(row.votes), "passed": row.passed}
            for row in changed
        ]
    }
    audit.append("evaluation.bids.voted_on", tender=lot.number, data=data, actor=actor, at=at)
    return changed


@transaction.atomic(durable=True)
def qualify(lot_id: int, *, actor: Actor, at: datetime) -> None:
    """End the buying side's review: the committee begins, or too few qualify and the tender fails."""
    lot = moves.lock(lot_id)
    trading_access.buyer(actor, lot.project)
    known = qualification_known(lot)
    if fails_by_qualification(lot, at=at):
        because = "; ".join(moves.missing_for(lot, Move.QUALIFY, at=at, known=(states.qualification_state(lot),))[:1])
        data = {"rejected": informing.rejections(lot), "because": because}
        moves.advance(
            lot_id,
            Move.FAIL_QUALIFICATION,
            actor=actor,
            at=at,
            known=known,
            because=because,
            notices=(noticing.Draft(Code.FAIL, data),),
        )
        informing.tell_of_failure(lot, at=at)
        return
    moves.advance(lot_id, Move.QUALIFY, actor=actor, at=at, known=known)
    convening.begin(lot, at=at)


def qualification_known(lot: Lot) -> tuple[Known, ...]:
    """Return what the end of the qualification review rests on."""
    committee = states.committee_state(lot)
    return (states.qualification_state(lot), *((committee,) if committee else ()))


def fails_by_qualification(lot: Lot, *, at: datetime) -> bool:
    """Say whether the review is complete and too few qualify: nothing is evaluated then."""
    return not moves.missing_for(lot, Move.FAIL_QUALIFICATION, at=at, known=qualification_known(lot))


def _cast(row: Review, cast: Vote, voter: str, voters: frozenset[str], *, actor: Actor, at: datetime) -> None:
    said = {"passed": cast.passed, "because": cast.because.strip(), "ground": cast.ground or ""}
    row.votes = row.votes | {voter: said}
    row.evidence = cast.evidence or row.evidence
    _count(row, voters=voters, actor=actor, at=at)


def _write(rows: Sequence[Review], *, known: Container[tuple[int, str]]) -> None:
    """Write all rows with two statements: a vote on many bids is one click, and its lot is locked meanwhile."""
    Review.objects.bulk_create(row for row in rows if (row.bid_id, row.step) not in known)
    Review.objects.bulk_create(
        [row for row in rows if (row.bid_id, row.step) in known],
        update_conflicts=True,
        unique_fields=["pk"],
        update_fields=["votes", "evidence", "passed", "because", "ground_code", "decided_at", "decided_by"],
    )


def _count(row: Review, *, voters: frozenset[str], actor: Actor, at: datetime) -> None:
    """Decide by the majority once everybody has voted; nobody decides while a seat is vacant (no voters)."""
    if not voters or row.votes.keys() != voters:
        return
    against = [vote for _, vote in sorted(row.votes.items()) if not vote["passed"]]
    row.passed = len(against) * 2 < len(voters)
    row.because = "" if row.passed else "; ".join(dict.fromkeys(vote["because"] for vote in against))
    grounds = Counter(str(vote["ground"]) for vote in against)
    row.ground_code = "" if row.passed else grounds.most_common(1)[0][0]
    row.decided_at, row.decided_by = at, actor.as_text()


def _vote_objections(
    lot: Lot, cast: Vote, in_play: Mapping[int, OpenedBid], rows: Mapping[tuple[int, str], Review]
) -> list[Reason]:
    procedure = binding.procedure_of(lot.project, at=lot.entered_at)
    reasons = _rejection_objections(passed=cast.passed, because=cast.because, ground=cast.ground)
    if cast.step is Step.QUALIFICATION and Stage.QUALIFICATION in procedure.stages:
        reasons.append(reason("the buying side has reviewed qualification"))
    row = rows.get((cast.bid_id, cast.step))
    if row is not None and row.passed is not None:
        reasons.append(reason("this step is decided for this bid"))
    elif cast.bid_id not in in_play:
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
