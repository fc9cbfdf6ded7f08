from __future__ import annotations

from django.db import models
from django_fsm import FSMField

from bidding.models import OpenedBid
from evaluation.models.committee import Member
from trading.models import Lot


class Report(models.Model):
    """The evaluation report: data from which page and paper are made; final when every member has answered."""

    lot = models.OneToOneField(Lot, models.PROTECT, related_name="report")
    state = FSMField(max_length=12, default="draft", protected=False)  # draft, final
    document = models.JSONField()
    digest = models.CharField(max_length=64)
    few_bids_because = models.TextField(blank=True)  # why the committee went on, or not, with fewer than three
    drawn_up_at = models.DateTimeField()
    final_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=["draft", "final"]), name="report_state_is_known"),
        ]

    def __str__(self) -> str:
        return f"report on {self.lot}"


class Confirmation(models.Model):
    """A member's word on the report: agrees, dissents in writing, or refuses without reasons (deemed to agree)."""

    report = models.ForeignKey(Report, models.PROTECT, related_name="confirmations")
    member = models.ForeignKey(Member, models.PROTECT, related_name="confirmations")
    answer = models.CharField(max_length=12)  # agrees, dissents, refuses
    dissent = models.TextField(blank=True)
    at = models.DateTimeField()
    noted_by = models.CharField(max_length=200, blank=True)  # the chair, where a member refuses even to say so
    digest = models.CharField(max_length=64)  # of the report that was answered

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["report", "member"], name="one_word_per_member"),
            models.CheckConstraint(
                condition=models.Q(answer__in=["agrees", "dissents", "refuses"]), name="answer_is_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(answer="dissents") | ~models.Q(dissent=""), name="dissent_is_in_writing"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.answer}"


class Candidate(models.Model):
    """A recommended bidder with its rank; construction publishes up to three."""

    report = models.ForeignKey(Report, models.PROTECT, related_name="candidates")
    bid = models.OneToOneField(OpenedBid, models.PROTECT, related_name="candidacy")
    rank = models.PositiveSmallIntegerField()
    price = models.DecimalField(max_digits=20, decimal_places=2)
    evaluated_price = models.DecimalField(max_digits=20, decimal_places=2, null=True)
    score = models.DecimalField(max_digits=12, decimal_places=4, null=True)

    class Meta:
        ordering = ["rank", "pk"]

    def __str__(self) -> str:
        return f"{self.rank}. {self.bid_id}"
