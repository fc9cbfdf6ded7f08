"""Copy the data folder while the platform runs: the database first, then the files that its rows name."""

from __future__ import annotations

import os
import shlex
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.core.management.base import CommandParser

KEPT_AS = "yangguang.sqlite3"
ENVIRONMENT = "environment.txt"
SECRET = ("KEY", "PASSWORD")  # never written down; the key that was made lies in the data folder
MADE_AGAIN = ("incoming", "static", "*.sqlite3-wal", "*.sqlite3-shm")


def environment(variables: Mapping[str, str]) -> str:
    """Return the platform's settings as lines: its name always, of the others those that are set and no secret."""
    named = {"YANGGUANG_NAME": settings.PLATFORM_NAME} | {
        name: value
        for name, value in variables.items()
        if name.startswith("YANGGUANG_") and not any(word in name for word in SECRET)
    }
    return "".join(f"{name}={shlex.quote(value)}\n" for name, value in sorted(named.items()))


class Command(BaseCommand):
    help = "Copy the embedded form's data folder, consistent, while the platform runs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="a folder that does not exist yet")

    def handle(self, *, folder: Path, **_options: Any) -> None:
        if connection.vendor != "sqlite":
            raise CommandError("this copies the embedded form; PostgreSQL has pg_dump (docs/backup.md)")
        database = Path(connection.settings_dict["NAME"])
        if not database.is_file():
            raise CommandError(f"there is no database in {database.parent}: nothing was ever kept there")
        if folder.exists():
            raise CommandError(f"{folder} exists already; a backup overwrites nothing")
        folder.mkdir(mode=0o700, parents=True)
        # (1) The database, in one read transaction of its own backup interface.
        reading, writing = sqlite3.connect(f"file:{database}?mode=ro", uri=True), sqlite3.connect(folder / KEPT_AS)
        with closing(reading) as source, closing(writing) as copy:
            source.backup(copy)
        # (2) Then everything else: bytes are on disk before their row is written, so no row of (1) lacks its bytes.
        skip = shutil.ignore_patterns(database.name, *MADE_AGAIN)
        shutil.copytree(settings.DATA_DIR, folder, ignore=skip, dirs_exist_ok=True)
        if settings.STORAGE_ROOT.exists():  # it is made with the first file
            shutil.copytree(settings.STORAGE_ROOT, folder / "files", ignore=skip, dirs_exist_ok=True)
        # (3) What stands in no file: without its name the platform would not be the one that keys and tenders name.
        (folder / ENVIRONMENT).write_text(environment(os.environ), encoding="utf-8")
        folder.chmod(0o700)  # copytree carried the mode over
        self.stdout.write(f"written to {folder}; keep it as secret as the platform itself")
