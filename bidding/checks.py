"""Checked at the start: the databases' settings on which the deadline rule stands (docs/deadlines.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.checks import Error, register

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.core.checks import CheckMessage

_READ_COMMITTED = 1  # psycopg.IsolationLevel, the driver's and Django's default too


@register
def deadline_rule_holds(**_kwargs: Any) -> list[CheckMessage]:
    """Refuse to start where a snapshot could be older than the lock, or a commit less than durable."""
    return [error for database in settings.DATABASES.values() for error in _errors(database)]


def _errors(database: Mapping[str, Any]) -> list[CheckMessage]:
    options = database.get("OPTIONS", {})
    found: list[CheckMessage] = []
    if database.get("ATOMIC_REQUESTS"):
        found.append(Error("ATOMIC_REQUESTS would begin a transaction before the lock is asked for.", id="bidding.E1"))
    if "postgresql" in database["ENGINE"]:
        if int(options.get("isolation_level") or _READ_COMMITTED) != _READ_COMMITTED:
            found.append(Error("PostgreSQL must run READ COMMITTED: see docs/deadlines.md.", id="bidding.E2"))
    elif options.get("transaction_mode") != "IMMEDIATE":
        found.append(Error("SQLite must take its write lock when a transaction begins.", id="bidding.E3"))
    return found
