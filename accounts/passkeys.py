"""Whose passkey it is: an answer to an open question becomes the person who gave it.

(1) The question is used up before anything is looked at, so that an answer counts once, right or wrong; where a
    document is signed, in the transaction of the verb, so that a verb that did not come about may be tried again.
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


SECOND_FIRST = reason(
    "You have one passkey and no recovery code. Whoever signs or opens for an organisation needs a second way in:"
    " add another passkey or make recovery codes on the page of your passkeys, then come back."
)


def against_keys(user: User) -> list[Reason]:
    """Return why a person makes no key for an organisation yet: one lost passkey would lock the person out."""
    is_alone = queries.usable_passkeys(user).count() == 1 and not queries.unused_codes(user).exists()
    return [SECOND_FIRST] if is_alone else []


def verified(session: SessionBase, question: Question, answer: Any, *, user: User | None, at: datetime) -> Passkey:
    """Return the passkey behind an answer to ``question`` (of ``user``, or of whoever it is); the answer is used up."""
    given = authenticators.read_assertion(answer)
    asked = challenges.take(session, question, given.challenge, user=user, at=at)
    passkey, count = _checked(answer, given, asked, at=at)
    _count(passkey.pk, count, at=at)
    return passkey


def looked_at(
    session: SessionBase, question: Question, answer: Any, *, user: User, at: datetime
) -> tuple[Passkey, Assertion, Challenge, int]:
    """Check an answer and use nothing up: :func:`spend` does, inside the verb that rests on it.

    Returned are the passkey, what it answered, the question and the counter.
    """
    given = authenticators.read_assertion(answer)
    asked = challenges.open_question(session, question, given.challenge, user=user, at=at)
    passkey, count = _checked(answer, given, asked, at=at)
    return passkey, given, asked, count


@transaction.atomic(savepoint=False)
def spend(passkey_id: int, challenge_id: int, count: int, *, at: datetime) -> None:
    """Use up an answer that was looked at; Refused when somebody else was faster."""
    challenges.close(challenge_id, at=at)
    if not _counted(passkey_id, count, at=at):
        raise Refused(challenges.OVER)


def _checked(answer: Any, given: Assertion, asked: Challenge, *, at: datetime) -> tuple[Passkey, int]:
    found = Passkey.objects.select_related("user").filter(credential=given.credential, removed_at=None)
    passkey = found.first()
    if passkey is None or not passkey.user.is_active or asked.user_id not in (None, passkey.user_id):
        raise Refused(UNKNOWN)
    if given.handle not in ("", passkey.handle):
        raise Refused(UNKNOWN)
    count = authenticators.checked_assertion(answer, challenge=asked.value, passkey=passkey)
    if passkey.flagged_at is not None:
        raise Refused(SET_ASIDE)
    if not _grows(passkey, count):
        _set_aside(passkey.pk, at=at)
        raise Refused(SET_ASIDE)
    return passkey, count


def _grows(passkey: Passkey, count: int) -> bool:
    return count > passkey.count or count == passkey.count == 0  # some authenticators do not count


@transaction.atomic(durable=True)
def _count(passkey_id: int, count: int, *, at: datetime) -> None:
    if not _counted(passkey_id, count, at=at):  # two answers came at once, and the other one was the later
        raise Refused(challenges.OVER)


@transaction.atomic(savepoint=False)
def _counted(passkey_id: int, count: int, *, at: datetime) -> bool:
    passkey = Passkey.objects.select_for_update(of=("self",)).get(pk=passkey_id)
    if passkey.removed_at is not None or passkey.flagged_at is not None or not _grows(passkey, count):
        return False
    passkey.count, passkey.used_at = count, at
    passkey.save(update_fields=["count", "used_at"])
    return True


@transaction.atomic(durable=True)
def _set_aside(passkey_id: int, *, at: datetime) -> None:
    passkey = Passkey.objects.select_for_update(of=("self",)).get(pk=passkey_id)
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
def begin_anew(user: User, *, at: datetime) -> int:
    """Take all passkeys and codes of a person whose row is locked out of use; return how many passkeys there were."""
    own = queries.passkeys_of(user)
    queries.locked_passphrases(user).delete()
    queries.unused_codes(user).update(voided_at=at)
    return own.update(removed_at=at)


@transaction.atomic(savepoint=False)
def tell_around(user: User, *, kind: str, title: Reason, body: Reason, at: datetime) -> None:
    """Tell the person, and everybody who acts for the person's organisations."""
    around: tuple[User | Organisation, ...] = (user, *queries.organisations_of(user))
    for recipient in around:
        tell(recipient, kind=kind, title=title, body=body, at=at)


def facts_of(passkey: Passkey) -> dict[str, str]:
    """Return what an entry of the log says of a passkey: digests of its name and of its public key."""
    return {"credential": digest(passkey.credential.encode()), "key": digest(bytes(passkey.spki))}
