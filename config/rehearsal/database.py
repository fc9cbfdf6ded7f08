"""A rehearsal's own database, made and removed here, on either kind; its files lie in a folder of their own."""

from __future__ import annotations

import logging
import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import connection
from django.test.utils import override_settings

from config.celery import app
from core import clock, waiting
from core.models import Installation

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def own_database() -> Iterator[None]:
    """Run the block in a fresh, migrated database marked as a rehearsal; jobs run at once, files go aside."""
    with tempfile.TemporaryDirectory(prefix="yangguang-rehearsal-") as folder:
        served = connection.settings_dict["NAME"]
        test = connection.settings_dict.setdefault("TEST", {})
        test["NAME"] = _name(Path(folder))
        with override_settings(
            STORAGE_ROOT=Path(folder) / "files", DATA_DIR=Path(folder), VRF_KEYS_DIR=Path(folder) / "vrf"
        ):
            connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
            eager, app.conf.task_always_eager = app.conf.task_always_eager, True
            logging.getLogger("celery").setLevel(logging.WARNING)  # a line for every job would hide the progress
            try:
                Installation.objects.create(made_for=Installation.REHEARSAL, made_at=clock.now())
                with waiting.inline():
                    yield
            finally:
                app.conf.task_always_eager = eager
                connection.creation.destroy_test_db(str(served), verbosity=0)


def _name(folder: Path) -> str:
    if connection.vendor == "sqlite":
        return str(folder / "rehearsal.sqlite3")
    return f"yangguang_rehearsal_{os.getpid()}"
