"""What a database is for: a demonstration begins as a rehearsal, and goes over to real time once, before it serves.

A past can only be lived on a standing clock, and a clock stands only in a database that was made for a rehearsal.
So the demonstration is made in one; when its past has come up to now, :func:`hand_over` marks it for use, and from
then on nothing makes its clock stand again. Both steps are entries of the log, which nobody can take away: an
auditor sees in its first entry what the rest is worth. A real platform never takes this way: it is marked for use
when it is made, and :func:`begin` refuses every database that holds anything.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from django.contrib.sessions.models import Session
from django.db import transaction

from accounts.models import Organisation, User
from core import audit
from core.actors import SYSTEM
from core.errors import Refused
from core.models import Installation, Job, OutboxEntry
from core.reasons import reason

if TYPE_CHECKING:
    from datetime import datetime

    from core.reasons import Reason

BEGUN = "config.demonstration.begun"
HANDED_OVER = "config.demonstration.handed_over"
SIGNED_IN = "auth.session.opened"


class Purpose(StrEnum):
    """What a migrated database is for."""

    NOTHING = "nothing"  # nobody has begun anything in it
    UNFINISHED = "unfinished"  # a demonstration whose making was interrupted
    DEMONSTRATION = "demonstration"
    REAL = "real"
    REHEARSAL = "rehearsal"


def purpose() -> Purpose:
    """Return what this database is for, by its one row and its log."""
    row = Installation.objects.first()
    if row is None:
        return Purpose.REAL if _holds_anything() else Purpose.NOTHING
    if OutboxEntry.objects.filter(event=HANDED_OVER).exists():
        return Purpose.DEMONSTRATION
    if row.made_for == Installation.USE:
        return Purpose.REAL
    return Purpose.UNFINISHED if OutboxEntry.objects.filter(event=BEGUN).exists() else Purpose.REHEARSAL


@transaction.atomic(durable=True)
def begin(*, at: datetime) -> Installation:
    """Make an empty database a rehearsal that is going to be a demonstration; ``at`` is where its past begins."""
    if purpose() is not Purpose.NOTHING:
        raise Refused(reason("This database is in use: a demonstration is made in an empty one."))
    row = Installation.objects.create(made_for=Installation.REHEARSAL, made_at=at)
    audit.append(BEGUN, data={"made_up": True}, actor=SYSTEM, at=at)
    return row


@transaction.atomic(durable=True)
def hand_over(*, at: datetime) -> Installation:
    """Mark a finished demonstration for use, in real time from here on: only one that has never served anybody."""
    row = Installation.objects.select_for_update(of=("self",)).filter(made_for=Installation.REHEARSAL).first()
    if row is None or purpose() is not Purpose.UNFINISHED:
        raise Refused(reason("Only a demonstration that is being made goes over to use."))
    if reasons := _has_served() + _is_unfinished(at=at):
        raise Refused(*reasons)
    row.made_for = Installation.USE
    row.save(update_fields=["made_for"])
    audit.append(HANDED_OVER, data={"made_up": True, "entries": OutboxEntry.objects.count()}, actor=SYSTEM, at=at)
    return row


def _holds_anything() -> bool:
    return OutboxEntry.objects.exists() or User.objects.exists() or Organisation.objects.exists()


def _has_served() -> list[Reason]:
    served = Session.objects.exists() or OutboxEntry.objects.filter(event=SIGNED_IN).exists()
    return [reason("Somebody has signed in here already.")] if served else []


def _is_unfinished(*, at: datetime) -> list[Reason]:
    reasons = []
    if Job.objects.filter(done_at=None).exists():
        reasons.append(reason("Jobs are still to be done."))
    if OutboxEntry.objects.filter(at__gt=at).exists():
        reasons.append(reason("Its past reaches beyond now."))
    return reasons
