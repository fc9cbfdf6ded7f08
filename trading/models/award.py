from __future__ import annotations

from django.db import models

from accounts.models import Organisation
from trading.models.lot import Lot


class Award(models.Model):
    """The decision for one bidder; at most one stands, an earlier one stays on record with why it fell."""

    lot = models.ForeignKey(Lot, models.PROTECT, related_name="awards")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="awards")
    amount = models.DecimalField(max_digits=20, decimal_places=2)
    currency = models.CharField(max_length=3)
    rank = models.PositiveSmallIntegerField()
    ground = models.CharField(max_length=40)  # of the choice: evaluation.names, trading.names
    because = models.TextField(blank=True)
    decided_at = models.DateTimeField()
    decided_by = models.CharField(max_length=200)
    fell_at = models.DateTimeField(null=True)
    fell_ground = models.CharField(max_length=40, blank=True)  # trading.names.RefusalGround
    fell_because = models.TextField(blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["lot"], condition=models.Q(fell_at=None), name="one_standing_award_per_lot"
            ),
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="award_is_not_negative"),
            models.CheckConstraint(
                condition=models.Q(fell_at=None, fell_ground="")
                | models.Q(fell_at__isnull=False) & ~models.Q(fell_ground=""),
                name="award_falls_for_a_ground",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lot}: {self.organisation}"
