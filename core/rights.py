"""PostgreSQL's rights over the log: who runs the pages may only add entries, who sequences may only give places.

The tables belong to the role that migrates, which no process uses while it serves; so neither of the two can take a
trigger away. Embedded there are no roles: there the log protects nobody from whoever runs the machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db import connection, transaction
from psycopg import sql

if TYPE_CHECKING:
    from collections.abc import Iterator

OUTBOX, STAMPS, HEAD = "tlog_outbox", "tlog_timestamp", "tlog_head"
LOG: Final = (OUTBOX, "tlog_leaf", HEAD, "tlog_checkpoint", "tlog_cosignature", STAMPS)
_ADDED: Final = ("tlog_leaf", "tlog_checkpoint", "tlog_cosignature", STAMPS)  # what the sequencer adds


@dataclass(frozen=True)
class Login:
    """A database user of a kind of process, made or kept; without a password it cannot sign in by one."""

    name: str
    password: str = ""


@transaction.atomic(durable=True)
def give(*, application: Login, sequencer: Login) -> None:
    """Make the two users if they are missing and give each exactly its rights; run it after every migration."""
    with connection.cursor() as cursor:
        for login in (application, sequencer):
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [login.name])
            word = "ALTER" if cursor.fetchone() else "CREATE"
            with_password = (
                sql.SQL(" PASSWORD {}").format(sql.Literal(login.password)) if login.password else sql.SQL("")
            )
            made = sql.SQL("{} ROLE {} LOGIN").format(sql.SQL(word), sql.Identifier(login.name)) + with_password
            cursor.execute(made.as_string(cursor.connection))
        for statement in (*_of_application(application.name), *_of_sequencer(sequencer.name)):
            cursor.execute(statement.as_string(cursor.connection))


def _of_application(name: str) -> Iterator[sql.Composable]:
    role = sql.Identifier(name)
    yield sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(role)
    yield sql.SQL("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}").format(role)
    yield sql.SQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}").format(role)
    for table in (*LOG, "django_migrations"):
        yield sql.SQL("REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON {} FROM {}").format(sql.Identifier(table), role)
    for table in (OUTBOX, STAMPS):  # a stamp is another's signature: adding one proves or proves nothing by itself
        yield sql.SQL("GRANT INSERT ON {} TO {}").format(sql.Identifier(table), role)


def _of_sequencer(name: str) -> Iterator[sql.Composable]:
    role = sql.Identifier(name)
    yield sql.SQL("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {}").format(role)
    yield sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(role)
    yield sql.SQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}").format(role)
    for table in LOG:
        yield sql.SQL("GRANT SELECT ON {} TO {}").format(sql.Identifier(table), role)
    for table in _ADDED:
        yield sql.SQL("GRANT INSERT ON {} TO {}").format(sql.Identifier(table), role)
    yield sql.SQL("GRANT UPDATE (idx) ON {} TO {}").format(sql.Identifier(OUTBOX), role)
    yield sql.SQL("GRANT UPDATE ON {} TO {}").format(sql.Identifier(HEAD), role)
