from __future__ import annotations

from django.db import models

from accounts.models import Organisation, User
from evaluation.names import Chosen
from trading.models import Lot


class Committee(models.Model):
    """The evaluation committee of one lot, named with a ground; its list is secret until the result."""

    lot = models.OneToOneField(Lot, models.PROTECT, related_name="committee")
    ground = models.TextField()  # why these persons: drawn in which pool, or the special project's reason
    chosen = models.CharField(max_length=12, default=Chosen.ELSEWHERE.value)
    named_at = models.DateTimeField()
    named_by = models.CharField(max_length=200)
    convened_at = models.DateTimeField(null=True)
    works_until = models.DateTimeField(null=True)  # the new end, once the time was extended
    extended_at = models.DateTimeField(null=True)
    extended_because = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"committee of {self.lot}"


class Member(models.Model):
    """A seat on the committee; nothing of any bid is visible before the declaration."""

    EXPERT, OWNER_REP = "expert", "owner_rep"

    committee = models.ForeignKey(Committee, models.PROTECT, related_name="members")
    user = models.ForeignKey(User, models.PROTECT, related_name="seats")
    employer = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12)
    is_chair = models.BooleanField(default=False)
    declared_at = models.DateTimeField(null=True)
    declaration = models.TextField(blank=True)
    years = models.PositiveSmallIntegerField(null=True)  # in the field, as the expert declares them
    has_title = models.BooleanField(default=False)  # a senior title or an equal level, as declared
    time_short_at = models.DateTimeField(null=True)  # when the member said that the time is too short
    recused_at = models.DateTimeField(null=True)  # a conflict: the seat is void from here on
    recused_because = models.TextField(blank=True)
    is_dismissed = models.BooleanField(default=False)  # the whole committee was named anew before it had begun
    replaces = models.OneToOneField("self", models.PROTECT, null=True, related_name="successor")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["committee", "user"], condition=models.Q(recused_at=None), name="one_seat_per_member"
            ),
            models.UniqueConstraint(
                fields=["committee"], condition=models.Q(is_chair=True, recused_at=None), name="one_chair"
            ),
            models.CheckConstraint(condition=models.Q(kind__in=["expert", "owner_rep"]), name="member_kind_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} on {self.committee}"
