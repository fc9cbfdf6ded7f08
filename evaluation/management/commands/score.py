"""Try an evaluation method on a file: ``score FILE`` prints the worked calculation and the ranking."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext

from core.errors import Refused
from core.reasons import Reason, reason
from evaluation.rules.exact import shown, written
from evaluation.rules.methods import method_named
from evaluation.rules.requests import LARGEST_FILE, read_request

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterator

    from evaluation.rules.calculation import Calculation
    from evaluation.rules.ties import Ranked

BAD_INPUT = 2  # exit status


class Command(BaseCommand):
    """Calculate one file; exit status 0, or 2 with every reason. No database is opened."""

    help = "Try an evaluation method on a JSON file (see docs/methods.md) and print the worked calculation."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="JSON with method, parameters and bids")
        parser.add_argument("--lang", choices=["zh-hans", "en"], default="zh-hans", help="language of the text")
        parser.add_argument("--json", action="store_true", help="print the calculation as JSON instead")

    def handle(self, *, file: Path, lang: str, **options: Any) -> None:
        with translation.override(lang):
            try:
                calculation = read_request(_content(file)).answered()
            except Refused as refusal:
                sentences = (one.translated(gettext) for one in refusal.reasons)
                raise CommandError("\n".join(sentences), returncode=BAD_INPUT) from refusal
            if options["json"]:
                self.stdout.write(json.dumps(calculation.as_json(), ensure_ascii=False, indent=2))
                return
            for line, depth in _lines(calculation):
                self.stdout.write("  " * depth + line.translated(gettext) if line else "")


def _content(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(LARGEST_FILE + 1)
    except OSError as error:
        fault = reason("{file} cannot be read: {why}", file=str(file), why=error.strerror or type(error).__name__)
        raise Refused(fault) from error


def _lines(calculation: Calculation) -> Iterator[tuple[Reason, int]]:
    """Yield each line with its indentation; an empty sentence is an empty line."""
    empty = Reason("")
    method = method_named(calculation.method)
    yield reason("Method: {title} ({version})", title=method.title, version=method.version), 0
    for line in calculation.preamble:
        yield line, 0
    for worked in calculation.worked:
        yield empty, 0
        yield reason("Bid {bid}", bid=worked.bid), 0
        for line in worked.lines:
            yield line, 1
    yield empty, 0
    yield reason("Ranking"), 0
    for place in calculation.ranking:
        yield _place(place), 1
    for bids in calculation.ties():
        yield reason("Not decided: {bids} are tied", bids=", ".join(bids)), 0


def _place(place: Ranked) -> Reason:
    if place.score is None:
        return reason(
            "{rank}. {bid}: evaluated price {price}",
            rank=str(place.rank),
            bid=place.bid,
            price=shown(place.evaluated_price),
        )
    return reason(
        "{rank}. {bid}: {score} points, bid price {price}",
        rank=str(place.rank),
        bid=place.bid,
        score=written(place.score),
        price=shown(place.price),
    )
