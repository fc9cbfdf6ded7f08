"""Bids under ``kill -9`` of pages, sequencer and PostgreSQL: no acknowledged one may be missing (promises P1, P2).

    python -m benchmarks.kill [--kills 100] [--writers 4] [--seed 1]
    python -m benchmarks.kill --control [--kills 30]

Writers seal, upload and hand in over HTTP, replace their bids without end, and believe nothing but a receipt that
verifies. When all kills are done, every receipt and every checkpoint that anybody was ever shown is held against what
the database then holds. ``--control`` is the proof that the bench can see a loss: PostgreSQL alone is killed, with
``synchronous_commit = off``, which the platform refuses, and with witnesses that forget.
"""

# ruff: noqa: PLC0415  (the platform is imported once its settings are known)
from __future__ import annotations

import argparse
import os
import random
import shutil
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.killed_platform import PATIENCE, KilledPlatform

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.kill_writers import Writer

WEIGHTS = {"web": 3, "sequencer": 3, "postgres": 1}
WRITERS = ("acme", "bolt", "cedar", "delta", "elm")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int)
    parser.add_argument("--writers", type=int, default=4, choices=range(1, len(WRITERS) + 1))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--control", action="store_true", help="synchronous_commit off: it must lose")
    given = parser.parse_args()
    kills = given.kills or (30 if given.control else 100)
    with tempfile.TemporaryDirectory(prefix="yangguang-kill-") as name:
        platform = KilledPlatform(Path(name), synchronous="off" if given.control else "on")
        try:
            platform.make_cluster()
            platform.start_postgres()
            found = _run(platform, kills, writers=given.writers, seed=given.seed, is_control=given.control)
        finally:
            platform.stop()
    if given.control:
        raise SystemExit(0 if found["lost"] else 1)
    raise SystemExit(1 if any(found[fault] for fault in FAULTS) else 0)


def _run(platform: KilledPlatform, kills: int, *, writers: int, seed: int, is_control: bool) -> Counter[str]:
    tender, cookies = _set_up(platform, WRITERS[:writers])
    from benchmarks.kill_writers import Writer, forget_connection

    platform.start_web()
    platform.start_sequencer()
    stopped = threading.Event()
    at_work = [Writer(tender, name, cookies[name], platform.ports["web"], stopped) for name in WRITERS[:writers]]
    _wait_until(platform, lambda: all(writer.receipts for writer in at_work), at_work=at_work)
    began, done = time.monotonic(), _kill_all(platform, kills, at_work, random.Random(seed), is_control=is_control)
    took = time.monotonic() - began
    stopped.set()
    for writer in at_work:
        writer.thread.join(PATIENCE)
    forget_connection()  # this process's own may have died with a database
    told = Told.by(at_work)
    print(
        f"{sum(done.values())} kills ({', '.join(f'{n} {name}' for name, n in sorted(done.items()))}) in {took:.0f} s,"
    )
    print(f"  {writers} writers: {told.counts['receipts']} receipts, {told.counts['retries']} retries")
    found = _held_against(told, is_control=is_control)
    print("  " + ", ".join(f"{found[name]} {name}" for name in (*FAULTS, "entries", "checkpoints")))
    return found


def _kill_all(
    platform: KilledPlatform, kills: int, at_work: list[Writer], chance: random.Random, *, is_control: bool
) -> Counter[str]:
    """Kill one part after the other, each only after another bid has been acknowledged."""
    done: Counter[str] = Counter()
    for _ in range(kills):
        before = sum(len(writer.receipts) for writer in at_work)
        _wait_until(platform, lambda seen=before: sum(len(w.receipts) for w in at_work) > seen, at_work=at_work)
        time.sleep(0 if is_control else chance.uniform(0, 0.4))
        name = "postgres" if is_control else chance.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        if name == "postgres":
            platform.kill_postgres()
        else:
            platform.kill(name)
        if is_control:  # what remembers what was signed would not let the log go on
            for other in ("web", "sequencer"):
                platform.kill(other)
            shutil.rmtree(Path(platform.environ["YANGGUANG_DATA"]) / "witnesses", ignore_errors=True)
        platform.start(name)
        for other in ("web", "sequencer") if is_control else ():
            platform.start(other)
        done[name] += 1
        if sum(done.values()) % 25 == 0:
            print(f"  {sum(done.values())} kills, {sum(len(w.receipts) for w in at_work)} receipts", flush=True)
    before = sum(len(writer.receipts) for writer in at_work)
    _wait_until(platform, lambda: sum(len(writer.receipts) for writer in at_work) > before, at_work=at_work)
    return done


def _wait_until(platform: KilledPlatform, holds: Callable[[], bool], *, at_work: list[Writer]) -> None:
    ends = time.monotonic() + PATIENCE
    while not holds():
        platform.revive()
        if time.monotonic() > ends:
            trouble = [writer.trouble for writer in at_work]
            raise SystemExit(f"nothing is acknowledged any more: {trouble}\n{platform.last_words()}")
        time.sleep(0.02)


def _set_up(platform: KilledPlatform, names: tuple[str, ...]) -> tuple[Any, dict[str, str]]:
    """Make an open tender whose deadline is far, and a session of each bidder; return both."""
    import psycopg

    with psycopg.connect(platform.server_address, autocommit=True) as connection:
        connection.execute("CREATE DATABASE yangguang")
    os.environ |= platform.environ
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0, skip_checks=True)
    from datetime import timedelta

    from django.db import connection

    from core import clock
    from core.models import Installation
    from tests.bidding.web.visitors import Visitors
    from tests.cast import make_cast
    from tests.stories import bidding as story
    from trading.models import Lot

    cast = make_cast()
    tender = story.bidding(cast)
    for name in names:
        story.enrolled(tender, name)
    Lot.objects.update(closes_at=clock.now() + timedelta(days=30), next_due_at=None)
    Installation.objects.update(made_for=Installation.USE)
    cookies = {name: Visitors(cast)(name).cookies["sessionid"].value for name in names}
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")  # what was prepared is on disk, whatever the setting
    return tender, cookies


# -- what was told against what is there ---------------------------------------------------------------

FAULTS = ("lost", "bad payloads", "log mismatches", "forks", "duplicates", "unlogged")


@dataclass
class Told:
    """Everything that a writer was ever shown: receipts by digest of the seal, and checkpoints."""

    receipts: dict[str, list[Any]] = field(default_factory=dict)
    notes: set[str] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)

    @classmethod
    def by(cls, writers: list[Writer]) -> Told:
        told = cls()
        for writer in writers:
            told.counts += Counter(receipts=len(writer.receipts), retries=writer.retries)
            for digest, proofs in writer.receipts.items():
                told.receipts[digest] = proofs
                told.notes |= {proof.note for _, proof in proofs}
        return told


def _held_against(told: Told, *, is_control: bool) -> Counter[str]:
    from bidding.models import Payload, Seal
    from core import log_reading, storage
    from core.checkpoints import read_text
    from core.models import LogCheckpoint, LogHead, LogLeaf, OutboxEntry
    from core.tree import CompactRange, leaf_hash

    found: Counter[str] = Counter()
    ends = time.monotonic() + PATIENCE
    while OutboxEntry.objects.filter(idx=None).exists() and time.monotonic() < ends:
        time.sleep(0.1)
    rows = list(LogLeaf.objects.order_by("idx").values_list("idx", "entry", "leaf"))
    tree, roots = CompactRange(), {0: CompactRange().root()}
    for place, entry, leaf in rows:
        found["log mismatches"] += place != tree.size or bytes(leaf) != leaf_hash(bytes(entry))
        tree.push(bytes(leaf))
        roots[tree.size] = tree.root()
    head = LogHead.objects.get()
    found["log mismatches"] += (head.size, bytes(head.stack)) != (tree.size, b"".join(tree.stack))
    # every checkpoint that anybody was shown, and every one that was kept, is one of this tree
    heads = {note.rpartition("\n\n")[0] + "\n" for note in told.notes}
    heads |= {log_reading.text_of(row) for row in LogCheckpoint.objects.all()}
    for text in heads:
        shown = read_text(text)
        found["forks"] += roots.get(shown.size) != shown.root
    found["entries"], found["checkpoints"] = len(rows), len(heads)
    # every seal with a receipt is there, its entry at its place, its payload whole
    seals = {seal.digest: seal for seal in Seal.in_box.select_related("entry")}
    for digest, proofs in told.receipts.items():
        seal = seals.get(digest)
        if seal is None:
            found["lost"] += 1
            continue
        for receipt, proof in proofs:
            at_place = seal.entry.idx == proof.index and bytes(seal.entry.entry).decode() == receipt.entry
            found["log mismatches"] += not at_place
    for file in Payload.in_box.values_list("file", flat=True):
        path = storage.path_of(file)
        found["bad payloads"] += not (path.exists() and storage.digest_of(path)[0] == file)
    found["duplicates"] = len(rows) - len({bytes(entry) for _, entry, _ in rows})
    found["unlogged"] = OutboxEntry.objects.filter(idx=None).count() if not is_control else 0
    return found


if __name__ == "__main__":
    main()
