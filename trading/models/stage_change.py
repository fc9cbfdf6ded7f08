from __future__ import annotations

from django.db import models

from core.models import OutboxEntry
from trading.models.lot import Lot


class StageChange(models.Model):
    """One move of one lot: the history, and the durable outbox of what must be told to the world."""

    lot = models.ForeignKey(Lot, models.PROTECT, related_name="changes")
    move = models.CharField(max_length=24)
    source = models.CharField(max_length=20)
    to = models.CharField(max_length=20)
    actor = models.CharField(max_length=200)
    at = models.DateTimeField()
    because = models.TextField(blank=True)
    entry = models.ForeignKey(OutboxEntry, models.PROTECT, related_name="+")
    told_at = models.DateTimeField(null=True)  # when the news was carried upwards

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["id"], condition=models.Q(told_at=None), name="change_to_tell")]

    def __str__(self) -> str:
        return f"{self.lot}: {self.source} → {self.to}"
