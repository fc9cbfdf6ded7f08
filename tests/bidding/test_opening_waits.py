"""Waiting for holders, postponing, holds, and what overtakes an unsealing."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bidding import contents, opening, queries
from bidding.models import OpenedBid
from bidding.queries import opened_bids, published_releases
from core.errors import Refused
from core.models import OutboxEntry
from tests.bidding.spoiling import MINUTE, bad_commitment, release_all, results, spoilt, unseal
from tests.stories import bidding as story
from trading import holding
from trading.names import HoldGround

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cast import Cast


# -- waiting for holders -------------------------------------------------------------------------------


def test_with_too_few_releases_in_time_the_opening_is_postponed_for_all_and_holders_are_named(cast: Cast) -> None:
    tender = story.released(cast, kids=("agency",))
    early = opening.take_overdue(at=tender.deadline + timedelta(minutes=29))
    late = opening.take_overdue(at=tender.deadline + timedelta(minutes=30))
    entry = json.loads(bytes(OutboxEntry.objects.get(event="bidding.opening.postponed").entry))
    assert (early, late, tender.opening.state) == (0, 1, "postponed")
    assert entry["data"]["missing"] == ["platform", "supervisor", "tenderee"]
    assert list(opened_bids(tender.lot)) == []


def test_a_postponed_opening_goes_on_when_enough_holders_have_released(cast: Cast) -> None:
    tender = story.released(cast, kids=("agency", "platform"))
    opening.take_overdue(at=tender.deadline + timedelta(minutes=30))
    story.release(tender, "tenderee", at=tender.deadline + timedelta(days=2))
    unseal(tender, after=timedelta(days=2))
    assert results(tender) == dict.fromkeys(story.PRICES, ("opened", "valid"))


def test_after_a_late_third_release_the_last_holder_still_has_its_time(cast: Cast) -> None:
    tender = story.sealed(cast)
    spoilt(tender, "delta", bad_commitment)
    story.close(tender)
    release_all(tender, "agency", "platform")
    opening.take_overdue(at=tender.deadline + timedelta(minutes=30))
    story.release(tender, "tenderee", at=tender.deadline + timedelta(days=2))
    unseal(tender, after=timedelta(days=2, minutes=1))
    assert (tender.opening.state, tender.opening.pending) == ("unsealing", 1)
    assert tender.opening.rescue_until == tender.deadline + timedelta(days=2, minutes=30)


def test_a_hold_keeps_the_bids_closed_until_it_is_lifted(cast: Cast) -> None:
    tender = story.released(cast)
    from django.db import transaction

    at = tender.deadline + MINUTE
    actor = cast.actor("supervisor")
    with transaction.atomic(durable=True):
        hold = holding.place(tender.lot, actor=actor, at=at, ground=HoldGround.FAULT, because="停电")
    unseal(tender)
    held = list(opened_bids(tender.lot))
    with transaction.atomic(durable=True):
        holding.lift(hold.pk, actor=actor, at=at + MINUTE, because="恢复")
    opening.take_overdue(at=tender.deadline + 3 * MINUTE)
    assert held == []
    assert results(tender) == dict.fromkeys(story.PRICES, ("opened", "valid"))


# -- what overtakes an unsealing -----------------------------------------------------------------------


def overtaken(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """Let something happen once, after the bids were unsealed and before that is written down."""
    conclude, done = opening._conclude, []

    def late(*args: object, **kwargs: object) -> object:
        if not done:
            done.append(happens())
        return conclude(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(opening, "_conclude", late)


def test_a_release_that_comes_while_bids_are_unsealed_is_taken_into_account(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    tender = story.released(cast)
    overtaken(monkeypatch, lambda: story.release(tender, "tenderee"))
    unseal(tender)
    assert published_releases(tender.lot).count() == 4
    assert results(tender) == dict.fromkeys(story.PRICES, ("opened", "valid"))


def test_a_hold_that_is_placed_while_bids_are_unsealed_keeps_them_shut(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import transaction

    tender = story.released(cast)

    def hold() -> None:
        with transaction.atomic(durable=True):
            holding.place(
                tender.lot,
                actor=cast.actor("supervisor"),
                at=tender.deadline + MINUTE,
                ground=HoldGround.FAULT,
                because="停电",
            )

    overtaken(monkeypatch, hold)
    with pytest.raises(Refused) as refusal:
        unseal(tender)
    assert refusal.value.reasons == ("The opening was stopped in the meantime.",)
    assert OpenedBid.objects.count() == 0


def test_what_another_worker_has_opened_is_left_as_it_is(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    tender = story.released(cast)
    conclude = opening._conclude

    def other_was_first() -> None:
        with monkeypatch.context() as patch:
            patch.setattr(opening, "_conclude", conclude)
            unseal(tender)

    overtaken(monkeypatch, other_was_first)
    unseal(tender)
    assert OutboxEntry.objects.filter(event="tender.opened").count() == 1
    assert OpenedBid.objects.count() == 3


def test_the_job_opens_what_the_holders_released(cast: Cast) -> None:
    from core import clock

    tender = story.released(cast)
    with clock.stands_at(tender.deadline + 2 * MINUTE):
        opening.unseal_job(lot_id=tender.lot.pk)
    assert tender.opening.state == "opened"


def test_an_opening_with_enough_releases_is_not_postponed(cast: Cast) -> None:
    tender = story.released(cast)
    for at in (tender.deadline + MINUTE, tender.deadline + timedelta(hours=1)):
        assert opening.postpone(tender.lot.pk, at=at).state == "waiting"


def test_the_seats_of_a_person_are_found_newest_project_first(cast: Cast) -> None:
    first, second = story.appointed(cast), story.appointed(cast)
    seats = queries.holder_seats(cast.user("owner.holder"))
    assert [seat.project for seat in seats] == [second.project, first.project]
    with pytest.raises(Refused):
        contents.of(first.lot)
    assert queries.ceremony_state(first.lot).of == 0


def test_a_job_that_was_lost_is_made_up_for_by_the_sweep(cast: Cast) -> None:
    tender = story.released(cast)
    at_once = opening.take_overdue(at=tender.deadline + MINUTE)
    later = opening.take_overdue(at=tender.deadline + 2 * MINUTE)
    assert (at_once, later, tender.opening.state) == (0, 1, "opened")


def test_one_lot_that_fails_holds_up_no_other(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tender = story.released(cast)
    overtaken(monkeypatch, lambda: 1 / 0)
    monkeypatch.setattr("bidding.opening.log.disabled", False)
    assert opening.take_overdue(at=tender.deadline + timedelta(hours=1)) == 1
    assert "does not go on" in caplog.text
    assert opening.take_overdue(at=tender.deadline + timedelta(hours=1)) == 1
