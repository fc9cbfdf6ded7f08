"""Upload slots: sealed files on their way in, part after part, until their digest is known (docs/sealing.md, 7.1).

A slot belongs to one bidder and one lot; its announced size counts against the quota before a byte is written.
What is not an age file is refused and removed at once: plaintext does not stay on this platform.
"""

from __future__ import annotations

import os
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import Sum

from bidding import access, refusing
from bidding.checking import ceremony_rules_of
from bidding.models import Payload, Seal, UploadSlot
from bidding.names import UNSEAL, Objection, RefusalCode, SubmissionRefused, WrongOffset
from bidding.rules.age_stream import VERSION_LINE
from bidding.submitting import box_objection
from core import jobs, storage
from core.errors import NotYours
from core.reasons import reason
from trading.names import Stage

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from django.db.models import QuerySet

    from accounts.models import Organisation
    from core.actors import Actor
    from trading.models import Lot

LIFETIME = timedelta(hours=24)  # of a slot that no seal uses
_HEAD = VERSION_LINE + b"-> X25519 "


def make_slot(lot_id: int, *, actor: Actor, at: datetime, size: int | None = None) -> UploadSlot:
    """Make a place for a file of ``size`` bytes; the bidder takes its side in the project with its first one."""
    seat = access.bidder_seat(actor)
    lot = access.announced_lot(lot_id)
    with refusing.on_record(lot, what="file", digest="", actor=actor):
        return _make_slot(lot, seat.organisation, size=size, at=at)


@transaction.atomic(durable=True)
def _make_slot(lot: Lot, organisation: Organisation, *, size: int | None, at: datetime) -> UploadSlot:
    most = ceremony_rules_of(lot).max_size
    wanted = most if size is None else size
    if objections := _objections(lot, organisation, wanted=wanted, most=most, at=at):
        raise SubmissionRefused(*objections)
    access.take_bidding_side(lot.project, organisation, since=at)
    name = secrets.token_urlsafe(32)
    slot = UploadSlot.in_box.create(slot=name, lot=lot, bidder=organisation, size=wanted, made_at=at)
    path = path_of(slot.slot)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    return slot


@transaction.atomic(durable=True)
def append(slot: str, *, offset: int, part: bytes, actor: Actor, at: datetime) -> int:
    """Write a part where the slot ends and return where it ends now; WrongOffset, SubmissionRefused otherwise."""
    row = _locked(slot, actor)
    if row.finished_at is not None or offset != row.offset:
        raise WrongOffset(row.offset)
    if row.made_at < at - LIFETIME:
        why = reason("The upload took longer than a day; begin it again.")
        raise SubmissionRefused(Objection(RefusalCode.QUOTA, why))
    if len(part) > settings.UPLOAD_PART_BYTES:
        why = reason("A part has at most {most} bytes.", most=settings.UPLOAD_PART_BYTES)
        raise SubmissionRefused(Objection(RefusalCode.OVERSIZED, why))
    if offset + len(part) > row.size:
        why = reason("The file is larger than the {size} bytes that were announced.", size=row.size)
        raise SubmissionRefused(Objection(RefusalCode.OVERSIZED, why))
    with path_of(slot).open("r+b") as file:
        file.truncate(offset)  # a part whose transaction did not commit may have left bytes behind
        file.seek(offset)
        file.write(part)
        file.flush()
        os.fsync(file.fileno())
    row.offset = offset + len(part)
    row.save(update_fields=["offset"])
    return row.offset


def offset_of(slot: str, *, actor: Actor) -> int:
    """Return where a slot of the actor's organisation ends; else NotYours."""
    return _own(slot, actor).offset


def finish(slot: str, *, size: int, sha256: str, actor: Actor, at: datetime) -> UploadSlot:
    """Hash the file again, keep it under its digest and note that; the same again is answered the same."""
    row = _own(slot, actor)
    if row.finished_at is not None:
        return _same(row, sha256)
    with refusing.on_record(row.lot, what="file", digest=sha256, actor=actor):
        if not path_of(slot).exists():  # a concurrent repeat was first
            return _same(_own(slot, actor), sha256)
        _check(row, size=size, sha256=sha256)
        storage.keep_file(path_of(slot), at=at)
        return _note_finished(slot, sha256=sha256, actor=actor, at=at)


@transaction.atomic(durable=True)
def _note_finished(slot: str, *, sha256: str, actor: Actor, at: datetime) -> UploadSlot:
    row = _locked(slot, actor)
    row.finished_at, row.digest = at, sha256
    row.save(update_fields=["finished_at", "digest"])
    if Stage(row.lot.stage) is Stage.OPENING:  # what the platform had lost is there again
        jobs.ask(UNSEAL, at=at, lot_id=row.lot_id)
    return row


@transaction.atomic(durable=True)
def expire(*, at: datetime) -> int:
    """Remove slots that no seal uses and that are older than a day; return how many."""
    used = Payload.in_box.values("file_id")
    old = list(UploadSlot.in_box.filter(made_at__lt=at - LIFETIME).exclude(digest__in=used))
    for row in old:
        path_of(row.slot).unlink(missing_ok=True)
        row.delete()
    return len(old)


@transaction.atomic(durable=True)
def _remove(row: UploadSlot) -> None:
    path_of(row.slot).unlink()
    UploadSlot.in_box.filter(pk=row.pk).delete()


def path_of(slot: str) -> Path:
    """Return where the bytes of a slot lie until it is finished."""
    return storage.root() / "incoming" / f"slot-{slot}"


def _objections(lot: Lot, organisation: Organisation, *, wanted: int, most: int, at: datetime) -> list[Objection]:
    objections = []
    if objection := _door(lot, organisation, at=at):
        objections.append(objection)
    if not 0 < wanted <= most:
        why = reason("A sealed file has at most {most} bytes; {size} were announced.", most=most, size=wanted)
        objections.append(Objection(RefusalCode.OVERSIZED, why))
    used = Payload.in_box.filter(seal__lot=lot, seal__bidder=organisation).values("file_id")
    waiting = UploadSlot.in_box.filter(lot=lot, bidder=organisation).exclude(digest__in=used)
    waiting = waiting.filter(made_at__gte=at - LIFETIME)
    if waiting.count() >= settings.UPLOAD_SLOTS_PER_LOT:
        why = reason("At most {most} files may wait for their seal.", most=settings.UPLOAD_SLOTS_PER_LOT)
        objections.append(Objection(RefusalCode.QUOTA, why))
    elif (waiting.aggregate(total=Sum("size"))["total"] or 0) + wanted > 2 * most:
        why = reason("The files that wait for their seal may have {most} bytes together.", most=2 * most)
        objections.append(Objection(RefusalCode.QUOTA, why))
    return objections


def _door(lot: Lot, organisation: Organisation, *, at: datetime) -> Objection | None:
    """Return why nothing is uploaded now: before the deadline anybody may, later only who replaces lost bytes."""
    if Stage(lot.stage) is Stage.OPENING and _has_lost_bytes(lot, organisation):
        return None
    return box_objection(lot, at=at)


def _has_lost_bytes(lot: Lot, organisation: Organisation) -> bool:
    digests = Payload.in_box.filter(seal__lot=lot, seal__bidder=organisation, seal__state=Seal.LIVE)
    return any(not storage.path_of(digest).exists() for digest in digests.values_list("file_id", flat=True))


def _own(slot: str, actor: Actor) -> UploadSlot:
    return _found(UploadSlot.in_box.select_related("lot"), slot, actor)


def _locked(slot: str, actor: Actor) -> UploadSlot:
    return _found(UploadSlot.in_box.select_for_update(of=("self",)).select_related("lot"), slot, actor)


def _found(slots: QuerySet[UploadSlot], slot: str, actor: Actor) -> UploadSlot:
    seat = access.bidder_seat(actor)
    row = slots.filter(slot=slot, bidder=seat.organisation).first()
    if row is None:
        raise NotYours(slot)
    return row


def _same(row: UploadSlot, sha256: str) -> UploadSlot:
    if row.digest != sha256:
        raise SubmissionRefused(Objection(RefusalCode.PAYLOAD_DIFFERS, reason("The slot holds another file.")))
    return row


def _check(row: UploadSlot, *, size: int, sha256: str) -> None:
    path = path_of(row.slot)
    with path.open("rb") as file:
        head = file.read(len(_HEAD))
    if head != _HEAD:
        _remove(row)
        why = reason("This file is not sealed. Files are taken sealed only; it was removed.")
        raise SubmissionRefused(Objection(RefusalCode.UNSEALED, why))
    found_digest, found_size = storage.digest_of(path)
    if found_size < size:
        why = reason("The file has {found} of {size} bytes: its upload is not complete.", found=found_size, size=size)
        raise SubmissionRefused(Objection(RefusalCode.TRUNCATED, why))
    if (found_size, found_digest) != (size, sha256):
        why = reason("The file that arrived has another digest than the one stated; upload it again.")
        raise SubmissionRefused(Objection(RefusalCode.PAYLOAD_DIFFERS, why))
