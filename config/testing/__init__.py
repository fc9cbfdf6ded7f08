"""``./yangguang test``: the gates, then the tests on everything that this machine has.

Every step runs even when an earlier one failed, so that one run shows every failure. What the machine lacks is
said in one plain line each; ``--require-all`` makes that a failure too.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from config.testing.counts import Counts, counted
from config.testing.coverage_gate import coverage_faults
from config.testing.services import find_services
from config.testing.steps import Result, Step, gates, run_step, suites

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config.testing.services import Services

ROOT = Path(__file__).resolve().parent.parent.parent


def run(words: Sequence[str]) -> int:
    """Run what the words ask for; 0 only if everything passed (and, if asked, nothing was left out)."""
    chosen = _parse(words)
    if not (ROOT / "tests").is_dir():
        sys.stdout.write("The tests live in a checkout of Yangguang; this is an installed copy.\n")
        return 2
    os.chdir(ROOT)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="yangguang-test-") as name:
        folder = Path(name)
        services = find_services(os.environ)
        missing = _say_what_is_missing(services)
        results = _run_all(gates(services), folder)
        results += _run_all(suites(services, folder, quick=chosen.quick), folder)
        if not chosen.quick:
            results.append(_judge_coverage(folder, everything_ran=not missing))
        counts = counted(folder)
    faults = [f"failed: {result.title}" for result in results if not result.passed]
    if chosen.require_all:
        faults += [f"left out: {line}" for line in missing]
        faults += [f"skipped in every run: {test}" for test in counts.skipped]
    _close(results, counts, faults, seconds=time.monotonic() - began)
    return 1 if faults else 0


def _parse(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="yangguang test", description="Run the gates and the tests.")
    parser.add_argument("--quick", action="store_true", help="the gates and the suite on SQLite, nothing else")
    parser.add_argument("--require-all", action="store_true", help="fail if this machine lacks anything")
    chosen = parser.parse_args(words)
    if chosen.quick and chosen.require_all:
        parser.error("--quick leaves things out, --require-all forbids it")
    return chosen


def _say_what_is_missing(services: Services) -> list[str]:
    missing = services.missing()
    for line in missing:
        sys.stdout.write(f"{line}\n")
    return missing


def _run_all(steps: Sequence[Step], folder: Path) -> list[Result]:
    results = []
    for step in steps:
        _heading(step.title)
        results.append(run_step(step, folder))
    return results


def _judge_coverage(folder: Path, *, everything_ran: bool) -> Result:
    """Judge the coverage of all runs together; what only a missing service reaches is then not asked for."""
    _heading(title := "Coverage by folder")
    began = time.monotonic()
    faults = coverage_faults(ROOT, sorted(folder.glob("coverage.*")), everything_ran=everything_ran)
    for fault in faults:
        sys.stdout.write(f"{fault}\n")
    return Result(title, passed=not faults, seconds=time.monotonic() - began)


def _heading(title: str) -> None:
    sys.stdout.write(f"\n── {title} {'─' * max(2, 76 - len(title))}\n")
    sys.stdout.flush()


def _close(results: Sequence[Result], counts: Counts, faults: Sequence[str], *, seconds: float) -> None:
    """Print one line per step, every fault, and as the last line the count of the tests."""
    _heading("Result")
    for result in results:
        sys.stdout.write(f"{'ok    ' if result.passed else 'FAILED'} {result.seconds:7.1f} s  {result.title}\n")
    for fault in faults:
        sys.stdout.write(f"{fault}\n")
    sys.stdout.write(f"{'Not everything passed' if faults else 'Everything passed'} in {seconds:.0f} s.\n")
    sys.stdout.write(f"tests: {counts.passed} passed, {counts.failed} failed, {counts.left_out} skipped\n")
    sys.stdout.flush()
