"""Removing the files of void seals after the opening: nobody ever releases shares for them (docs/sealing.md, 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from bidding.models import Opening, Payload, Seal
from bidding.names import ERASE, OpeningStep
from core import audit, clock, jobs, storage
from core.actors import SYSTEM
from trading.models import Lot

if TYPE_CHECKING:
    from datetime import datetime


@jobs.job(ERASE)
def erase_job(*, lot_id: int) -> None:
    erase_void(lot_id, at=clock.now())


@transaction.atomic(durable=True)
def erase_void(lot_id: int, *, at: datetime) -> int:
    """Erase what replaced and withdrawn seals of an opened lot left behind; return how many files."""
    lot = Lot.objects.get(pk=lot_id)
    if not Opening.objects.filter(lot=lot, state=OpeningStep.OPENED).exists():
        return 0
    live = Payload.objects.filter(seal__state=Seal.LIVE).values("file_id")
    void = Payload.objects.select_for_update(of=("self",)).filter(seal__lot=lot, erased_at=None)
    rows = list(void.exclude(seal__state=Seal.LIVE).exclude(file_id__in=live).order_by("pk"))
    for row in rows:
        row.erased_at = at
        row.save(update_fields=["erased_at"])
        audit.append("payload.erased", tender=lot.number, data={"sha256": row.file_id}, actor=SYSTEM, at=at)
    transaction.on_commit(lambda: _unlink([row.file_id for row in rows]))
    return len(rows)


def _unlink(digests: list[str]) -> None:
    for digest in digests:
        storage.path_of(digest).unlink(missing_ok=True)
