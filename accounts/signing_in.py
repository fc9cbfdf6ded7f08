"""Verbs: sign in and out, prove it again, change seats, change the password.

Who signs in gets a new session id, and so does who proves it again or changes seats; the old id is dead. Signing
out raises the person's epoch, which ends every session of that person at its next request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from accounts import access, passwords, queries, sessions, throttling
from accounts.models import User
from accounts.models.user import plain_username
from accounts.names import Proof
from core import audit
from core.errors import NotYours, Refused
from core.reasons import reason

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest

    from accounts.access import Request
    from accounts.models import Membership
    from core.actors import Actor

WRONG = reason("The user name or the password is wrong.")
WRONG_PASSWORD = reason("The password is wrong.")
PASSKEY_NEEDED = reason("You have a passkey: prove with it that it is you. The password is not enough here.")
BACKEND = "accounts.backends.PasswordBackend"


def sign_in(request: HttpRequest, *, username: str, password: str, at: datetime) -> User:
    """Open a session for whoever knows the password; Refused otherwise, in the same words for every cause."""
    name = plain_username(username)
    gate = throttling.gate_for(request, purpose="sign-in", name=name)
    attempts = throttling.take_attempt(gate, at=at)
    user = authenticate(request, username=name, password=password[: passwords.LONGEST])
    if not isinstance(user, User):
        record_failure(User.objects.filter(username=name).first(), attempts=attempts, at=at)
        raise Refused(WRONG)
    _open(request, user, gate=gate, at=at)
    return user


@transaction.atomic(durable=True)
def record_failure(user: User | None, *, attempts: int, at: datetime) -> None:
    """Write the entry of a proof that failed, for an account or for nobody."""
    audit.append(
        "auth.session.refused",
        data={"failures": attempts, "is_locked": attempts >= throttling.FAILURES},
        actor=access.actor_without_seat(user) if user else access.PUBLIC,
        at=at,
    )


@transaction.atomic(durable=True)
def _open(request: HttpRequest, user: User, *, gate: throttling.Gate, at: datetime) -> None:
    throttling.forget(gate)
    login(request, user, backend=BACKEND)
    audit.append("auth.session.opened", data={"by": Proof.PASSWORD.value}, actor=access.actor_without_seat(user), at=at)


@transaction.atomic(durable=True)
def sign_out(request: Request, *, at: datetime) -> None:
    """End every session of the person."""
    user = User.objects.select_for_update(of=("self",)).get(pk=request.user.pk)
    sessions.end_all(user)
    audit.append("auth.session.ended", data={}, actor=access.actor_without_seat(user), at=at)
    logout(request)


def step_up(request: Request, *, password: str, at: datetime) -> None:
    """Prove again with the password, for whoever has no passkey: for five minutes what is grave may be done."""
    user = request.user
    if queries.usable_passkeys(user).exists():
        raise Refused(PASSKEY_NEEDED)
    gate = throttling.gate_for(request, purpose="sign-in", name=user.username)
    attempts = throttling.take_attempt(gate, at=at)
    if not check_password(password[: passwords.LONGEST], user.password):
        record_failure(user, attempts=attempts, at=at)
        raise Refused(WRONG_PASSWORD)
    _prove(request, gate=gate, at=at)


@transaction.atomic(durable=True)
def _prove(request: Request, *, gate: throttling.Gate, at: datetime) -> None:
    throttling.forget(gate)
    sessions.prove(request.session, by=Proof.PASSWORD, at=at)
    audit.append("auth.session.proven", data={"by": Proof.PASSWORD.value}, actor=actor_of(request), at=at)


@transaction.atomic(durable=True)
def switch_role(request: Request, *, seat: int, at: datetime) -> Membership:
    """Change to another of the person's own seats; a proof given for the old one is not carried over."""
    chosen = next((own for own in request.seats if own.pk == seat), None)
    if chosen is None:
        raise NotYours(str(seat))
    sessions.sit_down(request.session, chosen)
    audit.append("auth.role.switched", data={}, actor=chosen.actor(), at=at)
    return chosen


def change_password(request: Request, *, old: str, new: str, at: datetime) -> None:
    """Choose another password; every session of the person ends, and this one begins anew."""
    user = request.user
    gate = throttling.gate_for(request, purpose="sign-in", name=user.username)
    attempts = throttling.take_attempt(gate, at=at)
    if not check_password(old[: passwords.LONGEST], user.password):
        record_failure(user, attempts=attempts, at=at)
        raise Refused(WRONG_PASSWORD)
    throttling.forget(gate)
    if reasons := passwords.objections(new, user):
        raise Refused(*reasons)
    _put_password(request, make_password(new), at=at)


@transaction.atomic(durable=True)
def _put_password(request: Request, encoded: str, *, at: datetime) -> None:
    user = User.objects.select_for_update(of=("self",)).get(pk=request.user.pk)
    seat = request.membership
    user.password = encoded
    user.save(update_fields=["password"])
    sessions.end_all(user)
    audit.append("auth.password.changed", data={}, actor=actor_of(request), at=at)
    login(request, user, backend=BACKEND)
    if seat is not None:
        request.session[sessions.SEAT] = seat.pk


def actor_of(request: Request) -> Actor:
    """Return who acts, with or without a seat."""
    return request.actor or access.actor_without_seat(request.user)
