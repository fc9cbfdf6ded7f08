from __future__ import annotations

from django.db import models

from evaluation.models.committee import Member
from evaluation.models.report import Candidate


class Recheck(models.Model):
    """A candidate whose situation changed, looked at again by the committee that evaluated it (招投标条例 56)."""

    candidate = models.ForeignKey(Candidate, models.PROTECT, related_name="rechecks")
    because = models.TextField()  # what changed: finances, operations, or an illegal act that may affect performance
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=200)
    decided_at = models.DateTimeField(null=True)
    is_fit = models.BooleanField(null=True)  # the majority of the answers

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["candidate"], condition=models.Q(decided_at=None), name="one_open_recheck_per_candidate"
            ),
            models.CheckConstraint(
                condition=models.Q(decided_at=None, is_fit=None)
                | models.Q(decided_at__isnull=False, is_fit__isnull=False),
                name="recheck_is_decided_with_its_result",
            ),
        ]

    def __str__(self) -> str:
        return f"recheck of {self.candidate}"


class RecheckAnswer(models.Model):
    """One member's word on a candidate that is checked again, with its reason."""

    recheck = models.ForeignKey(Recheck, models.PROTECT, related_name="answers")
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    is_fit = models.BooleanField()
    because = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["recheck", "member"], name="one_answer_per_member_and_recheck")]

    def __str__(self) -> str:
        return f"{self.member} on {self.recheck}"
