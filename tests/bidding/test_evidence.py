"""What was handed in stays as it is: the database itself refuses to change, to delete and to empty it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import DatabaseError, connection, transaction

from tests.stories import bidding as story

if TYPE_CHECKING:
    from tests.cast import Cast

COLUMNS = {
    "bidding_receipt": "note",
    "bidding_close": "digest",
    "bidding_release": "note",
    "bidding_seal": "note",
    "bidding_witnessedclose": "note",
}

LOG = ("tlog_outbox", "tlog_leaf", "tlog_head", "tlog_checkpoint", "tlog_cosignature", "tlog_timestamp")


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """Commit for good: PostgreSQL does not even ask the trigger of a table that is still in use."""
    from tests.cast import make_cast

    return make_cast()


def rows(table: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table}")
        return [tuple(bytes(one) if isinstance(one, memoryview) else one for one in row) for row in cursor.fetchall()]


def refused(statement: str) -> None:
    with (
        pytest.raises(DatabaseError, match="evidence is append-only"),
        transaction.atomic(durable=True),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_no_row_of_evidence_is_changed_or_deleted(cast: Cast) -> None:
    story.released(cast)
    for table, column in COLUMNS.items():
        before = rows(table)
        assert before != []
        refused(f"UPDATE {table} SET {column} = 'x'")
        refused(f"DELETE FROM {table}")
        assert rows(table) == before


@pytest.mark.postgres
def test_no_table_of_evidence_is_emptied(cast: Cast) -> None:
    story.released(cast)
    for table in COLUMNS:
        before = rows(table)
        refused(f"TRUNCATE {table} CASCADE")
        assert rows(table) == before


@pytest.mark.postgres
def test_every_table_that_refuses_to_delete_refuses_to_be_emptied(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, array_agg(DISTINCT event) FROM pg_trigger,"
            " LATERAL (VALUES (8, 'DELETE'), (32, 'TRUNCATE')) AS bits (bit, event)"
            " WHERE NOT tgisinternal AND (tgtype & bit) > 0 GROUP BY tgrelid"
        )
        guarded = {table: sorted(events) for table, events in cursor.fetchall()}
    assert guarded == {table: ["DELETE", "TRUNCATE"] for table in guarded}
    assert {*COLUMNS, *LOG, "accounts_personsignature"} <= set(guarded)
