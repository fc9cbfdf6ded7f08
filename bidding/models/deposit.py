from __future__ import annotations

from django.db import models
from django_fsm import FSMField, transition

from accounts.models import Organisation
from trading.models import Lot


class Deposit(models.Model):
    """A bid security. It comes to light with the opening, for until then it would tell who bids."""

    lot = models.ForeignKey(Lot, models.PROTECT, related_name="deposits")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="deposits")
    form = models.CharField(max_length=20, blank=True)  # transfer or guarantee, once one of them is on record
    reference = models.CharField(max_length=120, blank=True)  # of the transfer, or the guarantee's number
    verify_url = models.CharField(max_length=300, blank=True)  # where a guarantee is checked
    required = models.DecimalField(max_digits=20, decimal_places=2)
    amount = models.DecimalField(max_digits=20, decimal_places=2)
    currency = models.CharField(max_length=3)
    state = FSMField(max_length=12, default="due", protected=False)
    account_name = models.CharField(max_length=200, blank=True)  # as the bank's statement has it
    arrived_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    settled_because = models.TextField(blank=True)
    forfeit_ground = models.CharField(max_length=40, blank=True)
    interest = models.DecimalField(max_digits=20, decimal_places=2, null=True)  # of the bank
    late_days = models.PositiveIntegerField(null=True)  # how late it went back
    late_interest = models.DecimalField(max_digits=20, decimal_places=2, null=True)  # owed for that (87号令 38)
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

    @transition(field=state, source="due", target="paid")
    def pay(self) -> None:
        """Note that a row of the bank's statement is this deposit."""

    @transition(field=state, source="due", target="guaranteed")
    def guarantee(self) -> None:
        """Note that a guarantee stands for it."""

    @transition(field=state, source=["paid", "guaranteed"], target="locked")
    def lock(self) -> None:
        """Bind it to the bid."""

    @transition(field=state, source=["paid", "guaranteed", "locked"], target="released")
    def release(self) -> None:
        """Give it back to the bidder."""

    @transition(field=state, source="locked", target="forfeited")
    def forfeit(self) -> None:
        """Keep it, for a ground of the law."""

    @transition(field=state, source="locked", target="converted")
    def convert(self) -> None:
        """Make it part of what the winner pays or gives as security."""
