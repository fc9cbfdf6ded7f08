"""``manage.py continue_log``: after a restore that lost signed entries, the log goes on under a new name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from core import clock, log_key, log_reading
from core.actors import SYSTEM
from core.continuing import continue_log
from core.errors import Refused

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(BaseCommand):
    help = "Let the log go on under a new name, after a restore that lost what was signed. It cannot be undone."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--reason", required=True, help="why, for everybody to read in the log")
        parser.add_argument("--yes", metavar="ORIGIN", help="the new name, instead of being asked for it")

    def handle(self, *, reason: str, yes: str | None, **_: Any) -> None:
        old, newest = log_key.origin(), log_reading.newest()
        new = log_key.next_origin(old)
        self.stdout.write(
            f"The log {old} ends for good. This database holds {newest.size if newest else 0} of its entries; who holds"
            f" a receipt for a later one can prove that it is missing.\nThe log goes on as {new}, from the entries that"
            " are here. Witnesses, bidders and verifiers need the new trust.json, through another channel."
        )
        if (yes if yes is not None else input(f"Type {new} to go on: ")).strip() != new:
            raise CommandError("nothing was changed")
        try:
            self.stdout.write(f"goes on as {continue_log(why=reason, actor=SYSTEM, at=clock.now())}")
        except Refused as refusal:
            raise CommandError("\n".join(refusal.reasons)) from refusal
