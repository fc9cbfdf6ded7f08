"""Sockets of live pages: one says that something changed and carries a number; the page fetches what it lacks.

Nobody has to sign in to watch. Nothing that comes from a browser is acted upon.
"""

from __future__ import annotations

import json

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from bidding.halls import room_of
from bidding.models import Opening
from core.hub import TRY_AGAIN_LATER, hub
from trading.models import Lot

UNKNOWN_HALL = 4404
TALKS_TOO_MUCH = 4408
LONGEST_MESSAGE = 64  # characters a browser may say: it has nothing to tell


class RoomConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]  # channels brings no types
    """One browser in one room of the hub while it is connected; what the room is about says the subclass."""

    room = ""

    def room_name(self) -> str:
        """Return the hub's room of the address."""
        raise NotImplementedError

    async def version(self) -> int | None:
        """Return the version of what is watched; None if there is nothing."""
        raise NotImplementedError

    async def connect(self) -> None:
        version = await self.version()
        await self.accept()
        if version is None:
            await self.close(UNKNOWN_HALL)
            return
        self.room = self.room_name()
        hub.join(self.room, self)
        # Read again after joining: what was told in between would reach nobody.
        await self.send_frame(json.dumps({"seq": await self.version() or version, "is_snapshot": True}))

    async def disconnect(self, code: int) -> None:  # noqa: ARG002  (given by the framework)
        if self.room:
            hub.leave(self.room, self)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Take no orders; a browser that talks at length is shown the door."""
        if bytes_data is not None or len(text_data or "") > LONGEST_MESSAGE:
            await self.close(TALKS_TOO_MUCH)

    async def send_frame(self, frame: str) -> None:
        """Send one frame; the hub drops whoever makes this wait."""
        await self.send(text_data=frame)

    async def evict(self) -> None:
        await self.close(TRY_AGAIN_LATER)


class HallConsumer(RoomConsumer):
    """One browser in one hall."""

    def room_name(self) -> str:
        return room_of(self.scope["url_route"]["kwargs"]["lot_number"])

    async def version(self) -> int | None:
        found: int | None = await version_of(self.scope["url_route"]["kwargs"]["lot_number"])
        return found


@database_sync_to_async  # type: ignore[untyped-decorator]  # channels brings no types
def version_of(number: str) -> int | None:
    """Return the version of a hall: 0 before its box is closed, None for a lot that is not announced."""
    if not Lot.objects.filter(number=number, project__announced_at__isnull=False).exists():
        return None
    return Opening.objects.filter(lot__number=number).values_list("version", flat=True).first() or 0
