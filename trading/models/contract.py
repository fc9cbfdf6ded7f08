from __future__ import annotations

from django.db import models

from core.models import StoredFile
from trading.models.award import Award
from trading.models.lot import Lot


class Contract(models.Model):
    """The written contract on an award: drafted, signed by both, registered, performed; or taken back unsigned."""

    number = models.CharField(max_length=64, unique=True)
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="contracts")
    award = models.ForeignKey(Award, models.PROTECT, related_name="contracts")
    title = models.CharField(max_length=300)
    amount = models.DecimalField(max_digits=20, decimal_places=2)
    currency = models.CharField(max_length=3)
    summary = models.TextField(blank=True)
    security_asked = models.DecimalField(max_digits=20, decimal_places=2, null=True)
    security_given_at = models.DateTimeField(null=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    drafted_at = models.DateTimeField()
    drafted_by = models.CharField(max_length=200)
    taken_back_at = models.DateTimeField(null=True)
    taken_back_by = models.CharField(max_length=200, blank=True)
    taken_back_because = models.TextField(blank=True)
    owner_signed_at = models.DateTimeField(null=True)
    owner_signed_by = models.CharField(max_length=200, blank=True)
    owner_keeps_to_bid = models.BooleanField(default=False)  # declared with the signature
    winner_signed_at = models.DateTimeField(null=True)
    winner_signed_by = models.CharField(max_length=200, blank=True)
    winner_keeps_to_bid = models.BooleanField(default=False)
    registered_at = models.DateTimeField(null=True)
    registered_by = models.CharField(max_length=200, blank=True)
    accepted_at = models.DateTimeField(null=True)
    acceptance = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(registered_at=None)
                | models.Q(owner_signed_at__isnull=False, winner_signed_at__isnull=False),
                name="registered_contract_is_signed_by_both",
            ),
            models.CheckConstraint(
                condition=models.Q(taken_back_at=None)
                | models.Q(owner_signed_at=None)
                | models.Q(winner_signed_at=None),
                name="signed_contract_is_not_taken_back",
            ),
            models.UniqueConstraint(
                fields=["award"], condition=models.Q(taken_back_at=None), name="one_standing_contract_per_award"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def stands(self) -> bool:
        """Whether it can still be signed or performed."""
        return self.taken_back_at is None and self.award.fell_at is None


class ContractAddition(models.Model):
    """A supplement that adds to the amount; all of them together stay within the rule-sheet's share."""

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="additions")
    amount = models.DecimalField(max_digits=20, decimal_places=2)
    because = models.TextField()
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=200)

    def __str__(self) -> str:
        return f"{self.contract} + {self.amount}"
