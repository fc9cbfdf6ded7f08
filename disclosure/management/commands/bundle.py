"""``manage.py bundle``: write the verification bundle of a lot, for a reader that may have the files of bids too."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from core.errors import Refused
from disclosure import bundles
from trading.models import Lot

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(BaseCommand):
    help = "Write the verification bundle of a lot (docs/verifier.md): what its log and documents prove, as one file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("lot", help="the number of the lot")
        parser.add_argument("file", type=Path, help="where to write it (.zip)")
        parser.add_argument(
            "--files", action="store_true", help="with the files of bids: for a court, a supervisor, never for all"
        )

    def handle(self, *, lot: str, file: Path, files: bool, **_: Any) -> None:
        found = Lot.objects.select_related("project").filter(number=lot).first()
        if found is None:
            raise CommandError(f"there is no lot {lot}")
        try:
            made = bundles.of(found, with_files=files)
        except Refused as refusal:
            raise CommandError("\n".join(refusal.reasons)) from refusal
        with file.open("wb") as target:
            bundles.write(made, target)
        self.stdout.write(f"{file}: {len(made.files) + len(made.stored)} files, log of {made.checkpoint.size} entries")
