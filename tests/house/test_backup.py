from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from core import storage
from core.management.commands import backup
from core.models import StoredFile

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django.fixtures import SettingsWrapper

AT = datetime(2026, 5, 4, 1, tzinfo=UTC)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def data(settings: SettingsWrapper, tmp_path: Path) -> Path:
    """A data folder with a secret and one stored file."""
    settings.DATA_DIR, settings.STORAGE_ROOT = tmp_path / "data", tmp_path / "data" / "files"
    settings.DATA_DIR.mkdir()
    (settings.DATA_DIR / "secret.key").write_text("a secret")
    storage.keep_bytes(b"a document", at=AT)
    return settings.DATA_DIR


@pytest.fixture
def on_sqlite() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("the embedded form's own backup; PostgreSQL has pg_dump")


@pytest.mark.usefixtures("on_sqlite")
def test_a_backup_holds_the_rows_the_files_and_the_secret(data: Path, tmp_path: Path) -> None:
    call_command("backup", tmp_path / "copy", stdout=StringIO())
    with closing(sqlite3.connect(tmp_path / "copy" / "yangguang.sqlite3")) as copy:
        rows = copy.execute("SELECT digest, size FROM core_storedfile").fetchall()
    (row,) = StoredFile.objects.all()
    assert rows == [(row.digest, len(b"a document"))]
    assert (tmp_path / "copy" / "files" / row.digest[:2] / row.digest).read_bytes() == b"a document"
    assert sorted(path.name for path in (tmp_path / "copy").iterdir()) == [
        "environment.txt",
        "files",
        "secret.key",
        "yangguang.sqlite3",
    ]
    assert (tmp_path / "copy").stat().st_mode & 0o077 == 0


@pytest.mark.usefixtures("on_sqlite")
def test_a_restored_copy_passes_the_check_of_its_files(data: Path, tmp_path: Path, settings: SettingsWrapper) -> None:
    call_command("backup", tmp_path / "copy", stdout=StringIO())
    settings.STORAGE_ROOT = tmp_path / "copy" / "files"
    said = StringIO()
    call_command("check_files", stdout=said)
    assert said.getvalue() == "1 stored files, each as it was stored\n"


@pytest.mark.usefixtures("on_sqlite")
def test_a_platform_that_has_stored_no_file_yet_is_copied_too(settings: SettingsWrapper, tmp_path: Path) -> None:
    settings.DATA_DIR, settings.STORAGE_ROOT = tmp_path / "data", tmp_path / "data" / "files"
    settings.DATA_DIR.mkdir()
    call_command("backup", tmp_path / "copy", stdout=StringIO())
    assert sorted(path.name for path in (tmp_path / "copy").iterdir()) == ["environment.txt", "yangguang.sqlite3"]


@pytest.mark.usefixtures("on_sqlite")
def test_where_there_is_no_database_nothing_is_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "NAME", str(tmp_path / "none" / "yangguang.sqlite3"))
    with pytest.raises(CommandError) as refused:
        call_command("backup", tmp_path / "copy")
    assert str(refused.value) == f"there is no database in {tmp_path / 'none'}: nothing was ever kept there"
    assert not (tmp_path / "copy").exists()


@pytest.mark.usefixtures("on_sqlite")
def test_a_backup_overwrites_nothing(data: Path, tmp_path: Path) -> None:
    (tmp_path / "copy").mkdir()
    with pytest.raises(CommandError, match="exists already"):
        call_command("backup", tmp_path / "copy")


@pytest.mark.postgres
def test_the_embedded_form_s_backup_refuses_a_server(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="pg_dump"):
        call_command("backup", tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


@pytest.mark.parametrize(("damage", "fault"), [(None, "missing"), (b"another document", "changed")])
def test_a_file_that_is_not_what_it_was_is_named(data: Path, damage: bytes | None, fault: str) -> None:
    (row,) = StoredFile.objects.all()
    if damage is None:
        storage.path_of(row.digest).unlink()
    else:
        storage.path_of(row.digest).write_bytes(damage)
    said = StringIO()
    with pytest.raises(CommandError, match="1 of 1 stored files are not what they were"):
        call_command("check_files", stderr=said)
    assert said.getvalue() == f"{row.digest}: {fault}\n"


# -- what stands in no file ----------------------------------------------------------------------------


def test_the_settings_are_written_down_without_their_secrets(settings: SettingsWrapper) -> None:
    settings.PLATFORM_NAME = "trade.example"
    said = backup.environment(
        {
            "YANGGUANG_URL": "https://trade.example/a b",
            "YANGGUANG_SECRET_KEY": "s3cret",
            "YANGGUANG_ADMIN_PASSWORD": "s3cret",
            "DATABASE_URL": "postgres://u:s3cret@h/n",
        }
    )
    assert said == "YANGGUANG_NAME=trade.example\nYANGGUANG_URL='https://trade.example/a b'\n"
