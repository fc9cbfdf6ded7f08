"""``calendar``: show and change the table of days off and working days."""

from __future__ import annotations

import getpass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from core import clock
from core.actors import Actor
from core.errors import Refused
from core.working_days import DayKind
from trading import binding, regulating
from trading.models import CalendarYear
from trading.regions import COUNTRY

if TYPE_CHECKING:
    from argparse import ArgumentParser

_DAY = timedelta(days=1)


class Command(BaseCommand):
    help = (
        "The calendar of working days. `list 2026` shows the days on which the ordinary week does not hold, "
        "`set 2026-10-10 workday --source …` enters one day, `load 2027 FILE --source …` enters a decreed year in "
        "full: one line for each day or span, `2027-02-05/2027-02-11 holiday`. What is due is reckoned again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        words = parser.add_subparsers(dest="word", required=True)
        shown = words.add_parser("list", help="show a year")
        shown.add_argument("year", type=int)
        shown.add_argument("--region", default=COUNTRY)
        one = words.add_parser("set", help="enter one day")
        one.add_argument("day", type=date.fromisoformat)
        one.add_argument("kind", choices=[kind.value for kind in DayKind])
        one.add_argument("--region", default=COUNTRY)
        year = words.add_parser("load", help="enter a decreed year in full")
        year.add_argument("year", type=int)
        year.add_argument("file", type=Path)
        for word in (one, year):
            word.add_argument("--source", required=True, help="the decree, by number or address")

    def handle(self, *_args: object, **options: Any) -> None:
        try:
            {"list": self._list, "set": self._set, "load": self._load}[options["word"]](options)
        except Refused as refusal:
            raise CommandError("; ".join(refusal.reasons)) from None

    def _list(self, options: dict[str, Any]) -> None:
        year, calendar = options["year"], binding.calendar_of(options["region"])
        named = {day: kind for day, kind in sorted(calendar.days.items()) if day.year == year}
        for day, kind in named.items():
            self.stdout.write(f"{day} {kind.value}")
        entered = CalendarYear.objects.filter(year=year).first()
        if entered:
            self.stdout.write(f"{year}: decreed, {entered.source}")
        else:
            covered = "complete in the seed" if year in calendar.covered else "provisional: not decreed yet"
            self.stdout.write(f"{year}: {covered}")

    def _set(self, options: dict[str, Any]) -> None:
        lots = regulating.set_day(
            day=options["day"],
            is_workday=options["kind"] == DayKind.WORKDAY,
            region=options["region"],
            source=options["source"],
            actor=_operator(),
            at=clock.now(),
        )
        self.stdout.write(f"{options['day']} is a {options['kind']} now; {lots} lots were reckoned again")

    def _load(self, options: dict[str, Any]) -> None:
        days = read_table(options["file"])
        lots = regulating.load_year(
            year=options["year"], days=days, source=options["source"], actor=_operator(), at=clock.now()
        )
        self.stdout.write(f"{options['year']} is decreed: {len(days)} days; {lots} lots were reckoned again")


def read_table(file: Path) -> dict[date, bool]:
    """Return day → works from lines like ``2027-02-05/2027-02-11 holiday``; CommandError names a bad line."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as fault:
        raise CommandError(f"{file} cannot be read: {fault}") from None
    days: dict[date, bool] = {}
    for n, line in enumerate(lines, start=1):
        text = line.partition("#")[0].strip()
        if not text:
            continue
        try:
            span, kind = text.split()
            first, _slash, last = span.partition("/")
            day, end = date.fromisoformat(first), date.fromisoformat(last or first)
            works = DayKind(kind) is DayKind.WORKDAY
        except ValueError as fault:
            raise CommandError(f"line {n} is not `day holiday` or `day workday`: {fault}") from None
        while day <= end:
            days[day] = works
            day += _DAY
    return days


def _operator() -> Actor:
    """Return who stands at the console: the platform acts, under the name of the machine's user."""
    return Actor(person="", name=getpass.getuser(), role="SYSTEM", organisation="")
