"""The committee of a rehearsal: five experts who declare, vote, calculate and confirm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bidding.queries import opened_bids
from config.rehearsal.people import experts
from core import clock
from evaluation import calculating, convening, queries, reporting, reviewing
from evaluation.models import Member
from evaluation.names import Answer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from config.rehearsal.people import Cast
    from core.actors import Actor
    from evaluation.names import Step
    from trading.models import Lot


def name_and_declare(cast: Cast, lot: Lot) -> list[Actor]:
    """Name five experts, the first in the chair, and let each declare; return their actors."""
    seats = experts(cast)
    convening.name_committee(
        lot.pk,
        members=[
            convening.MemberDraft(seat.user, seat.organisation, Member.EXPERT, is_chair=seat is seats[0])
            for seat in seats
        ],
        ground="rehearsal: five persons of the expert pool",
        actor=cast.actor("owner.approver"),
        at=clock.now(),
    )
    actors = [seat.actor() for seat in seats]
    for actor in actors:
        convening.declare(lot.pk, has_conflict=False, text="", years=12, has_title=True, actor=actor, at=clock.now())
    return actors


def evaluate(lot: Lot, actors: list[Actor], *, owner: Actor, steps: Iterable[Step], few_bids_because: str) -> None:
    """Let every member pass every bid in play, then calculate, draw up the report and confirm it.

    The source does not say how equal bids were placed: ``owner`` records a choice among those that become candidates.
    """
    in_play = {bid.pk for bid in queries.bids_in_play(lot)}
    votes = [
        reviewing.Vote(bid_id=bid.pk, step=step, passed=True)
        for bid in opened_bids(lot)
        if bid.pk in in_play
        for step in steps
    ]
    at = clock.now()
    for actor in actors:
        reviewing.vote(lot.pk, votes=votes, actor=actor, at=at)
    calculating.calculate(lot.pk, actor=actors[0], at=at)
    for tie in queries.open_ties(lot, among=reporting.most_candidates(lot, at=at)):
        calculating.settle_tie(lot.pk, order=tie, because="not stated in the source", actor=owner, at=at)
    reporting.draw_up(lot.pk, few_bids_because=few_bids_because, actor=actors[0], at=at)
    for actor in actors:
        reporting.confirm(lot.pk, answer=Answer.AGREES, actor=actor, at=at)
