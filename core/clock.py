"""The only teller of time.

Two questions, two answers. :func:`now` is the time an entrance reads once and hands to its verb.
:func:`after_lock` is for what races a deadline (submit, replace, withdraw, extend, close, every offer in a
room): the database's time, read after the caller holds its lock. A rehearsal runs on a clock of its own, and
only in a database that was made for a rehearsal.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Iterator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CLOCK_STEP = timedelta(seconds=1)
_standing: list[datetime] = []


class ClockAlarm(Exception):  # noqa: N818
    """The machine's clock went back by more than a second: nothing that races a deadline may go on."""


class NotARehearsal(Exception):  # noqa: N818
    """A standing clock was used in a database that serves real people."""


def now() -> datetime:
    """Return the time, UTC, with microseconds; inside :func:`stands_at` the standing time."""
    return _standing[-1] if _standing else _system()


def after_lock() -> datetime:
    """Return the time that decides a deadline; call it only while holding the lock of what is decided.

    PostgreSQL: ``clock_timestamp()``. SQLite has no clock of its own that is fine enough, and its write lock is
    held from ``BEGIN IMMEDIATE``: the process clock, kept from going back by the row ``core_clockguard``.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("after_lock() is asked inside the transaction that holds the lock")
    if _standing:
        _require_rehearsal()
        return _standing[-1]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            (at,) = cursor.fetchone()
        return at.astimezone(UTC)  # type: ignore[no-any-return]  # the driver's row is untyped
    return _guarded(_system())


@contextmanager
def stands_at(at: datetime) -> Iterator[None]:
    """Let the clock stand at ``at`` inside the block: for rehearsals and tests."""
    if at.tzinfo is None:
        raise ValueError("an instant needs its time zone")
    _standing.append(at.astimezone(UTC))
    try:
        yield
    finally:
        _standing.pop()


def move_to(at: datetime) -> None:
    """Move the clock that stands in the enclosing :func:`stands_at` to ``at``; it never goes back."""
    if not _standing:
        raise RuntimeError("only a standing clock can be moved")
    if at < _standing[-1]:
        raise ValueError("a rehearsal's clock does not go back")
    _standing[-1] = at.astimezone(UTC)


def _system() -> datetime:
    return _EPOCH + timedelta(microseconds=time.time_ns() // 1000)


def _require_rehearsal() -> None:
    from core.models import Installation  # noqa: PLC0415  (models import this module's callers)

    if not Installation.is_rehearsal():
        raise NotARehearsal("this database serves real people: its clock cannot be made to stand")


def _guarded(at: datetime) -> datetime:
    micros = (at - _EPOCH) // timedelta(microseconds=1)
    step = _CLOCK_STEP // timedelta(microseconds=1)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE core_clockguard SET last_us = max(last_us, %s) WHERE id = 1 AND last_us <= %s",
            [micros, micros + step],
        )
        if cursor.rowcount != 1:
            raise ClockAlarm("the clock of this machine went back")
    return at
