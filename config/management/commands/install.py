"""Write down, once, what this database is for; nothing that serves people can become a rehearsal."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from core import clock
from core.models import Installation


class Command(BaseCommand):
    help = "Mark a migrated database as one that serves people (done by `up`)."

    def handle(self, **_options: Any) -> None:
        row, made = Installation.objects.get_or_create(
            id=1, defaults={"made_for": Installation.USE, "made_at": clock.now()}
        )
        if made and _options["verbosity"]:
            self.stdout.write(f"this database is made for {row.made_for}")
