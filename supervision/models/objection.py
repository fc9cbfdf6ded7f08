from __future__ import annotations

from django.db import models
from django_fsm import FSMField

from accounts.models import Organisation
from trading.models import Hold, Lot


class Objection(models.Model):
    """An objection of a bidder or interested party; while it is open it holds the lot."""

    number = models.CharField(max_length=64, unique=True)
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="objections")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="objections")
    subject = models.CharField(max_length=12)  # documents, result
    body = models.TextField()
    interest = models.TextField(blank=True)  # of an organisation that did not bid, in the result
    made_at = models.DateTimeField()
    answer_by = models.DateTimeField()
    state = FSMField(max_length=10, default="open", protected=False)  # open, answered, withdrawn
    answer = models.TextField(blank=True)
    upheld = models.BooleanField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=200, blank=True)
    hold = models.OneToOneField(Hold, models.PROTECT, null=True, related_name="objection")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["open", "answered", "withdrawn"]),
                name="objection_state_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(subject__in=["documents", "result"]), name="objection_subject_is_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="answered") | ~models.Q(answer=""),
                name="answered_objection_has_an_answer",
            ),
        ]

    def __str__(self) -> str:
        return self.number
