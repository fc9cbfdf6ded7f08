"""Verb: enrol a verification key. It is in the log before it is used; a new key retires the old one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from accounts import access, passkeys
from accounts.models import SigningKey
from accounts.names import KeyKind, Role
from core import audit
from core.canonical import Malformed, b64_decode, check_id, digest_of
from core.errors import Refused
from core.notes import parse_vkey
from core.reasons import Reason, reason

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import Membership
    from core.actors import Actor

LONGEST_WRAPPED = 65_536  # characters

_SEATS = {KeyKind.BIDDER: Role.BIDDER, KeyKind.HOLDER: Role.KEY_HOLDER, KeyKind.PARTY: Role.BIDDER}
_BY_WHO_APPROVES = (KeyKind.BIDDER, KeyKind.PARTY)


@transaction.atomic(durable=True)
def enrol_key(
    *,
    kind: KeyKind,
    vkey: str,
    wrapped: str,
    actor: Actor,
    at: datetime,
    subject: str = "",
    evidence: str = "",
) -> SigningKey:
    """Enrol a key for the organisation of the actor.

    A bidder's, for bids or for draws, is enrolled by who may approve there, a holder's by the holder.
    ``wrapped`` is the secret half, encrypted by its owner (standard base64 of an age file, or empty); ``subject``
    the id under which the protocol knows the signer, by default the organisation's number; ``evidence`` the digest
    of what proves the identity, by default that of the organisation's admitted record.
    """
    seat = access.seat_of(actor, _SEATS[kind])
    if kind in _BY_WHO_APPROVES:
        access.approving_seat(actor)
    return enrol(seat, kind=kind, vkey=vkey, wrapped=wrapped, subject=subject, evidence=evidence, actor=actor, at=at)


@transaction.atomic(savepoint=False)
def enrol(
    seat: Membership,
    *,
    kind: KeyKind,
    vkey: str,
    wrapped: str,
    actor: Actor,
    at: datetime,
    subject: str = "",
    evidence: str = "",
) -> SigningKey:
    """Write the key of ``seat`` and its entry: the step inside :func:`enrol_key` and inside the ceremony's verbs."""
    subject = subject or seat.organisation.number
    if reasons := [*passkeys.against_keys(seat.user), *_against(vkey, wrapped, subject)]:
        raise Refused(*reasons)
    former = SigningKey.objects.select_for_update(of=("self",)).filter(subject=subject, kind=kind, retired_at=None)
    for key in former.order_by("pk"):
        key.retired_at = at
        key.save(update_fields=["retired_at"])
    key = SigningKey.objects.create(
        organisation=seat.organisation,
        user=seat.user,
        kind=kind,
        subject=subject,
        vkey=vkey,
        wrapped=wrapped,
        evidence=evidence or record_digest(seat),
        enrolled_at=at,
    )
    data = {"subject": subject, "kind": key.kind, "vkey": vkey, "evidence": key.evidence}
    audit.append("key.enrolled", data=data, actor=actor, at=at)
    return key


def record_digest(seat: Membership) -> str:
    """Return the digest of the admitted record of the seat's organisation: number, scheme, code and name."""
    organisation = seat.organisation
    return digest_of(
        {
            "organisation": organisation.number,
            "scheme": organisation.scheme,
            "code": organisation.code,
            "name": organisation.name,
        }
    )


def _against(vkey: str, wrapped: str, subject: str) -> list[Reason]:
    reasons = []
    try:
        parse_vkey(vkey)
    except Malformed as error:
        reasons.append(error.reason)
    try:
        check_id(subject)
    except Malformed as error:
        reasons.append(error.reason)
    if SigningKey.objects.filter(vkey=vkey).exists():
        reasons.append(reason("This key is enrolled already; a key is enrolled once, for one signer."))
    try:
        b64_decode(wrapped)
    except Malformed as error:
        reasons.append(error.reason)
    if len(wrapped) > LONGEST_WRAPPED:
        reasons.append(reason("The wrapped key is too long: at most {n} characters.", n=LONGEST_WRAPPED))
    return reasons
