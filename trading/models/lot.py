from __future__ import annotations

from django.db import models
from django_fsm import RETURN_VALUE, FSMField, transition

from trading.models.project import Project
from trading.names import Stage


class Lot(models.Model):
    """One sealed tender in one run: what is bid for, opened, evaluated, awarded and contracted as one.

    ``number`` is the ``tender`` id of the sealing protocol. ``stage`` is written by :mod:`trading.moves` only.
    """

    project = models.ForeignKey(Project, models.PROTECT, related_name="lots")
    ordinal = models.PositiveSmallIntegerField()
    number = models.CharField(max_length=72, unique=True)
    title = models.CharField(max_length=300)
    description = models.TextField(blank=True)
    stage = FSMField(max_length=20, default=Stage.DRAFT.value, protected=True)
    entered_at = models.DateTimeField()
    next_due_at = models.DateTimeField(null=True)
    closes_at = models.DateTimeField(null=True)  # the submission deadline
    box_closed_at = models.DateTimeField(null=True)
    estimated_value = models.DecimalField(max_digits=20, decimal_places=2, null=True)
    ceiling_price = models.DecimalField(max_digits=20, decimal_places=2, null=True)
    budget = models.DecimalField(max_digits=20, decimal_places=2, null=True)
    deposit_amount = models.DecimalField(max_digits=20, decimal_places=2, null=True)
    duration = models.CharField(max_length=200, blank=True)
    quality = models.CharField(max_length=200, blank=True)
    bill = models.JSONField(default=list)  # [{item, unit, quantity}]
    failure = models.JSONField(default=dict)  # {ground, text} once failed or terminated
    source = models.JSONField(default=dict)

    class Meta:
        ordering = ["project_id", "ordinal"]
        constraints = [
            models.UniqueConstraint(fields=["project", "ordinal"], name="one_lot_per_ordinal"),
            models.CheckConstraint(condition=models.Q(stage__in=[s.value for s in Stage]), name="lot_stage_is_known"),
            models.CheckConstraint(
                condition=models.Q(box_closed_at=None) | models.Q(box_closed_at__gte=models.F("closes_at")),
                name="bid_box_closes_not_before_the_deadline",
            ),
            models.CheckConstraint(
                condition=models.Q(ceiling_price=None) | models.Q(ceiling_price__gt=0),
                name="ceiling_is_positive",
            ),
        ]
        indexes = [
            models.Index(fields=["next_due_at"], condition=models.Q(next_due_at__isnull=False), name="lot_due"),
            models.Index(fields=["stage", "closes_at"], name="lot_by_stage"),
        ]

    def __str__(self) -> str:
        return self.number

    @transition(field=stage, source="*", target=RETURN_VALUE(*(s.value for s in Stage)))
    def enter(self, stage: Stage) -> str:
        """Go to ``stage``; which arrows exist is the rule-sheet's business (:mod:`trading.moves`)."""
        return stage.value
