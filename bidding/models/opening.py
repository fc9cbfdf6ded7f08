from __future__ import annotations

from django.db import models
from django_fsm import FSMField, transition

from accounts.models import Organisation
from core.models import OutboxEntry
from trading.models import Lot


class Opening(models.Model):
    """The opening of one lot: waiting for holders, unsealing, read out, or postponed for all.

    ``document`` is opening.json of the protocol, written once when no result is pending. ``version`` grows with
    everything that changes what the hall shows.
    """

    lot = models.OneToOneField(Lot, models.PROTECT, related_name="opening")
    state = FSMField(max_length=12, default="waiting", protected=False)
    opens_at = models.DateTimeField()  # O of the protocol
    rescue_until = models.DateTimeField()  # O + T
    document = models.BinaryField(default=bytes)
    digest = models.CharField(max_length=64, blank=True)
    faults = models.JSONField(default=list)  # who is named: [{seal, malformed_for, false_shares, false_nulls}]
    pending = models.PositiveIntegerField(default=0)  # envelopes that wait for holders or for their file
    opened_at = models.DateTimeField(null=True)
    postponed_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    record_digest = models.CharField(max_length=64, blank=True)
    version = models.PositiveIntegerField(default=0)
    entry = models.ForeignKey(OutboxEntry, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["waiting", "unsealing", "opened", "postponed"]),
                name="opening_state_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lot} {self.state}"

    @transition(field=state, source=["waiting", "postponed", "unsealing"], target="unsealing")
    def begin(self) -> None:
        """Enough holders have released: statuses are being settled."""

    @transition(field=state, source=["waiting", "unsealing", "postponed"], target="postponed")
    def postpone(self) -> None:
        """Fewer holders than needed have released in time: nothing is opened, for nobody."""

    @transition(field=state, source=["waiting", "unsealing", "postponed"], target="opened")
    def open(self) -> None:
        """Every bid has its final status."""


class OpeningRemark(models.Model):
    """An objection to the opening on the spot and its answer; both go into the record."""

    opening = models.ForeignKey(Opening, models.PROTECT, related_name="remarks")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    body = models.TextField()
    made_at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.opening_id}: {self.made_at}"


class ReadOut(models.Model):
    """A bidder's word on what was read out of its bid: confirmed, or absent and deemed to accept."""

    opening = models.ForeignKey(Opening, models.PROTECT, related_name="read_outs")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["opening", "organisation"], name="read_out_confirmed_once")]

    def __str__(self) -> str:
        return f"{self.opening_id} {self.organisation_id}"
