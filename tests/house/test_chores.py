from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime, timedelta

import pytest

from bidding import closing, opening, uploading
from config.chores import CHORES, Chore, Chores
from config.clock import LONGEST_WAIT, ClockLoop
from core import jobs, stamping, storage
from disclosure import shelf
from evaluation import drawing
from trading import due

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class Noted:
    """Work that notes when it was done, and fails when it is told to."""

    def __init__(self) -> None:
        self.done: list[datetime] = []
        self.fails = False

    def __call__(self, *, at: datetime) -> int:
        self.done.append(at)
        if self.fails:
            raise RuntimeError("no")
        return 0


def test_the_clock_sees_to_openings_jobs_stamps_uploads_orphans_and_bundles_at_their_intervals() -> None:
    assert [(chore.work, chore.every) for chore in CHORES] == [
        (closing.take_unfinished, SECOND),
        (drawing.take_unwitnessed, SECOND),
        (opening.take_overdue, 5 * SECOND),
        (jobs.resend_overdue, 30 * SECOND),
        (stamping.take_due, 60 * SECOND),
        (uploading.expire, 3600 * SECOND),
        (storage.remove_orphans, 86_400 * SECOND),
        (shelf.tidy, 86_400 * SECOND),
    ]


def test_a_chore_is_done_at_once_and_then_at_its_interval() -> None:
    work = Noted()
    chores = Chores([Chore("water the plants", 10 * SECOND, work)])
    seen = [chores.see_to(at=NOON + n * SECOND) for n in (0, 1, 9, 10, 19, 21)]
    assert work.done == [NOON, NOON + 10 * SECOND, NOON + 21 * SECOND]
    assert [len(names) for names in seen] == [1, 0, 0, 1, 0, 1]


def test_a_failing_chore_is_told_and_is_in_nobodys_way(caplog: pytest.LogCaptureFixture) -> None:
    broken, sound = Noted(), Noted()
    broken.fails = True
    chores = Chores([Chore("broken", SECOND, broken), Chore("sound", SECOND, sound)])
    with caplog.at_level(logging.ERROR):
        assert chores.see_to(at=NOON) == ["sound"]
    assert [record.getMessage() for record in caplog.records] == ["failed and is tried again: broken"]
    assert chores.see_to(at=NOON + SECOND) == ["sound"]
    assert len(broken.done) == 2


@pytest.mark.django_db(transaction=True)
def test_a_turn_of_the_clock_sees_to_the_chores(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[datetime] = []
    monkeypatch.setattr(Chores, "see_to", lambda self, *, at: seen.append(at))
    assert ClockLoop(stopped=threading.Event()).turn() == LONGEST_WAIT
    assert len(seen) == 1


@pytest.mark.django_db(transaction=True)
def test_a_failing_turn_makes_the_next_ones_wait_longer(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> int:
        raise RuntimeError("no database")

    loop = ClockLoop(stopped=threading.Event())
    with monkeypatch.context() as broken:
        broken.setattr(due, "take_due", fail)
        assert [loop.turn() for _ in range(3)] == [1.0, 2.0, 3.0]
    assert loop.turn() == LONGEST_WAIT
    assert [record.getMessage() for record in caplog.records] == ["the clock loop failed and goes on"] * 3
