"""Receipts: the platform's signature over a committed seal, the entry that records it, and its proof in the log.

The first one carries the log's signature; once enough witnesses have cosigned there is a second one that carries
theirs as well, and that one stays. Both are kept, and neither changes (``docs/receipts.md``).
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from django.db import transaction

from bidding import platform_key
from bidding.models import Ceremony, Receipt, Seal
from bidding.names import NoReceiptYet
from bidding.rules.ceremony import read_ceremony
from bidding.rules.receipt import write_receipt
from core import log_reading, waiting
from core.models import OutboxEntry

if TYPE_CHECKING:
    from datetime import datetime

    from core.models import LogCheckpoint


def of(seal: Seal, *, at: datetime) -> Receipt:
    """Return the newest receipt of a committed seal, waiting for the log; NoReceiptYet if that takes too long."""
    return _of(seal, seal.entry, at=at)


def of_withdrawal(seal: Seal, *, at: datetime) -> Receipt:
    """Return the newest receipt of a withdrawal, in the same way; NoReceiptYet also where it has no own entry."""
    if seal.withdrawal_entry is None:
        raise NoReceiptYet
    return _of(seal, seal.withdrawal_entry, at=at)


def newest(seal: Seal, entry: OutboxEntry, *, at: datetime) -> Receipt | None:
    """Return the newest receipt of a committed entry without waiting for it."""
    kept = {row.is_witnessed: row for row in Receipt.in_box.select_related("seal").filter(entry=entry)}
    place = OutboxEntry.objects.values_list("idx", flat=True).get(pk=entry.pk)
    if True in kept or place is None:
        return kept.get(True)
    quorum = read_ceremony(bytes(Ceremony.objects.get(lot=seal.lot_id).document)).quorum
    if witnessed := log_reading.first_witnessed(place + 1, quorum=quorum):
        return _make(seal, entry, place, witnessed, is_witnessed=True, at=at)
    return kept.get(False) or _make(seal, entry, place, log_reading.first_with(place), is_witnessed=False, at=at)


def _of(seal: Seal, entry: OutboxEntry, *, at: datetime) -> Receipt:
    if waiting.until_sequenced(entry) is None or (row := newest(seal, entry, at=at)) is None:
        raise NoReceiptYet
    return row


@transaction.atomic(durable=True)
def _make(
    seal: Seal, entry: OutboxEntry, place: int, checkpoint: LogCheckpoint, *, is_witnessed: bool, at: datetime
) -> Receipt:
    document = write_receipt(
        tender=entry.tender,
        seal=seal.digest,
        entry=bytes(entry.entry).decode("utf-8"),
        proof=log_reading.proof_of(place, checkpoint),
    )
    draft = Receipt(
        seal=seal,
        entry=entry,
        is_witnessed=is_witnessed,
        number=number_of(seal, entry),
        document=document.data,
        note=platform_key.sign("receipt", document.digest),
        made_at=at,
    )
    Receipt.in_box.bulk_create([draft], ignore_conflicts=True)  # of two requests at once, the first one's stays
    return Receipt.in_box.select_related("seal").get(entry=entry, is_witnessed=is_witnessed)


def number_of(seal: Seal, entry: OutboxEntry) -> str:
    """Return the number of a receipt: from a digest, since a running number would count the bids."""
    if entry.pk == seal.entry_id:
        return f"RC-{seal.received_at.year}-{seal.digest[:12].upper()}"
    return f"RW-{entry.at.year}-{sha256(bytes(entry.entry)).hexdigest()[:12].upper()}"
