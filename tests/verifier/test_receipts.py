"""A receipt by itself, and one held against a bundle, through the program."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from core.canonical import digest
from core.notes import sign_statement
from tests.house.house_rules import ROOT
from tests.verifier.judging import edited, written
from tests.verifier.paper import TENDER, honest
from verifier import console

if TYPE_CHECKING:
    from pathlib import Path


PAPER = honest()
FILES = PAPER.bundle()
SEAL = PAPER.live["B2"].digest


@pytest.fixture
def receipt(tmp_path: Path) -> Path:
    (tmp_path / "trust.json").write_text(json.dumps(PAPER.keys.trust()))
    (tmp_path / "mine.json").write_bytes(FILES[f"receipts/{SEAL}.json"])
    (tmp_path / "mine.sig").write_bytes(FILES[f"receipts/{SEAL}.sig"])
    return tmp_path / "mine.json"


def run(receipt: Path, *words: str) -> int:
    return console.main([str(receipt), "--trust", str(receipt.parent / "trust.json"), *words])


def test_a_receipt_is_checked_by_itself(receipt: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(receipt, "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["verified"], said["tender"], said["seal"], said["index"]) == (True, TENDER, SEAL, PAPER.places[SEAL])
    assert run(receipt, "--lang", "zh") == 0
    assert capsys.readouterr().out.startswith(f"回执有效：标段 {TENDER} 的密封件 {SEAL}")


@pytest.mark.parametrize(
    ("field", "value"),
    [("seal", "0" * 64), ("tender", "T-9"), ("entry", "{}"), ("proof", "x"), ("v", "tsb/2")],
)
def test_a_receipt_that_says_something_else_does_not_hold(
    receipt: Path, field: str, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    data = edited(receipt.read_bytes(), lambda doc: doc.update({field: value}))
    receipt.write_bytes(data)
    assert run(receipt) == 1
    note = sign_statement("receipt", digest(data), key=PAPER.keys.platform)
    receipt.with_suffix(".sig").write_text(note)  # even if the platform signs it
    assert run(receipt) == 1
    assert capsys.readouterr().out.count("the receipt does not hold") == 2
    assert run(receipt, "--json") == 1
    assert json.loads(capsys.readouterr().out)["verified"] is False


def test_without_its_note_it_does_not_hold(receipt: Path, capsys: pytest.CaptureFixture[str]) -> None:
    receipt.with_suffix(".sig").unlink()
    assert run(receipt) == 1
    assert "cannot be read" in capsys.readouterr().out


def test_a_bundle_is_held_against_the_readers_own_receipt(
    receipt: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = written(FILES, tmp_path / "bundle")
    words = ["--trust", str(tmp_path / "trust.json"), "--receipt", str(receipt)]
    assert console.main([str(bundle), *words]) == 0
    other = honest(until="bidding", bidders=1)
    other.shut()
    other.release("agency", "platform", "supervisor")
    other.open()
    forked = written(other.bundle(), tmp_path / "forked")
    assert console.main([str(forked), *words]) == 1
    assert "✗ 20 everything was looked at: failed" in capsys.readouterr().out


def test_it_runs_as_a_program_and_as_a_word_of_the_platform(receipt: Path) -> None:
    words = [str(receipt), "--trust", str(receipt.parent / "trust.json")]
    for command in ("verifier", "config.console verify"):
        module, *rest = command.split()
        done = subprocess.run([sys.executable, "-m", module, *rest, *words], cwd=ROOT, capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (0, b"")
