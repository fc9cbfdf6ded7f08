from __future__ import annotations

from django.db import models

from accounts.names import KeyKind


class SigningKey(models.Model):
    """A verification key that is in the log, and its secret half as its owner wrapped it: useless without him.

    ``subject`` is the id under which the protocol knows the signer. A new key retires the old one.
    """

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="keys")
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="keys")
    kind = models.CharField(max_length=8)
    subject = models.CharField(max_length=128)
    vkey = models.CharField(max_length=400, unique=True)
    wrapped = models.TextField(blank=True)
    evidence = models.CharField(max_length=64)
    enrolled_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "kind"],
                condition=models.Q(retired_at=None),
                name="one_living_key_per_subject_and_kind",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=[kind.value for kind in KeyKind]), name="signing_key_kind_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.vkey
