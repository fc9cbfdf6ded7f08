"""How the points of several members become one number."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from core.errors import Refused
from core.reasons import Reason, reason
from evaluation.rules.exact import round_half_up, written
from evaluation.rules.sheets import mark_objection

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from decimal import Decimal

    from evaluation.rules.criteria import Criterion
    from evaluation.rules.figures import BidFigures

MEAN = "mean"
TRIMMED_MEAN = "trimmed_mean"
FEWEST_TO_TRIM = 3


def exact_mean(values: Sequence[Decimal]) -> Fraction:
    """Return the mean as an exact fraction; raises Refused for no values."""
    if not values:
        raise Refused(reason("there is nothing to take the mean of"))
    return sum((Fraction(value) for value in values), Fraction(0)) / len(values)


def without_extremes(values: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """Return the values, ascending, without one highest and one lowest; raises Refused for fewer than three."""
    if len(values) < FEWEST_TO_TRIM:
        raise Refused(reason("{n} values are too few to drop the highest and the lowest", n=str(len(values))))
    return tuple(sorted(values)[1:-1])


def aggregated(values: Sequence[Decimal], *, how: str, places: int) -> Decimal:
    """Return the mean, or the mean without one highest and one lowest, rounded half up to ``places``.

    ``how`` is ``mean`` or ``trimmed_mean``; raises Refused where there are too few values.
    """
    counted = without_extremes(values) if how == TRIMMED_MEAN else values
    return round_half_up(exact_mean(counted), places=places)


def points_of(figures: BidFigures, *, criterion: Criterion) -> tuple[Decimal, ...]:
    """Return the points that members gave a bid under one criterion, in the order of members."""
    return tuple(score.points for score in figures.scores if score.criterion == criterion.code)


def written_points(values: Iterable[Decimal]) -> str:
    """Return points as a worked calculation lists them."""
    return ", ".join(written(value) for value in values)


def score_objections(bids: Sequence[BidFigures], *, criteria: Sequence[Criterion], how: str) -> tuple[Reason, ...]:
    """Return every score that is missing, foreign or out of range; every member scores every bid and criterion."""
    asked = {criterion.code: criterion for criterion in criteria}
    members = sorted({score.member for figures in bids for score in figures.scores})
    reasons: list[Reason] = []
    if bids and asked and not members:
        reasons.append(reason("there are criteria, and no member has scored"))
    elif bids and asked and how == TRIMMED_MEAN and len(members) < FEWEST_TO_TRIM:
        reasons.append(reason("{n} members are too few to drop the highest and the lowest score", n=str(len(members))))
    for figures in bids:
        given = {(score.criterion, score.member): score.points for score in figures.scores}
        foreign = sorted({code for code, _ in given if code not in asked})
        reasons += [reason("bid {bid}: there is no criterion {code}", bid=figures.bid, code=code) for code in foreign]
        for code, criterion in asked.items():
            reasons += [
                problem
                for member in members
                if (problem := _score_objection(figures.bid, criterion, member, given.get((code, member))))
            ]
    return tuple(reasons)


def _score_objection(bid: str, criterion: Criterion, member: str, points: Decimal | None) -> Reason | None:
    if points is None:
        return reason("bid {bid}: {member} has not scored {title}", bid=bid, member=member, title=criterion.title)
    problem = mark_objection(criterion, points)
    return reason("bid {bid}, {member}: {problem}", bid=bid, member=member, problem=problem) if problem else None
