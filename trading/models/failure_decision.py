from __future__ import annotations

from django.db import models

from trading.models.project import Project
from trading.names import AfterFailure


class FailureDecision(models.Model):
    """What the owner does after lots of a run have failed, with the analysis of the failure; once for a run."""

    project = models.OneToOneField(Project, models.PROTECT, related_name="decision")
    choice = models.CharField(max_length=30)
    analysis = models.TextField()  # why the run failed, and what is done about it
    authority = models.CharField(max_length=200, blank=True)  # whose consent or approval the choice needs
    approval = models.CharField(max_length=100, blank=True)  # its number
    method = models.CharField(max_length=20, blank=True)  # the procurement method that takes the tender's place
    decided_at = models.DateTimeField()
    decided_by = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(choice__in=[choice.value for choice in AfterFailure]),
                name="choice_after_a_failure_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.choice} after {self.project}"
