"""Whose passkey it is: an answer to an open question becomes the person who gave it.

(1) The question is used up before anything is looked at, so that an answer counts once, right or wrong.
(2) Origin, host, the recognised owner and the signature are checked before the counter: only who has the key can set
    it aside.
(3) A counter that did not grow says that there may be a copy of the key: the passkey is set aside for good, the
    person and the organisations are told, and the log says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from accounts import access, authenticators, challenges, queries
from accounts.models import Passkey
from accounts.telling import tell
from core import audit
from core.canonical import digest
from core.errors import Refused
from core.reasons import reason

if TYPE_CHECKING:
    from datetime import datetime

    from django.contrib.sessions.backends.base import SessionBase

    from accounts.authenticators import Assertion
    from accounts.models import Challenge, Organisation, User
    from accounts.names import Question
    from core.reasons import Reason

UNKNOWN = reason(
    "This passkey is not (or no longer) known here. Sign in another way, or recover your account with a colleague."
)
SET_ASIDE = reason(
    "This passkey was set aside: its counter went backwards, so there may be a copy of it. Use another passkey, or"
    " recover your account with a colleague, and tell the trading centre."
)


def verified(
    session: SessionBase, question: Question, answer: Any, *, user: User | None, at: datetime
) -> tuple[Passkey, Assertion, Challenge]:
    """Return the passkey behind an answer to ``question`` (of ``user``, or of whoever it is), and what it answered."""
    given = authenticators.read_assertion(answer)
    asked = challenges.take(session, question, given.challenge, user=user, at=at)
    passkey, is_copied = _checked(answer, given, asked, at=at)
    if is_copied:
        raise Refused(SET_ASIDE)
    return passkey, given, asked


@transaction.atomic(durable=True)
def _checked(answer: Any, given: Assertion, asked: Challenge, *, at: datetime) -> tuple[Passkey, bool]:
    passkey = (
        Passkey.objects.select_for_update(of=("self",))
        .select_related("user")
        .filter(credential=given.credential, removed_at=None)
        .first()
    )
    if passkey is None or not passkey.user.is_active or asked.user_id not in (None, passkey.user_id):
        raise Refused(UNKNOWN)
    if given.handle not in ("", passkey.handle):
        raise Refused(UNKNOWN)
    count = authenticators.checked_assertion(answer, challenge=asked.value, passkey=passkey)
    if passkey.flagged_at is not None:
        raise Refused(SET_ASIDE)
    if (count or passkey.count) and count <= passkey.count:  # both zero: an authenticator that does not count
        _set_aside(passkey, at=at)
        return passkey, True
    passkey.count, passkey.used_at = count, at
    passkey.save(update_fields=["count", "used_at"])
    return passkey, False


def _set_aside(passkey: Passkey, *, at: datetime) -> None:
    passkey.flagged_at = at
    passkey.save(update_fields=["flagged_at"])
    audit.append(
        "auth.passkey.flagged", data=facts_of(passkey), actor=access.actor_without_seat(passkey.user), at=at
    )  # fmt: skip
    tell_around(
        passkey.user,
        kind="auth.passkey.flagged",
        title=reason("A passkey of {name} was set aside", name=passkey.user.name),
        body=reason(
            "The counter of the passkey “{passkey}” went backwards: there may be a copy of it. It is not taken any"
            " more. Whoever did not use it should tell the trading centre at once.",
            passkey=passkey.name,
        ),
        at=at,
    )


@transaction.atomic(savepoint=False)
def tell_around(user: User, *, kind: str, title: Reason, body: Reason, at: datetime) -> None:
    """Tell the person, and everybody who acts for the person's organisations."""
    around: tuple[User | Organisation, ...] = (user, *queries.organisations_of(user))
    for recipient in around:
        tell(recipient, kind=kind, title=title, body=body, at=at)


def facts_of(passkey: Passkey) -> dict[str, str]:
    """Return what an entry of the log says of a passkey: digests of its name and of its public key."""
    return {"credential": digest(passkey.credential.encode()), "key": digest(bytes(passkey.spki))}
