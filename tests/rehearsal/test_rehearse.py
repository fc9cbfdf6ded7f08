"""The whole thread, in a process of its own: a rehearsal makes and removes its own database."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command

from config.management.commands import rehearse as command
from config.rehearsal.agreement import Outcome
from config.rehearsal.source import read_folder
from core import clock
from core.models import Installation

if TYPE_CHECKING:
    from config.rehearsal.source import Letting

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


# -- the command itself, with rehearsals that cost nothing ---------------------------------------------


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    monkeypatch.setattr(command, "own_database", nullcontext)
    return io.StringIO()


def test_a_lot_that_differs_is_printed_and_fails_the_rehearsal(
    monkeypatch: pytest.MonkeyPatch, said: io.StringIO
) -> None:
    def run_letting(_cast: object, letting: Letting, **_words: object) -> dict[str, Outcome]:
        """Everything agrees except that the winner of the first lot is another."""
        found = {
            lot.lot_id: Outcome({bid.vendor: bid.total for bid in lot.bids}, lot.printed.winner, lot.printed.amount)
            for lot in letting.lots
        }
        first = letting.lots[0].lot_id
        return found | {first: replace(found[first], winner="")}

    monkeypatch.setattr(command.construction, "allow_second_rounds", lambda *, at: None)
    monkeypatch.setattr(command, "hire", lambda *_words, at: None)
    monkeypatch.setattr(command.construction, "run_letting", run_letting)
    with pytest.raises(SystemExit) as ended:
        call_command("rehearse", EXAMPLES / "iowa-dot-lettings", lots=2, stdout=said)
    lines = said.getvalue().splitlines()
    winner = read_folder(EXAMPLES / "iowa-dot-lettings", most=1)[0].lots[0].printed.winner
    assert (ended.value.code, lines[-1]) == (1, "agreeing 1 of 2")
    assert [line for line in lines if "awarded" in line] == [
        f"  20240117_06_1502_024: winner: {winner} printed, nobody awarded"
    ]


def test_a_purchase_that_differs_is_printed_and_fails_the_rehearsal(
    monkeypatch: pytest.MonkeyPatch, said: io.StringIO
) -> None:
    ends = iter([["winner differs"], [], []])
    monkeypatch.setattr(command.procurement, "allow_one_bidder", lambda *, at: None)
    monkeypatch.setattr(command.procurement, "run_tender", lambda _tender, *, scheme: next(ends))
    with pytest.raises(SystemExit) as ended:
        call_command("rehearse", EXAMPLES / "prozorro" / "tenders_with_outcome.json", stdout=said)
    lines = said.getvalue().splitlines()
    assert [line.partition(": ")[2] for line in lines[:3]] == ["winner differs", "agrees", "agrees"]
    assert (ended.value.code, lines[3]) == (1, "agreeing 2 of 3")


def test_a_file_that_cannot_be_read_ends_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "empty.json").write_text("[]")
    with pytest.raises(CommandError) as refused:
        call_command("rehearse", tmp_path / "empty.json")
    assert (refused.value.returncode, str(refused.value)) == (2, "empty.json has no tender")
