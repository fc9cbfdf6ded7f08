"""What a session carries beside the person, and when it is over.

A session says of which epoch it is, when it began, when it was last used, when and by what its owner was last proven,
and which seat is in use. The person's epoch is compared at every request, so raising it ends all sessions at once.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.db import transaction
from django.dispatch import receiver

from accounts import queries
from accounts.names import Proof, Role
from core import clock

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase
    from django.http import HttpRequest

    from accounts.models import Membership, User

EPOCH, BEGAN, SEEN, PROVEN, BY, SEAT = "epoch", "began_at", "seen_at", "proven_at", "proven_by", "seat"

HOLDER_IDLE = timedelta(minutes=15)
_TOUCH = timedelta(minutes=1)  # a page view writes the session at most this often


@receiver(user_logged_in, dispatch_uid="accounts.sessions.begin")
def begin(request: HttpRequest, user: User, **_: object) -> None:
    """Mark a session that has just got its new id; what opened it (a password, if nothing else is said) proves now."""
    at = getattr(request, "at", None) or clock.now()
    request.session.update(
        {EPOCH: user.session_epoch, BEGAN: at.isoformat(), SEEN: at.isoformat(), PROVEN: at.isoformat()}
    )
    request.session.pop(SEAT, None)
    note_proof(request.session, Proof.PASSWORD)


def is_over(session: SessionBase, user: User, seat: Membership | None, *, at: datetime) -> bool:
    """Say whether the session has ended: by its epoch, by its age, or by being left alone."""
    began, seen = _instant(session, BEGAN), _instant(session, SEEN)
    if began is None or seen is None or session.get(EPOCH) != user.session_epoch:
        return True
    absolute = timedelta(seconds=settings.SESSION_COOKIE_AGE)
    return at - began >= absolute or at - seen >= idle_limit(seat)


def idle_limit(seat: Membership | None) -> timedelta:
    limit = timedelta(seconds=settings.SESSION_IDLE_SECONDS)
    return min(limit, HOLDER_IDLE) if seat is not None and seat.role == Role.KEY_HOLDER else limit


def touch(session: SessionBase, *, at: datetime) -> None:
    """Note that the session is in use; early by up to a minute, never late."""
    seen = _instant(session, SEEN)
    if seen is None or at - seen >= _TOUCH:
        session[SEEN] = at.isoformat()


def is_proven(session: SessionBase, user: User, *, at: datetime, accepts: frozenset[Proof] = frozenset()) -> bool:
    """Say whether the person was proven within the last five minutes: by a passkey, if there is one to use.

    A password proves whoever has no passkey; ``accepts`` names what else is good enough here.
    """
    proven = _instant(session, PROVEN)
    if proven is None or not timedelta(0) <= at - proven <= timedelta(seconds=settings.STEP_UP_SECONDS):
        return False
    by = Proof(session.get(BY, Proof.PASSWORD))
    return by is Proof.PASSKEY or by in accepts or (by is Proof.PASSWORD and not queries.usable_passkeys(user).exists())


def prove(session: SessionBase, *, by: Proof, at: datetime) -> None:
    """Give the session a new id and note that, and by what, its owner was proven."""
    session.cycle_key()
    session[PROVEN] = at.isoformat()
    note_proof(session, by)


def note_proof(session: SessionBase, by: Proof) -> None:
    session[BY] = by.value


def sit_down(session: SessionBase, seat: Membership) -> None:
    """Give the session a new id and another seat; a proof given for the old seat is not carried over."""
    session.cycle_key()
    session[SEAT] = seat.pk
    session.pop(PROVEN, None)


def seat_in_use(session: SessionBase, seats: tuple[Membership, ...]) -> Membership | None:
    """Return the chosen seat; before any choice the oldest; none when the chosen one has ended."""
    chosen = session.get(SEAT)
    if chosen is None:
        return seats[0] if seats else None
    return next((seat for seat in seats if seat.pk == chosen), None)


@transaction.atomic(savepoint=False)
def end_all(user: User) -> None:
    """End every session of a person whose row is locked: each is of an older epoch now."""
    user.session_epoch += 1
    user.save(update_fields=["session_epoch"])


def _instant(session: SessionBase, name: str) -> datetime | None:
    text = session.get(name)
    return datetime.fromisoformat(text) if text else None
