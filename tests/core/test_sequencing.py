from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from django.db import DatabaseError, connection, transaction

from core import audit, log_key, log_reading, sequencing
from core.actors import SYSTEM
from core.checkpoints import read_checkpoint, verify_proof
from core.models import LogCheckpoint, LogHead, LogLeaf, OutboxEntry
from core.notes import parse_vkey
from core.tree import leaf_hash, root, verify_consistency

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.django_db(transaction=True)
AT = datetime(2026, 5, 4, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _own_folder(settings: SettingsWrapper, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


@transaction.atomic(durable=True)
def said(count: int = 1) -> None:
    for number in range(count):
        audit.append("trading.lot.moved", tender=f"LOT-{number}", data={}, actor=SYSTEM, at=AT)


def test_what_waits_gets_its_place_in_the_order_of_insertion_and_the_head_is_signed() -> None:
    said(3)
    assert sequencing.take_turn() == LogCheckpoint.objects.get()
    said(2)
    row = sequencing.take_turn()
    assert row is not None
    assert list(OutboxEntry.objects.order_by("seq").values_list("idx", flat=True)) == [0, 1, 2, 3, 4]
    leaves = list(LogLeaf.objects.order_by("idx"))
    assert [bytes(one.leaf) for one in leaves] == [leaf_hash(bytes(one.entry)) for one in leaves]
    assert [bytes(one.entry) for one in OutboxEntry.objects.order_by("seq")] == [bytes(one.entry) for one in leaves]
    head = read_checkpoint(row.note, log=parse_vkey(log_key.vkey())).checkpoint
    assert (head.origin, head.size, head.root) == (
        "yangguang.example/log/1",
        5,
        root([bytes(one.leaf) for one in leaves]),
    )
    assert list(LogCheckpoint.objects.order_by("size").values_list("size", flat=True)) == [3, 5]
    assert (LogHead.objects.get().size, sequencing.read_range(LogHead.objects.get()).root()) == (5, head.root)


def test_where_nothing_waits_nothing_is_signed() -> None:
    assert sequencing.take_turn() is None
    said()
    sequencing.take_turn()
    assert (sequencing.take_turn(), LogCheckpoint.objects.count()) == (None, 1)


def test_a_turn_takes_no_more_than_its_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequencing, "BATCH", 2)
    said(5)
    assert [row.size if (row := sequencing.take_turn()) else None for _ in range(4)] == [2, 4, 5, None]


def test_a_place_is_never_dated_before_the_one_before() -> None:
    said()
    sequencing.take_turn()
    later = datetime(2090, 1, 1, tzinfo=UTC)
    LogHead.objects.update(max_at=later)
    said()
    sequencing.take_turn()
    assert LogLeaf.objects.get(idx=1).sequenced_at == later


def test_a_turn_that_fails_leaves_neither_a_place_nor_a_checkpoint() -> None:
    said(2)

    def no_key(_origin: str) -> None:
        raise RuntimeError("the key is not there")

    with pytest.raises(RuntimeError):
        sequencing.take_turn(no_key)  # type: ignore[arg-type]
    assert (LogLeaf.objects.count(), LogCheckpoint.objects.count(), LogHead.objects.get().size) == (0, 0, 0)
    row = sequencing.take_turn()
    assert row is not None
    assert row.size == 2


def test_proofs_are_read_from_the_leaves() -> None:
    for count in (3, 1, 7):
        said(count)
        sequencing.take_turn()
    first, _, last = LogCheckpoint.objects.order_by("size")
    for index in range(11):
        leaf = bytes(LogLeaf.objects.get(idx=index).leaf)
        proof, _ = verify_proof(log_reading.proof_of(index, last), leaf=leaf, log=parse_vkey(log_key.vkey()))
        assert proof.index == index
    verify_consistency(
        old=3,
        new=11,
        old_root=log_reading.head_of(first).root,
        new_root=log_reading.head_of(last).root,
        proof=log_reading.consistency(3, 11),
    )
    with pytest.raises(LookupError):
        log_reading.TreeReader()(4, 0)


def test_a_reader_works_nothing_out_twice_and_forgets_when_it_knows_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_reading, "_BLOCK", 1)
    monkeypatch.setattr(log_reading, "_REMEMBERED", 4)
    said(8)
    sequencing.take_turn()
    reader = log_reading.TreeReader()
    expected = root(log_reading.leaves(0, 8))
    assert (reader(3, 0), reader(3, 0), reader(2, 1)) == (expected, expected, root(log_reading.leaves(4, 8)))


GUARDED = {
    "tlog_leaf": "UPDATE tlog_leaf SET sequenced_at = sequenced_at",
    "tlog_checkpoint": "UPDATE tlog_checkpoint SET note = 'x'",
    "tlog_head": "UPDATE tlog_head SET size = size - 1",
}


@pytest.mark.parametrize("table", GUARDED)
def test_the_log_refuses_to_be_changed_or_shortened(table: str) -> None:
    said(2)
    sequencing.take_turn()
    for statement in (GUARDED[table], f"DELETE FROM {table}"):
        with (
            pytest.raises(DatabaseError, match="append-only"),
            transaction.atomic(durable=True),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    assert LogLeaf.objects.count() == 2


def test_the_log_s_key_is_made_once_and_kept_secret(settings: SettingsWrapper) -> None:
    assert log_key.vkey() == log_key.vkey()
    assert (settings.DATA_DIR / "log.key").stat().st_mode & 0o777 == 0o600
    kept = (settings.DATA_DIR / "log.key").read_text()
    assert log_key.kept_secret(settings.DATA_DIR / "log.key") == kept
