from __future__ import annotations

import tomllib

from config.testing.coverage_gate import grouped
from tests.house.house_rules import ROOT

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
    young = {"config": 85, "evaluation": 90, "supervision": 90}  # younger than their tests: on their way to 95
    assert table == {"trading/procedures": 100, "*/rules": 100, **young, "*": 95}
