"""Verbs: sign in with a passkey or with a recovery code, and prove with a passkey who it is.

A recovery code opens a session in which its owner may do what needs no proof, and replace passkeys that are lost;
it proves nothing before what is grave.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

from django.contrib.auth import login
from django.db import transaction

from accounts import access, authenticators, challenges, passkeys, queries, sessions, throttling
from accounts.models import RecoveryCode, User
from accounts.models.user import plain_username
from accounts.names import Proof, Question
from accounts.signing_in import BACKEND, actor_of, record_failure
from core import audit
from core.errors import Refused
from core.reasons import reason

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.access import Request
    from accounts.models import Passkey
    from accounts.throttling import Gate

WRONG_CODE = reason("The user name or the recovery code is wrong, or the code was used before.")
NO_PASSKEY = reason("You have no passkey yet: add one on the page of your account.")


def ask_who(request: Request, *, at: datetime) -> dict[str, Any]:
    """Return the question to whichever passkey the visitor has for this platform."""
    asked = challenges.ask(request.session, Question.SIGN_IN, user=None, at=at)
    return authenticators.request_options(asked.value)


def sign_in(request: Request, *, answer: Any, at: datetime) -> User:
    """Open a session for the owner of the passkey that answered; Refused otherwise."""
    given = authenticators.read_assertion(answer)
    gate = throttling.gate_for(request, purpose="passkey", name=given.credential)
    attempts = throttling.take_attempt(gate, at=at)
    try:
        passkey = passkeys.verified(request.session, Question.SIGN_IN, answer, user=None, at=at)
    except Refused:
        owner = User.objects.filter(passkeys__credential=given.credential).first()
        record_failure(owner, attempts=attempts, at=at)
        raise
    _open(request, passkey, gate=gate, at=at)
    return passkey.user


@transaction.atomic(durable=True)
def _open(request: Request, passkey: Passkey, *, gate: Gate, at: datetime) -> None:
    throttling.forget(gate)
    login(request, passkey.user, backend=BACKEND)
    sessions.note_proof(request.session, Proof.PASSKEY)
    data = {"by": Proof.PASSKEY.value, **passkeys.facts_of(passkey)}
    audit.append("auth.session.opened", data=data, actor=access.actor_without_seat(passkey.user), at=at)


def ask_again(request: Request, *, at: datetime) -> dict[str, Any]:
    """Return the question to the person's own passkeys before what is grave; Refused when there is none."""
    own = list(queries.usable_passkeys(request.user))
    if not own:
        raise Refused(NO_PASSKEY)
    asked = challenges.ask(request.session, Question.PROVE, user=request.user, at=at)
    return authenticators.request_options(asked.value, allowed=own)


def prove(request: Request, *, answer: Any, at: datetime) -> None:
    """Prove with a passkey who it is: for five minutes the session may do what cannot be undone."""
    passkey = passkeys.verified(request.session, Question.PROVE, answer, user=request.user, at=at)
    _prove(request, passkey, at=at)


@transaction.atomic(durable=True)
def _prove(request: Request, passkey: Passkey, *, at: datetime) -> None:
    sessions.prove(request.session, by=Proof.PASSKEY, at=at)
    data = {"by": Proof.PASSKEY.value, **passkeys.facts_of(passkey)}
    audit.append("auth.session.proven", data=data, actor=actor_of(request), at=at)


def sign_in_with_code(request: Request, *, username: str, code: str, at: datetime) -> User:
    """Open a session for whoever gives an unused recovery code of the account; the code is used up."""
    name = plain_username(username)
    gate = throttling.gate_for(request, purpose="code", name=name)
    attempts = throttling.take_attempt(gate, at=at)
    user = _take_code(name, code_digest(code), request, gate=gate, at=at)
    if user is None:
        record_failure(User.objects.filter(username=name).first(), attempts=attempts, at=at)
        raise Refused(WRONG_CODE)
    return user


def code_digest(code: str) -> str:
    """Return the digest under which a code is kept: of its capitals and digits alone."""
    return hashlib.sha256(re.sub(r"[\s-]", "", code).upper().encode()).hexdigest()


@transaction.atomic(durable=True)
def _take_code(name: str, wanted: str, request: Request, *, gate: Gate, at: datetime) -> User | None:
    found = RecoveryCode.objects.filter(
        digest=wanted, user__username=name, user__is_active=True, used_at=None, voided_at=None
    )
    if found.update(used_at=at) != 1:
        return None
    user = User.objects.get(username=name)
    left = queries.unused_codes(user).count()
    throttling.forget(gate)
    login(request, user, backend=BACKEND)
    sessions.note_proof(request.session, Proof.CODE)
    data = {"by": Proof.CODE.value, "left": left}
    audit.append("auth.session.opened", data=data, actor=access.actor_without_seat(user), at=at)
    passkeys.tell_around(
        user,
        kind="auth.code.used",
        title=reason("{name} signed in with a recovery code", name=user.name),
        body=reason("Codes that are left: {n}. If this was not right, tell the trading centre at once.", n=left),
        at=at,
    )
    return user
