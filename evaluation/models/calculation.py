from __future__ import annotations

from django.db import models

from trading.models import Lot


class Calculation(models.Model):
    """A method's result with everything it was made from, so that anybody can make it again."""

    lot = models.OneToOneField(Lot, models.PROTECT, related_name="calculation")
    method = models.CharField(max_length=80)  # name and version
    document = models.JSONField()  # inputs, parameters, ranking, worked lines
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.lot} {self.method}"
