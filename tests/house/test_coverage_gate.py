from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from typing import TYPE_CHECKING

from config.testing.coverage_gate import grouped
from tests.house.house_rules import ROOT

if TYPE_CHECKING:
    from pathlib import Path

THRESHOLDS = {"trading/procedures": 100.0, "*/rules": 100.0, "*": 95.0}


def summary(reached: int, wanted: int) -> dict[str, float]:
    return {"covered_lines": reached, "num_statements": wanted, "covered_branches": 0, "num_branches": 0}


def test_each_file_is_judged_by_the_first_folder_that_fits_and_each_app_apart() -> None:
    files = {
        "trading/procedures/guards.py": summary(10, 10),
        "trading/moves.py": summary(19, 20),
        "bidding/rules/sealing.py": summary(5, 5),
        "evaluation/rules/ties.py": summary(4, 5),
        "bidding/submitting.py": summary(9, 10),
    }
    groups = grouped(files, THRESHOLDS)
    assert {name: (group.threshold, group.reached, group.wanted) for name, group in groups.items()} == {
        "trading/procedures": (100.0, 10, 10),
        "trading": (95.0, 19, 20),
        "*/rules": (100.0, 9, 10),
        "bidding": (95.0, 9, 10),
    }
    assert {name: group.is_enough for name, group in groups.items()} == {
        "trading/procedures": True,
        "trading": True,
        "*/rules": False,
        "bidding": False,
    }
    assert groups["*/rules"].files == [(80.0, "evaluation/rules/ties.py")]


def test_nothing_is_rounded_up_to_a_threshold() -> None:
    (group,) = grouped({"bidding/rules/sealing.py": summary(99_999, 100_000)}, THRESHOLDS).values()
    assert (f"{group.percent:.2f}", group.is_enough) == ("100.00", False)


def test_the_thresholds_stand_in_one_place() -> None:
    table = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["yangguang"]["coverage"]
    assert table == {"trading/procedures": 100, "*/rules": 100, "*": 95}


JUDGED = """
import sys
from pathlib import Path
from coverage import CoverageData
from config.testing.coverage_gate import coverage_faults

here = Path.cwd()
measured = CoverageData("coverage.embedded")
measured.add_arcs({str(here / name): [(-1, 1), (1, 2), (2, -1)] for name in ("trading/moves.py", "bidding/rules/x.py")})
measured.write()
for everything_ran in (True, False):
    for fault in coverage_faults(here, [here / "coverage.embedded"], everything_ran=everything_ran):
        print("fault", fault)
print(coverage_faults(here, [], everything_ran=True))
"""
HALF = "a = 1\nb = 2\nif b > 2:\n    c = 3\n"  # two lines of four, no branch of two


def test_what_the_runs_left_is_judged_and_only_laws_and_formulas_where_not_everything_ran(tmp_path: Path) -> None:
    table = '[tool.yangguang.coverage]\n"*/rules" = 100\n"*" = 95\n[tool.coverage.run]\nbranch = true\n'
    (tmp_path / "pyproject.toml").write_text(table)
    for name in ("trading/moves.py", "bidding/rules/x.py"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(HALF)
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    run = [sys.executable, "-c", JUDGED]
    done = subprocess.run(run, cwd=tmp_path, env=environ, capture_output=True, text=True, check=True)
    rules = "*/rules: 33.33 % of 100 % (lowest: bidding/rules/x.py 33 %)"
    assert done.stdout.splitlines() == [
        " 33.33 %  of 100 %  */rules",
        " 33.33 %  of 95 %  trading",
        f"fault {rules}",
        "fault trading: 33.33 % of 95 % (lowest: trading/moves.py 33 %)",
        " 33.33 %  of 100 %  */rules",
        " 33.33 %  of 95 %  trading   (not judged: something was not found)",
        f"fault {rules}",
        "['no run left its coverage']",
    ]
