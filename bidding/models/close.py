from __future__ import annotations

from django.db import models

from core.models import LogCheckpoint
from trading.models import Lot


class Close(models.Model):
    """The close of a bid box: the canonical list of the accepted seals, fixed in the close transaction."""

    lot = models.OneToOneField(Lot, models.PROTECT, related_name="close")
    document = models.BinaryField()
    digest = models.CharField(max_length=64, unique=True)
    accepted = models.PositiveIntegerField()
    closed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.digest


class WitnessedClose(models.Model):
    """The checkpoint under which a close counts: it holds the close's entry and has its quorum (sealing.md 9)."""

    close = models.OneToOneField(Close, models.PROTECT, related_name="witnessed")
    checkpoint = models.ForeignKey(LogCheckpoint, models.PROTECT, related_name="+")
    note = models.TextField()  # the checkpoint with the cosignatures that it had then: close.checkpoint
    kept_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.close_id} {self.checkpoint_id}"


class Release(models.Model):
    """One holder's shares of all accepted seals, signed; shown to nobody before the stage is opened."""

    lot = models.ForeignKey(Lot, models.PROTECT, related_name="releases")
    kid = models.CharField(max_length=32)
    document = models.BinaryField()
    digest = models.CharField(max_length=64, unique=True)
    note = models.TextField()
    released_at = models.DateTimeField()

    class Meta:
        ordering = ["kid"]
        constraints = [models.UniqueConstraint(fields=["lot", "kid"], name="one_release_per_holder_and_lot")]

    def __str__(self) -> str:
        return f"{self.lot} {self.kid}"
