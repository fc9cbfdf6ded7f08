from __future__ import annotations

import hashlib
import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import transaction

from core import storage
from core.errors import Tampered
from core.models import StoredFile

AT = datetime(2026, 3, 2, tzinfo=UTC)
CONTENT = b"a sealed payload"
DIGEST = hashlib.sha256(CONTENT).hexdigest()
HOUR = timedelta(hours=1)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def root(tmp_path: Path, settings) -> Path:
    settings.STORAGE_ROOT = tmp_path / "files"
    return tmp_path / "files"


def files(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def written(path: Path, content: bytes = CONTENT) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def age(path: Path, at: datetime) -> None:
    os.utime(path, (at.timestamp(), at.timestamp()))


# -- keeping -------------------------------------------------------------------------------------------


def test_a_file_lies_under_its_digest_in_a_folder_of_its_first_byte(root):
    row = storage.keep_bytes(CONTENT, at=AT)
    assert (row.digest, row.size, row.stored_at, str(row)) == (DIGEST, 16, AT, DIGEST)
    assert files(root) == [f"{DIGEST[:2]}/{DIGEST}"]
    assert storage.read_bytes(DIGEST) == CONTENT


def test_the_same_content_is_one_file_and_one_row(root):
    storage.keep_bytes(CONTENT, at=AT)
    again = storage.keep_bytes(CONTENT, at=AT + HOUR)
    assert again.stored_at == AT
    assert (files(root), StoredFile.objects.count()) == ([f"{DIGEST[:2]}/{DIGEST}"], 1)


def test_an_empty_file_is_a_file():
    assert storage.keep_bytes(b"", at=AT).size == 0


def test_a_stream_is_never_held_in_memory_as_a_whole(root):
    seen: list[int] = []

    def parts():
        for nth in range(8):
            (draft,) = root.glob("incoming/draft-*")
            seen.append(draft.stat().st_size)
            yield bytes([nth]) * storage.PART

    row = storage.keep_parts(parts(), at=AT)
    assert row.size == 8 * storage.PART
    assert seen[-1] >= 6 * storage.PART  # what came before is on its way to the disk already


def test_who_gives_up_in_the_middle_leaves_nothing(root):
    def parts():
        yield CONTENT
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        storage.keep_parts(parts(), at=AT)
    assert (files(root), StoredFile.objects.count()) == ([], 0)


def test_a_file_of_an_upload_moves_and_is_not_copied(root):
    draft = written(root / "incoming" / "slot-1")
    inode = draft.stat().st_ino
    storage.keep_file(draft, at=AT)
    assert storage.path_of(DIGEST).stat().st_ino == inode
    assert files(root) == [f"{DIGEST[:2]}/{DIGEST}"]


def test_many_files_are_kept_with_one_statement(root, django_assert_num_queries):
    drafts = [written(root / "incoming" / f"slot-{n}", bytes([n])) for n in range(3)]
    storage.keep_files([], at=AT)
    with transaction.atomic(durable=True):
        StoredFile.objects.exists()  # the transaction has begun
        with django_assert_num_queries(1):
            storage.keep_files(drafts, at=AT)
    kept = {hashlib.sha256(bytes([n])).hexdigest() for n in range(3)}
    assert {row.digest for row in StoredFile.objects.all()} == kept
    assert len(files(root)) == 3


def test_bytes_folder_and_row_are_made_durable_in_this_order(root, monkeypatch):
    steps: list[str] = []
    fsync, replace, create = os.fsync, Path.replace, StoredFile.objects.get_or_create

    def told_fsync(handle):
        steps.append("fsync folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "fsync file")
        fsync(handle)

    def told_replace(self, target):
        steps.append("rename")
        return replace(self, target)

    def told_create(**row):
        steps.append("row")
        return create(**row)

    monkeypatch.setattr(os, "fsync", told_fsync)
    monkeypatch.setattr(Path, "replace", told_replace)
    monkeypatch.setattr(StoredFile.objects, "get_or_create", told_create)
    storage.keep_bytes(CONTENT, at=AT)
    assert steps == ["fsync file", "rename", "fsync folder", "row"]


# -- reading -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("damaged", [b"another payload!", CONTENT[:-1], CONTENT + b"\0", b""])
def test_damaged_bytes_are_not_handed_out(damaged):
    storage.keep_bytes(CONTENT, at=AT)
    storage.path_of(DIGEST).write_bytes(damaged)
    with pytest.raises(Tampered, match=DIGEST):
        storage.read_bytes(DIGEST)


def test_a_lost_file_is_told_from_a_damaged_one():
    storage.keep_bytes(CONTENT, at=AT)
    storage.path_of(DIGEST).unlink()
    with pytest.raises(FileNotFoundError):
        storage.read_bytes(DIGEST)
    with pytest.raises(FileNotFoundError):
        storage.open_file(DIGEST)


def test_a_file_is_read_part_by_part():
    storage.keep_bytes(CONTENT, at=AT)
    with storage.open_file(DIGEST) as file:
        assert (file.read(2), file.read()) == (CONTENT[:2], CONTENT[2:])


def test_the_digest_of_a_file_is_taken_in_parts(tmp_path):
    content = b"x" * (2 * storage.PART + 1)
    assert storage.digest_of(written(tmp_path / "large", content)) == (
        hashlib.sha256(content).hexdigest(),
        len(content),
    )


# -- what no row names ---------------------------------------------------------------------------------


@transaction.atomic(durable=True)
def keep_and_fail() -> None:
    storage.keep_bytes(CONTENT, at=AT)
    raise ZeroDivisionError


def orphan(*, at: datetime) -> Path:
    with pytest.raises(ZeroDivisionError):
        keep_and_fail()
    age(storage.path_of(DIGEST), at)
    return storage.path_of(DIGEST)


def test_bytes_whose_row_did_not_commit_harm_nobody(root):
    orphan(at=AT)
    assert StoredFile.objects.count() == 0
    storage.keep_bytes(CONTENT, at=AT)
    assert (files(root), storage.read_bytes(DIGEST)) == ([f"{DIGEST[:2]}/{DIGEST}"], CONTENT)


def test_an_orphan_is_removed_when_it_is_a_day_old(root):
    orphan(at=AT)
    assert storage.remove_orphans(at=AT + 24 * HOUR) == 0
    assert storage.remove_orphans(at=AT + 25 * HOUR) == 1
    assert files(root) == []


def test_what_a_row_names_stays_however_old_it_is():
    storage.keep_bytes(CONTENT, at=AT)
    age(storage.path_of(DIGEST), AT - 1000 * HOUR)
    assert storage.remove_orphans(at=AT + 25 * HOUR) == 0
    assert storage.read_bytes(DIGEST) == CONTENT


def test_a_draft_that_nobody_finished_is_removed_and_an_upload_is_not(root):
    for name in ("draft-x", "slot-x"):
        age(written(root / "incoming" / name), AT)
    assert storage.remove_orphans(at=AT + 25 * HOUR) == 1
    assert files(root) == ["incoming/slot-x"]


def test_an_upload_that_took_long_is_no_orphan_while_its_row_is_written(root):
    draft = written(root / "incoming" / "slot-1")
    age(draft, AT - 48 * HOUR)
    row = storage.keep_file(draft, at=AT)
    now = datetime.fromtimestamp(storage.path_of(row.digest).stat().st_mtime, tz=UTC)
    row.delete()  # as another transaction sees it: not committed yet
    assert storage.remove_orphans(at=now + HOUR) == 0


def test_an_orphan_that_is_kept_again_at_this_very_moment_stays(monkeypatch):
    path = orphan(at=AT)
    replace = Path.replace

    def kept_meanwhile(self, target):
        if self == path:
            age(path, AT + 25 * HOUR)
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", kept_meanwhile)
    assert storage.remove_orphans(at=AT + 25 * HOUR) == 0
    assert storage.read_bytes(DIGEST) == CONTENT


def test_an_orphan_that_another_clock_removed_is_not_counted(monkeypatch):
    path = orphan(at=AT)
    replace = Path.replace

    def gone(self, target):
        path.unlink()
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", gone)
    assert storage.remove_orphans(at=AT + 25 * HOUR) == 0


def test_an_empty_store_has_no_orphans():
    assert storage.remove_orphans(at=AT) == 0
