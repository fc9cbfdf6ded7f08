"""Verbs of the expert pool: an expert enters under a stratum and leaves it with a reason; nobody is deleted.

The pool is the trading centre's business (it draws, it does not choose); who stands in a draw's pool is fixed by the
draw's manifest, so leaving later changes no draw.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from django.db import transaction

from accounts.access import seat_of
from accounts.names import Role
from accounts.queries import seats_in_force
from core import audit
from core.errors import NotYours, Refused
from core.reasons import reason
from evaluation.models import PooledExpert

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import Membership, Organisation
    from core.actors import Actor

_STRATUM: Final = re.compile(r"[a-z0-9][a-z0-9.-]{0,63}")


@transaction.atomic(durable=True)
def enter(
    person: str, *, stratum: str, employer: Organisation | None = None, actor: Actor, at: datetime
) -> PooledExpert:
    """Let the expert with this number into the pool under ``stratum`` (small letters, digits, dot, hyphen).

    ``employer`` is the organisation for which the expert works, where it is one of the platform's.
    """
    seat_of(actor, Role.CENTER)
    seat = expert_seat(person)
    reasons = []
    if not _STRATUM.fullmatch(stratum):
        reasons.append(reason("a stratum is written in small letters, digits, dots and hyphens, at most 64"))
    if seat is None:
        reasons.append(reason("{number} is not an expert", number=person))
    elif PooledExpert.objects.filter(user=seat.user, stratum=stratum, left_at=None).exists():
        reasons.append(reason("{name} stands in this stratum already", name=seat.user.name))
    if reasons or seat is None:
        raise Refused(*reasons)
    row = PooledExpert.objects.create(
        user=seat.user, employer=employer, stratum=stratum, entered_at=at, entered_by=actor.as_text()
    )
    audit.append("evaluation.expert.entered", data={"stratum": stratum, "place": row.pk}, actor=actor, at=at)
    return row


@transaction.atomic(durable=True)
def leave(place: int, *, because: str, actor: Actor, at: datetime) -> PooledExpert:
    """Take an expert out of a stratum, with the reason."""
    seat_of(actor, Role.CENTER)
    row = PooledExpert.objects.select_for_update(of=("self",)).filter(pk=place, left_at=None).first()
    if row is None:
        raise NotYours(str(place))
    if not because.strip():
        raise Refused(reason("say why the expert leaves the pool"))
    row.left_at, row.left_because = at, because.strip()
    row.save(update_fields=["left_at", "left_because"])
    data = {"stratum": row.stratum, "place": row.pk}
    audit.append("evaluation.expert.left", data=data, actor=actor, at=at)
    return row


def expert_seat(person: str) -> Membership | None:
    """Return the seat in force of the expert with this number; None if there is none."""
    return seats_in_force().select_related("user", "organisation").filter(user__number=person, role=Role.EXPERT).first()
