"""The bundle of every rehearsed lot, held against the verifier: a program that shares nothing with the platform."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bidding.anchors import anchors
from core import waiting
from disclosure import bundles
from trading.models import Lot
from trading.names import Code
from verifier.container import Files
from verifier.trust import read_trust
from verifier.verifying import verify

if TYPE_CHECKING:
    from verifier.report import Report

MOST: Final = 200  # bundles of one rehearsal: each is as long as the log, so all of a large one take their square


@dataclass
class Proof:
    """How many bundles there are, how many were tried, what was checked in them, and which do not verify."""

    lots: int = 0
    tried: int = 0
    checks: int = 0
    failed: dict[str, str] = field(default_factory=dict)  # by number of the lot

    @property
    def line(self) -> str:
        good = self.tried - len(self.failed)
        of = f"{self.tried}" if self.tried == self.lots else f"{self.tried} (evenly from {self.lots})"
        return f"bundles verified: {good} of {of}, {self.checks} checks"


def proved(*, keep: Path | None = None, most: int = MOST) -> Proof:
    """Make and verify the bundles of the lots that have one, of ``most`` at most; ``keep`` is where they stay."""
    waiting.nudge()
    lots = list(Lot.objects.filter(notices__code=Code.OPENING).distinct().select_related("project").order_by("pk"))
    chosen = _spread(lots, most)
    proof = Proof(lots=len(lots), tried=len(chosen))
    with tempfile.TemporaryDirectory() as aside:
        folder = keep or Path(aside)
        folder.mkdir(parents=True, exist_ok=True)
        trust = json.dumps(anchors(), ensure_ascii=False, indent=1)
        (folder / "trust.json").write_text(trust, encoding="utf-8")
        for lot in chosen:
            report = judged(lot, folder / f"{lot.number}.zip", trust=trust)
            proof.checks += report.checks
            if report.fault is not None:
                proof.failed[lot.number] = f"step {report.number}: {report.fault}"
            if keep is None:
                (folder / f"{lot.number}.zip").unlink()
    return proof


def judged(lot: Lot, path: Path, *, trust: str) -> Report:
    """Write the bundle of a lot with the files of its bids to ``path`` and return what the verifier says of it."""
    with path.open("wb") as target:
        bundles.write(bundles.of(lot, with_files=True), target)
    return read(path, trust=trust)


def read(path: Path, *, trust: str) -> Report:
    """Return what the verifier says of a bundle."""
    with Files(path) as files:
        return verify(files, read_trust(trust.encode()))


def _spread(lots: list[Lot], most: int) -> list[Lot]:
    if len(lots) <= most:
        return lots
    return [lots[place * len(lots) // most] for place in range(most)]
