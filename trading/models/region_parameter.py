from __future__ import annotations

from django.db import models


class RegionParameter(models.Model):
    """What a region profile sets differently, from when until when."""

    region = models.CharField(max_length=12)
    key = models.CharField(max_length=60)
    value = models.CharField(max_length=60)
    effective_from = models.DateField()
    effective_to = models.DateField(null=True)
    source = models.CharField(max_length=200)
    entered_at = models.DateTimeField()
    entered_by = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["region", "key", "effective_from"], name="one_value_per_region_key_day"),
        ]

    def __str__(self) -> str:
        return f"{self.region} {self.key} = {self.value}"
