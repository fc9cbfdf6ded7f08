from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from core import audit
from core.actors import SYSTEM, Actor
from core.canonical import Malformed, b64u_decode, loads
from core.models import OutboxEntry, Sequence

AT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
ANN = Actor(person="PE-2026-000001-ABCD", name="Ann", role="OWNER", organisation="OR-2026-000002-EFGH")


@transaction.atomic(durable=True)
def written(event: str = "trading.lot.moved", **data: object) -> OutboxEntry:
    return audit.append(event, tender="LOT-1", data=data, actor=ANN, at=AT)


def document(row: OutboxEntry) -> dict:
    return loads(bytes(OutboxEntry.objects.get(pk=row.pk).entry), limit=audit.LIMIT)


# -- what an entry holds ---------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_an_entry_is_one_canonical_document():
    row = written(move="ANNOUNCE")
    found = document(row)
    salt = found.pop("salt")
    assert len(b64u_decode(salt)) == 16
    assert found == {
        "v": "tsb/1",
        "type": "entry",
        "t": "trading.lot.moved",
        "tender": "LOT-1",
        "at": "2026-03-02T01:30:00.000000Z",
        "data": {
            "move": "ANNOUNCE",
            "actor": {
                "role": "OWNER",
                "organisation": "OR-2026-000002-EFGH",
                "person": hashlib.sha256(b64u_decode(salt) + b"PE-2026-000001-ABCD").hexdigest(),
            },
        },
    }


@pytest.mark.django_db(transaction=True)
def test_the_columns_repeat_what_is_in_the_bytes():
    row = OutboxEntry.objects.get(pk=written().pk)
    assert (row.event, row.tender, row.at, row.idx) == ("trading.lot.moved", "LOT-1", AT, None)
    assert str(row) == f"{row.seq} trading.lot.moved LOT-1"


@pytest.mark.django_db(transaction=True)
def test_the_same_twice_gives_two_entries_that_nobody_can_tell_to_be_alike():
    first, second = document(written()), document(written())
    assert first["salt"] != second["salt"]
    assert first["data"]["actor"]["person"] != second["data"]["actor"]["person"]


@pytest.mark.django_db(transaction=True)
def test_neither_name_nor_number_of_a_person_is_in_the_bytes():
    entry = bytes(OutboxEntry.objects.get(pk=written().pk).entry)
    assert (b"Ann" in entry, b"PE-" in entry) == (False, False)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("event", ["bid.sealed", "tender.closed", "opening.release", "key.enrolled", "payload.stored"])
def test_an_event_of_the_protocol_carries_its_own_fields_and_nothing_else(event):
    assert document(written(event, seal="ab"))["data"] == {"seal": "ab"}


@pytest.mark.django_db(transaction=True)
def test_the_platform_itself_is_no_person():
    with transaction.atomic(durable=True):
        row = audit.append("trading.lot.moved", data={}, actor=SYSTEM, at=AT)
    assert document(row)["data"]["actor"] == {"role": "SYSTEM", "organisation": "", "person": ""}


@pytest.mark.django_db(transaction=True)
def test_the_instant_is_written_in_utc_whatever_the_zone():
    beijing = AT.astimezone(timezone(timedelta(hours=8)))
    with transaction.atomic(durable=True):
        row = audit.append("a.b.c", data={}, actor=SYSTEM, at=beijing)
    assert document(row)["at"] == "2026-03-02T01:30:00.000000Z"


# -- when it cannot be written, the verb fails -------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_nothing_is_written():
    with pytest.raises(RuntimeError, match="inside its verb's transaction"):
        audit.append("a.b.c", data={}, actor=ANN, at=AT)
    assert list(OutboxEntry.objects.all()) == []


@transaction.atomic(durable=True)
def verb(**data: object) -> None:
    Sequence.objects.create(name="what the verb did")
    audit.append("a.b.c", data=data, actor=ANN, at=AT)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("data", "fault"),
    [
        ({"text": "x" * audit.LIMIT}, ValueError),
        ({"amount": 1.5}, Malformed),
        ({"when": AT}, Malformed),
        ({"n": 2**53}, Malformed),
        ({"half": "\ud800"}, Malformed),
    ],
    ids=["too long", "a float", "a datetime", "too large", "half a character"],
)
def test_what_cannot_be_recorded_is_not_done(data, fault):
    with pytest.raises(fault):
        verb(**data)
    assert (Sequence.objects.count(), OutboxEntry.objects.count()) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_an_entry_may_have_exactly_the_largest_size():
    overhead = len(json.dumps(document(written(text="")), separators=(",", ":")))
    row = written(text="x" * (audit.LIMIT - overhead))
    assert len(bytes(row.entry)) == 65_535


@pytest.mark.django_db(transaction=True)
def test_an_insert_that_the_database_refuses_fails_the_verb(monkeypatch):
    taken = written().id
    monkeypatch.setattr(audit.uuid, "uuid4", lambda: taken)
    with pytest.raises(IntegrityError):
        verb()
    assert Sequence.objects.count() == 0


# -- append-only, on both databases ------------------------------------------------------------------------

CHANGES = {
    "id": "'00000000-0000-0000-0000-000000000000'",
    "seq": "seq + 1000",
    "entry": "''",
    "at": "'2030-01-01T00:00:00+00:00'",
    "event": "'x'",
    "tender": "'x'",
    "actor": "'x'",
}


def execute(statement: str) -> None:
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("column", CHANGES)
@pytest.mark.parametrize("idx", ["", ", idx = 7"], ids=["alone", "with its place"])
def test_no_column_of_an_entry_can_be_changed(column, idx):
    row = written()
    before = OutboxEntry.objects.filter(pk=row.pk).values().get()
    with pytest.raises(DatabaseError, match="append-only table"):
        execute(f'UPDATE tlog_outbox SET "{column}" = {CHANGES[column]}{idx}')
    assert OutboxEntry.objects.filter(pk=row.pk).values().get() == before


@pytest.mark.django_db(transaction=True)
def test_an_entry_cannot_be_deleted():
    written()
    with pytest.raises(DatabaseError, match="append-only table"):
        execute("DELETE FROM tlog_outbox")
    with pytest.raises(DatabaseError, match="append-only table"):
        OutboxEntry.objects.all().delete()
    assert OutboxEntry.objects.count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_the_outbox_cannot_be_truncated():
    written()
    with pytest.raises(DatabaseError, match="append-only table"):
        execute("TRUNCATE tlog_outbox CASCADE")
    assert OutboxEntry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_entry_gets_its_place_once():
    written()
    execute("UPDATE tlog_outbox SET idx = 0")
    for place in ("1", "0", "NULL"):
        with pytest.raises(DatabaseError, match="append-only table"):
            execute(f"UPDATE tlog_outbox SET idx = {place}")
    assert OutboxEntry.objects.get().idx == 0


@pytest.mark.django_db(transaction=True)
def test_two_entries_cannot_have_one_place():
    first, second = written(), written()
    execute(f"UPDATE tlog_outbox SET idx = 0 WHERE seq = {first.seq}")
    with pytest.raises(IntegrityError):
        execute(f"UPDATE tlog_outbox SET idx = 0 WHERE seq = {second.seq}")


WAYS_AROUND = [
    ("INSERT", "ON CONFLICT (seq) DO UPDATE SET event = 'forged'"),
    ("INSERT OR REPLACE", ""),
]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("insert", "conflict"), WAYS_AROUND, ids=["update on conflict", "insert or replace"])
def test_replacing_an_entry_is_no_way_around(insert, conflict):
    if "REPLACE" in insert and connection.vendor != "sqlite":
        pytest.skip("only SQLite has this statement")
    written()
    columns = "seq, id, entry, at, tender, actor"
    with pytest.raises(DatabaseError, match="append-only table"):
        execute(
            f"{insert} INTO tlog_outbox ({columns}, event) SELECT {columns}, 'forged' FROM tlog_outbox WHERE true {conflict}"
        )
    assert [row.event for row in OutboxEntry.objects.all()] == ["trading.lot.moved"]
