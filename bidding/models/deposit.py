from __future__ import annotations

from django.db import models
from django_fsm import FSMField

from accounts.models import Organisation
from trading.models import Lot


class Deposit(models.Model):
    """A bid security. It comes to light with the opening, for until then it would tell who bids."""

    lot = models.ForeignKey(Lot, models.PROTECT, related_name="deposits")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="deposits")
    form = models.CharField(max_length=20)  # transfer, guarantee, cheque, none
    reference = models.CharField(max_length=120, blank=True)  # of the transfer, or the guarantee's number
    required = models.DecimalField(max_digits=20, decimal_places=2)
    amount = models.DecimalField(max_digits=20, decimal_places=2)
    currency = models.CharField(max_length=3)
    # due → paid | guaranteed → locked → released | forfeited | converted
    state = FSMField(max_length=12, default="due", protected=False)
    account_name = models.CharField(max_length=200, blank=True)  # as the bank's statement has it
    arrived_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    settled_because = models.TextField(blank=True)
    interest = models.DecimalField(max_digits=20, decimal_places=2, null=True)
    release_by = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lot", "organisation"], name="one_deposit_per_bidder_and_lot"),
            models.CheckConstraint(
                condition=models.Q(
                    state__in=["due", "paid", "guaranteed", "locked", "released", "forfeited", "converted"]
                ),
                name="deposit_state_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lot} {self.organisation} {self.state}"
