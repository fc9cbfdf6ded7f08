"""Publicity of candidates: published with everything the rule-sheet asks, ended by time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from accounts.names import Role
from accounts.telling import tell
from bidding.queries import opened_bids
from core.reasons import reason
from evaluation import queries
from trading import access as trading_access
from trading import binding, moves, notice_data, noticing
from trading.names import Code, Move
from trading.procedures.checklist import missing_items
from trading.procedures.facts import CandidatesState

if TYPE_CHECKING:
    from datetime import datetime

    from core.actors import Actor
    from evaluation.models import Candidate, Review
    from trading.models import Lot


@transaction.atomic(durable=True)
def publish_candidates(lot_id: int, *, actor: Actor, at: datetime) -> None:
    """Publish the candidates; every bidder is told where it stands and how to object."""
    lot = moves.lock(lot_id)
    trading_access.buyer(actor, lot.project, approves=True)
    data = notice_of_candidates(lot)
    procedure = binding.procedure_of(lot.project, at=at)
    known = CandidatesState(missing=missing_items(procedure.candidate_checklist, notice_data.filled(data)))
    moves.advance(
        lot_id,
        Move.PUBLISH_CANDIDATES,
        actor=actor,
        at=at,
        known=(known,),
        notices=(noticing.Draft(Code.CANDIDATE, data),),
    )
    for bid in opened_bids(lot).select_related("bidder"):
        tell(
            bid.bidder,
            kind="evaluation.candidates.published",
            title=reason("The candidates of {lot} are public", lot=lot.title),
            body=reason("You may object while they are public."),
            at=at,
            role=Role.BIDDER,
            project=lot.project.number,
            link=f"/lots/{lot.number}",
        )


@transaction.atomic(durable=True)
def end(lot_id: int, actor: Actor, at: datetime) -> None:
    """End the publicity when its days are over; an open objection holds it."""
    moves.advance(lot_id, Move.END_PUBLICITY, actor=actor, at=at)


def notice_of_candidates(lot: Lot) -> dict[str, object]:
    """Return the content of the candidate notice (10号令 6; 濮阳条例 18: reasons of rejection too)."""
    candidates = queries.candidates_of(lot)
    return {
        "candidates": [_candidate(row) for row in candidates],
        "ranking": [row.rank for row in candidates],
        "names": [row.bid.bidder.name for row in candidates],
        "prices": [notice_data.plain(row.price) for row in candidates],
        "quality": _stated(lot, "quality", candidates),
        "duration": _stated(lot, "duration", candidates),
        "manager": _stated(lot, "manager", candidates),
        "qualification": [row.bid.bidder.name for row in candidates],
        "evaluation": lot.project.method,
        "rejected": [_rejection(review) for review in queries.rejected(lot).values()],
        "objection_channel": str(lot.project.terms.get("objection_channel", "")),
    }


def _candidate(row: Candidate) -> dict[str, object]:
    form = row.bid.form
    return {
        "rank": row.rank,
        "bidder": notice_data.organisation(row.bid.bidder),
        "price": notice_data.plain(row.price),
        "currency": row.bid.currency,
        "evaluated_price": notice_data.plain(row.evaluated_price),
        "score": notice_data.plain(row.score),
        "quality": str(form.get("quality", "")),
        "duration": str(form.get("duration", "")),
        "manager": str(form.get("manager", "")),
    }


def _stated(lot: Lot, name: str, candidates: list[Candidate]) -> list[str]:
    """Return what each candidate states, else what the lot asks; empty if neither says anything."""
    values = [str(row.bid.form.get(name, "") or getattr(lot, name, "")) for row in candidates]
    return values if all(values) else []


def _rejection(review: Review) -> dict[str, object]:
    return {"bidder": review.bid.bidder.name, "ground": review.ground_code, "because": review.because}
