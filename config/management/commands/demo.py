"""``manage.py demo``: make the living demonstration in an empty database, or keep the one that is there."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, connections

from accounts.names import role_name
from config.demonstration import cast, keys, making, marking
from config.demonstration.marking import Purpose
from config.demonstration.people import CENTRE, FIRST_TO_TRY, HOUSES, PASSWORD
from core import witnesses

_TAKEN = "This database holds a real platform; a demonstration needs a data folder or a database of its own."
_HALF = "The making of this demonstration was interrupted: empty the database and begin again."


class Command(BaseCommand):
    help = "Make the demonstration in an empty database; where it is made already, only print its accounts."

    def handle(self, *_: Any, **_options: Any) -> None:
        match marking.purpose():
            case Purpose.NOTHING:
                self._make()
            case Purpose.UNFINISHED:
                self._empty()
                self._make()
            case Purpose.DEMONSTRATION:
                pass
            case _:
                raise CommandError(_TAKEN)
        cast.write_accounts()
        self._print_accounts()

    def _make(self) -> None:
        self.stdout.write("Making the demonstration (once, some twenty seconds):")
        began = time.monotonic()
        acts = making.make(lambda line: self._say(f"  {line}"))
        self._say(f"  {acts} acts in {time.monotonic() - began:.0f} s")

    def _empty(self) -> None:
        """Throw away a demonstration that nobody has seen: an embedded database only, another is not ours to empty."""
        if connection.vendor != "sqlite":
            raise CommandError(_HALF)
        name = str(connection.settings_dict["NAME"])
        connections.close_all()
        for end in ("", "-wal", "-shm"):
            Path(f"{name}{end}").unlink(missing_ok=True)
        shutil.rmtree(Path(settings.DATA_DIR) / witnesses.FOLDER, ignore_errors=True)  # they remember the log of it
        call_command("migrate", interactive=False, verbosity=0)

    def _print_accounts(self) -> None:
        people = {person.username: (person, house) for house in (CENTRE, *HOUSES) for person in house.people}
        self._say(f"\nAccounts of the demonstration (password of all: {PASSWORD})")
        for username in FIRST_TO_TRY:
            person, house = people[username]
            self._say(f"  {username:<16} {role_name(person.role)}, {house.name}")
        self._say(f"All {len(people)} stand on the sign-in page. Keys open with the passphrase {keys.PASSPHRASE}")
        self._say(f"and lie in {Path(settings.DATA_DIR) / keys.FOLDER}: nothing here is secret.")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
