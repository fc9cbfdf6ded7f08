"""Who sits on a committee, and what its members may see: nothing before they have declared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.access import seat_of
from accounts.names import Role
from core.errors import NotYours, Refused
from core.reasons import reason
from evaluation.models import Member
from evaluation.names import Kind
from trading import access as trading_access
from trading.names import Stage

if TYPE_CHECKING:
    from core.actors import Actor
    from trading.models import Lot

_ROLE_OF = {Kind.EXPERT: Role.EXPERT, Kind.OWNER_REP: Role.OWNER}


def seat_on(actor: Actor, lot: Lot) -> Member:
    """Return the actor's seat in force on the committee of ``lot``; NotYours for everybody else.

    An expert sits there as expert, the owner's representative in a seat of the owner.
    """
    seat = seat_of(actor, *_ROLE_OF.values())
    kind = next(kind for kind, role in _ROLE_OF.items() if role == seat.role)
    member = (
        Member.objects.select_related("committee", "user", "employer")
        .filter(committee__lot=lot, user__number=actor.person, recused_at=None, kind=kind)
        .first()
    )
    if member is None or (kind is Kind.OWNER_REP and seat.organisation_id != lot.project.owner_id):
        raise NotYours(lot.number)
    return member


def declared_seat(actor: Actor, lot: Lot) -> Member:
    """Return the seat of a member who has declared and may read the bids, from the beginning of the work on."""
    member = seat_on(actor, lot)
    if member.declared_at is None:
        raise Refused(reason("declare your interests before anything becomes visible"))
    if Stage(lot.stage) in (Stage.OPENED, Stage.QUALIFICATION):
        raise Refused(reason("the committee is not at work on this lot now"))
    return member


def working_seat(actor: Actor, lot: Lot) -> Member:
    """Return the seat of a member who has declared, while the committee is at work."""
    member = seat_on(actor, lot)
    reasons = []
    if member.declared_at is None:
        reasons.append(reason("declare your interests before anything becomes visible"))
    if lot.stage != Stage.EVALUATING:
        reasons.append(reason("the committee is not at work on this lot now"))
    if reasons:
        raise Refused(*reasons)
    return member


def reads_report(actor: Actor, lot: Lot) -> bool:
    """Say whether ``actor`` may read a final report: its members, the buying side, the supervisor, the auditor."""
    if actor.role == Role.AUDIT:
        return True
    try:
        trading_access.side_of(actor, lot.project, Role.OWNER, Role.AGENT, Role.SUPERVISOR)
    except NotYours:
        pass
    else:
        return True
    try:
        return seat_on(actor, lot).declared_at is not None
    except NotYours:
        return False
