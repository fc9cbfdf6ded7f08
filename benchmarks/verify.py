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
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.verifier.judging import written
from tests.verifier.paper import ROLES, Paper

if TYPE_CHECKING:
    from collections.abc import Iterable

RUN = """
import sys
from verifier.console import main
status = main(sys.argv[1:])
with open("/proc/self/status") as lines:
    print(next(line.split()[1] for line in lines if line.startswith("VmHWM")), file=sys.stderr)
sys.exit(status)
"""


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
        (folder.parent / f"{folder.name}.trust").write_text(json.dumps(paper.keys.trust()))
        files = sum(1 for path in folder.rglob("*") if path.is_file())
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        print(f"{given.bids} bids, {len(paper.log)} entries, {files} files, {size / 2**20:.0f} MiB")
        entries = len(paper.log)
        del paper
        plain, hashing = _hashed(folder)
        trust = folder.parent / f"{folder.name}.trust"
        began = time.perf_counter()
        words = [str(folder), "--trust", str(trust), "--json"]
        done = subprocess.run([sys.executable, "-c", RUN, *words], capture_output=True, check=False)
        took = time.perf_counter() - began
        trust.unlink()
    report = json.loads(done.stdout)
    peak = int(done.stderr) / 1024
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = used.ru_utime + used.ru_stime
    print(f"verified {report['verified']}, {report['checks']} checks: {took:.2f} s, of the processor {cpu:.2f} s")
    print(f"plain hashing of the same bytes, of the processor: files {plain:.2f} s, lines and nodes {hashing:.2f} s")
    print(f"ratio {cpu / (plain + hashing):.2f}, {entries / cpu:,.0f} entries/s; peak memory {peak:.0f} MiB")
    raise SystemExit(done.returncode)


def _hashed(folder: Path) -> tuple[float, float]:
    began = time.process_time()
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as source:
                hashlib.file_digest(source, "sha256")
    files = time.process_time() - began
    began = time.process_time()
    with (folder / "log/entries.jsonl").open("rb") as source:
        row = [hashlib.sha256(b"\x00" + line[:-1]).digest() for line in source]
    while len(row) > 1:
        row = [hashlib.sha256(b"\x01" + row[n] + row[n + 1]).digest() for n in range(0, len(row) - 1, 2)]
    return files, time.process_time() - began


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
