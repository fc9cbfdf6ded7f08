"""Verbs: keep one's passkeys and recovery codes. Nobody removes the last way in.

Whoever signs or opens for an organisation (with a key of its own that the log knows) needs a second way to the
passkey: another one, or a set of codes on paper.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from django.db import transaction

from accounts import authenticators, challenges, passkeys, queries
from accounts.entering import code_digest
from accounts.models import LockedPassphrase, Passkey, RecoveryCode, User
from accounts.names import Question
from accounts.signing_in import actor_of
from core import audit
from core.canonical import b64u_decode, b64u_encode, check_digest
from core.errors import NotYours, Refused
from core.reasons import reason

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.access import Request
    from core.reasons import Reason

MOST = 10  # passkeys of one person
CODES = 10
LONGEST_NAME = 60
_HANDLE = 32  # bytes
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_LETTERS = 16  # of a code: 79 bits

_SEALED = range(12 + 1 + 16, 12 + 512 + 16)  # bytes: nonce, passphrase, tag

MALFORMED = reason("What arrived is no locked passphrase of a key file.")
LAST = reason("This is your last way in: add another passkey or set a password before you remove it.")
SECOND = reason(
    "You sign or open for an organisation: keep two passkeys, or make a set of recovery codes, before you remove one."
)
KNOWN = reason("This passkey is registered already.")


def ask_for_new(request: Request, *, at: datetime) -> dict[str, Any]:
    """Return what the browser is asked for a new passkey."""
    own = list(queries.passkeys_of(request.user))
    if len(own) >= MOST:
        raise Refused(reason("A person has at most {n} passkeys: remove one that you do not use.", n=MOST))
    handle = own[0].handle if own else b64u_encode(secrets.token_bytes(_HANDLE))
    asked = challenges.ask(
        request.session, Question.REGISTER, user=request.user, at=at, statement=handle.encode()
    )  # fmt: skip
    return authenticators.creation_options(request.user, handle=handle, challenge=asked.value, known=own)


def register(request: Request, *, answer: Any, name: str, at: datetime) -> Passkey:
    """Take a new passkey under a name that its owner gave it."""
    value = authenticators.challenge_of_registration(answer)
    asked = challenges.take(request.session, Question.REGISTER, value, user=request.user, at=at)
    found = authenticators.checked_registration(answer, challenge=asked.value)
    return _write(request, found, handle=bytes(asked.statement).decode(), name=name, at=at)


@transaction.atomic(durable=True)
def _write(
    request: Request, found: authenticators.Registration, *, handle: str, name: str, at: datetime
) -> Passkey:  # fmt: skip
    user = User.objects.select_for_update(of=("self",)).get(pk=request.user.pk)
    kept = _plain_name(name)
    if Passkey.objects.filter(credential=found.credential).exists():
        raise Refused(KNOWN)
    passkey = Passkey.objects.create(
        user=user,
        number=secrets.token_hex(8),
        credential=found.credential,
        handle=handle,
        cose=found.cose,
        spki=found.spki,
        count=found.count,
        aaguid=found.aaguid,
        transports=found.transports,
        name=kept,
        is_synced=found.is_synced,
        has_prf=found.has_prf,
        registered_at=at,
    )
    audit.append("auth.passkey.registered", data=passkeys.facts_of(passkey), actor=actor_of(request), at=at)
    passkeys.tell_around(
        user,
        kind="auth.passkey.registered",
        title=reason("{name} has a new passkey", name=user.name),
        body=reason("It is called “{passkey}”. If this was not right, tell the trading centre at once.", passkey=kept),
        at=at,
    )
    return passkey


@transaction.atomic(durable=True)
def rename(request: Request, number: str, *, name: str, at: datetime) -> Passkey:
    """Give one's own passkey another name."""
    passkey = _own(request, number)
    passkey.name = _plain_name(name)
    passkey.save(update_fields=["name"])
    audit.append("auth.passkey.renamed", data=passkeys.facts_of(passkey), actor=actor_of(request), at=at)
    return passkey


@transaction.atomic(durable=True)
def remove(request: Request, number: str, *, at: datetime) -> Passkey:
    """Take one's own passkey out of use; Refused with why it has to stay."""
    user = User.objects.select_for_update(of=("self",)).get(pk=request.user.pk)  # two removals come one after another
    passkey = _own(request, number)
    if reasons := against_removing(user, passkey):
        raise Refused(*reasons)
    passkey.removed_at = at
    passkey.save(update_fields=["removed_at"])
    passkey.passphrases.all().delete()
    audit.append("auth.passkey.removed", data=passkeys.facts_of(passkey), actor=actor_of(request), at=at)
    return passkey


def against_removing(user: User, passkey: Passkey) -> list[Reason]:
    """Return why this passkey has to stay."""
    if passkey.flagged_at is not None:  # it opens nothing any more
        return []
    others = queries.usable_passkeys(user).exclude(pk=passkey.pk).count()
    if others == 0 and not user.has_usable_password():
        return [LAST]
    if others == 1 and not queries.unused_codes(user).exists() and queries.signs_with_own_key(user):
        return [SECOND]
    return []


@transaction.atomic(durable=True)
def make_codes(request: Request, *, at: datetime) -> list[str]:
    """Return a new set of ten recovery codes, shown this once; the old ones are void."""
    user = User.objects.select_for_update(of=("self",)).get(pk=request.user.pk)
    queries.unused_codes(user).update(voided_at=at)
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(_LETTERS)) for _ in range(CODES)]
    RecoveryCode.objects.bulk_create(RecoveryCode(user=user, digest=code_digest(code), made_at=at) for code in codes)
    audit.append("auth.codes.made", data={"n": CODES}, actor=actor_of(request), at=at)
    return ["-".join(code[start : start + 4] for start in range(0, _LETTERS, 4)) for code in codes]


@transaction.atomic(durable=True)
def keep_passphrase(request: Request, file: str, *, credential: str, sealed: str, at: datetime) -> LockedPassphrase:
    """Keep the passphrase of a key file as the owner's browser encrypted it for one passkey; the first one stays.

    ``file`` is the SHA-256 of the key file (64 hex), ``sealed`` base64url of nonce, ciphertext and tag.
    """
    passkey = queries.usable_passkeys(request.user).filter(credential=credential).first()
    if passkey is None:
        raise NotYours(credential)
    try:
        check_digest(file)
        if len(b64u_decode(sealed)) not in _SEALED:
            raise Refused(MALFORMED)
    except ValueError as error:
        raise Refused(MALFORMED) from error
    row, is_new = LockedPassphrase.objects.get_or_create(
        passkey=passkey, file=file, defaults={"sealed": sealed, "made_at": at}
    )
    if is_new:
        data = {"file": file, **passkeys.facts_of(passkey)}
        audit.append("auth.passphrase.kept", data=data, actor=actor_of(request), at=at)
    return row


def _own(request: Request, number: str) -> Passkey:
    passkey = (
        queries.passkeys_of(request.user).select_for_update(of=("self",)).filter(number=number).first()
    )  # fmt: skip
    if passkey is None:
        raise NotYours(number)
    return passkey


def _plain_name(name: str) -> str:
    kept = " ".join(name.split())
    if not kept or len(kept) > LONGEST_NAME:
        raise Refused(reason("Name the passkey, in at most {n} characters.", n=LONGEST_NAME))
    return kept
