from __future__ import annotations

import asyncio
import json
import threading
import time
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from typing import Self

import pytest
import uvicorn
from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import transaction
from redis.asyncio import Redis as RedisConnection
from redis.exceptions import ConnectionError as RedisConnectionError
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from core import hub as module
from core.hub import TRY_AGAIN_LATER, Hub, publish


class Browser:
    """A client that reads: everything it was sent, and whether it was closed."""

    def __init__(self) -> None:
        self.frames: list[str] = []
        self.evicted = False
        self.threads: set[int] = set()

    async def send_frame(self, frame: str) -> None:
        self.threads.add(threading.get_ident())
        self.frames.append(frame)

    async def evict(self) -> None:
        self.evicted = True


class Stuck(Browser):
    """A client whose buffers are full: sending waits for ever, and so does closing."""

    async def send_frame(self, frame: str) -> None:
        await asyncio.Event().wait()

    async def evict(self) -> None:
        self.evicted = True
        await asyncio.Event().wait()


class Broken(Browser):
    async def send_frame(self, frame: str) -> None:
        raise ConnectionResetError

    async def evict(self) -> None:
        raise ConnectionResetError


@pytest.fixture
def rooms(settings, monkeypatch) -> Hub:
    """A hub of this test, in the one-process form."""
    settings.REDIS_URL = ""
    fresh = Hub()
    monkeypatch.setattr(module, "hub", fresh)
    return fresh


def run(story):
    """Run a coroutine in a loop of its own: another test's browser may have one running in this thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, story).result()


# -- rooms ---------------------------------------------------------------------------------------------


def test_a_frame_reaches_everyone_in_its_room_and_nobody_else(rooms):
    first, second, elsewhere = Browser(), Browser(), Browser()
    for client in (first, second):
        rooms.join("hall:1", client)
    rooms.join("hall:2", elsewhere)
    rooms.deliver("hall:1", "news")
    assert (first.frames, second.frames, elsewhere.frames) == (["news"], ["news"], [])


def test_who_has_left_hears_nothing_and_an_empty_room_is_forgotten(rooms):
    client = Browser()
    rooms.join("hall:1", client)
    rooms.leave("hall:1", client)
    rooms.leave("hall:1", client)
    rooms.deliver("hall:1", "news")
    assert (client.frames, rooms.clients("hall:1"), dict(rooms._rooms)) == ([], 0, {})


def test_frames_arrive_in_their_order(rooms):
    client = Browser()
    rooms.join("hall:1", client)
    for nth in range(5):
        rooms.deliver("hall:1", str(nth))
    assert client.frames == ["0", "1", "2", "3", "4"]


def test_after_a_gap_every_client_is_told_to_fetch_again(rooms):
    clients = [Browser(), Browser()]
    for nth, client in enumerate(clients):
        rooms.join(f"hall:{nth}", client)
    rooms.resynchronise()
    assert [client.frames for client in clients] == [['{"resync": true}'], ['{"resync": true}']]


# -- nobody waits for a slow client ----------------------------------------------------------------------


@pytest.mark.parametrize("fault", [Stuck, Broken])
def test_a_client_that_cannot_be_sent_to_is_dropped_and_the_others_do_not_wait(rooms, fault):
    async def story() -> None:
        healthy, slow = [Browser() for _ in range(20)], fault()
        for client in [*healthy[:10], slow, *healthy[10:]]:
            rooms.join("hall:1", client)
        rooms.deliver("hall:1", "one")
        assert [client.frames for client in healthy] == [["one"]] * 20  # at once: the loop did not turn in between
        assert rooms.clients("hall:1") == 20
        await asyncio.sleep(0.01)
        assert slow.evicted is (fault is Stuck)
        rooms.deliver("hall:1", "two")
        assert [client.frames for client in healthy] == [["one", "two"]] * 20

    run(story())


def test_closing_a_dropped_client_is_given_a_second(rooms):
    async def story() -> float:
        rooms.join("hall:1", Stuck())
        rooms.deliver("hall:1", "news")
        began = time.monotonic()
        await asyncio.gather(*rooms._closing)
        return time.monotonic() - began

    assert 0.9 < run(story()) < 2.5
    assert rooms._closing == set()


class Visitor(AsyncWebsocketConsumer):
    room = ""

    async def connect(self) -> None:
        await self.accept()
        module.hub.join(self.room, self)

    async def disconnect(self, code: int) -> None:
        module.hub.leave(self.room, self)

    async def send_frame(self, frame: str) -> None:
        await self.send(text_data=frame)

    async def evict(self) -> None:
        await self.close(TRY_AGAIN_LATER)


async def true(fact) -> None:
    async with asyncio.timeout(10):
        while not fact():  # noqa: ASYNC110  (the fact is somebody else's, it tells nobody)
            await asyncio.sleep(0.01)


@asynccontextmanager
async def served(room: str):
    consumer = type("Guest", (Visitor,), {"room": room}).as_asgi()
    config = uvicorn.Config(consumer, port=0, lifespan="off", log_level="error", ws_per_message_deflate=False)
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None
    running = asyncio.create_task(server.serve())
    await true(lambda: server.started)
    yield f"ws://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/"
    server.should_exit = server.force_exit = True
    await running


FRAMES, HEALTHY = 150, 5


async def read_all(browser) -> tuple[list[int], float]:
    """Read every frame; return their numbers and the longest time one was on its way."""
    parcels = [(json.loads(await browser.recv()), time.monotonic()) for _ in range(FRAMES)]
    return [parcel["seq"] for parcel, _ in parcels], max(at - parcel["sent"] for parcel, at in parcels)


async def read_to_the_end(browser) -> None:
    while True:
        await browser.recv()


async def one_does_not_read(rooms: Hub, url: str) -> tuple[list[tuple[list[int], float]], int]:
    async with AsyncExitStack() as stack:
        healthy = [await stack.enter_async_context(connect(url, max_queue=None)) for _ in range(HEALTHY)]
        slow = await stack.enter_async_context(connect(url, max_queue=1))
        await true(lambda: rooms.clients("hall:1") == HEALTHY + 1)
        reading = [asyncio.create_task(read_all(browser)) for browser in healthy]
        for seq in range(FRAMES):
            rooms.deliver("hall:1", json.dumps({"seq": seq, "sent": time.monotonic(), "padding": "x" * 30_000}))
            await asyncio.sleep(0.005)
        read = await asyncio.gather(*reading)
        left = rooms.clients("hall:1")
        with pytest.raises(ConnectionClosed):
            await asyncio.wait_for(read_to_the_end(slow), timeout=30)
    return read, left


@pytest.mark.loopback
def test_over_real_sockets_one_browser_that_does_not_read_is_dropped_and_no_other(rooms):
    async def story():
        async with served("hall:1") as url:
            return await one_does_not_read(rooms, url)

    read, left = run(story())
    assert [numbers for numbers, _ in read] == [list(range(FRAMES))] * HEALTHY
    assert left == HEALTHY
    assert max(longest for _, longest in read) < 2  # a plain awaited send keeps everybody waiting for the slow one


# -- publishing ------------------------------------------------------------------------------------------


@contextmanager
def loop_in_a_thread(rooms: Hub):
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    rooms.start(loop)
    yield loop, thread
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def until(fact, *, seconds: float = 10.0):
    ends = time.monotonic() + seconds
    while not (found := fact()) and time.monotonic() < ends:
        time.sleep(0.01)
    return found


@pytest.mark.django_db(transaction=True)
def test_a_verb_tells_the_room_after_its_commit_from_whatever_thread(rooms):
    client = Browser()
    rooms.join("hall:1", client)
    with loop_in_a_thread(rooms) as (_, thread):
        with transaction.atomic(durable=True):
            publish("hall:1", {"seq": 3, "what": "开标"})
            time.sleep(0.05)
            assert client.frames == []
        assert until(lambda: client.frames) == ['{"seq":3,"what":"开标"}']
        assert client.threads == {thread.ident}


@transaction.atomic(durable=True)
def publish_and_fail() -> None:
    publish("hall:1", {"seq": 3})
    raise ZeroDivisionError


@pytest.mark.django_db(transaction=True)
def test_what_was_rolled_back_is_not_told(rooms):
    client = Browser()
    rooms.join("hall:1", client)
    with loop_in_a_thread(rooms):
        with pytest.raises(ZeroDivisionError):
            publish_and_fail()
        with transaction.atomic(durable=True):
            publish("hall:1", {"seq": 4})
        assert until(lambda: client.frames) == ['{"seq":4}']


@pytest.mark.django_db(transaction=True)
def test_a_process_without_rooms_publishes_into_the_void(rooms):
    with transaction.atomic(durable=True):
        publish("hall:1", {"seq": 3})
    loop = asyncio.new_event_loop()
    rooms.start(loop)
    loop.close()
    rooms.deliver_from_thread("hall:1", "{}")
    assert rooms.clients("hall:1") == 0


@pytest.mark.django_db(transaction=True)
def test_a_redis_that_is_down_fails_no_verb(settings, monkeypatch, caplog):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(module, "_connections", [])
    with transaction.atomic(durable=True):
        publish("hall:1", {"seq": 3})
    assert [record.name for record in caplog.records] == ["django.db.backends.base"]


# -- several processes -----------------------------------------------------------------------------------


class Wire:
    """Redis as one process sees it: what it says on each connection, before the connection is lost."""

    def __init__(self, *connections: list[dict[str, str]]) -> None:
        self.connections = list(connections)

    def pubsub(self) -> Wire:
        return self

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *fault: object) -> None: ...

    async def subscribe(self, channel: str) -> None:
        assert channel == "yangguang.hub"

    async def listen(self):
        for message in self.connections.pop(0):
            yield message
        if not self.connections:
            raise asyncio.CancelledError
        raise RedisConnectionError


def said(room: str, frame: str) -> dict[str, str]:
    return {"type": "message", "data": json.dumps({"room": room, "frame": frame})}


def test_the_subscriber_carries_frames_and_connects_again_by_itself(rooms, monkeypatch, caplog):
    wire = Wire([{"type": "subscribe", "data": "1"}, said("hall:1", "one")], [said("hall:1", "two")])
    monkeypatch.setattr(RedisConnection, "from_url", lambda _url: wire)
    client = Browser()
    rooms.join("hall:1", client)
    with pytest.raises((asyncio.CancelledError, CancelledError)):
        run(module.subscribe())
    resync = '{"resync": true}'
    assert client.frames == [resync, "one", resync, "two"]
    assert [record.message for record in caplog.records] == ["the hub lost Redis and tries again"]
