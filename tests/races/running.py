"""Threads that race on purpose: stalled at a named place, let go in a named order, never by luck."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import connection, connections

from bidding import submitting
from trading import bid_box

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pytest

PATIENCE = 20.0  # seconds a test waits for a thread before it fails


@dataclass
class Racer:
    """A thread and what became of it: a value or an exception."""

    thread: threading.Thread = field(init=False)
    value: object = None
    fault: BaseException | None = None

    def finish(self) -> object:
        """Wait for the end and return the value, or raise what was raised."""
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive(), "the racer did not arrive"
        if self.fault is not None:
            raise self.fault
        return self.value


def start(action: Callable[[], object], *, name: str = "racer") -> Racer:
    """Run ``action`` in a thread with a database connection of its own."""
    racer = Racer()

    def run() -> None:
        try:
            racer.value = action()
        except BaseException as fault:  # noqa: BLE001  (the test decides what it means)
            racer.fault = fault
        finally:
            connections.close_all()

    racer.thread = threading.Thread(target=run, name=name, daemon=True)
    racer.thread.start()
    return racer


@dataclass
class Stall:
    """A place where the thread ``name`` stops: ``reached`` when it is there, ``go`` lets it on."""

    name: str
    reached: threading.Event = field(default_factory=threading.Event)
    go: threading.Event = field(default_factory=threading.Event)

    def here(self) -> None:
        if threading.current_thread().name == self.name:
            self.reached.set()
            assert self.go.wait(PATIENCE), "nobody let the racer go"

    def wait(self) -> None:
        assert self.reached.wait(PATIENCE), "the racer did not come to its stall"


@contextmanager
def stalled_before_the_insert(monkeypatch: pytest.MonkeyPatch, name: str) -> Iterator[Stall]:
    """Stop a submitter between reading the time and writing the seal: where every naive scheme loses."""
    stall, judge = Stall(name), submitting.box_objection

    def slow(*args: object, **kwargs: object) -> object:
        verdict = judge(*args, **kwargs)  # type: ignore[arg-type]
        stall.here()
        return verdict

    with monkeypatch.context() as patch:
        patch.setattr(submitting, "box_objection", slow)
        yield stall


@contextmanager
def unlocked(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Take the lock of the bid box away: for showing what it prevents."""
    with monkeypatch.context() as patch:
        patch.setattr(bid_box, "_lock", lambda *_args, **_kwargs: None)
        yield


def wait_until_somebody_waits_for_a_lock() -> None:
    """Return when a transaction queues: PostgreSQL tells, on SQLite it takes a moment to run into the write lock."""
    if connection.vendor != "postgresql":
        time.sleep(0.3)
        return
    for _ in range(int(PATIENCE / 0.02)):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            (waiting,) = cursor.fetchone()
        if waiting:
            return
        time.sleep(0.02)
    raise AssertionError("nobody waits for a lock")
