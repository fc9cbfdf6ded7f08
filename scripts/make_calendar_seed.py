"""Maintainer's word: write core/seeds/calendar.json from the package chinesecalendar.

Run ``python scripts/make_calendar_seed.py`` after a release of chinesecalendar has learnt a new year's notice.
``--check`` writes nothing and fails if the committed file differs.
"""

from __future__ import annotations

import json
import sys
from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from chinese_calendar import constants

if TYPE_CHECKING:
    from collections.abc import Iterable

SEED = Path(__file__).parent.parent / "core" / "seeds" / "calendar.json"
DAY = timedelta(days=1)

# First day of the lunar year, and the days of the other three festivals that move. Beijing time: the new moons
# of 2027-02-06 (23:56) and 2030-02-03 (00:07) fall close to midnight and are often printed a day off.
SPRING_FESTIVAL = "2027-02-06 2028-01-26 2029-02-13 2030-02-03 2031-01-23 2032-02-11 2033-01-31 2034-02-19 2035-02-08"
MOVING = {
    "qingming": "2027-04-05 2028-04-04 2029-04-04 2030-04-05 2031-04-05 2032-04-04 2033-04-04 2034-04-05 2035-04-05",
    "dragon_boat": "2027-06-09 2028-05-28 2029-06-16 2030-06-05 2031-06-24 2032-06-12 2033-06-01 2034-06-20 2035-06-10",
    "mid_autumn": "2027-09-15 2028-10-03 2029-09-22 2030-09-12 2031-10-01 2032-09-19 2033-09-08 2034-09-27 2035-09-16",
}


def spans(days: Iterable[date]) -> dict[str, str]:
    """Return days as text by year, runs of days as ``first/last``."""
    runs: list[list[date]] = []
    for day in sorted(days):
        if runs and day - runs[-1][1] == DAY and day.year == runs[-1][1].year:
            runs[-1][1] = day
        else:
            runs.append([day, day])
    found: dict[str, list[str]] = {}
    for first, last in runs:
        text = f"{first:%m-%d}" if first == last else f"{first:%m-%d}/{last:%m-%d}"
        found.setdefault(f"{first.year}", []).append(text)
    return {year: " ".join(texts) for year, texts in found.items()}


def lunar() -> dict[str, list[str]]:
    """Return the statutory days that follow the moon or the sun, for the years without a notice."""
    eves_and_days = [
        (date.fromisoformat(text) + n * DAY).isoformat() for text in SPRING_FESTIVAL.split() for n in range(-1, 3)
    ]
    return {"spring_festival": eves_and_days} | {name: text.split() for name, text in MOVING.items()}


def seed() -> str:
    """Return the text of the seed file."""
    years = sorted({day.year for day in constants.holidays})
    content = {
        "source": f"State Council holiday notices {years[0]}-{years[-1]}, as recorded by chinesecalendar "
        f"{version('chinesecalendar')} (MIT)",
        "note": "holiday: days off of a festival; workday: weekend days worked instead. All other days follow the "
        "week. lunar: statutory days of years without a notice yet (eve and first three days of Spring Festival, "
        "Qingming, Dragon Boat, Mid-Autumn), the base of provisional deadlines.",
        "first_year": years[0],
        "last_year": years[-1],
        "holiday": spans(constants.holidays),
        "workday": spans(constants.workdays),
        "lunar": lunar(),
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def main(arguments: list[str]) -> int:
    """Write the seed file, or compare it."""
    if arguments == ["--check"]:
        return int(SEED.read_text(encoding="utf-8") != seed())
    SEED.parent.mkdir(exist_ok=True)
    SEED.write_text(seed(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
