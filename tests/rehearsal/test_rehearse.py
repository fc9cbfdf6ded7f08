"""The whole thread, in a process of its own: a rehearsal makes and removes its own database."""

from __future__ import annotations

import io
import json
import os
import re
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
from config.rehearsal.containing import contained
from config.rehearsal.proof import Proof, _spread
from config.rehearsal.source import read_folder
from core import clock
from core.models import Installation
from verifier import console

if TYPE_CHECKING:
    from config.rehearsal.source import Letting

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "docs" / "examples"


COPIED, MIGRATED = ("-m", "tests.migrating"), ("manage.py",)  # how the rehearsal gets its database


def rehearse(
    *words: object, counted: bool = True, program: tuple[str, ...] = COPIED
) -> subprocess.CompletedProcess[str]:
    """Run the command; lines are not ``counted`` where a smaller rehearsal goes the same ways (counting doubles it)."""
    environ = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings", "YANGGUANG_LOG": "ERROR"}
    if not counted:
        environ.pop("COVERAGE_PROCESS_CONFIG", None)
    return subprocess.run(
        [sys.executable, *program, "rehearse", *map(str, words)],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def small_lots(folder: Path, **lots: tuple[str, tuple[str, ...] | None]) -> None:
    """Write lots with the same four bids each; a lot names its printed winner and who withdrew (None: no bids)."""
    prices = {"A": 100, "B": 110, "C": 120, "D": 130}
    tables = {
        "lots.csv": ["lot_id,letting_date,official_contract_id,work_type,county,route,location"],
        "bids.csv": ["lot_id,vendor_code,bidder_name,bid_total,withdrawn"],
        "expected_ranking.csv": ["lot_id,rank,vendor_code,bid_total,percent_of_low"],
        "expected_awards.csv": ["lot_id,bid_count,awarded_vendor_code,awarded_amount,letting_status"],
    }
    for lot, (winner, withdrawn) in lots.items():
        bids = {} if withdrawn is None else prices
        tables["lots.csv"].append(f"{lot},2024-01-17,{lot},works,county,route,place")
        tables["expected_awards.csv"].append(f"{lot},{len(bids)},{winner},{prices[winner]},AWARDED")
        for rank, (vendor, price) in enumerate(bids.items(), start=1):
            gone = str(vendor in (withdrawn or ())).lower()
            tables["bids.csv"].append(f"{lot},{vendor},Builder {vendor},{price},{gone}")
            tables["expected_ranking.csv"].append(f"{lot},{rank},{vendor},{price},{price}.00")
    for name, lines in tables.items():
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_twelve_lots_agree_with_the_print() -> None:
    run = rehearse(EXAMPLES / "iowa-dot-lettings", counted=False)
    assert (run.returncode, run.stdout.splitlines()[-1], run.stderr) == (0, "agreeing 12 of 12", "")
    assert "\nbundles verified: 12 of 12, " in run.stdout


def test_lots_below_the_least_number_can_be_left_to_fail() -> None:
    run = rehearse(EXAMPLES / "iowa-dot-lettings", "--below-minimum", "fail", counted=False)
    assert (run.returncode, run.stdout.splitlines()[-1]) == (0, "agreeing 8 of 8")
    assert "not opened, fewer than the least number of bids: 4" in run.stdout


def test_three_purchases_agree_with_the_source() -> None:
    run = rehearse(EXAMPLES / "prozorro" / "tenders_with_outcome.json", program=MIGRATED)
    assert (run.returncode, run.stdout.splitlines()[-1], run.stderr) == (0, "agreeing 3 of 3", "")


def test_a_source_that_cannot_be_read_ends_with_its_reasons() -> None:
    run = rehearse(ROOT / "docs")
    assert run.returncode == 2
    assert run.stderr.count(" is missing in ") == 4


def test_a_purchase_with_none_qualified_fails_and_one_that_is_refused_says_why(tmp_path: Path) -> None:
    data = json.loads((EXAMPLES / "prozorro" / "tenders_with_outcome.json").read_text(encoding="utf-8"))
    refused, failing, _ = data["releases"] if isinstance(data, dict) else data
    failing["awards"][0]["status"] = failing["tender"]["status"] = "unsuccessful"
    failing["contracts"] = []
    refused["tender"]["value"]["amount"] = 1
    (tmp_path / "two.json").write_text(json.dumps([refused, failing]), encoding="utf-8")
    run = rehearse(tmp_path / "two.json")
    said = dict(line.split(": ", 1) for line in run.stdout.splitlines()[:-1])
    assert said["bundles verified"].startswith("2 of 2, ")
    assert (run.returncode, run.stdout.splitlines()[-1], run.stderr) == (1, "agreeing 1 of 2", "")
    assert said[failing["tender"]["tenderID"]] == "agrees"
    assert said[refused["tender"]["tenderID"]].startswith("differing: the bid of ")


def test_a_lot_that_does_not_come_to_its_end_is_a_difference_and_the_others_go_on(tmp_path: Path) -> None:
    small_lots(
        tmp_path,
        plain=("A", ()),
        passed_over=("B", ()),
        gave_up=("B", ("A",)),
        no_candidate=("D", ()),
        without_bids=("A", None),
    )
    run = rehearse(tmp_path, "--faults", "--bundles", tmp_path / "kept")
    others = ("letting ", "fault planted: ", "bundles verified: ")
    table = [line for line in run.stdout.splitlines() if not line.startswith(others) and "memory" not in line]
    assert (run.returncode, run.stderr) == (1, "")
    assert [
        re.sub("[0-9a-f]{64}", "M", line.partition(": ")[2])
        for line in run.stdout.splitlines()
        if line.startswith("fault planted: ")
    ] == PLANTED
    assert "\nbundles verified: 4 of 4, " in run.stdout
    trust = tmp_path / "kept" / "trust.json"
    assert [console.main([str(kept), "--trust", str(trust)]) for kept in trust.parent.glob("*.zip")] == [0] * 4
    assert table == [
        "    lots   agreeing  differing",
        "       5          3          2",
        "  no_candidate: differing: winner: D printed, A awarded",
        "  no_candidate: differing: amount: 130 printed, 100.00 awarded",
        "  without_bids: differing: failed in the second round too",
        "awards past rank one: 2",
        "  as in the source, not published: 1",
        "  withdrawn after the opening, as in the source: 1",
        "agreeing 3 of 5",
    ]


PLANTED = [
    "bad dealing: shown: OR-R-000031: the bidder dealt no proper share to: agency",
    "lying holder: shown: agency: the holder released a false share",
    "absent holder: shown: tenderee: the holder has released nothing",
    "dropped bid: shown: step 10: the close did not accept exactly the live bids",
    "swapped pool: shown: step 19: draws/M/manifest.json is not the document whose digest is in the log",
]


@pytest.mark.outside
def test_the_first_lots_of_the_whole_source_agree(outside: object) -> None:
    run = rehearse(outside("iowa-dot-lettings"), "--lots", "3", counted=False)  # type: ignore[operator]
    assert (run.returncode, run.stdout.splitlines()[-1]) == (0, "agreeing 3 of 3")


@pytest.mark.django_db
def test_a_clock_cannot_stand_in_a_database_that_serves_people() -> None:
    from datetime import UTC, datetime

    from django.db import transaction

    at = datetime(2026, 1, 5, tzinfo=UTC)
    Installation.objects.update_or_create(id=1, defaults={"made_for": Installation.USE, "made_at": at})
    with clock.stands_at(at), transaction.atomic(), pytest.raises(clock.NotARehearsal):
        clock.after_lock()


def test_a_fault_that_is_no_refusal_is_named_with_its_kind_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    with contained() as fault:
        raise LookupError("no such row")
    assert fault == ["LookupError: no such row"]
    assert [record.exc_info is not None for record in caplog.records] == [True]


# -- the command itself, with rehearsals that cost nothing ---------------------------------------------


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    monkeypatch.setattr(command, "own_database", nullcontext)
    monkeypatch.setattr(command, "proved", lambda *, keep: Proof(lots=3, tried=3, checks=7, failed=dict(keep or {})))
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
    assert [line for line in lines if "differing: " in line] == [
        f"  20240117_06_1502_024: differing: winner: {winner} printed, nobody awarded"
    ]


def test_a_purchase_that_differs_is_printed_and_fails_the_rehearsal(
    monkeypatch: pytest.MonkeyPatch, said: io.StringIO
) -> None:
    ends = iter([["winner differs"], [], []])
    monkeypatch.setattr(command.procurement, "allow_one_bidder", lambda *, at: None)
    monkeypatch.setattr(command.procurement, "run_tender", lambda _tender, *, scheme, edition: next(ends))
    with pytest.raises(SystemExit) as ended:
        call_command("rehearse", EXAMPLES / "prozorro" / "tenders_with_outcome.json", stdout=said)
    lines = said.getvalue().splitlines()
    assert [line.partition(": ")[2] for line in lines[:3]] == ["differing: winner differs", "agrees", "agrees"]
    assert (ended.value.code, lines[3:]) == (1, ["bundles verified: 3 of 3, 7 checks", "agreeing 2 of 3"])


def test_a_bundle_that_does_not_verify_fails_the_rehearsal_and_says_where(
    monkeypatch: pytest.MonkeyPatch, said: io.StringIO
) -> None:
    monkeypatch.setattr(command.procurement, "allow_one_bidder", lambda *, at: None)
    monkeypatch.setattr(command.procurement, "run_tender", lambda _tender, *, scheme, edition: [])
    failed = Proof(lots=400, tried=200, failed={"L-1": "step 10: why"})
    monkeypatch.setattr(command, "proved", lambda *, keep: failed)
    with pytest.raises(SystemExit) as ended:
        call_command("rehearse", EXAMPLES / "prozorro" / "tenders_with_outcome.json", stdout=said)
    assert (ended.value.code, said.getvalue().splitlines()[3:]) == (
        1,
        [
            "  L-1: the bundle does not verify: step 10: why",
            "bundles verified: 199 of 200 (evenly from 400), 0 checks",
            "agreeing 3 of 3",
        ],
    )


def test_of_many_lots_some_are_taken_evenly() -> None:
    assert _spread(list(range(10)), 4) == [0, 2, 5, 7]  # type: ignore[arg-type]
    assert _spread([1, 2], 4) == [1, 2]  # type: ignore[arg-type, list-item]


def test_the_options_and_the_source_are_refused_together(tmp_path: Path) -> None:
    (tmp_path / "empty.json").write_text("[]")
    options = {"lots": 0, "currency": "usd", "edition": "1999", "owner": " ", "scheme": ""}
    with pytest.raises(CommandError) as refused:
        call_command("rehearse", tmp_path / "empty.json", **options)
    assert (refused.value.returncode, str(refused.value).splitlines()) == (
        2,
        [
            "--lots is a number from 1 on, not 0",
            "currency: three capital letters are expected, such as CNY",
            "there is no edition 1999 of GP_OPEN",
            "--owner is empty",
            "--scheme has 1 to 32 characters",
            "empty.json has no tender",
        ],
    )


def test_a_file_that_cannot_be_read_ends_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "empty.json").write_text("[]")
    with pytest.raises(CommandError) as refused:
        call_command("rehearse", tmp_path / "empty.json")
    assert (refused.value.returncode, str(refused.value)) == (2, "empty.json has no tender")
