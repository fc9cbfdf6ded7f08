"""Questions to authenticators: each is answered once, within five minutes, by the browser that got it."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from accounts.models import Challenge
from core.canonical import b64u_encode, digest
from core.errors import Refused
from core.reasons import reason

if TYPE_CHECKING:
    from datetime import datetime

    from django.contrib.sessions.backends.base import SessionBase
    from django.db.models import QuerySet

    from accounts.models import User
    from accounts.names import Question

MARK = "browser"
_KEPT = timedelta(hours=1)  # an answered question is worth nothing; it stays a while to be told from an unknown one

OVER = reason("This question to your passkey is answered already, or older than {n} minutes. Ask for a new one.",
              n=settings.CHALLENGE_SECONDS // 60)  # fmt: skip


@transaction.atomic(durable=True)
def ask(
    session: SessionBase,
    question: Question,
    *,
    user: User | None,
    at: datetime,
    value: bytes = b"",
    statement: bytes = b"",
) -> Challenge:
    """Keep a new question for the browser of ``session``: 32 random bytes, or the ``value`` that is to be signed."""
    Challenge.objects.filter(asked_at__lte=at - _KEPT).delete()
    if MARK not in session:
        session[MARK] = secrets.token_urlsafe(24)
    return Challenge.objects.create(
        value=b64u_encode(value or secrets.token_bytes(32)),
        question=question,
        user=user,
        browser=_browser(session),
        statement=statement,
        asked_at=at,
    )


@transaction.atomic(durable=True)
def take(session: SessionBase, question: Question, value: str, *, user: User | None, at: datetime) -> Challenge:
    """Use a question up, whatever becomes of its answer; Refused when it cannot be answered (any more)."""
    mine = _open(session, question, value, user=user, at=at)
    if mine.update(answered_at=at) != 1:  # of two answers at a time the database lets one through
        raise Refused(OVER)
    return Challenge.objects.get(value=value)


def open_question(session: SessionBase, question: Question, value: str, *, user: User, at: datetime) -> Challenge:
    """Return a question that can still be answered, without using it up; Refused otherwise."""
    found = _open(session, question, value, user=user, at=at).first()
    if found is None:
        raise Refused(OVER)
    return found


@transaction.atomic(savepoint=False)
def close(challenge_id: int, *, at: datetime) -> None:
    """Use a question up inside a verb: it stays open if the verb does not come about."""
    if Challenge.objects.filter(pk=challenge_id, answered_at=None).update(answered_at=at) != 1:
        raise Refused(OVER)


def _open(
    session: SessionBase, question: Question, value: str, *, user: User | None, at: datetime
) -> QuerySet[Challenge]:
    since = at - timedelta(seconds=settings.CHALLENGE_SECONDS)
    return Challenge.objects.filter(
        value=value, question=question, user=user, browser=_browser(session), answered_at=None, asked_at__gt=since
    )


def _browser(session: SessionBase) -> str:
    return digest(str(session.get(MARK, "")).encode())
