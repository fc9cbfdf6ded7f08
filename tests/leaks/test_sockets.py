"""What a socket tells while something is secret: a number that grows, the same for everybody, and nothing else.

Nobody, a bidder and another bidder watch one hall in every era in which it could give something away.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from channels.db import database_sync_to_async
from django.conf import settings as django_settings
from django.db import connections

from bidding.halls import room_of
from config.asgi import sockets
from config.routing import websocket_urlpatterns
from core import clock
from core.hub import hub, publish
from evaluation import awarding, calculating, reporting
from tests.accounts.people import signed_in
from tests.bidding.web.sockets import PATIENCE, Watcher
from tests.cast import BEGINNING, Cast, make_cast
from tests.stories import bidding as bids
from tests.stories import evaluation as work
from tests.stories import trading as stories

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from pytest_django.fixtures import SettingsWrapper

pytestmark = [pytest.mark.django_db(transaction=True)]

WATCHING = ("nobody", "acme", "bolt")
HERE = [(b"origin", b"http://localhost:8000"), (b"host", b"localhost:8000")]
END = {"end": "of the watch"}
Frames = list[dict[str, Any]]


@pytest.fixture
def cast(transactional_db: None, settings: SettingsWrapper) -> Cast:
    settings.REDIS_URL = ""  # what a frame says does not depend on who carries it
    return make_cast()


def cookie_of(cast: Cast, person: str) -> bytes:
    if person == "nobody":
        return b""
    with clock.stands_at(BEGINNING):
        session = signed_in(cast.seats[person]).cookies[django_settings.SESSION_COOKIE_NAME].value
    return f"{django_settings.SESSION_COOKIE_NAME}={session}".encode()


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run in a loop and thread of its own, with the hub on that loop."""

    async def inside() -> Any:
        hub.start(asyncio.get_running_loop())
        try:
            return await coroutine
        finally:
            await database_sync_to_async(connections.close_all)()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, inside()).result()


def seen_by_all(cast: Cast, number: str, act: Callable[[], None]) -> Frames:
    """Return what came after the snapshot while ``act`` was done; every watcher must have seen the very same."""
    cookies = [cookie_of(cast, person) for person in WATCHING]

    async def watch() -> list[Frames]:
        watchers = [Watcher(sockets, f"/ws/hall/{number}", [*HERE, (b"cookie", cookie)]) for cookie in cookies]
        assert [await one.connect() for one in watchers] == [True] * len(watchers)
        snapshots = [await one.frame() for one in watchers]
        assert [sorted(frame) for frame in snapshots] == [["is_snapshot", "seq"]] * len(watchers)
        await database_sync_to_async(act)()
        await database_sync_to_async(publish)(room_of(number), END)
        heard = [await until_the_end(one) for one in watchers]
        for one in watchers:
            await one.go()
        return [[snapshot, *frames] for snapshot, frames in zip(snapshots, heard, strict=True)]

    first, *others = run(watch())
    assert others == [first, first]
    return first[1:]


async def until_the_end(watcher: Watcher) -> Frames:
    frames: Frames = []
    while (frame := await watcher.frame()) != END:
        frames.append(frame)
    return frames


def turned_away(cast: Cast, person: str, number: str) -> list[dict[str, Any]]:
    """Return everything that the server sends to somebody who asks for a hall."""
    cookie = cookie_of(cast, person)

    async def knock() -> list[dict[str, Any]]:
        watcher = Watcher(sockets, f"/ws/hall/{number}", [*HERE, (b"cookie", cookie)])
        await watcher.send_input({"type": "websocket.connect"})
        said = [await watcher.receive_output(PATIENCE)]
        while said[-1]["type"] != "websocket.close":
            said.append(await watcher.receive_output(PATIENCE))
        await watcher.go()
        return said

    return run(knock())  # type: ignore[no-any-return]


def test_every_socket_of_the_platform_is_watched_here() -> None:
    """A draw's socket says that something happened, to read the public state again (tests/evaluation)."""
    assert [str(route.pattern) for route in websocket_urlpatterns] == [
        "ws/hall/<str:lot_number>", "ws/draw/<str:lot_number>/<int:ordinal>", "",
    ]  # fmt: skip


@pytest.mark.parametrize("person", WATCHING)
def test_a_hall_that_is_not_public_yet_is_no_other_than_one_that_does_not_exist(cast: Cast, person: str) -> None:
    hidden = [stories.drafted(cast).lots.get().number, bids.keyed(cast).lot.number]
    nothing = turned_away(cast, person, "CT-2026-999999-XXXX-1")
    assert [turned_away(cast, person, number) for number in hidden] == [nothing, nothing]
    assert [message["type"] for message in nothing] == ["websocket.accept", "websocket.close"]


def test_bids_that_come_are_replaced_and_go_are_not_to_be_heard(cast: Cast) -> None:
    tender = bids.bidding(cast)

    def hand_in() -> None:
        bids.submitted(tender, "acme", "970000.00")
        bids.submitted(tender, "acme", "960000.00")
        bids.submitted(tender, "bolt", "985000.00")
        bids.withdrawn(tender, "bolt")

    assert seen_by_all(cast, tender.lot.number, hand_in) == []


@pytest.mark.parametrize("bidders", [("acme", "bolt", "cedar"), ("acme", "bolt", "cedar", "delta")])
def test_the_close_tells_that_it_happened_and_not_how_many_bids_there_are(cast: Cast, bidders: tuple[str, ...]) -> None:
    tender = bids.sealed(cast, prices=dict.fromkeys(bidders, "970000.00"))
    heard = seen_by_all(cast, tender.lot.number, lambda: bids.close(tender) and None)
    assert heard == [{"resync": True}, {"seq": 1}, {"seq": 2}, {"seq": 3}]  # the box, the record, the witnesses


def test_shares_that_do_not_suffice_tell_that_somebody_released_and_nothing_of_the_bids(cast: Cast) -> None:
    tender = bids.closed(cast)
    before = tender.opening.version
    first = min(tender.holders)
    heard = seen_by_all(cast, tender.lot.number, lambda: bids.release(tender, first))
    assert heard == [{"seq": before + 1}]
    assert tender.opening.state == "waiting"


def test_a_committee_at_work_is_not_to_be_heard(cast: Cast) -> None:
    case = work.evaluating(cast, **work.BENCHMARK)

    def evaluate() -> None:
        work.review(case)
        work.scored(case, work.SCORES)
        calculating.calculate(case.lot.pk, actor=case.chair, at=work.AT_WORK + 4 * work.MINUTE)
        reporting.draw_up(case.lot.pk, few_bids_because="", actor=case.chair, at=work.AT_WORK + 5 * work.MINUTE)

    assert seen_by_all(cast, case.lot.number, evaluate) == []


def test_a_signed_report_and_a_chosen_winner_tell_only_that_the_stage_is_another(cast: Cast) -> None:
    case = work.drawn_up(cast)
    assert seen_by_all(cast, case.lot.number, lambda: work.confirm(case) and None) == [{"resync": True}]
    other = work.award_pending(cast)

    def choose() -> None:
        awarding.award(other.lot.pk, candidate_id=other.candidate(1).pk, actor=other.approver, at=work.later(other))

    assert seen_by_all(cast, other.lot.number, choose) == [{"resync": True}]
