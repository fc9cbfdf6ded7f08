"""Collect message ids: Django's command, which also knows ``reason(...)`` and where not to look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.commands import makemessages

if TYPE_CHECKING:
    from django.core.management.base import CommandParser

NOT_OURS = [".*", "tests", "benchmarks", "data", "static", "scripts", "docs", "build", "dist"]


class Command(makemessages.Command):
    xgettext_options = [*makemessages.Command.xgettext_options, "--keyword=reason"]

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        # A file's name says where a text is used; line numbers would change with every edit.
        parser.set_defaults(locale=["zh_Hans"], add_location="file", no_obsolete=True)

    def handle(self, *args: Any, **options: Any) -> None:
        options["ignore_patterns"] = [*options["ignore_patterns"], *NOT_OURS]
        super().handle(*args, **options)
