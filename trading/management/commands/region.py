"""``region``: show and set what a region's law sets differently."""

from __future__ import annotations

import getpass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from core import clock
from core.actors import Actor
from core.errors import Refused
from core.working_days import day_of
from trading import binding, regulating
from trading.models import RegionParameter
from trading.procedures import bind, profile
from trading.regions import region_name

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = (
        "Parameters by region (CN is the whole country). `show 500000` prints every value in force, "
        "`set 500000 ct.owner_rep_count_max 2 --from 2026-07-01 --source …` sets one. Projects that are announced "
        "keep what they were bound to; a value weaker than the law is refused."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        words = parser.add_subparsers(dest="word", required=True)
        shown = words.add_parser("show", help="print the values in force")
        shown.add_argument("region")
        shown.add_argument("--on", type=date.fromisoformat, default=None, help="a day; today without it")
        one = words.add_parser("set", help="set one parameter")
        one.add_argument("region")
        one.add_argument("key")
        one.add_argument("value")
        one.add_argument("--from", dest="since", type=date.fromisoformat, required=True)
        one.add_argument("--to", dest="until", type=date.fromisoformat, default=None)
        one.add_argument("--source", required=True, help="the rule, by name and article")

    def handle(self, *_args: object, **options: Any) -> None:
        {"show": self._show, "set": self._set}[options["word"]](options)

    def _show(self, options: dict[str, Any]) -> None:
        region, on = options["region"], options["on"] or day_of(clock.now())
        overrides = binding.overrides_of(region, on=on)
        values = bind(overrides, on, is_rehearsal=True).values
        rows = {row.key: row for row in RegionParameter.objects.filter(region__in=[binding.COUNTRY, region])}
        self.stdout.write(f"{region} {region_name(region)} on {on}")
        for key, value in sorted(values.items()):
            entered = rows.get(key)
            origin = "law" if key not in overrides else "region's law" if key in profile(region) else "set"
            source = f" ({entered.source})" if entered and key in overrides else ""
            self.stdout.write(f"  {key} = {value.text} {value.unit}: {origin}{source}")

    def _set(self, options: dict[str, Any]) -> None:
        actor = Actor(person="", name=getpass.getuser(), role="SYSTEM", organisation="")
        given = {name: options[name] for name in ("region", "key", "value", "since", "until", "source")}
        try:
            row = regulating.set_parameter(**given, actor=actor, at=clock.now())
        except Refused as refusal:
            raise CommandError("; ".join(refusal.reasons)) from None
        self.stdout.write(f"{row.region} {row.key} = {row.value} from {row.effective_from}, for what is announced then")
