"""Fan-out of small live frames to the browsers of one process; Redis joins several processes.

Nothing relies on delivery: a frame says that something changed and carries a number, the page fetches what it
lacks. Publishing never waits for a client: a send that would have to wait is given up and its client dropped;
it reconnects and catches up.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import defaultdict
from typing import TYPE_CHECKING, Protocol

from django.conf import settings
from django.db import transaction

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping

    from redis import Redis

log = logging.getLogger(__name__)
CHANNEL = "yangguang.hub"
TRY_AGAIN_LATER = 1013  # the close code of RFC 6455's registry for a client that was dropped and may come back


class Client(Protocol):
    """What the hub needs of a consumer: one coroutine that sends text, one that closes with TRY_AGAIN_LATER."""

    def send_frame(self, frame: str) -> Coroutine[object, object, None]: ...

    def evict(self) -> Coroutine[object, object, None]: ...


class Hub:
    """The rooms of this process; touched by the event loop's thread only."""

    def __init__(self) -> None:
        self._rooms: defaultdict[str, set[Client]] = defaultdict(set)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closing: set[asyncio.Task[None]] = set()

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def join(self, room: str, client: Client) -> None:
        self._rooms[room].add(client)

    def leave(self, room: str, client: Client) -> None:
        self._rooms[room].discard(client)
        if not self._rooms[room]:
            del self._rooms[room]

    def clients(self, room: str) -> int:
        return len(self._rooms.get(room, ()))

    def deliver(self, room: str, frame: str) -> None:
        """Send ``frame`` to everyone in ``room``, each by one step of its coroutine, never waiting."""
        for client in tuple(self._rooms.get(room, ())):
            if not _sent_at_once(client.send_frame(frame)):
                self.leave(room, client)
                task = asyncio.ensure_future(_close(client))
                self._closing.add(task)
                task.add_done_callback(self._closing.discard)

    def deliver_from_thread(self, room: str, frame: str) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self.deliver, room, frame)

    def resynchronise(self) -> None:
        """Tell every client to fetch again: frames may have been missed."""
        for room in tuple(self._rooms):
            self.deliver(room, json.dumps({"resync": True}))


hub = Hub()


def publish(room: str, frame: Mapping[str, object]) -> None:
    """Announce ``frame`` in ``room`` after the current transaction commits, to the clients of every process."""
    text = json.dumps(frame, ensure_ascii=False, separators=(",", ":"))
    transaction.on_commit(lambda: _carry(room, text), robust=True)


def _carry(room: str, text: str) -> None:
    if settings.REDIS_URL:
        _redis().publish(CHANNEL, json.dumps({"room": room, "frame": text}))
    else:
        hub.deliver_from_thread(room, text)


_connections: list[Redis] = []


def _redis() -> Redis:
    import redis  # noqa: PLC0415  (an optional part)

    if not _connections:
        _connections.append(redis.Redis.from_url(settings.REDIS_URL))
    return _connections[0]


async def subscribe() -> None:
    """Carry what other processes publish into this process's hub, for ever; reconnects by itself."""
    from redis import asyncio as redis_async  # noqa: PLC0415
    from redis.exceptions import RedisError  # noqa: PLC0415

    while True:
        try:
            async with redis_async.Redis.from_url(settings.REDIS_URL).pubsub() as pubsub:
                await pubsub.subscribe(CHANNEL)
                hub.resynchronise()
                async for message in pubsub.listen():
                    if message["type"] == "message":
                        parcel = json.loads(message["data"])
                        hub.deliver(parcel["room"], parcel["frame"])
        except (RedisError, OSError):
            log.exception("the hub lost Redis and tries again")
            await asyncio.sleep(1)


def _sent_at_once(coroutine: Coroutine[object, object, None]) -> bool:
    try:
        coroutine.send(None)
    except StopIteration:
        return True
    except Exception:  # noqa: BLE001  (a broken client is dropped, whatever broke)
        return False
    coroutine.close()
    return False


async def _close(client: Client) -> None:
    try:
        await asyncio.wait_for(client.evict(), timeout=1)
    except Exception:  # noqa: BLE001  (it is gone already)
        log.debug("a client could not be closed in time")
