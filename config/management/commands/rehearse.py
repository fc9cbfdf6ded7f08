"""Run real tenders through the very same verbs, sealing and opening included, and compare with what was printed."""

from __future__ import annotations

import resource
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from config.rehearsal import construction, procurement
from config.rehearsal.agreement import differences
from config.rehearsal.database import own_database
from config.rehearsal.people import hire
from config.rehearsal.source import read_folder
from core import clock
from core.errors import Refused
from core.working_days import SHANGHAI

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from config.rehearsal.agreement import Outcome
    from config.rehearsal.source import Letting

BEGINNING = datetime(2026, 1, 5, 9, 0, tzinfo=SHANGHAI)


class Command(BaseCommand):
    help = "Rehearse a folder of real tenders in a database of its own; the last line says how many lots agree."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", type=Path, help="a folder in the form described in docs/rehearsal.md, or a file")
        parser.add_argument("--lots", type=int, help="only the first so many rows of lots.csv")
        parser.add_argument("--below-minimum", choices=["second-round", "fail"], default="second-round")
        parser.add_argument("--edition", default="2026", help="the edition of the rule-sheet (default: %(default)s)")
        parser.add_argument("--currency", default="USD", help="the currency of the source (default: %(default)s)")
        parser.add_argument("--owner", default="Iowa Department of Transportation", help="who tenders")
        parser.add_argument("--scheme", default="IA-DOT", help="the scheme of the source's codes")

    def handle(self, *, source: Path, **options: Any) -> None:
        if source.is_file():
            return self._rehearse_file(source)
        try:
            lettings = read_folder(source, most=options["lots"])
        except Refused as refusal:
            raise CommandError("\n".join(refusal.reasons), returncode=2) from refusal
        started = time.perf_counter()
        outcomes: dict[str, Outcome] = {}
        with own_database(), clock.stands_at(BEGINNING):
            construction.allow_second_rounds(at=clock.now())
            cast = hire(options["scheme"], options["owner"], at=clock.now())
            for letting in lettings:
                outcomes |= self._run(letting, cast, options)
        return self._report(lettings, outcomes, seconds=time.perf_counter() - started)

    def _rehearse_file(self, source: Path) -> None:
        try:
            tenders = procurement.read_tenders(source)
        except Refused as refusal:
            raise CommandError("\n".join(refusal.reasons), returncode=2) from refusal
        wrong = 0
        with own_database(), clock.stands_at(BEGINNING):
            procurement.allow_one_bidder(at=clock.now())
            for tender in tenders:
                found = procurement.run_tender(tender, scheme="SOURCE")
                wrong += bool(found)
                self.stdout.write(f"{tender.number}: {'; '.join(found) or 'agrees'}")
                clock.move_to(clock.now() + procurement.DAY)
        self.stdout.write(f"agreeing {len(tenders) - wrong} of {len(tenders)}")
        if wrong:
            raise SystemExit(1)

    def _run(self, letting: Letting, cast: Any, options: dict[str, Any]) -> dict[str, Outcome]:
        begun = time.perf_counter()
        found = construction.run_letting(
            cast,
            letting,
            currency=options["currency"],
            edition=options["edition"],
            second_round=options["below_minimum"] == "second-round",
        )
        took = time.perf_counter() - begun
        self.stdout.write(f"letting {letting.date}: {len(letting.lots)} lots in {took:.1f} s", ending="\n")
        self.stdout.flush()
        return found

    def _report(self, lettings: list[Letting], outcomes: dict[str, Outcome], *, seconds: float) -> None:
        lots = [lot for letting in lettings for lot in letting.lots]
        unopened = [lot for lot in lots if outcomes[lot.lot_id].unopened]
        compared = [lot for lot in lots if not outcomes[lot.lot_id].unopened]
        wrong = {lot.lot_id: found for lot in compared if (found := differences(lot.printed, outcomes[lot.lot_id]))}
        agreeing = len(compared) - len(wrong)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        self.stdout.write(f"{'lots':>8} {'agreeing':>10} {'differing':>10}")
        self.stdout.write(f"{len(compared):>8} {agreeing:>10} {len(wrong):>10}")
        for lot_id, found in wrong.items():
            for line in found:
                self.stdout.write(f"  {lot_id}: {line}")
        if unopened:
            self.stdout.write(f"not opened, fewer than the least number of bids: {len(unopened)}")
            for lot in unopened:
                self.stdout.write(f"  {lot.lot_id}: {len(lot.bids)} bids")
        self.stdout.write(f"{seconds:.1f} s, {seconds / max(len(lots), 1):.3f} s per lot, peak memory {peak:.0f} MB")
        self.stdout.write(f"agreeing {agreeing} of {len(compared)}")
        if wrong:
            raise SystemExit(1)
