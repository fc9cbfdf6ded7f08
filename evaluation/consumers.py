"""The socket of a draw's page: it says that something changed and carries a number; nobody has to sign in to watch."""

from __future__ import annotations

from channels.db import database_sync_to_async

from bidding.consumers import RoomConsumer
from evaluation.draw_rooms import room_of
from evaluation.models import Draw


class DrawConsumer(RoomConsumer):
    """One browser before one draw."""

    def room_name(self) -> str:
        words = self.scope["url_route"]["kwargs"]
        return room_of(words["lot_number"], words["ordinal"])

    async def version(self) -> int | None:
        words = self.scope["url_route"]["kwargs"]
        found: int | None = await version_of(words["lot_number"], words["ordinal"])
        return found


@database_sync_to_async  # type: ignore[untyped-decorator]  # channels brings no types
def version_of(number: str, ordinal: int) -> int | None:
    """Return the version of a draw; None if there is no such draw."""
    draws = Draw.objects.filter(lot__number=number, ordinal=ordinal, lot__project__announced_at__isnull=False)
    return draws.values_list("version", flat=True).first()
