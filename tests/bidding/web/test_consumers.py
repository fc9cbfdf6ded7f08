"""The hall's socket: a number at once, a number at every change, and nobody waits for a browser that does not read."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from channels.db import database_sync_to_async
from channels.routing import URLRouter

from bidding import attending
from bidding.consumers import HallConsumer
from bidding.halls import room_of
from bidding.models import Opening
from config.routing import websocket_urlpatterns
from core.hub import hub
from tests.bidding.web.sockets import Watcher
from tests.cast import Cast, make_cast
from tests.stories import bidding as story

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast(transactional_db: None, settings: Settings) -> Cast:
    settings.REDIS_URL = ""  # what a frame says does not depend on who carries it: tests/core/test_hub_processes.py
    return make_cast()


@pytest.fixture
def tender(cast: Cast) -> story.Tender:
    return story.opened(cast)


def watching(number: str) -> Watcher:
    return Watcher(URLRouter(websocket_urlpatterns), f"/ws/hall/{number}")


def run(story_of: object) -> None:
    """Run a coroutine with the hub on its loop."""

    async def inside() -> None:
        hub.start(asyncio.get_running_loop())
        await story_of  # type: ignore[misc]

    asyncio.run(inside())


def test_whoever_comes_in_gets_the_version_and_then_every_change(tender: story.Tender) -> None:
    number, version = tender.lot.number, Opening.objects.get().version
    lot, actor, at = tender.lot.pk, tender.cast.actor("acme"), tender.deadline + 3 * story.MINUTE

    async def watch() -> None:
        watcher = watching(number)
        assert await watcher.connect()
        assert await watcher.frame() == {"seq": version, "is_snapshot": True}
        await database_sync_to_async(attending.confirm_read_out)(lot, actor=actor, at=at)
        assert await watcher.frame() == {"seq": version + 1}
        await watcher.go()
        assert hub.clients(room_of(number)) == 0

    run(watch())


def test_whoever_comes_back_gets_the_version_that_was_reached_meanwhile(tender: story.Tender) -> None:
    number, version = tender.lot.number, Opening.objects.get().version
    lot, actor, at = tender.lot.pk, tender.cast.actor("acme"), tender.deadline + 3 * story.MINUTE

    async def watch() -> None:
        first = watching(number)
        await first.connect()
        await first.go()
        await database_sync_to_async(attending.confirm_read_out)(lot, actor=actor, at=at)
        again = watching(number)
        await again.connect()
        assert await again.frame() == {"seq": version + 1, "is_snapshot": True}
        await again.go()

    run(watch())


def test_a_change_of_the_stage_is_told_too(cast: Cast) -> None:
    tender = story.sealed(cast, prices={"acme": "970000.00"})
    number = tender.lot.number

    async def watch() -> None:
        watcher = watching(number)
        await watcher.connect()
        assert await watcher.frame() == {"seq": 0, "is_snapshot": True}
        await database_sync_to_async(story.close)(tender)
        assert await watcher.frame() == {"resync": True}  # too few bids: there is no opening to count
        await watcher.go()

    run(watch())


@pytest.mark.parametrize("number", ["CT-2026-999999-XXXX-1", "%20"])
def test_a_hall_that_does_not_exist_is_closed_with_its_own_code(db: None, number: str) -> None:
    async def watch() -> None:
        watcher = watching(number)
        await watcher.connect()
        assert await watcher.close_code() == 4404
        assert hub.clients(room_of(number)) == 0

    run(watch())


def test_a_lot_that_is_not_announced_is_not_told_from_one_that_does_not_exist(cast: Cast) -> None:
    number = story.appointed(cast).lot.number

    async def watch() -> None:
        watcher = watching(number)
        await watcher.connect()
        assert await watcher.close_code() == 4404

    run(watch())


def test_a_browser_that_does_not_read_is_dropped_while_the_others_are_served(tender: story.Tender) -> None:
    number = tender.lot.number

    class Stuck(HallConsumer):  # type: ignore[misc]
        async def send_frame(self, frame: str) -> None:
            await asyncio.sleep(3600)

    async def watch() -> None:
        healthy = watching(number)
        await healthy.connect()
        await healthy.frame()
        closed: list[object] = []
        stuck = Stuck()
        stuck.close = lambda code=None: _note(closed, code)  # type: ignore[method-assign]
        hub.join(room_of(number), stuck)
        hub.deliver(room_of(number), '{"seq": 99}')
        assert await healthy.frame() == {"seq": 99}
        await asyncio.sleep(0.05)
        assert closed == [1013]  # it may come back
        assert hub.clients(room_of(number)) == 1
        await healthy.go()

    run(watch())


async def _note(closed: list[object], code: object) -> None:
    closed.append(code)


@pytest.mark.parametrize("said", [{"text": "x" * 65}, {"octets": b"x"}])
def test_a_browser_that_talks_is_shown_the_door(tender: story.Tender, said: dict[str, Any]) -> None:
    number = tender.lot.number

    async def watch() -> None:
        watcher = watching(number)
        await watcher.connect()
        await watcher.frame()
        await watcher.say(**said)
        assert await watcher.close_code() == 4408

    run(watch())


def test_a_short_word_is_not_acted_upon(tender: story.Tender) -> None:
    number = tender.lot.number

    async def watch() -> None:
        watcher = watching(number)
        await watcher.connect()
        await watcher.frame()
        await watcher.say(text="ping")
        assert await watcher.receive_nothing(timeout=0.1)
        await watcher.go()

    run(watch())


def test_another_site_opens_no_socket(tender: story.Tender) -> None:
    from config.asgi import application

    headers = [(b"origin", b"https://elsewhere.example"), (b"host", b"localhost")]

    number = tender.lot.number

    async def watch() -> None:
        assert not await Watcher(application, f"/ws/hall/{number}", headers).connect()

    run(watch())
