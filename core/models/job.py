from __future__ import annotations

from django.db import models


class Job(models.Model):
    """Work to be done after a commit: the row is the promise, the broker only hurries it along."""

    task = models.CharField(max_length=100)
    arguments = models.JSONField(default=dict)
    asked_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["asked_at"], condition=models.Q(done_at=None), name="job_todo")]

    def __str__(self) -> str:
        return f"{self.task} {self.pk}"
