"""``manage.py log_roles``: the two database users that cannot change what is logged, made from their addresses."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

_NEEDS = "YANGGUANG_{}_DATABASE_URL (or …_FILE) names no user of its own: postgres://user:password@host/name"


class Command(BaseCommand):
    help = "Make the database users of pages and sequencer and give each its rights over the log (PostgreSQL)."

    def handle(self, **_: Any) -> None:
        if connection.vendor != "postgresql":
            raise CommandError("SQLite has no roles: whoever runs the process can rewrite the file (docs/log.md)")
        from core import rights  # noqa: PLC0415  (psycopg is not part of the embedded form)

        logins = {
            kind: rights.Login(str(given.get("USER") or ""), str(given.get("PASSWORD") or ""))
            for kind, given in (
                ("application", settings.APPLICATION_DATABASE or {}),
                ("sequencer", settings.SEQUENCER_DATABASE or {}),
            )
        }
        taken = {str(connection.settings_dict["USER"])}
        for kind, login in logins.items():
            if not login.name or login.name in taken:
                raise CommandError(_NEEDS.format(kind.upper()))
            taken.add(login.name)
        rights.give(**logins)
        self.stdout.write(", ".join(f"{kind}: {login.name}" for kind, login in logins.items()))
