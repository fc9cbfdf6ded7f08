from __future__ import annotations

from django.db import models

from accounts.names import RecoveryKind


class RecoveryRequest(models.Model):
    """A password is to be chosen by somebody who holds the link; the platform keeps only the link's digest."""

    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="recoveries")
    kind = models.CharField(max_length=12)
    number = models.CharField(max_length=32, unique=True)
    token_digest = models.CharField(max_length=64, unique=True)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=[kind.value for kind in RecoveryKind]), name="recovery_kind_is_known"
            ),
        ]
        indexes = [models.Index(fields=["user", "used_at", "cancelled_at"], name="recovery_by_user")]

    def __str__(self) -> str:
        return self.number


class RecoveryConfirmation(models.Model):
    """A second person of one organisation says that the one who asks is the one."""

    request = models.ForeignKey(RecoveryRequest, on_delete=models.PROTECT, related_name="confirmations")
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request", "organisation"], name="one_confirmation_per_organisation"),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.organisation_id}"
