from __future__ import annotations

from django.db import models
from django_fsm import FSMField

from bidding.models import OpenedBid
from evaluation.models.committee import Member


class ScoreSheet(models.Model):
    """One member's scores for one bid on the frozen template: draft, then handed in and never changed."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="sheets")
    bid = models.ForeignKey(OpenedBid, models.PROTECT, related_name="sheets")
    scores = models.JSONField(default=dict)  # criterion id → decimal as text
    comments = models.JSONField(default=dict)  # criterion id → text
    state = FSMField(max_length=12, default="draft", protected=False)  # draft, handed_in
    saved_at = models.DateTimeField()
    handed_in_at = models.DateTimeField(null=True)
    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "bid"], name="one_sheet_per_member_and_bid"),
            models.CheckConstraint(condition=models.Q(state__in=["draft", "handed_in"]), name="sheet_state_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.bid_id} {self.state}"
