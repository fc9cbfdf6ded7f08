"""The lock of a bid box: one of the named places where the two databases are spoken to differently.

Whoever submits, replaces or withdraws holds it shared; whoever closes the box or moves its deadline holds it
exclusively. PostgreSQL: transaction-scoped advisory locks, whose queue is fair, so a closer is not starved by
those who submit. SQLite: the write lock, which ``BEGIN IMMEDIATE`` took, replaces both. The time that decides is
read after the lock (:func:`core.clock.after_lock`). Whoever needs both takes the box first, then the lot's row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction

if TYPE_CHECKING:
    from trading.models import Lot, Project

_SHARED = "SELECT pg_advisory_xact_lock_shared(hashtextextended('tender:' || %s, 0))"
_EXCLUSIVE = "SELECT pg_advisory_xact_lock(hashtextextended('tender:' || %s, 0))"


@transaction.atomic(savepoint=False)
def lock_shared(lot: Lot) -> None:
    """Hold the box of ``lot`` together with others until the transaction ends; wait at most 5 seconds."""
    _lock(_SHARED, lot, wait="5s")


@transaction.atomic(savepoint=False)
def lock_exclusive(lot: Lot) -> None:
    """Hold the box of ``lot`` alone until the transaction ends; wait at most 30 seconds."""
    _lock(_EXCLUSIVE, lot, wait="30s")


@transaction.atomic(savepoint=False)
def lock_project(project: Project) -> None:
    """Hold the boxes of all lots of ``project`` alone, in one order for everybody."""
    for lot in project.lots.order_by("pk"):
        lock_exclusive(lot)


def _lock(statement: str, lot: Lot, *, wait: str) -> None:
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [wait])
        cursor.execute("SELECT set_config('statement_timeout', '35s', true)")
        cursor.execute("SELECT set_config('idle_in_transaction_session_timeout', '10s', true)")
        cursor.execute(statement, [lot.number])
