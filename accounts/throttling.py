"""At most five failures in fifteen minutes for one name from one address; the same for names that do not exist.

An attempt is counted before the password is looked at, and forgotten when it succeeds: whoever sends a hundred
at once is counted a hundred times before the first answer.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from accounts.models import SignInFailure
from core.errors import Refused
from core.reasons import reason

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest

FAILURES = 5
WINDOW = timedelta(minutes=15)


class TooManyAttempts(Refused):
    """The gate is shut for a while, whoever is right."""


@dataclass(frozen=True, slots=True)
class Gate:
    """One name from one address, for one purpose; kept as keyed digests."""

    account: str
    address: str


def gate_for(request: HttpRequest, *, purpose: str, name: str) -> Gate:
    """Return the gate through which ``request`` must go for ``purpose`` (sign-in, recovery, registration)."""
    return Gate(_digest(f"{purpose} {name}"), _digest(str(request.META.get("REMOTE_ADDR", ""))))


def take_attempt(gate: Gate, *, at: datetime) -> int:
    """Count one attempt and return how many there are now; TooManyAttempts when there were five already.

    The row is committed before the rows are counted, so of two attempts at the same time the later to commit sees
    both. An attempt that was not let through is not kept: it tried nothing.
    """
    row = _note(gate, at=at)
    count = SignInFailure.objects.filter(account=gate.account, address=gate.address).count()
    if count > FAILURES:
        row.delete()
        raise _too_many()
    return count


def check(gate: Gate, *, at: datetime) -> None:
    """Refuse when there were five attempts already; counts nothing."""
    since = at - WINDOW
    if SignInFailure.objects.filter(account=gate.account, address=gate.address, at__gt=since).count() >= FAILURES:
        raise _too_many()


def _too_many() -> TooManyAttempts:
    return TooManyAttempts(
        reason("Too many attempts. Wait {n} minutes and try again.", n=int(WINDOW.total_seconds() // 60))
    )


@transaction.atomic(durable=True)
def _note(gate: Gate, *, at: datetime) -> SignInFailure:
    SignInFailure.objects.filter(at__lte=at - WINDOW).delete()
    return SignInFailure.objects.create(account=gate.account, address=gate.address, at=at)


@transaction.atomic(savepoint=False)
def forget(gate: Gate) -> None:
    """Forget the failures of ``gate``: the right password was given."""
    SignInFailure.objects.filter(account=gate.account, address=gate.address).delete()


def _digest(text: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), f"gate {text}".encode(), hashlib.sha256).hexdigest()
