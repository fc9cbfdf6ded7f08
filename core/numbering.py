"""Public reference numbers: no gaps inside a transaction that commits, and not to be guessed.

A number is a prefix, the year, a running number and four check letters derived from the installation's secret:
``CT-2026-000123-QK7M``. The running number says that nothing was left out; the letters stop a stranger from
walking through numbers of things that are not public yet.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection, transaction

from core.models import Sequence

if TYPE_CHECKING:
    from datetime import datetime

_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


@transaction.atomic(savepoint=False)
def take(prefix: str, *, at: datetime, width: int = 6) -> str:
    """Take the next number of ``prefix`` in the year of ``at``; the counter's row stays locked until commit."""
    name = f"{prefix}-{at.year}"
    if connection.vendor == "postgresql":
        Sequence.objects.bulk_create([Sequence(name=name)], ignore_conflicts=True)
    else:
        Sequence.objects.get_or_create(name=name)
    counter = Sequence.objects.select_for_update().get(name=name)
    counter.last += 1
    counter.save(update_fields=["last"])
    plain = f"{name}-{counter.last:0{width}d}"
    return f"{plain}-{_letters(plain)}"


def _letters(plain: str) -> str:
    digest = hmac.new(settings.SECRET_KEY.encode(), f"number {plain}".encode(), hashlib.sha256).digest()
    return "".join(_ALPHABET[byte % 32] for byte in digest[:4])
