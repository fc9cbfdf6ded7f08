from __future__ import annotations

from django.db import models


class Sequence(models.Model):
    """A counter of public numbers, one row a name; taken under its row lock, so it has no gaps."""

    name = models.CharField(max_length=64, primary_key=True)
    last = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name}: {self.last}"
