from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy

from accounts.names import ROLE_NAMES, SEAT_ROLES
from core.actors import Actor

_ROLES = [(role.value, gettext_lazy(ROLE_NAMES[role])) for role in SEAT_ROLES]


class Membership(models.Model):
    """A seat: one person in one role for one organisation, from ``since`` until it ends."""

    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=16, choices=_ROLES)
    may_draft = models.BooleanField(default=True)
    may_approve = models.BooleanField(default=False)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation", "role"],
                condition=models.Q(until=None),
                name="one_living_seat_per_person_organisation_role",
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=[role.value for role in SEAT_ROLES]), name="membership_role_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.user_id} {self.organisation_id}"

    @property
    def is_in_force(self) -> bool:
        return self.until is None and self.organisation.is_in_force

    def actor(self) -> Actor:
        """Return the person of this seat as every verb takes it."""
        return Actor(
            person=self.user.number,
            name=self.user.name,
            role=self.role,
            organisation=self.organisation.number,
        )
