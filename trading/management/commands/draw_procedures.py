from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from trading.procedures.drawing import page

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(BaseCommand):
    requires_system_checks = []
    help = "Write docs/procedures.md from the rule-sheets; with --check, fail if it differs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="compare and write nothing")

    def handle(self, *_args: Any, check: bool, **_options: Any) -> None:
        target = Path(settings.BASE_DIR) / "docs" / "procedures.md"
        if not check:
            target.write_text(page(), encoding="utf-8")
            return
        if not target.exists() or target.read_text(encoding="utf-8") != page():
            raise CommandError("docs/procedures.md differs from the rule-sheets: run manage.py draw_procedures")
