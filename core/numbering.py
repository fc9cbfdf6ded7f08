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
from django.db import transaction
from django.db.models import F

from core.models import Sequence
from core.working_days import day_of

if TYPE_CHECKING:
    from datetime import datetime

_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


@transaction.atomic(savepoint=False)
def take(prefix: str, *, at: datetime, width: int = 6) -> str:
    """Take the next number of ``prefix`` in Beijing's year of ``at``; the counter's row stays locked until commit."""
    name = f"{prefix}-{day_of(at).year}"
    counter = Sequence.objects.filter(name=name)
    if not counter.update(last=F("last") + 1):
        Sequence.objects.bulk_create([Sequence(name=name)], ignore_conflicts=True)  # somebody else may make it too
        counter.update(last=F("last") + 1)
    plain = f"{name}-{counter.values_list('last', flat=True).get():0{width}d}"
    return f"{plain}-{_letters(plain)}"


def _letters(plain: str) -> str:
    digest = hmac.new(settings.SECRET_KEY.encode(), f"number {plain}".encode(), hashlib.sha256).digest()
    return "".join(_ALPHABET[byte % 32] for byte in digest[:4])
