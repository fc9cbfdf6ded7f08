from __future__ import annotations

from django.db import models


class StoredFile(models.Model):
    """A file kept under its SHA-256 outside the web root; the row is written only after the bytes are on disk."""

    digest = models.CharField(max_length=64, primary_key=True)
    size = models.BigIntegerField()
    stored_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(size__gte=0), name="stored_size_is_not_negative"),
        ]

    def __str__(self) -> str:
        return self.digest
