"""Seconds a lot takes from draft to contract, against what its mathematics and its commits alone take.

    python -m benchmarks.rehearsal [FOLDER] [--lots N]

The limit is measured in the same run: the time inside the sealing primitives, and as many bare durable commits of one
row as the run made, on the same disk. The ratio is what pages of law, locks, entries and the ORM add to that.
"""

# ruff: noqa: PLC0415  (the platform is imported once its settings are known)
from __future__ import annotations

import argparse
import os
import resource
import sqlite3
import tempfile
import time
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

EXAMPLE = Path(__file__).resolve().parent.parent / "docs" / "examples" / "iowa-dot-lettings"
PRIMITIVES = ("seal_bid", "write_release", "answer_rehearsal", "sign_ceremony", "sign_statement")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=EXAMPLE)
    parser.add_argument("--lots", type=int)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="yangguang-benchmark-") as folder:
        os.environ |= {"YANGGUANG_DATA": folder, "YANGGUANG_LOG": "ERROR", "DJANGO_SETTINGS_MODULE": "config.settings"}
        os.environ.pop("DATABASE_URL", None)
        os.environ.pop("DATABASE_URL_FILE", None)
        import django

        django.setup()
        lots, seconds, commits, mathematics = _rehearse(given.folder, given.lots)
        durable = _bare_commits(Path(folder), commits)
    limit = mathematics + durable
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{lots} lots, {seconds / lots:.3f} s per lot, {commits / lots:.0f} commits per lot")
    print(f"limit: {limit / lots:.3f} s per lot (sealing {mathematics / lots:.3f}, bare commits {durable / lots:.3f})")
    print(f"ratio {seconds / limit:.1f}, peak memory {peak:.0f} MB")


def _rehearse(folder: Path, most: int | None) -> tuple[int, float, int, float]:
    from config.management.commands.rehearse import BEGINNING
    from config.rehearsal import construction, sealing
    from config.rehearsal.database import own_database
    from config.rehearsal.people import hire
    from config.rehearsal.source import read_folder
    from core import clock

    lettings = read_folder(folder, most=most)
    with own_database(), clock.stands_at(BEGINNING), _timed(sealing) as spent, _counted() as commits:
        construction.allow_second_rounds(at=clock.now())
        cast = hire("BENCHMARK", "Owner", at=clock.now())
        begun = time.perf_counter()
        for letting in lettings:
            construction.run_letting(cast, letting, currency="USD", edition="2026", second_round=True)
        seconds = time.perf_counter() - begun
    return sum(len(letting.lots) for letting in lettings), seconds, len(commits), sum(spent)


@contextmanager
def _timed(module: ModuleType) -> Iterator[list[float]]:
    """Collect the time that passes inside the primitives which ``module`` calls."""
    spent: list[float] = []

    def timed(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def call(*given: Any, **named: Any) -> Any:
            begun = time.perf_counter()
            try:
                return function(*given, **named)
            finally:
                spent.append(time.perf_counter() - begun)

        return call

    originals = {name: getattr(module, name) for name in PRIMITIVES}
    for name, function in originals.items():
        setattr(module, name, timed(function))
    try:
        yield spent
    finally:
        for name, function in originals.items():
            setattr(module, name, function)


@contextmanager
def _counted() -> Iterator[list[None]]:
    """Collect one entry for every commit of the database."""
    from django.db import connections

    wrapper, commits = connections["default"], []
    commit = wrapper.commit

    def counted() -> None:
        commits.append(None)
        commit()

    wrapper.commit = counted  # type: ignore[method-assign]
    try:
        yield commits
    finally:
        wrapper.commit = commit  # type: ignore[method-assign]


def _bare_commits(folder: Path, many: int) -> float:
    """Return how long ``many`` durable commits of one row take, with the platform's own settings of SQLite."""
    database = sqlite3.connect(folder / "bare.sqlite3", isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        database.execute(f"PRAGMA {pragma}")
    database.execute("CREATE TABLE row (n INTEGER)")
    begun = time.perf_counter()
    for n in range(many):
        database.execute("BEGIN IMMEDIATE")
        database.execute("INSERT INTO row VALUES (?)", [n])
        database.execute("COMMIT")
    seconds = time.perf_counter() - begun
    database.close()
    return seconds


if __name__ == "__main__":
    main()
