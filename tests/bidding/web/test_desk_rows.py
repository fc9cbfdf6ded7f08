"""What the desk shows of bidding to each seat, and the doors from a project's page."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bidding import attending
from bidding.models import Deposit, KeyHolder
from bidding.web import desk_rows
from tests.stories import bidding as story
from tests.stories import trading as stories
from trading.desk import State

if TYPE_CHECKING:
    from datetime import datetime

    from tests.cast import Cast


def rows_of(cast: Cast, name: str, at: datetime) -> list[tuple[str, str, State]]:
    request = SimpleNamespace(membership=cast.seats[name], at=at)
    found = list(desk_rows.rows(request))  # type: ignore[arg-type]
    return [
        (str(task.title).partition(":")[0], task.link.partition("/desk")[2] or task.link, task.state) for task in found
    ]


def test_a_holder_is_led_from_key_to_release(cast: Cast) -> None:
    tender = story.appointed(cast)
    project = tender.project.number
    assert rows_of(cast, "owner.holder", stories.ANNOUNCED) == [("Make your key", f"/keys/{project}/make", State.TODO)]


@pytest.mark.parametrize(
    ("prepare", "title", "page", "state"),
    [
        (story.announced, "Show that your key works", "rehearsal", State.TODO),
        (story.bidding, "Be ready to release your shares", "release", State.RUNNING),
        (story.closed, "Release your shares", "release", State.TODO),
    ],
)
def test_a_holder_has_one_row_for_each_lot(cast: Cast, prepare, title: str, page: str, state: State) -> None:
    tender = prepare(cast)
    expected = [(title, f"/keys/lots/{tender.lot.number}/{page}", state)]
    assert rows_of(cast, "owner.holder", tender.deadline) == expected


def test_a_holder_that_has_not_signed_is_asked_to(cast: Cast) -> None:
    tender = story.keyed(cast)
    row = tender.lot.ceremony
    row.notes = {}
    row.save(update_fields=["notes"])
    assert rows_of(cast, "owner.holder", stories.ANNOUNCED) == [
        ("Sign the ceremony", f"/keys/lots/{tender.lot.number}/ceremony", State.TODO)
    ]


def test_a_holder_that_released_or_lost_its_key_has_nothing_to_do(cast: Cast) -> None:
    tender = story.closed(cast)
    story.release(tender, "tenderee")
    KeyHolder.objects.filter(kid="agency").update(lost_at=tender.deadline)
    assert [rows_of(cast, name, tender.deadline) for name in ("owner.holder", "agent.holder")] == [[], []]


def test_a_bidder_sees_its_own_tenders_only(cast: Cast) -> None:
    tender = story.sealed(cast, prices={"acme": "970000.00"})
    story.withdrawn(tender, "acme")
    story.submitted(tender, "bolt")
    before = tender.deadline - story.MINUTE
    page = f"/bids/{tender.lot.number}"
    assert rows_of(cast, "acme", before) == [("Seal your bid", page, State.TODO)]
    assert rows_of(cast, "bolt", before) == [("Your bid is in the box", page, State.RUNNING)]
    assert rows_of(cast, "elm", before) == []


def test_a_bidder_is_called_to_the_opening_until_it_has_confirmed(cast: Cast) -> None:
    tender = story.opened(cast)
    at = tender.deadline + 3 * story.MINUTE
    hall = f"/hall/{tender.lot.number}"
    assert rows_of(cast, "acme", at) == [("Attend the opening", hall, State.TODO)]
    attending.confirm_read_out(tender.lot.pk, actor=cast.actor("acme"), at=at)
    assert rows_of(cast, "acme", at) == [("Attend the opening", hall, State.RUNNING)]


def test_the_buying_side_sees_ceremonies_openings_and_deposits(cast: Cast) -> None:
    bare = stories.submitted(cast).number
    appointed = story.appointed(cast).project.number
    opened = story.opened(cast)
    lot = opened.lot.number
    at = opened.deadline + 3 * story.MINUTE
    assert rows_of(cast, "owner.drafter", at) == [
        ("Appoint the key holders", f"/projects/{bare}/holders/appoint", State.TODO),
        ("Key holders make their keys and sign", f"/projects/{appointed}/holders", State.RUNNING),
        ("Lead the opening session to its end", f"/lots/{lot}/opening", State.TODO),
        ("Match deposits with the bank's statement", f"/lots/{lot}/deposits", State.TODO),
    ]
    attending.remark(opened.lot.pk, body="请核对", actor=cast.actor("acme"), at=at)
    Deposit.objects.update(state="locked", release_by=at)
    assert [title for title, _, _ in rows_of(cast, "agent.drafter", at)][2:] == [
        "Answer the objections to the opening",
        "Give deposits back",
    ]


@pytest.mark.parametrize(
    ("prepare", "title"),
    [
        (story.announced, "Key holders show that their keys work"),
        (story.closed, "The key holders release their shares"),
    ],
)
def test_the_buying_side_sees_what_runs_without_it(cast: Cast, prepare, title: str) -> None:
    tender = prepare(cast)
    assert [(words, state) for words, _, state in rows_of(cast, "owner.drafter", tender.deadline)] == [
        (title, State.RUNNING)
    ]


@pytest.mark.parametrize("name", ["supervisor", "center", "expert.one", "audit"])
def test_other_seats_have_no_rows_here(cast: Cast, name: str) -> None:
    tender = story.opened(cast)
    assert rows_of(cast, name, tender.deadline) == []


@pytest.mark.parametrize("name", ["owner.holder", "acme", "owner.drafter"])
def test_more_rows_cost_no_more_queries(cast: Cast, name: str) -> None:
    first = story.sealed(cast, prices={"acme": "970000.00"})
    at = first.deadline - story.MINUTE

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            rows_of(cast, name, at)
        return len(seen)

    before = queries()
    for _ in range(2):
        second = story.bidding(cast)
        second.bidders = first.bidders
        story.submitted(second, "acme")
    assert queries() == before


def doors_of(cast: Cast, name: str, tender: story.Tender) -> list[tuple[str, bool]]:
    request = SimpleNamespace(membership=cast.seats[name])
    return [(str(door.label), door.is_next) for door in desk_rows.doors(request, tender.lot)]  # type: ignore[arg-type]


def test_the_doors_of_a_lot_follow_its_stage_and_the_seat(cast: Cast) -> None:
    early, late = story.appointed(cast), story.opened(cast)
    assert doors_of(cast, "owner.drafter", early) == [("Key holders", True)]
    assert doors_of(cast, "owner.drafter", late) == [
        ("Key holders", False),
        ("Opening hall", False),
        ("Lead the opening session", True),
        ("Deposits", False),
    ]
    assert doors_of(cast, "supervisor", late) == [("Key holders", False), ("Opening hall", False)]
    assert doors_of(cast, "acme", late) == []
