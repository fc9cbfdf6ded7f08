from __future__ import annotations

from django.db import models

from trading.models.lot import Lot
from trading.names import HoldGround


class Hold(models.Model):
    """A suspension: who, why, since when, lifted when. It blocks moves; it is not a stage."""

    number = models.CharField(max_length=64, unique=True)
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="holds")
    ground = models.CharField(max_length=24, choices=[(g.value, g.value) for g in HoldGround])
    because = models.TextField()
    order_number = models.CharField(max_length=100, blank=True)  # of the written order, where one is needed
    placed_by = models.CharField(max_length=200)
    placed_at = models.DateTimeField()
    closed_at_before = models.DateTimeField(null=True)  # the deadline when it was placed, if that was to come
    extended_to = models.DateTimeField(null=True)  # the deadline it left, if it moved it
    lapses_at = models.DateTimeField(null=True)
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.CharField(max_length=200, blank=True)
    lifted_because = models.TextField(blank=True)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["lot"], condition=models.Q(lifted_at=None), name="hold_in_force")]

    def __str__(self) -> str:
        return self.number
