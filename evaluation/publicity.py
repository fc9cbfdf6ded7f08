"""Publicity of candidates: published with everything the rule-sheet asks, ended by time."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction

from bidding.queries import opened_bids, valid_bids
from core.reasons import reason
from evaluation import informing, queries
from evaluation.names import Step
from trading import access as trading_access
from trading import binding, moves, notice_data, noticing
from trading.names import Code, Move
from trading.procedures.checklist import missing_items
from trading.procedures.facts import CandidatesState

if TYPE_CHECKING:
    from datetime import datetime

    from core.actors import Actor
    from core.reasons import Reason
    from evaluation.models import Candidate
    from trading.models import Lot


UNSAID = "—"  # what a bid does not say: the notice shows the gap instead of waiting for ever
_SCORES = "ct.scores_with_candidates"


@transaction.atomic(durable=True)
def publish_candidates(lot_id: int, *, actor: Actor, at: datetime) -> None:
    """Publish the candidates; every bidder is told where it stands and how to object."""
    lot = moves.lock(lot_id)
    trading_access.buyer(actor, lot.project, approves=True)
    moves.advance(
        lot_id,
        Move.PUBLISH_CANDIDATES,
        actor=actor,
        at=at,
        known=(CandidatesState(missing=missing_items_of(lot, at=at)),),
        notices=(noticing.Draft(Code.CANDIDATE, notice_of_candidates(lot, at=at)),),
    )
    informing.tell_bidders(
        lot,
        kind="evaluation.candidates.published",
        title=reason("The candidates of {lot} are public", lot=lot.title),
        body=lambda _: reason("You may object while they are public."),
        link=f"/objections/lots/{lot.number}",
        at=at,
    )


def missing_items_of(lot: Lot, *, at: datetime) -> tuple[Reason, ...]:
    """Return what the notice of candidates still lacks of the rule-sheet's checklist."""
    procedure = binding.procedure_of(lot.project, at=at)
    return missing_items(procedure.candidate_checklist, notice_data.filled(notice_of_candidates(lot, at=at)))


@transaction.atomic(durable=True)
def end(lot_id: int, actor: Actor, at: datetime) -> None:
    """End the publicity when its days are over; an open objection holds it."""
    moves.advance(lot_id, Move.END_PUBLICITY, actor=actor, at=at)


def notice_of_candidates(lot: Lot, *, at: datetime) -> dict[str, object]:
    """Return the content of the candidate notice (10号令 6; 濮阳条例 18: reasons of rejection too)."""
    candidates = queries.candidates_of(lot)
    return {
        "candidates": [_candidate(row) for row in candidates],
        "ranking": [row.rank for row in candidates],
        "names": [row.bid.bidder.name for row in candidates],
        "prices": [notice_data.plain(row.price) for row in candidates],
        "quality": _stated(lot, "quality", candidates),
        "duration": _stated(lot, "duration", candidates),
        "manager": [str(row.bid.form.get("manager", "")).strip() or UNSAID for row in candidates],
        "manager_certificates": [
            str(row.bid.form.get("manager_certificates", "")).strip() or UNSAID for row in candidates
        ],
        "qualification": _reviewed(lot, candidates),
        "evaluation": _evaluation(lot),
        "scores": _scores(lot, candidates, at=at),
        "rejected": informing.rejections(lot),
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
        "manager_certificates": str(form.get("manager_certificates", "")),
    }


def _reviewed(lot: Lot, candidates: list[Candidate]) -> list[dict[str, object]]:
    """Return how each candidate passed the reviews; empty if one of them is not on record as passed."""
    reviews = queries.reviews_of(lot)
    passed = {key for key, row in reviews.items() if row.passed}
    if not all((row.bid_id, step.value) in passed for row in candidates for step in Step):
        return []
    return [{"bidder": row.bid.bidder.name, "passed": [step.value for step in Step]} for row in candidates]


def _scores(lot: Lot, candidates: list[Candidate], *, at: datetime) -> list[dict[str, object]]:
    """Return the members' scores where the region publishes them, by size: nobody's hand is seen (濮阳条例 18)."""
    bound, known = binding.parameters_of(lot.project, at=at), binding.procedure_of(lot.project, at=at).keys()
    if _SCORES not in known or not bound.is_set(_SCORES) or bound.switch(_SCORES) != "on":
        return []
    given: dict[tuple[int, str], list[Decimal]] = defaultdict(list)
    for sheet in queries.sheets_of(lot):
        for code, mark in sheet.scores.items() if sheet.state == "handed_in" else ():
            given[sheet.bid_id, code].append(Decimal(str(mark)))
    titles = {str(row["code"]): str(row["title"]) for row in lot.project.criteria.get("criteria", [])}
    return [
        {
            "bidder": row.bid.bidder.name,
            "criterion": title,
            "scores": [notice_data.plain(mark) for mark in sorted(marks)],
        }
        for row in candidates
        for code, title in titles.items()
        if (marks := given.get((row.bid_id, code)))
    ]


def _evaluation(lot: Lot) -> dict[str, object]:
    """Return how the evaluation went: by which method, and how many bids came how far."""
    return {
        "method": lot.project.method,
        "received": opened_bids(lot).count(),
        "opened": valid_bids(lot).count(),
        "rejected": len(queries.rejected(lot)),
        "ranked": len(queries.places(lot)),
    }


def _stated(lot: Lot, name: str, candidates: list[Candidate]) -> list[str]:
    """Return what each candidate states, else what the lot asks; empty if neither says anything."""
    values = [str(row.bid.form.get(name, "") or getattr(lot, name, "")).strip() for row in candidates]
    return values if all(values) else []
