from __future__ import annotations

from django.db import models

from accounts.models import Organisation
from trading.models.project import Project
from trading.names import Side


class Participation(models.Model):
    """On which side an organisation stands in a project: one side only, for good."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="participations")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="participations")
    side = models.CharField(max_length=12, choices=[(s.value, s.value) for s in Side])
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "organisation"], name="one_side_per_project_and_organisation"),
            models.CheckConstraint(condition=models.Q(side__in=[s.value for s in Side]), name="side_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} {self.side} {self.project}"
