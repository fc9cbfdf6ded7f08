"""Submitting and replacing a sealed bid: decided by the database's clock, read after the lock (docs/deadlines.md).

A repeat of the same seal is answered with the same receipt, whenever it comes: the answer to the first
try may have been lost on its way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from accounts import vouching
from accounts.names import SignedKind
from bidding import access, checking, receipting, refusing
from bidding.models import Payload, Seal
from bidding.names import Objection, RefusalCode, SubmissionRefused
from core import audit, clock
from core.canonical import b64u_encode, digest
from core.reasons import reason
from trading import bid_box, clarifying
from trading.models import Lot
from trading.names import Stage
from trading.procedures.wording import moment

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import Organisation
    from accounts.vouching import Vouched
    from bidding.checking import Submission
    from bidding.models import Receipt
    from core.actors import Actor


def submit(lot_id: int, *, document: bytes, note: str, actor: Actor, signed: Vouched | None = None) -> Receipt:
    """Take a seal, or one that replaces the bidder's live seal; return the receipt.

    SubmissionRefused with every reason, Busy when the queue at the lock is too long, NoReceiptYet when the seal is in
    and the log takes too long: the same seal again is answered with its receipt.
    """
    seat = access.signing_seat(actor)
    lot = access.announced_lot(lot_id)
    name = digest(document)
    with refusing.on_record(lot, what="seal", digest=name, actor=actor):
        seal = _known(lot, seat.organisation, name) or _taken(
            lot, seat.organisation, document=document, note=note, actor=actor, signed=signed
        )
    return receipting.of(seal, at=clock.now())


def _known(lot: Lot, organisation: Organisation, name: str) -> Seal | None:
    return Seal.in_box.filter(pk=name, lot=lot, bidder=organisation).first()


def is_known(lot: Lot, organisation: Organisation, document: bytes) -> bool:
    """Say whether this seal was taken already: a repeat, which nobody signs again."""
    return _known(lot, organisation, digest(document)) is not None


def _taken(
    lot: Lot, organisation: Organisation, *, document: bytes, note: str, actor: Actor, signed: Vouched | None
) -> Seal:
    try:
        submission = checking.checked_submission(lot, organisation, document=document, note=note)
    except SubmissionRefused as refusal:
        raise _with_lateness(lot, refusal) from refusal
    with checking.signed_by_person():
        name = submission.seal.digest
        vouching.check(signed, kind=SignedKind.SEAL, tender=lot.number, document=name, actor=actor)
    try:
        return accept(lot.pk, submission, actor=actor, signed=signed)
    except (IntegrityError, SubmissionRefused) as fault:
        # The same seal may have been accepted by a concurrent repeat: look the digest up once more.
        if (seal := _known(lot, organisation, submission.seal.digest)) is not None:
            return seal
        if isinstance(fault, SubmissionRefused):
            raise
        raise SubmissionRefused(_collision(lot, submission)) from fault


@transaction.atomic(durable=True)
def accept(lot_id: int, submission: Submission, *, actor: Actor, signed: Vouched | None = None) -> Seal:
    """Write the seal and its entry under the shared lock; both carry the time that was read after the lock."""
    # (1) the shared lock: a closer waits for us, we wait for a closer
    bid_box.lock_shared(Lot(pk=lot_id, number=submission.seal.tender))
    # (2) the time, then the box as it is now
    at = clock.after_lock()
    lot = Lot.objects.get(pk=lot_id)
    if objection := box_objection(lot, at=at):
        raise SubmissionRefused(objection)
    # (3) the live seal gives way; its row orders two replacements that come at once
    if submission.seal.replaces is not None:
        _replace(lot, submission)
    # (4) the entry and the seal: entry.at is received_at
    seal = submission.seal
    data = {"seal": seal.digest, "bidder": seal.bidder, "replaces": seal.replaces}
    clarifying.remember(lot.project_id, submission.organisation, at=at)  # whoever bids is told of amendments
    entry = audit.append("bid.sealed", tender=lot.number, data=data, actor=actor, at=at)
    row = Seal.in_box.create(
        digest=seal.digest,
        lot=lot,
        bidder=submission.organisation,
        cid=b64u_encode(seal.cid),
        document=seal.data,
        note=submission.note,
        received_at=at,
        replaces_id=seal.replaces,
        entry=entry,
    )
    Payload.in_box.bulk_create(
        Payload(seal=row, envelope=envelope.name, file_id=envelope.sha256) for envelope in seal.envelopes
    )
    # (5) who handed it in, if that person has a passkey
    with checking.signed_by_person():
        vouching.write(signed, actor=actor, at=at)
    return row


def box_objection(lot: Lot, *, at: datetime) -> Objection | None:
    """Return why the box takes nothing at ``at``; equality with the deadline is late."""
    if lot.closes_at is None or Stage(lot.stage) in (Stage.DRAFT, Stage.NOTICE_READY, Stage.PUBLISHED):
        return Objection(RefusalCode.NOT_OPEN, reason("The bid box is not open yet."))
    if at >= lot.closes_at:
        return Objection(RefusalCode.LATE, reason("Bids closed on {deadline}.", deadline=moment(lot.closes_at)))
    if Stage(lot.stage) is not Stage.BIDDING:
        return Objection(RefusalCode.NOT_OPEN, reason("The bid box is closed: the tender does not go on."))
    return None


def _replace(lot: Lot, submission: Submission) -> None:
    live = Seal.in_box.filter(pk=submission.seal.replaces, lot=lot, bidder=submission.organisation, state=Seal.LIVE)
    if live.update(state=Seal.REPLACED) != 1:
        why = reason("The seal that this one replaces is not your valid bid (any more).")
        raise SubmissionRefused(Objection(RefusalCode.NOT_LIVE, why))


def _with_lateness(lot: Lot, refusal: SubmissionRefused) -> SubmissionRefused:
    """Put lateness first among the reasons; that nothing was uploaded then follows from it."""
    late = box_objection(Lot.objects.get(pk=lot.pk), at=clock.now())
    if late is None:
        return refusal
    others = [
        Objection(code, why)
        for code, why in zip(refusal.codes, refusal.reasons, strict=True)
        if code not in (RefusalCode.PAYLOAD_MISSING, late.code)
    ]
    return SubmissionRefused(late, *others)


def _collision(lot: Lot, submission: Submission) -> Objection:
    """Tell which uniqueness a seal ran into."""
    own = Seal.in_box.filter(lot=lot, bidder=submission.organisation)
    if own.filter(cid=b64u_encode(submission.seal.cid)).exists():
        why = reason("The random part of this seal was used before; seal the bid again.")
        return Objection(RefusalCode.REPLAYED_CID, why)
    why = reason("Your organisation has a valid bid already; a new one must replace it.")
    return Objection(RefusalCode.SECOND_LIVE, why)
