from __future__ import annotations

from django.db import models

from core.models import OutboxEntry
from trading.models.lot import Lot
from trading.models.project import Project
from trading.names import Code


class Notice(models.Model):
    """What was published: data, not prose. Page and paper are made from ``data``, whose digest is on record."""

    number = models.CharField(max_length=64, unique=True)
    project = models.ForeignKey(Project, models.PROTECT, related_name="notices")
    lot = models.ForeignKey(Lot, models.PROTECT, null=True, related_name="notices")
    code = models.CharField(max_length=20, choices=[(c.value, c.value) for c in Code])
    data = models.JSONField()
    digest = models.CharField(max_length=64)
    published_at = models.DateTimeField()
    display_until = models.DateTimeField(null=True)
    is_public = models.BooleanField(default=True)  # an award letter is published to its addressee only
    addressee = models.ForeignKey("accounts.Organisation", models.PROTECT, null=True, related_name="+")
    entry = models.ForeignKey(OutboxEntry, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-published_at", "-pk"]
        indexes = [models.Index(fields=["-published_at"], name="notice_by_time")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(is_public=True) | models.Q(addressee__isnull=False),
                name="private_notice_has_addressee",
            ),
        ]

    def __str__(self) -> str:
        return self.number
