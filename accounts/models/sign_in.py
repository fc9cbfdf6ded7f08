from __future__ import annotations

from django.db import models


class SignInFailure(models.Model):
    """One failed attempt; name and address only as keyed digests, because a name typed wrong may be a password."""

    account = models.CharField(max_length=64)
    address = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["account", "address", "at"], name="failure_by_account_address")]

    def __str__(self) -> str:
        return f"{self.account[:8]} {self.address[:8]}"
