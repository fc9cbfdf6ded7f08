from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import transaction

from core import clock
from core.actors import SYSTEM
from core.errors import Refused
from core.reasons import reason
from tests.stories import trading as story
from trading import due, moves
from trading.models import Lot
from trading.names import Kind, Move, Stage
from trading.procedures.facts import BidsReceived

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from core.actors import Actor
    from tests.cast import Cast

LATER = timedelta(seconds=30)


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with clock.stands_at(story.DEADLINE):
        yield


def close(lot_id: int, actor: Actor, at: datetime) -> None:
    with transaction.atomic(durable=True):
        moves.advance(lot_id, Move.CLOSE_BIDDING, actor=actor, at=at, known=(BidsReceived(complete=3),))


def bidding(cast: Cast, *, lots: int) -> list[Lot]:
    first = story.walked(cast, to=Stage.BIDDING, lots=lots)
    for lot in first.project.lots.exclude(pk=first.pk):
        story.step(cast, lot, story.WAYS[Kind.CT][0])
    return list(first.project.lots.all())


def stages() -> list[str]:
    return list(Lot.objects.order_by("pk").values_list("stage", flat=True))


def test_nothing_is_taken_before_its_time(cast: Cast) -> None:
    bidding(cast, lots=1)
    assert due.take_due({Move.CLOSE_BIDDING: close}, at=story.DEADLINE - timedelta(microseconds=1)) == 0
    assert stages() == ["bidding"]


def test_what_is_due_is_taken_by_the_platform(cast: Cast) -> None:
    bidding(cast, lots=2)
    assert due.take_due({Move.CLOSE_BIDDING: close}, at=story.DEADLINE) == 2
    assert stages() == ["opening", "opening"]
    assert due.take_due({Move.CLOSE_BIDDING: close}, at=story.DEADLINE) == 0
    change = Lot.objects.first().changes.last()  # type: ignore[union-attr]
    assert change is not None
    assert change.actor == SYSTEM.as_text()


def test_a_lot_that_fails_holds_up_nobody(cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    first, *_ = bidding(cast, lots=3)

    def stumble(lot_id: int, actor: Actor, at: datetime) -> None:
        if lot_id == first.pk:
            raise RuntimeError("no space left on device")
        close(lot_id, actor, at)

    with caplog.at_level(logging.ERROR, logger="trading.due"):
        assert due.take_due({Move.CLOSE_BIDDING: stumble}, at=story.DEADLINE) == 3
    assert stages() == ["bidding", "opening", "opening"]
    assert Lot.objects.get(pk=first.pk).next_due_at == story.DEADLINE + LATER
    assert [record.message for record in caplog.records] == [f"what is due of lot {first.pk} failed"]


def test_a_lot_about_which_the_law_cannot_answer_holds_up_nobody(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    first, _ = bidding(cast, lots=2)
    real = moves.due_of

    def broken(lot: Lot, *, at: datetime) -> moves.Due | None:
        if lot.pk == first.pk:
            raise KeyError("ct.publicity_min")
        return real(lot, at=at)

    monkeypatch.setattr(moves, "due_of", broken)
    with caplog.at_level(logging.CRITICAL):
        due.take_due({Move.CLOSE_BIDDING: close}, at=story.DEADLINE)
    assert stages() == ["bidding", "opening"]
    assert Lot.objects.get(pk=first.pk).next_due_at == story.DEADLINE + LATER


def test_a_lot_that_cannot_even_be_put_off_holds_up_nobody(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    bidding(cast, lots=2)

    def locked(_lot_id: int, *, at: datetime) -> None:
        raise OSError("database is locked")

    def refuse(lot_id: int, actor: Actor, at: datetime) -> None:
        raise Refused(reason("not yet"))

    monkeypatch.setattr(moves, "look_again", locked)
    with caplog.at_level(logging.ERROR, logger="trading.due"):
        assert due.take_due({Move.CLOSE_BIDDING: refuse}, at=story.DEADLINE) == 2
    assert len(caplog.records) == 2


def test_what_is_refused_is_looked_at_a_little_later(cast: Cast) -> None:
    (lot,) = bidding(cast, lots=1)

    def refuse(lot_id: int, actor: Actor, at: datetime) -> None:
        raise Refused(reason("bids are still being written"))

    due.take_due({Move.CLOSE_BIDDING: refuse}, at=story.DEADLINE)
    assert Lot.objects.get().next_due_at == story.DEADLINE + LATER
    due.take_due({Move.CLOSE_BIDDING: close}, at=story.DEADLINE + LATER)
    assert (lot.pk, stages()) == (lot.pk, ["opening"])


def test_a_move_that_nobody_takes_is_put_off(cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    bidding(cast, lots=1)
    with caplog.at_level(logging.CRITICAL):
        due.take_due({}, at=story.DEADLINE)
    assert Lot.objects.get().next_due_at == story.DEADLINE + LATER


def test_a_mark_that_came_too_early_is_put_right(cast: Cast) -> None:
    bidding(cast, lots=1)
    Lot.objects.update(next_due_at=story.ANNOUNCED)
    due.take_due({Move.CLOSE_BIDDING: close}, at=story.DEADLINE - story.DAY)
    assert (stages(), Lot.objects.get().next_due_at) == (["bidding"], story.DEADLINE)


def test_the_loop_sleeps_until_the_earliest_lot(cast: Cast) -> None:
    at = story.DEADLINE - timedelta(seconds=90)
    assert due.seconds_until_next(at=at, longest=1000) == 1000
    bidding(cast, lots=1)
    assert due.seconds_until_next(at=at, longest=1000) == 90
    assert due.seconds_until_next(at=at, longest=60) == 60
    assert due.seconds_until_next(at=story.DEADLINE + story.DAY, longest=60) == 0
