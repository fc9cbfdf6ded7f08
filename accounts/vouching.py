"""A person signs a document with a passkey: asked for with the document's hash, kept as evidence beside the document.

(1) The person's page asks for a question about one document: kind, tender and SHA-256 go into a statement, and the
    statement's hash is the challenge (``core.assertions``).
(2) The answer is checked before the verb begins: :func:`vouched`.
(3) The verb compares the statement with what it has in hand (:func:`check`), and in its own transaction uses the
    question up and writes evidence and entry (:func:`write`). Whoever has a passkey signs; for whoever has none
    there is nothing to write.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction

from accounts import authenticators, challenges, passkeys, queries
from accounts.models import PersonSignature, User
from accounts.names import Question, SignedKind
from core import audit
from core.assertions import Evidence, Statement, load_key, read_statement, verify_assertion
from core.canonical import Malformed, b64u_encode, check_digest, check_id, digest, dumps, format_time, loads
from core.errors import Refused
from core.reasons import reason

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from accounts.access import Request
    from core.actors import Actor

SIGN_FIRST = reason("You have a passkey, so this is signed with it. Load the page again and confirm with the passkey.")
OTHER = reason("What your passkey signed is not what was handed in. Look at it once more, then sign again.")
NO_STATEMENT = reason("This cannot be signed: kind, tender or digest do not have their form.")


@dataclass(frozen=True, slots=True)
class Vouched:
    """A person's signature that was checked and not recorded yet."""

    passkey_id: int
    challenge_id: int
    count: int
    evidence: Evidence


def ask(request: Request, *, kind: str, tender: str, document: str, at: datetime) -> dict[str, Any]:
    """Return the question to the person's passkeys about one document (SHA-256, 64 hex)."""
    own = list(queries.usable_passkeys(request.user))
    if not own:
        raise Refused(reason("You have no passkey to sign with: add one on the page of your account."))
    try:
        statement = Statement(
            kind=SignedKind(kind).value,
            tender=check_id(tender),
            document=check_digest(document),
            person=request.user.number,
            at=format_time(at),
            nonce=b64u_encode(secrets.token_bytes(16)),
        )
    except ValueError as error:
        raise Refused(NO_STATEMENT) from error
    asked = challenges.ask(
        request.session,
        Question.SIGN,
        user=request.user,
        at=at,
        value=statement.challenge,
        statement=dumps(statement.as_json()),
    )
    return authenticators.request_options(asked.value, allowed=own)


def vouched(request: Request, answer: Any, *, at: datetime) -> Vouched | None:
    """Return the checked signature in a browser's answer; None where nothing was answered; else Refused."""
    if answer in (None, ""):
        return None
    passkey, given, asked, count = passkeys.looked_at(request.session, Question.SIGN, answer, user=request.user, at=at)
    evidence = Evidence(
        statement=read_statement(loads(bytes(asked.statement), limit=_STATEMENT_LIMIT)),
        rp=authenticators.rp(),
        origin=settings.PASSKEY_ORIGIN,
        credential=passkey.credential,
        key=bytes(passkey.spki),
        authenticator=given.authenticator,
        client=given.client,
        signature=given.signature,
    )
    _check_alone(evidence)
    return Vouched(passkey.pk, asked.pk, count, evidence)


def check(signed: Vouched | None, *, kind: SignedKind, tender: str, document: str, actor: Actor) -> None:
    """Refuse where a signature is owed and not there, or is one of something else."""
    if signed is None:
        if queries.usable_passkeys_of(actor.person).exists():
            raise Refused(SIGN_FIRST)
        return
    said = signed.evidence.statement
    if (said.person, said.kind, said.tender, said.document) != (actor.person, kind.value, tender, document):
        raise Refused(OTHER)


@transaction.atomic(savepoint=False)
def write(signed: Vouched | None, *, actor: Actor, at: datetime, content: bytes = b"") -> PersonSignature | None:
    """Use the answer up and write it with its entry; ``content`` is what was signed, where no other row keeps it.

    The entry names no tender: that somebody signed would tell before the opening that there is a bid.
    """
    if signed is None:
        return None
    passkeys.spend(signed.passkey_id, signed.challenge_id, signed.count, at=at)
    evidence, said = signed.evidence.as_bytes(), signed.evidence.statement
    data = {
        "kind": said.kind,
        "document": said.document,
        "signature": digest(evidence),
        "key": digest(signed.evidence.key),
    }
    entry = audit.append("auth.document.signed", data=data, actor=actor, at=at)
    return PersonSignature.objects.create(
        user=User.objects.get(number=said.person),
        passkey_id=signed.passkey_id,
        kind=said.kind,
        tender=said.tender,
        document=said.document,
        content=content,
        evidence=evidence,
        digest=digest(evidence),
        signed_at=at,
        entry=entry,
    )


@transaction.atomic(savepoint=False)
def sign(
    signed: Vouched | None, document: Mapping[str, object], *, kind: SignedKind, tender: str, actor: Actor, at: datetime
) -> PersonSignature | None:
    """Check and write the signature of a document that no other row keeps."""
    content = dumps(document)
    check(signed, kind=kind, tender=tender, document=digest(content), actor=actor)
    return write(signed, actor=actor, at=at, content=content)


_STATEMENT_LIMIT = 2048


def _check_alone(evidence: Evidence) -> None:
    """Verify as a stranger will, with none of the library that checked it first: what does not verify is not kept."""
    try:
        verify_assertion(
            key=load_key(evidence.key),
            challenge=evidence.statement.challenge,
            rp=evidence.rp,
            origin=evidence.origin,
            authenticator=evidence.authenticator,
            client=evidence.client,
            signature=evidence.signature,
        )
    except Malformed as error:
        raise Refused(error.reason) from error
