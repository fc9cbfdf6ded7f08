from __future__ import annotations

from django.db import models

from bidding.models import OpenedBid


class Review(models.Model):
    """One pass-or-fail step for one bid: qualification or responsiveness, with votes, outcome and reason.

    ``votes`` maps a member's public number to {passed, because}; a review of the buying side has none.
    """

    QUALIFICATION, RESPONSIVENESS = "qualification", "responsiveness"

    bid = models.ForeignKey(OpenedBid, models.PROTECT, related_name="reviews")
    step = models.CharField(max_length=16)
    passed = models.BooleanField(null=True)  # None until everybody has voted
    ground_code = models.CharField(max_length=40, blank=True)  # of the rule-sheet's rejection grounds
    because = models.TextField(blank=True)
    evidence = models.TextField(blank=True)
    votes = models.JSONField(default=dict)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["bid", "step"], name="one_review_per_bid_and_step"),
            models.CheckConstraint(
                condition=models.Q(step__in=["qualification", "responsiveness"]), name="review_step_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(passed=None) | models.Q(passed=True) | ~models.Q(because=""),
                name="rejection_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bid_id} {self.step}"
