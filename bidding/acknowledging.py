"""The acknowledgement: the platform's signature over a committed seal and the entry that records it (decision 11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from bidding import platform_key
from bidding.models import Acknowledgement, Seal
from bidding.rules.acknowledgement import write_acknowledgement

if TYPE_CHECKING:
    from datetime import datetime


def of(seal: Seal, *, at: datetime) -> Acknowledgement:
    """Return the acknowledgement of a committed seal; made on the first asking, the same ever after."""
    found = Acknowledgement.in_box.select_related("seal").filter(seal=seal).first()
    return found or _make(seal.pk, at=at)


@transaction.atomic(durable=True)
def _make(digest: str, *, at: datetime) -> Acknowledgement:
    seal = Seal.in_box.select_related("lot", "entry").get(pk=digest)
    entry = bytes(seal.entry.entry).decode("utf-8")
    document = write_acknowledgement(tender=seal.lot.number, seal=seal.digest, entry=entry)
    # Two requests that make it at once make the same bytes: Ed25519 signs without randomness.
    draft = Acknowledgement(
        seal=seal,
        number=number_of(seal),
        document=document.data,
        note=platform_key.sign("acknowledgement", document.digest),
        made_at=at,
    )
    Acknowledgement.in_box.bulk_create([draft], ignore_conflicts=True)
    return Acknowledgement.in_box.select_related("seal").get(seal=seal)


def number_of(seal: Seal) -> str:
    """Return the number of the acknowledgement: from the digest, since a running number would count the bids."""
    return f"RC-{seal.received_at.year}-{seal.digest[:12].upper()}"
