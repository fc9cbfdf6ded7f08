"""``manage.py demo_release [LOT …]``: let the demonstration's key holders do what they are waited for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from config.demonstration import holding
from config.demonstration.making import jobs_at_once
from core.errors import Refused
from trading.models import Lot

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = "In a demonstration: answer rehearsals and release shares for the key holders, whose keys are no secret."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("lots", nargs="*", metavar="LOT", help="numbers of lots (default: all that wait)")

    def handle(self, *, lots: list[str], **_: Any) -> None:
        for lot in self._named(lots) if lots else holding.awaiting():
            try:
                with jobs_at_once():  # a broker in memory does not reach the process that serves
                    acted = holding.act_for_holders(lot.pk)
            except Refused as refusal:
                raise CommandError("\n".join(refusal.reasons)) from refusal
            self.stdout.write(f"{lot.number}: {acted} key holders acted; the hall is at /hall/{lot.number}")

    def _named(self, numbers: list[str]) -> list[Lot]:
        found = {lot.number: lot for lot in Lot.objects.filter(number__in=numbers)}
        if unknown := sorted(set(numbers) - set(found)):
            raise CommandError(f"no such lot: {', '.join(unknown)}")
        return [found[number] for number in numbers]
