"""How many tests passed, failed or were skipped, over all runs of the suite."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET  # the files are written by our own runs of pytest

if TYPE_CHECKING:
    from pathlib import Path

OUTSIDE = "needs real input"


@dataclass(frozen=True)
class Counts:
    """Passes and failures are counted per run; ``skipped`` names the tests that no run executed."""

    passed: int
    failed: int
    left_out: int
    skipped: tuple[str, ...]


def counted(folder: Path) -> Counts:
    """Read the files ``counts.*.xml`` of the folder."""
    passed = failed = 0
    executed: set[str] = set()
    skipped: dict[str, str] = {}
    for file in sorted(folder.glob("counts.*.xml")):
        for case in ET.parse(file).iter("testcase"):  # noqa: S314
            name = f"{case.get('classname')}::{case.get('name')}"
            skip = case.find("skipped")
            if skip is not None:
                skipped[name] = skip.get("message", "")
                continue
            executed.add(name)
            if case.find("failure") is None and case.find("error") is None:
                passed += 1
            else:
                failed += 1
    never = {name: why for name, why in skipped.items() if name not in executed}
    lines = tuple(f"{name} ({why})" for name, why in sorted(never.items()) if not why.startswith(OUTSIDE))
    return Counts(passed, failed, len(never), lines)
