from __future__ import annotations

from typing import ClassVar

from django.db import models

from accounts.models import Organisation
from bidding.models.seal import ClosedBoxes
from trading.models import Lot


class UploadSlot(models.Model):
    """A place for one ciphertext on its way in: parts are appended at ``offset``; finished it has a digest.

    ``size`` is what the bidder announced and counts against its quota from the start.
    """

    slot = models.CharField(max_length=43, unique=True)
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="+")
    bidder = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    size = models.BigIntegerField()
    offset = models.BigIntegerField(default=0)
    made_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    digest = models.CharField(max_length=64, blank=True)

    objects: ClassVar[models.Manager[UploadSlot]] = ClosedBoxes()  # type: ignore[assignment]  # typed by its rows
    in_box: ClassVar[models.Manager[UploadSlot]] = models.Manager()

    class Meta:
        indexes = [models.Index(fields=["lot", "bidder"], name="slot_by_bidder")]
        constraints = [
            models.CheckConstraint(condition=models.Q(offset__gte=0), name="slot_offset_is_not_negative"),
            models.CheckConstraint(condition=models.Q(offset__lte=models.F("size")), name="slot_keeps_to_its_size"),
        ]

    def __str__(self) -> str:
        return self.slot
