from __future__ import annotations

from django.db import models

from accounts.names import HOLDING_ROLES, OrganisationState, Role


class Organisation(models.Model):
    """Somebody who trades, announces, watches or runs the place; known by a code under a scheme.

    ``roles`` are those in which its people may be seated. A refused registration gives its code free.
    """

    number = models.CharField(max_length=32, unique=True)
    scheme = models.CharField(max_length=32)
    code = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    address = models.CharField(max_length=300, blank=True)
    contact = models.CharField(max_length=200, blank=True)
    roles = models.JSONField(default=list)
    registered_at = models.DateTimeField()
    admitted_at = models.DateTimeField(null=True, blank=True)
    admitted_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    refused_at = models.DateTimeField(null=True, blank=True)
    refusal_reason = models.CharField(max_length=1000, blank=True)
    suspended_at = models.DateTimeField(null=True, blank=True)
    suspension_reason = models.CharField(max_length=1000, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "code"],
                condition=models.Q(refused_at=None),
                name="one_organisation_per_scheme_and_code",
            ),
            models.CheckConstraint(
                condition=models.Q(refused_at=None) | models.Q(admitted_at=None),
                name="organisation_is_admitted_or_refused",
            ),
            models.CheckConstraint(
                condition=models.Q(suspended_at=None) | models.Q(admitted_at__isnull=False),
                name="only_the_admitted_is_suspended",
            ),
        ]
        indexes = [models.Index(fields=["admitted_at", "registered_at"], name="organisation_by_admission")]

    def __str__(self) -> str:
        return self.name

    @property
    def state(self) -> OrganisationState:
        if self.refused_at:
            return OrganisationState.REFUSED
        if not self.admitted_at:
            return OrganisationState.WAITING
        return OrganisationState.SUSPENDED if self.suspended_at else OrganisationState.ADMITTED

    @property
    def is_in_force(self) -> bool:
        """Admitted and not suspended: its people may act."""
        return self.state is OrganisationState.ADMITTED

    def may_seat(self, role: str) -> bool:
        """Say whether one of its people may sit in ``role``."""
        if role == Role.KEY_HOLDER:
            return not HOLDING_ROLES.isdisjoint(self.roles)
        return role in self.roles
