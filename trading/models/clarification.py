from __future__ import annotations

from django.db import models

from accounts.models import Organisation
from trading.models.project import Project


class Question(models.Model):
    """A question before the deadline. The answer is for everybody; who asked is shown to nobody."""

    number = models.CharField(max_length=64, unique=True)
    project = models.ForeignKey(Project, models.PROTECT, related_name="questions")
    asker = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    body = models.TextField()
    asked_at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(answered_at=None) | ~models.Q(answer=""),
                name="answered_question_has_an_answer",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Amendment(models.Model):
    """A clarification or change of the documents after the announcement, with what it does to the deadline.

    It is drafted by one person and published by another; ``published_at`` is empty until then.
    """

    number = models.CharField(max_length=64, unique=True)
    project = models.ForeignKey(Project, models.PROTECT, related_name="amendments")
    ordinal = models.PositiveSmallIntegerField()
    body = models.TextField()
    affects_bids = models.BooleanField()
    changes_object = models.BooleanField(default=False)
    changes_qualification = models.BooleanField(default=False)
    old_closes_at = models.DateTimeField()
    new_closes_at = models.DateTimeField(null=True)  # None: the deadline stays
    drafted_at = models.DateTimeField()
    drafted_by = models.CharField(max_length=64)  # person
    published_at = models.DateTimeField(null=True)
    published_by = models.CharField(max_length=64, blank=True)  # person

    class Meta:
        ordering = ["project_id", "ordinal"]
        constraints = [
            models.UniqueConstraint(fields=["project", "ordinal"], name="one_amendment_per_ordinal"),
            models.CheckConstraint(
                condition=models.Q(new_closes_at=None) | models.Q(new_closes_at__gt=models.F("old_closes_at")),
                name="amendment_never_shortens_the_deadline",
            ),
            models.CheckConstraint(
                condition=models.Q(published_at=None) | ~models.Q(published_by=models.F("drafted_by")),
                name="amendment_is_published_by_a_second_person",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Obtained(models.Model):
    """Who obtained the documents, so that amendments reach them; no page, export or count shows it."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "organisation"], name="obtained_once")]

    def __str__(self) -> str:
        return f"{self.project_id}"
