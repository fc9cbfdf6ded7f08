from __future__ import annotations

from django.db import models


class CalendarDay(models.Model):
    """A day that differs from the seeded calendar, or was decreed after it; by region, the country is ``CN``."""

    date = models.DateField()
    region = models.CharField(max_length=12, default="CN")
    is_workday = models.BooleanField()
    source = models.CharField(max_length=200)
    entered_at = models.DateTimeField()
    entered_by = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["date", "region"], name="one_row_per_day_and_region")]

    def __str__(self) -> str:
        return f"{self.date} {self.region}"


class CalendarYear(models.Model):
    """A year whose days off have been decreed and entered in full: deadlines in it are no longer provisional."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    source = models.CharField(max_length=200)
    entered_at = models.DateTimeField()
    entered_by = models.CharField(max_length=200)

    def __str__(self) -> str:
        return str(self.year)
