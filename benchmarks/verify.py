"""How long a large bundle takes to verify, against plain re-hashing of the same bytes in the same run (promise P19).

    python -m benchmarks.verify [--bids 100] [--entries 1000000] [--kilobytes 100] [--disclosed]

The limit: SHA-256 of every file, and of every line of the log and every inner node of its tree, once each. The ratio
says what parsing, signatures, sharing and opening add. ``--disclosed``: no entry of the log is withheld.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.verifier.judging import trust_of, written
from tests.verifier.paper import ROLES, Paper
from verifier.container import Files
from verifier.verifying import verify

if TYPE_CHECKING:
    from collections.abc import Iterable


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bids", type=int, default=100)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--kilobytes", type=int, default=100, help="of the paper in every bid")
    parser.add_argument("--disclosed", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="yangguang-verify-") as name:
        paper = _paper(given.bids, given.entries, given.kilobytes * 1024, is_disclosed=given.disclosed)
        folder = written(paper.bundle(), Path(name))
        trust = trust_of(paper)
        files = sum(1 for path in folder.rglob("*") if path.is_file())
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        print(f"{given.bids} bids, {len(paper.log)} entries, {files} files, {size / 2**20:.0f} MiB")
        entries = len(paper.log)
        del paper
        plain, hashing = _hashed(folder)
        began = time.perf_counter()
        with Files(folder) as opened:
            report = verify(opened, trust)
        took = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"verified {report.is_verified}, {report.checks} checks: {took:.2f} s, {entries / took:,.0f} entries/s")
    print(f"plain hashing of the same bytes: files {plain:.2f} s, lines and nodes {hashing:.2f} s")
    print(f"ratio {took / (plain + hashing):.2f}; peak memory of the whole run {peak:.0f} MiB")
    raise SystemExit(0 if report.is_verified else 1)


def _hashed(folder: Path) -> tuple[float, float]:
    began = time.perf_counter()
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as source:
                hashlib.file_digest(source, "sha256")
    files = time.perf_counter() - began
    began = time.perf_counter()
    with (folder / "log/entries.jsonl").open("rb") as source:
        row = [hashlib.sha256(b"\x00" + line[:-1]).digest() for line in source]
    while len(row) > 1:
        row = [hashlib.sha256(b"\x01" + row[n] + row[n + 1]).digest() for n in range(0, len(row) - 1, 2)]
    return files, time.perf_counter() - began


def _paper(bids: int, entries: int, size: int, *, is_disclosed: bool) -> Paper:
    paper = Paper()
    paper.publish()
    names = [f"B{n}" for n in range(1, bids + 1)]
    gap = max(0, (entries - len(paper.log) - 2 * bids) // bids)
    for name in names:
        paper.submit(name, os.urandom(size // 2).hex())
        start = len(paper.log)
        paper.log += _fillers(paper, gap)
        if not is_disclosed:
            paper.withheld.update(range(start, len(paper.log)))
    paper.shut()
    paper.release(*ROLES[:3])
    paper.open()
    return paper


def _fillers(paper: Paper, count: int) -> Iterable[bytes]:
    paper.enter("clock.status", {"offset_us": 1, "root_dispersion_us": 1, "sources": 4}, tender="")
    entry = json.loads(paper.log.pop())
    for n in range(count):
        entry["data"]["offset_us"] = n
        yield json.dumps(entry, sort_keys=True, separators=(",", ":")).encode()


if __name__ == "__main__":
    main()
