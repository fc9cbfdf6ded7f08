"""Two hands at once on one bidder's bid: exactly one seal lives, and a repeat is one bid."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bidding.models import Receipt, Seal
from bidding.names import RefusalCode, SubmissionRefused
from core import clock
from core.models import OutboxEntry
from tests.races import running
from tests.races.test_deadline import submits
from tests.stories import bidding as story

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.race


def raced(
    tender: story.Tender, monkeypatch: pytest.MonkeyPatch, first: story.Sealed, second: story.Sealed
) -> Iterator[object]:
    """Submit both while the first holds its place between time and insert; yield what became of each."""
    at = tender.deadline - timedelta(hours=1)
    with clock.stands_at(at), running.stalled_before_the_insert(monkeypatch, "first") as stall:
        one = running.start(submits(tender, first), name="first")
        stall.wait()
        other = running.start(submits(tender, second))
        other.thread.join(0.4)
        stall.go.set()
        for racer in (one, other):
            try:
                yield racer.finish()
            except SubmissionRefused as refusal:
                yield refusal.codes


def sealed_twice(tender: story.Tender, *, replaces: str | None) -> tuple[story.Sealed, story.Sealed]:
    pair = story.seal(tender, "acme", "960000.00", replaces=replaces), story.seal(tender, "acme", replaces=replaces)
    for sealed in pair:
        story.uploaded(tender, sealed)
    return pair


def test_of_two_replacements_at_once_exactly_one_lives(tender: story.Tender, monkeypatch: pytest.MonkeyPatch) -> None:
    live = story.submitted(tender, "acme").seal_id
    outcomes = list(raced(tender, monkeypatch, *sealed_twice(tender, replaces=live)))
    assert sorted(Seal.in_box.values_list("state", flat=True)) == ["live", "replaced"]
    assert [outcome for outcome in outcomes if isinstance(outcome, tuple)] == [(RefusalCode.NOT_LIVE,)]


def test_of_two_first_seals_at_once_exactly_one_lives(tender: story.Tender, monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes = list(raced(tender, monkeypatch, *sealed_twice(tender, replaces=None)))
    assert list(Seal.in_box.values_list("state", flat=True)) == ["live"]
    assert [outcome for outcome in outcomes if isinstance(outcome, tuple)] == [(RefusalCode.SECOND_LIVE,)]


def test_the_same_seal_twice_at_once_is_one_bid_with_one_receipt(
    tender: story.Tender, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed = story.seal(tender, "acme")
    story.uploaded(tender, sealed)
    outcomes = list(raced(tender, monkeypatch, sealed, sealed))
    assert {outcome.pk for outcome in outcomes if isinstance(outcome, Receipt)} == {Receipt.in_box.get().pk}
    assert len(outcomes) == 2
    assert OutboxEntry.objects.filter(event="bid.sealed").count() == 1
