"""The deadline under fire: naive schemes lose acknowledged bids, the lock loses none (docs/deadlines.md)."""

from __future__ import annotations

import random
import threading
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bidding import checking, closing, submitting
from bidding.models import Close, Seal
from bidding.names import RefusalCode, SubmissionRefused
from bidding.rules.close import read_close
from core import clock
from core.models import OutboxEntry
from tests.races import running
from tests.stories import bidding as story
from trading import bid_box, holding
from trading.models import Lot
from trading.names import HoldGround

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.race
MICROSECOND = timedelta(microseconds=1)


def prepared(tender: story.Tender, *bidders: str) -> dict[str, story.Sealed]:
    """Sealed and uploaded bids that only have to be submitted."""
    found = {name: story.seal(tender, name) for name in bidders}
    for sealed in found.values():
        story.uploaded(tender, sealed)
    return found


def submits(tender: story.Tender, sealed: story.Sealed) -> Callable[[], object]:
    lot_id, actor = tender.lot.pk, tender.cast.actor(sealed.bidder)
    return lambda: submitting.submit(lot_id, document=sealed.seal.data, note=sealed.note, actor=actor)


def acknowledged_but_not_accepted(tender: story.Tender) -> list[str]:
    """Return the bids that were acknowledged and are missing from what the close accepted."""
    accepted = set(read_close(bytes(Close.objects.get(lot=tender.lot).document)).accepted)
    return sorted(set(Seal.in_box.filter(lot=tender.lot).values_list("pk", flat=True)) - accepted)


def race_over_the_deadline(tender: story.Tender, monkeypatch: pytest.MonkeyPatch, sealed: story.Sealed) -> list[str]:
    """A submitter reads the time, the deadline comes, the box is closed, the submitter writes."""
    with clock.stands_at(tender.deadline - MICROSECOND):
        with running.stalled_before_the_insert(monkeypatch, "submitter") as stall:
            submitter = running.start(submits(tender, sealed), name="submitter")
            stall.wait()
            clock.move_to(tender.deadline)
            lot_id = tender.lot.pk
            closer = running.start(lambda: closing.close(lot_id), name="closer")
            closer.thread.join(0.5)  # without a lock it is through by now; with it, it waits
            stall.go.set()
            submitter.finish()
        closer.finish()
    return acknowledged_but_not_accepted(tender)


@pytest.mark.postgres
def test_without_the_lock_an_acknowledged_bid_is_lost(tender: story.Tender, monkeypatch: pytest.MonkeyPatch) -> None:
    bids = prepared(tender, "acme")
    with running.unlocked(monkeypatch):
        lost = race_over_the_deadline(tender, monkeypatch, bids["acme"])
    assert lost == [bids["acme"].seal.digest]


def test_with_the_lock_the_closer_waits_and_no_bid_is_lost(
    tender: story.Tender, monkeypatch: pytest.MonkeyPatch
) -> None:
    bids = prepared(tender, "acme")
    assert race_over_the_deadline(tender, monkeypatch, bids["acme"]) == []
    assert Close.objects.get().accepted == 1


def test_checking_the_time_before_the_transaction_loses_an_acknowledged_bid(
    tender: story.Tender, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The scheme that most platforms have: look at the clock, then insert. It loses on both databases."""
    sealed = prepared(tender, "acme")["acme"]
    lot, actor = tender.lot, tender.cast.actor("acme")

    def naive() -> object:
        submission = checking.checked_submission(lot, tender.cast["acme"], document=sealed.seal.data, note=sealed.note)
        at = clock.now()
        assert submitting.box_objection(Lot.objects.get(pk=lot.pk), at=at) is None
        stall.here()
        with monkeypatch.context() as patch:
            patch.setattr(submitting, "box_objection", lambda *_args, **_kwargs: None)
            patch.setattr(clock, "after_lock", lambda: at)
            return submitting.accept(lot.pk, submission, actor=actor)

    stall = running.Stall("submitter")
    with clock.stands_at(tender.deadline - MICROSECOND):
        submitter = running.start(naive, name="submitter")
        stall.wait()
        clock.move_to(tender.deadline)
        closing.close(lot.pk)
        stall.go.set()
        submitter.finish()
    assert acknowledged_but_not_accepted(tender) == [sealed.seal.digest]


def test_a_bid_that_waits_for_the_lock_across_the_deadline_is_late(
    tender: story.Tender, monkeypatch: pytest.MonkeyPatch
) -> None:
    bids = prepared(tender, "acme", "bolt")
    with clock.stands_at(tender.deadline - MICROSECOND):
        with running.stalled_before_the_insert(monkeypatch, "closer") as stall:
            holder = running.start(lambda: hold_the_box(tender, stall), name="closer")
            stall.wait()
            waiting = running.start(submits(tender, bids["acme"]))
            running.wait_until_somebody_waits_for_a_lock()
            clock.move_to(tender.deadline)
            stall.go.set()
            holder.finish()
        with pytest.raises(SubmissionRefused) as refusal:
            waiting.finish()
    assert refusal.value.codes == (RefusalCode.LATE,)
    assert Seal.in_box.count() == 0


def hold_the_box(tender: story.Tender, stall: running.Stall) -> None:
    """Hold the box alone, as a closer or an extension does, until let go."""
    from django.db import transaction

    with transaction.atomic(durable=True):
        bid_box.lock_exclusive(tender.lot)
        stall.here()


def test_an_extension_that_holds_the_box_decides_for_the_bid_that_waits(
    tender: story.Tender, monkeypatch: pytest.MonkeyPatch
) -> None:
    bids = prepared(tender, "acme")
    old = tender.deadline
    stall, write = running.Stall("extension"), holding.extend

    def slow(*args: object, **kwargs: object) -> None:
        write(*args, **kwargs)  # type: ignore[arg-type]
        stall.here()

    monkeypatch.setattr(holding, "extend", slow)
    with clock.stands_at(old - MICROSECOND):
        extension = running.start(lambda: place_hold(tender, at=old - MICROSECOND), name="extension")
        stall.wait()
        waiting = running.start(submits(tender, bids["acme"]))
        running.wait_until_somebody_waits_for_a_lock()
        clock.move_to(old + timedelta(seconds=1))
        stall.go.set()
        extension.finish()
        waiting.finish()
    assert tender.deadline > old
    assert Seal.in_box.get().received_at == old + timedelta(seconds=1)


def test_a_bid_that_holds_the_box_keeps_the_deadline_it_saw(
    tender: story.Tender, monkeypatch: pytest.MonkeyPatch
) -> None:
    bids = prepared(tender, "acme")
    at = tender.deadline - timedelta(hours=1)
    with clock.stands_at(at), running.stalled_before_the_insert(monkeypatch, "submitter") as stall:
        submitter = running.start(submits(tender, bids["acme"]), name="submitter")
        stall.wait()
        extension = running.start(lambda: place_hold(tender, at=at))
        running.wait_until_somebody_waits_for_a_lock()
        stall.go.set()
        submitter.finish()
        extension.finish()
    entries = OutboxEntry.objects.filter(event__in=["bid.sealed", "tender.extended"]).order_by("seq")
    assert list(entries.values_list("event", flat=True)) == ["bid.sealed", "tender.extended"]


def place_hold(tender: story.Tender, *, at: object) -> None:
    from django.db import transaction

    with transaction.atomic(durable=True):
        holding.place(
            tender.lot,
            actor=tender.cast.actor("supervisor"),
            at=at,  # type: ignore[arg-type]
            ground=HoldGround.OBJECTION,
            because="对招标文件的异议",
        )


def test_of_two_closers_the_second_finds_nothing_to_do(tender: story.Tender, monkeypatch: pytest.MonkeyPatch) -> None:
    for sealed in prepared(tender, "acme", "bolt", "cedar").values():
        story.handed_in(tender, sealed)
    stall, write = running.Stall("first"), closing.write_close

    def slow(*args: object, **kwargs: object) -> object:
        stall.here()
        return write(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(closing, "write_close", slow)
    lot_id = tender.lot.pk
    with clock.stands_at(tender.deadline):
        first = running.start(lambda: closing.close(lot_id), name="first")
        stall.wait()
        second = running.start(lambda: closing.close(lot_id))
        running.wait_until_somebody_waits_for_a_lock()
        stall.go.set()
        closed = first.finish()
        assert second.finish() is None
    assert Close.objects.get() == closed
    assert OutboxEntry.objects.filter(event="tender.closed").count() == 1


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_with_the_real_clock_and_random_stalls_every_acknowledged_bid_is_accepted(
    tender: story.Tender, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Five bidders replace their bids over and over across the deadline; the box closes as soon as it may."""
    names = ("acme", "bolt", "cedar", "delta", "elm")
    for name in names:
        story.enrolled(tender, name)
    chains = {name: chain(tender, name, length=6) for name in names}
    deadline = clock.now() + timedelta(seconds=1.5)
    Lot.objects.filter(pk=tender.lot.pk).update(closes_at=deadline)
    judge = submitting.box_objection

    def slow(*args: object, **kwargs: object) -> object:
        verdict = judge(*args, **kwargs)  # type: ignore[arg-type]
        time.sleep(random.Random(f"{seed}{threading.get_ident()}").uniform(0, 0.04))
        return verdict

    monkeypatch.setattr(submitting, "box_objection", slow)
    racers = [running.start(lambda name=name: hand_in_all(tender, chains[name])) for name in names]
    lot_id = tender.lot.pk
    time.sleep(max(0.0, (deadline - clock.now()).total_seconds()))
    closing.close(lot_id)
    acknowledged = {seal for racer in racers for seal in racer.finish()}  # type: ignore[attr-defined]
    rows = dict(Seal.in_box.values_list("pk", "state"))
    accepted = set(read_close(bytes(Close.objects.get().document)).accepted)
    assert acknowledged == set(rows)
    assert accepted == {seal for seal, state in rows.items() if state == "live"}
    assert max(Seal.in_box.values_list("received_at", flat=True)) < deadline
    assert Close.objects.get().closed_at >= deadline


def chain(tender: story.Tender, name: str, *, length: int) -> list[story.Sealed]:
    """Seals of one bidder, each replacing the one before."""
    found: list[story.Sealed] = []
    for _ in range(length):
        replaces = found[-1].seal.digest if found else None
        found.append(story.seal(tender, name, replaces=replaces))
        story.uploaded(tender, found[-1])
    return found


def hand_in_all(tender: story.Tender, bids: list[story.Sealed]) -> list[str]:
    """Hand in one after the other until the deadline refuses; return what was acknowledged."""
    done: list[str] = []
    for sealed in bids:
        try:
            submits(tender, sealed)()
        except SubmissionRefused as refusal:
            if refusal.codes[0] is not RefusalCode.LATE:
                raise
            break
        done.append(sealed.seal.digest)
        time.sleep(0.15)
    return done
