"""After a test that really commits: every table as the migrations left it, append-only tables too.

Django's own flush is refused by the triggers that keep evidence, and forgets the rows that migrations made.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import connection, transaction

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from django.db.backends.utils import CursorWrapper

KEPT = "kept_after_migrating_"


def keep_migrated_rows() -> None:
    """Copy what the migrations wrote, once, when the database has been made."""
    with connection.cursor() as cursor:
        for table in _tables():
            cursor.execute(f'DROP TABLE IF EXISTS "{KEPT}{table}"')
            cursor.execute(f'CREATE TABLE "{KEPT}{table}" AS SELECT * FROM "{table}"')


def empty_database() -> None:
    """Delete everything and write the migrated rows again, in one transaction, with the triggers out of the way."""
    with transaction.atomic(durable=True), connection.cursor() as cursor, without_triggers(cursor):
        for table in _tables():
            cursor.execute(f'DELETE FROM "{table}"')
        for table in _tables():
            cursor.execute(f'INSERT INTO "{table}" SELECT * FROM "{KEPT}{table}"')


def _tables() -> list[str]:
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    return sorted(set(names) - {"django_migrations"})


def without_triggers(cursor: CursorWrapper) -> AbstractContextManager[None]:
    """Do without every guard for a moment: rows can be made as an older version left them."""
    return _postgresql(cursor) if connection.vendor == "postgresql" else _sqlite(cursor)


@contextmanager
def _postgresql(cursor: CursorWrapper) -> Iterator[None]:
    cursor.execute("SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal")
    guarded = [table for (table,) in cursor.fetchall()]
    for table in guarded:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    yield
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks still to come cannot be altered
    for table in guarded:
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


@contextmanager
def _sqlite(cursor: CursorWrapper) -> Iterator[None]:
    cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    triggers = cursor.fetchall()
    for name, _ in triggers:
        cursor.execute(f'DROP TRIGGER "{name}"')
    yield
    for _, statement in triggers:
        cursor.execute(statement)
