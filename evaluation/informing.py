"""Telling the bidders: what became of the tender, and each its own result with reasons and scores.

A loser learns why, and where points were given, its score and rank (87号令 69; 招投标法 45).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from accounts.names import Role
from accounts.telling import tell
from bidding.queries import opened_bids
from core.reasons import reason
from evaluation import queries
from evaluation.names import ground_label
from evaluation.rules.exact import shown
from trading.names import RefusalGround, label

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from bidding.models import OpenedBid
    from core.reasons import Reason
    from evaluation.models import Review
    from evaluation.rules.ties import Ranked
    from trading.models import Award, Lot


def rejections(lot: Lot) -> list[dict[str, object]]:
    """Return the rejected bids as notices state them, with ground and reason (濮阳条例 18)."""
    rows = queries.rejected(lot)
    return [_rejection(rows[bid.pk]) for bid in opened_bids(lot) if bid.pk in rows]


@transaction.atomic(savepoint=False)
def tell_bidders(
    lot: Lot, *, kind: str, title: Reason, body: Callable[[OpenedBid], Reason], link: str = "", at: datetime
) -> None:
    """Tell every bidder whose bid was opened or should have been, each in its own words."""
    for bid in opened_bids(lot):
        tell(
            bid.bidder,
            kind=kind,
            title=title,
            body=body(bid),
            at=at,
            role=Role.BIDDER,
            project=lot.project.number,
            link=link or f"/projects/{lot.project.number}",
        )


@transaction.atomic(savepoint=False)
def tell_of_failure(lot: Lot, *, at: datetime) -> None:
    """Tell every bidder that the tender has failed, and whose bid was rejected, why."""
    rows = queries.rejected(lot)

    def body(bid: OpenedBid) -> Reason:
        row = rows.get(bid.pk)
        return reason("The notice of failure says why.") if row is None else _rejected(row)

    tell_bidders(
        lot, kind="evaluation.tender.failed", title=reason("{lot} has failed", lot=lot.title), body=body, at=at
    )


@transaction.atomic(savepoint=False)
def tell_of_award(lot: Lot, award: Award, *, at: datetime) -> None:
    """Tell the winner that it won, and every loser why not, each with its own score and rank."""
    rows, places = queries.rejected(lot), queries.places(lot)
    for bid in opened_bids(lot):
        won = bid.bidder_id == award.organisation_id
        title = reason("You have won {lot}", lot=lot.title) if won else reason(
            "The result of {lot} is known", lot=lot.title
        )  # fmt: skip
        tell(
            bid.bidder,
            kind="evaluation.award.notified",
            title=title,
            body=outcome_of(bid, award, rejection=rows.get(bid.pk), place=places.get(bid.bidder.number)),
            at=at,
            role=Role.BIDDER,
            project=lot.project.number,
            link=f"/evaluation/{lot.number}/result",
        )


@transaction.atomic(savepoint=False)
def tell_of_fall(lot: Lot, award: Award, *, at: datetime) -> None:
    """Tell the winner that its award has fallen and on which ground, and the others that it is decided again."""
    ground = label(RefusalGround(award.fell_ground))

    def body(bid: OpenedBid) -> Reason:
        if bid.bidder_id == award.organisation_id:
            return reason("Your award has fallen. {ground}: {because}", ground=ground, because=award.fell_because)
        return reason("The winner is decided again.")

    title = reason("The award of {lot} has fallen", lot=lot.title)
    tell_bidders(lot, kind="evaluation.award.fell", title=title, body=body, at=at)


def outcome_of(bid: OpenedBid, award: Award, *, rejection: Review | None, place: Ranked | None) -> Reason:
    """Return in one sentence what became of a bid and why."""
    if bid.bidder_id == award.organisation_id:
        return reason("Sign the contract within the days the law gives.")
    if rejection is not None:
        return _rejected(rejection)
    winner = award.organisation.name
    if place is None:
        return reason("Your bid was not opened and took no part in the evaluation; {winner} won.", winner=winner)
    if place.score is None:
        price = shown(place.evaluated_price)
        return reason(
            "Your bid was rank {rank} with an evaluated price of {price}; {winner} won.",
            rank=place.rank,
            price=price,
            winner=winner,
        )
    return reason(
        "Your bid was rank {rank} with {score} points; {winner} won.",
        rank=place.rank,
        score=shown(place.score),
        winner=winner,
    )


def _rejected(row: Review) -> Reason:
    ground = ground_label(row.ground_code)
    return reason("Your bid was rejected. {ground}: {because}", ground=ground, because=row.because)


def _rejection(row: Review) -> dict[str, object]:
    return {
        "bidder": row.bid.bidder.name,
        "step": row.step,
        "ground": row.ground_code,
        "because": row.because,
    }
