"""Who sits on a committee, and what its members may see: nothing before they have declared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.access import seat_of
from accounts.names import Role
from core.errors import NotYours, Refused
from core.reasons import reason
from evaluation.models import Committee, Member
from trading import access as trading_access
from trading.names import Stage

if TYPE_CHECKING:
    from core.actors import Actor
    from trading.models import Lot

# The list of names is secret until the result is determined (招投标法 37): from these stages on it is not.
_RESULT_KNOWN = frozenset(
    {Stage.AWARDED, Stage.CONTRACTING, Stage.CONTRACTED, Stage.PERFORMING, Stage.CLOSED, Stage.FAILED}
)


def seat_on(actor: Actor, lot: Lot) -> Member:
    """Return the actor's seat in force on the committee of ``lot``; NotYours for everybody else."""
    seat_of(actor, Role.EXPERT, Role.OWNER, Role.AGENT)
    member = (
        Member.objects.select_related("committee", "user", "employer")
        .filter(committee__lot=lot, user__number=actor.person, recused_at=None)
        .first()
    )
    if member is None:
        raise NotYours(lot.number)
    return member


def working_seat(actor: Actor, lot: Lot) -> Member:
    """Return the seat of a member who has declared and may see the bids now."""
    member = seat_on(actor, lot)
    reasons = []
    if member.declared_at is None:
        reasons.append(reason("declare your interests before anything becomes visible"))
    if lot.stage != Stage.EVALUATING:
        reasons.append(reason("the committee is not at work on this lot now"))
    if reasons:
        raise Refused(*reasons)
    return member


def sees_names(actor: Actor | None, committee: Committee) -> bool:
    """Say whether ``actor`` may know who sits on the committee."""
    lot = committee.lot
    if Stage(lot.stage) in _RESULT_KNOWN:
        return True
    if actor is None:
        return False
    if actor.role == Role.AUDIT or committee.members.filter(user__number=actor.person).exists():
        return True
    try:
        trading_access.side_of(actor, lot.project, Role.OWNER, Role.AGENT, Role.SUPERVISOR)
    except NotYours:
        return False
    return True
