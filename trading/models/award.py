from __future__ import annotations

from django.db import models

from accounts.models import Organisation
from trading.models.lot import Lot


class Award(models.Model):
    """The decision for one bidder; at most one stands, an earlier one stays on record as given up."""

    lot = models.ForeignKey(Lot, models.PROTECT, related_name="awards")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="awards")
    amount = models.DecimalField(max_digits=20, decimal_places=2)
    currency = models.CharField(max_length=3)
    rank = models.PositiveSmallIntegerField()
    ground = models.CharField(
        max_length=40
    )  # rank_one, gave_up, force_majeure, no_security, violation, owner_choice, silence
    because = models.TextField(blank=True)
    decided_at = models.DateTimeField()
    decided_by = models.CharField(max_length=200)
    fell_at = models.DateTimeField(null=True)
    fell_because = models.TextField(blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["lot"], condition=models.Q(fell_at=None), name="one_standing_award_per_lot"
            ),
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="award_is_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.lot}: {self.organisation}"
