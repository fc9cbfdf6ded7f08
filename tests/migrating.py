"""The first test database of a state of the code is migrated; every further one is a copy of it.

To migrate from nothing costs seconds of processor time, and a run of everything asks for some twenty databases: one a
worker and a suite, one a rehearsal. The copy lies in the environment of the interpreter (SQLite) or on the server
(PostgreSQL), under a digest of everything that the migrations may read; the copies of older states are removed.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import sys
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django
from django.core import management

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.backends.base.base import BaseDatabaseWrapper

ROOT = Path(__file__).resolve().parent.parent
READ = ("*.py", "seeds/*", "*.lock")
PREFIX = "yangguang_migrated_"
KEPT = 6  # states of the code; several checkouts may share one interpreter and one server


@contextmanager
def copied() -> Iterator[None]:
    """Inside the block ``migrate`` fills an empty database with a copy, if there is one."""
    real = management.call_command

    def call(name: Any, /, *args: Any, **options: Any) -> Any:
        if name != "migrate" or "database" not in options:  # only the making of a test database says which one
            return real(name, *args, **options)
        from django.db import connections

        with _alone():
            _fill(connections[options["database"]], lambda: real(name, *args, **options))
        return None

    management.call_command = call
    try:
        yield
    finally:
        management.call_command = real


def _fill(connection: BaseDatabaseWrapper, migrate: Any) -> None:
    fill = _fill_postgresql if connection.vendor == "postgresql" else _fill_sqlite
    fill(connection, migrate)


def _fill_sqlite(connection: BaseDatabaseWrapper, migrate: Any) -> None:
    copy = _folder() / f"{digest()}.sqlite3"
    name = str(connection.settings_dict["NAME"])
    if not copy.exists():
        migrate()
        connection.close()
        _forget_the_oldest()
        shutil.copyfile(name, copy.with_suffix(".new"))
        copy.with_suffix(".new").rename(copy)
        return
    copy.touch()
    connection.close()
    for beside in ("-wal", "-shm"):
        Path(name + beside).unlink(missing_ok=True)
    shutil.copyfile(copy, name)


def _fill_postgresql(connection: BaseDatabaseWrapper, migrate: Any) -> None:
    name, copy = connection.settings_dict["NAME"], PREFIX + digest()
    with connection.creation._nodb_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [PREFIX + "%"])
        found = {row[0] for row in cursor.fetchall()}
    if copy not in found:
        migrate()
    connection.close()
    with connection.creation._nodb_cursor() as cursor:  # type: ignore[attr-defined]
        if copy in found:
            cursor.execute(f'DROP DATABASE "{name}"')
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{copy}"')
            return
        for old in sorted(found)[KEPT - 1 :]:
            cursor.execute(f'DROP DATABASE IF EXISTS "{old}"')
        cursor.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{name}"')


def _forget_the_oldest() -> None:
    copies = sorted(_folder().glob("*.sqlite3"), key=lambda file: file.stat().st_mtime)
    for old in copies[: 1 - KEPT]:
        old.unlink()


@cache
def digest() -> str:
    """Name the state of the code: every module, seed and lock of the checkout."""
    told = hashlib.sha256(f"{django.VERSION} {sys.version}".encode())
    folders = [folder for folder in sorted(ROOT.iterdir()) if (folder / "__init__.py").exists()]
    for folder in [ROOT, *folders]:
        walk = folder.glob if folder == ROOT else folder.rglob
        for file in sorted({file for pattern in READ for file in walk(pattern) if file.is_file()}):
            if folder.name != "tests":
                told.update(f"{file.relative_to(ROOT)} {hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return told.hexdigest()[:20]


def _folder() -> Path:
    folder = Path(sys.prefix) / "migrated"
    folder.mkdir(exist_ok=True)
    return folder


@contextmanager
def _alone() -> Iterator[None]:
    """One process at a time: the second worker waits for the first one's copy instead of migrating, too."""
    with (_folder() / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":  # python -m tests.migrating WORD ...: manage.py, with a copied database
    sys.path.insert(0, str(Path.cwd()))
    with copied():
        management.execute_from_command_line(["manage.py", *sys.argv[1:]])
