"""What must hold before the platform takes or signs anything: the database keeps what it was told, the log is whole.

Asked when a process starts, and every hour by the sequencer. What does not hold is said in one sentence each, with
what to do about it; a process that hears one does not serve (``docs/log.md``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import connection

from core import log_reading
from core.known_answers import faults
from core.models import LogHead, LogLeaf, OutboxEntry
from core.sequencing import read_range
from core.tree import leaf_hash

if TYPE_CHECKING:
    from collections.abc import Iterator

# table → how many triggers guard it
GUARDS: Final = {
    "tlog_outbox": 3,
    "tlog_leaf": 2,
    "tlog_head": 3,
    "tlog_checkpoint": 2,
    "tlog_cosignature": 2,
    "tlog_timestamp": 2,
}
WRITERS: Final = ("application", "sequencer")
_DURABLE: Final = {
    "synchronous_commit": ("on", "remote_apply"),
    "fsync": ("on",),
    "full_page_writes": ("on",),
    "zero_damaged_pages": ("off",),
    "default_transaction_isolation": ("read committed",),
}
_BACKUPS: Final = ("pg_basebackup", "pg_receivewal")
_FULL: Final = 2  # PRAGMA synchronous
_ON_SQLITE: Final = 2  # triggers on each table of the log


class Unsound(Exception):  # noqa: N818  (it says what the installation is)
    """Something that must hold does not; carries one sentence for each."""

    def __init__(self, *sentences: str) -> None:
        self.sentences = sentences
        super().__init__("; ".join(sentences))


def check(*, role: str = "application") -> None:
    """Return if everything holds for a process that writes as ``role``, else raise Unsound."""
    if found := refusals(role=role):
        raise Unsound(*found)


def refusals(*, role: str = "application") -> list[str]:
    """Return every reason why a process that writes as ``role`` (application, sequencer) must not serve."""
    of_database = _of_postgresql(role) if connection.vendor == "postgresql" else _of_sqlite()
    return [*faults(), *of_database, *_of_the_log()]


def _of_postgresql(role: str) -> Iterator[str]:
    with connection.cursor() as cursor:
        for name, good in _DURABLE.items():
            cursor.execute("SELECT current_setting(%s)", [name])
            (value,) = cursor.fetchone()
            if value not in good:
                yield f"PostgreSQL has {name} = {value}: an acknowledged bid could be lost. Set it to {good[0]}."
        cursor.execute("SELECT pg_is_in_recovery()")
        if cursor.fetchone()[0]:
            yield "PostgreSQL is in recovery: a standby takes nothing before it is promoted."
        cursor.execute(
            "SELECT setconfig::text FROM pg_db_role_setting WHERE EXISTS (SELECT 1 FROM unnest(setconfig) AS one"
            " WHERE one ~ '^(synchronous_commit|default_transaction_isolation)=')"
        )
        for (setting,) in cursor.fetchall():
            yield f"A role or a database of PostgreSQL sets {setting}: nobody may set this for himself."
        cursor.execute(
            "SELECT current_setting('synchronous_standby_names') = '' AND EXISTS (SELECT 1 FROM pg_stat_replication"
            " WHERE application_name <> ALL(%s))",
            [list(_BACKUPS)],
        )
        if cursor.fetchone()[0]:
            yield "PostgreSQL has a standby that it does not wait for: set synchronous_standby_names."
        yield from _guards(cursor)
        if settings.LOG_ROLES_REQUIRED:
            yield from _rights(cursor, role)


def _guards(cursor: object) -> Iterator[str]:
    cursor.execute(  # type: ignore[attr-defined]  # a cursor of Django
        "SELECT tgrelid::regclass::text, count(*) FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
        " AND tgrelid::regclass::text = ANY(%s) GROUP BY 1",
        [list(GUARDS)],
    )
    found = dict(cursor.fetchall())  # type: ignore[attr-defined]
    for table, wanted in GUARDS.items():
        if found.get(table, 0) < wanted:
            yield f"{found.get(table, 0)} of {wanted} triggers guard {table}: somebody took its guards away."


# what each kind of process must not be able to do: table, privilege
_FORBIDDEN: Final = {
    "application": [
        *((table, "DELETE") for table in GUARDS),
        *((table, "UPDATE") for table in GUARDS),
        *((table, "INSERT") for table in GUARDS if table not in {"tlog_outbox", "tlog_timestamp"}),
    ],
    "sequencer": [*((table, "DELETE") for table in GUARDS), ("tlog_outbox", "INSERT"), ("tlog_leaf", "UPDATE")],
}


def _rights(cursor: object, role: str) -> Iterator[str]:
    for table, privilege in _FORBIDDEN[role]:
        ask = "has_table_privilege" if privilege == "DELETE" else "has_any_column_privilege"
        cursor.execute(f"SELECT {ask}(%s, %s)", [table, privilege])  # type: ignore[attr-defined]
        if cursor.fetchone()[0]:  # type: ignore[attr-defined]
            yield f"This process may {privilege} {table} as its database user: give it a role of log_roles."


def _of_sqlite() -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode")
        if (mode := str(cursor.fetchone()[0])) != "wal":
            yield f"SQLite has journal_mode = {mode}: it needs wal, on a local file system."
        cursor.execute("PRAGMA synchronous")
        if (level := int(cursor.fetchone()[0])) < _FULL:
            yield f"SQLite has synchronous = {level}: an acknowledged bid could be lost. It needs FULL."
        cursor.execute("SELECT tbl_name, count(*) FROM sqlite_master WHERE type = 'trigger' GROUP BY 1")
        found = dict(cursor.fetchall())
    for table in GUARDS:  # two each: SQLite has no TRUNCATE, but a trigger for UPDATE and one for DELETE
        if found.get(table, 0) < _ON_SQLITE:
            yield f"{found.get(table, 0)} of {_ON_SQLITE} triggers guard {table}: somebody took its guards away."


def _of_the_log() -> Iterator[str]:
    """Yield what of the log does not fit: its last leaf, its tree, its checkpoint."""
    head = LogHead.objects.filter(pk=1).first()
    if head is None:
        yield "The log has no head: the database was not migrated, or it was damaged."
        return
    if OutboxEntry.objects.filter(idx__gte=head.size).exists():
        yield "An entry claims a place that the log has not given yet."
    last = LogLeaf.objects.order_by("-idx").first()
    if (0 if last is None else last.idx + 1) != head.size:
        yield f"The log's head says {head.size} entries, and its last leaf is at another place."
    if last is not None and leaf_hash(bytes(last.entry)) != bytes(last.leaf):
        yield f"The entry at place {last.idx} of the log is not the one that was hashed."
    newest = log_reading.newest()
    if newest is None:
        return
    said = log_reading.head_of(newest)
    if newest.origin == head.origin and (said.size, said.root) != (head.size, read_range(head).root()):
        yield "The log's newest checkpoint does not say what its head says."
