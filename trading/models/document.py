from __future__ import annotations

from django.db import models

from core.models import StoredFile
from trading.models.lot import Lot
from trading.models.project import Project


class Document(models.Model):
    """A file of a project, named by digest; public from ``published_at`` on."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="documents")
    lot = models.ForeignKey(Lot, models.PROTECT, null=True, related_name="documents")
    title = models.CharField(max_length=200)
    media = models.CharField(max_length=100)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=200)
    published_at = models.DateTimeField(null=True)
    amendment = models.ForeignKey("trading.Amendment", models.PROTECT, null=True, related_name="documents")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.title
