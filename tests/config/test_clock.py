from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import transaction

from config import clock as process
from config.chores import Chores
from config.clock import ClockLoop
from core import clock
from tests.stories import trading as story
from trading import due, moves
from trading.models import Lot
from trading.names import Kind, Move, Stage
from trading.procedures.facts import BidsReceived

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _nothing_else_to_do(monkeypatch):
    monkeypatch.setattr(Chores, "see_to", lambda self, *, at: [])


@pytest.fixture
def standing():
    with clock.stands_at(story.DEADLINE - HOUR):
        yield


def close(lot_id, actor, at) -> None:
    with transaction.atomic(durable=True):
        moves.advance(lot_id, Move.CLOSE_BIDDING, actor=actor, at=at, known=(BidsReceived(complete=3),))


def open_boxes(cast, *, lots: int) -> list[Lot]:
    first = story.walked(cast, to=Stage.BIDDING, lots=lots)
    for lot in first.project.lots.exclude(pk=first.pk):
        story.step(cast, lot, story.WAYS[Kind.CT][0])
    return list(first.project.lots.all())


def stages() -> list[str]:
    return list(Lot.objects.order_by("pk").values_list("stage", flat=True))


def until(fact, *, seconds: float = 10.0):
    ends = time.monotonic() + seconds
    while not (found := fact()) and time.monotonic() < ends:
        time.sleep(0.02)
    return found


@contextmanager
def ticking():
    stopped = threading.Event()
    thread = process.start(stopped)
    try:
        yield
    finally:
        stopped.set()
        thread.join(5)
        assert not thread.is_alive()


@pytest.mark.usefixtures("standing")
def test_a_turn_takes_what_is_due_and_says_when_to_come_again(cast, monkeypatch):
    monkeypatch.setattr(process, "TAKERS", {Move.CLOSE_BIDDING: close})
    open_boxes(cast, lots=2)
    loop = ClockLoop(stopped=threading.Event())
    assert (loop.turn(), stages()) == (1.0, ["bidding", "bidding"])  # an hour to go: a second at most
    clock.move_to(story.DEADLINE - timedelta(milliseconds=250))
    assert (loop.turn(), stages()) == (0.25, ["bidding", "bidding"])
    clock.move_to(story.DEADLINE)
    assert (loop.turn(), stages()) == (1.0, ["opening", "opening"])


@pytest.mark.usefixtures("standing")
def test_a_lot_that_fails_holds_up_nobody_and_the_loop_does_not_back_off(cast, monkeypatch, caplog):
    first, *_ = open_boxes(cast, lots=3)

    def stumble(lot_id, actor, at):
        if lot_id == first.pk:
            raise RuntimeError("no space left on device")
        close(lot_id, actor, at)

    monkeypatch.setattr(process, "TAKERS", {Move.CLOSE_BIDDING: stumble})
    clock.move_to(story.DEADLINE)
    assert ClockLoop(stopped=threading.Event()).turn() == 1.0
    assert stages() == ["bidding", "opening", "opening"]
    assert [record.getMessage() for record in caplog.records] == [f"what is due of lot {first.pk} failed"]


@pytest.mark.usefixtures("standing")
def test_what_another_process_wrote_is_seen_within_a_second(cast, monkeypatch):
    monkeypatch.setattr(process, "TAKERS", {Move.CLOSE_BIDDING: close})
    open_boxes(cast, lots=1)
    with ticking():
        time.sleep(0.3)
        assert stages() == ["bidding"]
        clock.move_to(story.DEADLINE)
        began = time.monotonic()
        assert until(lambda: stages() == ["opening"])
        assert time.monotonic() - began < 1 + 1.5  # its second, and what a busy machine needs


@pytest.mark.django_db(transaction=True)
def test_the_loop_backs_off_to_half_a_minute_and_no_further(monkeypatch, caplog):
    monkeypatch.setattr(due, "take_due", lambda takers, *, at: 1 / 0)
    loop = ClockLoop(stopped=threading.Event())
    assert [loop.turn() for _ in range(32)] == [min(float(n), 30.0) for n in range(1, 33)]
    assert len(caplog.records) == 32


@pytest.mark.django_db(transaction=True)
def test_the_loop_goes_on_until_it_is_stopped():
    stopped, waits = threading.Event(), []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            stopped.set()

    ClockLoop(stopped=stopped, wait=wait).run()
    assert waits == [1.0, 1.0, 1.0]


@pytest.mark.django_db(transaction=True)
def test_a_stop_wakes_the_loop_from_its_sleep(monkeypatch):
    monkeypatch.setattr(due, "seconds_until_next", lambda *, at, longest: 600.0)
    began = time.monotonic()
    with ticking():
        time.sleep(0.1)
    assert time.monotonic() - began < 5
