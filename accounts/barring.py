"""Verbs of the trading centre about a person: end all sessions, keep out, let back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from accounts import access, sessions
from accounts.models import User
from accounts.names import Role
from accounts.veils import veiled
from core import audit
from core.canonical import digest
from core.errors import NotYours, Refused
from core.reasons import reason

if TYPE_CHECKING:
    from datetime import datetime

    from core.actors import Actor


@transaction.atomic(durable=True)
def kill_sessions(person: str, *, actor: Actor, at: datetime) -> None:
    """End every session of the person with this number."""
    user = _locked(person, actor=actor)
    sessions.end_all(user)
    audit.append("auth.sessions.killed", data={"subject": veiled(user)}, actor=actor, at=at)


@transaction.atomic(durable=True)
def bar_person(person: str, *, because: str, actor: Actor, at: datetime) -> None:
    """Keep a person out: no sign-in, and every session ends."""
    user = _locked(person, actor=actor)
    if reasons := _against_barring(user, because, actor):
        raise Refused(*reasons)
    user.is_active = False
    user.barred_because = because.strip()
    user.save(update_fields=["is_active", "barred_because"])
    sessions.end_all(user)
    data = {"subject": veiled(user), "because": digest(user.barred_because.encode())}
    audit.append("auth.person.barred", data=data, actor=actor, at=at)


@transaction.atomic(durable=True)
def let_back(person: str, *, actor: Actor, at: datetime) -> None:
    """Let a barred person sign in again."""
    user = _locked(person, actor=actor)
    if user.is_active:
        raise Refused(reason("This person is not barred."))
    user.is_active = True
    user.barred_because = ""
    user.save(update_fields=["is_active", "barred_because"])
    audit.append("auth.person.let-back", data={"subject": veiled(user)}, actor=actor, at=at)


def _against_barring(user: User, because: str, actor: Actor) -> list[str]:
    reasons: list[str] = []
    if not because.strip():
        reasons.append(reason("A reason is needed."))
    if not user.is_active:
        reasons.append(reason("This person is barred already."))
    if user.number == actor.person:
        reasons.append(reason("Nobody bars himself."))
    return reasons


def _locked(person: str, *, actor: Actor) -> User:
    access.approving_seat(actor, None, Role.CENTER)
    user = User.objects.select_for_update(of=("self",)).filter(number=person).first()
    if user is None:
        raise NotYours(person)
    return user
