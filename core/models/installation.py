from __future__ import annotations

from typing import ClassVar

from django.db import models


class Installation(models.Model):
    """The one row that says what this database was made for; it is written when the database is made."""

    USE: ClassVar[str] = "use"
    REHEARSAL: ClassVar[str] = "rehearsal"

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    made_for = models.CharField(max_length=12)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="installation_is_one_row"),
            models.CheckConstraint(
                condition=models.Q(made_for__in=["use", "rehearsal"]), name="installation_purpose_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.made_for

    @classmethod
    def is_rehearsal(cls) -> bool:
        return cls.objects.filter(made_for=cls.REHEARSAL).exists()


class ClockGuard(models.Model):
    """The latest instant that decided anything on SQLite, in microseconds: the clock must not fall behind it."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    last_us = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="clock_guard_is_one_row")]

    def __str__(self) -> str:
        return str(self.last_us)
