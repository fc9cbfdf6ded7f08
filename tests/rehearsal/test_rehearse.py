"""The whole thread, in a process of its own: a rehearsal makes and removes its own database."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from core import clock
from core.models import Installation

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "docs" / "examples"


def rehearse(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "rehearse", *map(str, words)],
        cwd=ROOT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings", "YANGGUANG_LOG": "ERROR"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def test_twelve_lots_agree_with_the_print() -> None:
    run = rehearse(EXAMPLES / "iowa-dot-lettings")
    assert (run.returncode, run.stdout.splitlines()[-1], run.stderr) == (0, "agreeing 12 of 12", "")


def test_lots_below_the_least_number_can_be_left_to_fail() -> None:
    run = rehearse(EXAMPLES / "iowa-dot-lettings", "--below-minimum", "fail")
    assert (run.returncode, run.stdout.splitlines()[-1]) == (0, "agreeing 8 of 8")
    assert "not opened, fewer than the least number of bids: 4" in run.stdout


def test_three_purchases_agree_with_the_source() -> None:
    run = rehearse(EXAMPLES / "prozorro" / "tenders_with_outcome.json")
    assert (run.returncode, run.stdout.splitlines()[-1], run.stderr) == (0, "agreeing 3 of 3", "")


def test_a_source_that_cannot_be_read_ends_with_its_reasons() -> None:
    run = rehearse(ROOT / "docs")
    assert run.returncode == 2
    assert run.stderr.count(" is missing in ") == 4


@pytest.mark.outside
def test_the_first_lots_of_the_whole_source_agree(outside: object) -> None:
    run = rehearse(outside("iowa-dot-lettings"), "--lots", "20")  # type: ignore[operator]
    assert (run.returncode, run.stdout.splitlines()[-1]) == (0, "agreeing 20 of 20")


@pytest.mark.django_db
def test_a_clock_cannot_stand_in_a_database_that_serves_people() -> None:
    from datetime import UTC, datetime

    from django.db import transaction

    at = datetime(2026, 1, 5, tzinfo=UTC)
    Installation.objects.update_or_create(id=1, defaults={"made_for": Installation.USE, "made_at": at})
    with clock.stands_at(at), transaction.atomic(), pytest.raises(clock.NotARehearsal):
        clock.after_lock()
