"""``manage.py trust``: write the trust anchors of this platform down, for a channel that it does not control."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from bidding.anchors import NoAnchors, anchors
from core import log_reading
from core.stamping import BadAuthorities
from trading.models import Project

if TYPE_CHECKING:
    from django.core.management.base import CommandParser

HOUSE = "The witnesses are the platform's own: they prove nothing against who runs it (docs/witnesses.md)."


class Command(BaseCommand):
    help = "Write trust.json: the keys by which a verifier knows this platform, its log, its witnesses and its holders."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="where to write it; without one, it is printed")
        parser.add_argument("--project", action="append", metavar="NUMBER", help="only the key holders of this project")

    def handle(self, *, file: Path | None, project: list[str] | None, **_: Any) -> None:
        try:
            text = json.dumps(anchors(_projects(project)), ensure_ascii=False, indent=1) + "\n"
        except (NoAnchors, BadAuthorities) as fault:
            raise CommandError(str(fault)) from fault
        if file is None:
            self.stdout.write(text, ending="")
        else:
            file.write_text(text, encoding="utf-8")
        if log_reading.is_house():
            self.stderr.write(HOUSE)


def _projects(numbers: list[str] | None) -> list[Project] | None:
    if numbers is None:
        return None
    found = list(Project.objects.filter(number__in=numbers))
    if missing := sorted(set(numbers) - {one.number for one in found}):
        raise CommandError(f"there is no project {', '.join(missing)}")
    return found
