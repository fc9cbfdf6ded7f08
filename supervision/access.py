"""Who may read an objection: the one who made it, the buying side, the supervisor, the auditor.

Everybody else reads an answered one without the objector's name, and knows nothing of one that is open.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.names import Role
from core.errors import NotYours
from supervision.models import Objection
from supervision.names import State
from trading import access as trading_access

if TYPE_CHECKING:
    from core.actors import Actor


def objection_seen_by(actor: Actor | None, number: str) -> tuple[Objection, bool]:
    """Return an objection and whether ``actor`` sees all of it; NotYours where it is neither public nor theirs."""
    found = (
        Objection.objects.select_related("lot__project__owner", "lot__project__agent", "organisation", "hold")
        .filter(number=number)
        .first()
    )
    if found is None:
        raise NotYours(number)
    if actor is not None and _is_concerned(actor, found):
        return found, True
    if found.state != State.ANSWERED:
        raise NotYours(number)
    return found, False


def is_objector(actor: Actor | None, objection: Objection) -> bool:
    """Say whether ``actor`` acts as bidder for the organisation that objects."""
    return actor is not None and actor.role == Role.BIDDER and actor.organisation == objection.organisation.number


def _is_concerned(actor: Actor, objection: Objection) -> bool:
    if actor.role == Role.AUDIT or is_objector(actor, objection):
        return True
    try:
        trading_access.side_of(actor, objection.lot.project, Role.OWNER, Role.AGENT, Role.SUPERVISOR)
    except NotYours:
        return False
    return True
