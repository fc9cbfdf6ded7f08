"""Run real tenders through the very same verbs, sealing and opening included, and compare with what was printed."""

from __future__ import annotations

import resource
import time
from collections import Counter
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from config.rehearsal import construction, faults, procurement
from config.rehearsal.agreement import differences
from config.rehearsal.database import own_database
from config.rehearsal.people import hire
from config.rehearsal.proof import proved
from config.rehearsal.source import form_faults, offer_form, read_folder
from core import clock
from core.errors import Refused
from core.reasons import Reason, reason
from core.working_days import SHANGHAI
from trading.names import Kind
from trading.procedures import NoSuchProcedure, procedure_for

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from config.rehearsal.agreement import Outcome
    from config.rehearsal.proof import Proof
    from config.rehearsal.source import Letting

LONGEST_SCHEME = 32
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
        parser.add_argument(
            "--faults",
            action="store_true",
            help="then one lot with each fault that a bundle must show, and what it shows",
        )
        parser.add_argument(
            "--bundles", type=Path, metavar="FOLDER", help="keep the bundles that were verified, and trust.json, here"
        )
        parser.add_argument("--scheme", default="IA-DOT", help="the scheme of the source's codes")

    def handle(self, *, source: Path, **options: Any) -> None:
        reasons = _option_faults(options, kind=Kind.GP_OPEN if source.is_file() else Kind.CT)
        lettings: list[Letting] = []
        tenders: list[procurement.Tender] = []
        try:
            if source.is_file():
                tenders = procurement.read_tenders(source)
            else:
                lettings = read_folder(source, most=options["lots"])
        except Refused as refusal:
            reasons += refusal.reasons
        if options["faults"] and tenders:
            reasons.append(reason("--faults goes with a folder of sealed tenders"))
        if reasons:
            raise CommandError("\n".join(reasons), returncode=2)
        if tenders:
            self._rehearse_tenders(tenders, edition=options["edition"], keep=options["bundles"])
        else:
            self._rehearse_lettings(lettings, options)

    def _rehearse_lettings(self, lettings: list[Letting], options: dict[str, Any]) -> None:
        started = time.perf_counter()
        outcomes: dict[str, Outcome] = {}
        with own_database(), clock.stands_at(BEGINNING):
            construction.allow_second_rounds(at=clock.now())
            cast = hire(options["scheme"], options["owner"], at=clock.now())
            for letting in lettings:
                outcomes |= self._run(letting, cast, options)
            seconds = time.perf_counter() - started
            proof = proved(keep=options["bundles"])
            planted = (
                faults.shown(cast, currency=options["currency"], edition=options["edition"])
                if options["faults"]
                else []
            )
        for one in planted:
            self.stdout.write(f"fault planted: {one.fault}: {'shown' if one.is_shown else 'NOT SHOWN'}: {one.said}")
        self._say_proof(proof)
        self._report(
            lettings, outcomes, seconds=seconds, is_proved=not proof.failed and all(one.is_shown for one in planted)
        )

    def _rehearse_tenders(self, tenders: list[procurement.Tender], *, edition: str, keep: Path | None) -> None:
        wrong = 0
        with own_database(), clock.stands_at(BEGINNING):
            procurement.allow_one_bidder(at=clock.now())
            for tender in tenders:
                found = procurement.run_tender(tender, scheme="SOURCE", edition=edition)
                wrong += bool(found)
                said = f"differing: {'; '.join(found)}" if found else "agrees"
                self.stdout.write(f"{tender.number}: {said}")
                clock.move_to(clock.now() + procurement.DAY)
            proof = proved(keep=keep)
        self._say_proof(proof)
        self.stdout.write(f"agreeing {len(tenders) - wrong} of {len(tenders)}")
        if wrong or proof.failed:
            raise SystemExit(1)

    def _say_proof(self, proof: Proof) -> None:
        for number, why in proof.failed.items():
            self.stdout.write(f"  {number}: the bundle does not verify: {why}")
        self.stdout.write(proof.line)

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

    def _report(
        self, lettings: list[Letting], outcomes: dict[str, Outcome], *, seconds: float, is_proved: bool
    ) -> None:
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
                self.stdout.write(f"  {lot_id}: differing: {line}")
        self._say_past_rank_one([outcomes[lot.lot_id] for lot in compared])
        if unopened:
            self.stdout.write(f"not opened, fewer than the least number of bids: {len(unopened)}")
            for lot in unopened:
                self.stdout.write(f"  {lot.lot_id}: {len(lot.bids)} bids")
        self.stdout.write(f"{seconds:.1f} s, {seconds / max(len(lots), 1):.3f} s per lot, peak memory {peak:.0f} MB")
        self.stdout.write(f"agreeing {agreeing} of {len(compared)}")
        if wrong or not is_proved:
            raise SystemExit(1)

    def _say_past_rank_one(self, outcomes: list[Outcome]) -> None:
        """Say how many awards followed the source past rank one, and why: there the winner is no finding."""
        why = Counter(outcome.past_rank_one for outcome in outcomes if outcome.past_rank_one)
        self.stdout.write(f"awards past rank one: {why.total()}")
        for because, many in sorted(why.items()):
            self.stdout.write(f"  {because}: {many}")


def _option_faults(options: dict[str, Any], *, kind: Kind) -> list[Reason]:
    """Return everything that is wrong with what was said beside the source."""
    faults = []
    if options["lots"] is not None and options["lots"] < 1:
        faults.append(reason("--lots is a number from 1 on, not {n}", n=options["lots"]))
    faults += form_faults(offer_form(Decimal(1), currency=options["currency"]))
    try:
        procedure_for(kind, options["edition"])
    except NoSuchProcedure:
        faults.append(reason("there is no edition {edition} of {kind}", edition=options["edition"], kind=kind.value))
    if not options["owner"].strip():
        faults.append(reason("{option} is empty", option="--owner"))
    if not 0 < len(options["scheme"].strip()) <= LONGEST_SCHEME:
        faults.append(reason("--scheme has 1 to {most} characters", most=LONGEST_SCHEME))
    return faults
