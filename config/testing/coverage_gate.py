"""Coverage by folder against the thresholds of ``[tool.yangguang.coverage]`` in pyproject.toml."""

from __future__ import annotations

import json
import sys
import tempfile
import tomllib
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

WHOLE = 100
WORST = 5


@dataclass
class Group:
    """The files that one threshold judges together."""

    threshold: float
    reached: int = 0
    wanted: int = 0
    files: list[tuple[float, str]] = field(default_factory=list)

    @property
    def percent(self) -> float:
        """Return lines and branches reached, of all, in percent."""
        return 100 * self.reached / self.wanted if self.wanted else 100.0

    @property
    def is_enough(self) -> bool:
        """Compare the counts, not the rounded percentage."""
        return 100 * self.reached >= self.threshold * self.wanted

    def add(self, path: str, summary: Mapping[str, float]) -> None:
        """Count one file; ``summary`` is coverage's own."""
        reached = int(summary["covered_lines"] + summary["covered_branches"])
        wanted = int(summary["num_statements"] + summary["num_branches"])
        self.reached += reached
        self.wanted += wanted
        if reached < wanted:
            self.files.append((100 * reached / wanted, path))


def coverage_faults(root: Path, files: Sequence[Path], *, everything_ran: bool) -> list[str]:
    """Print one line per group and return one fault per group below its threshold.

    Where something could not run, only the thresholds of 100 count: law and formulas need no service.
    """
    thresholds: dict[str, float] = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["yangguang"]["coverage"]
    faults = []
    for name, group in sorted(grouped(_summaries(files), thresholds).items()):
        judged = everything_ran or group.threshold == WHOLE
        note = "" if judged else "   (not judged: something was not found)"
        sys.stdout.write(f"{group.percent:6.2f} %  of {group.threshold:g} %  {name}{note}\n")
        if judged and not group.is_enough:
            worst = ", ".join(f"{path} {percent:.0f} %" for percent, path in sorted(group.files)[:WORST])
            faults.append(f"{name}: {group.percent:.2f} % of {group.threshold:g} % (lowest: {worst})")
    return faults if files else ["no run left its coverage"]


def grouped(summaries: Mapping[str, Mapping[str, float]], thresholds: Mapping[str, float]) -> dict[str, Group]:
    """Sort files by the first threshold whose folder they are in; the last one, ``*``, judges each app apart."""
    groups: dict[str, Group] = {}
    for path, summary in summaries.items():
        pattern = next(pattern for pattern in thresholds if fnmatch(path, f"{pattern}/*"))
        name = path.partition("/")[0] if pattern == "*" else pattern
        groups.setdefault(name, Group(thresholds[pattern])).add(path, summary)
    return groups


def _summaries(files: Sequence[Path]) -> dict[str, Mapping[str, float]]:
    import coverage  # noqa: PLC0415  (the extra "dev" brings it)

    if not files:
        return {}
    with tempfile.TemporaryDirectory() as folder:
        measured = coverage.Coverage(data_file=f"{folder}/all")
        measured.combine([str(file) for file in files], keep=True)
        measured.json_report(outfile=f"{folder}/report.json", ignore_errors=True)
        report = json.loads(Path(f"{folder}/report.json").read_text())
    return {path: entry["summary"] for path, entry in report["files"].items()}
