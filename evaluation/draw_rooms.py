"""News of a draw: its version grows with what its page shows, and the page's room is told after the commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from core import hub

if TYPE_CHECKING:
    from evaluation.models import Draw


def room_of(lot_number: str, ordinal: int) -> str:
    """Return the hub's room of one draw."""
    return f"draw:{lot_number}:{ordinal}"


@transaction.atomic(savepoint=False)
def tell(draw: Draw, *, fields: list[str]) -> None:
    """Save ``fields`` of a draw whose row is locked, with its next version, and tell its room."""
    draw.version += 1
    draw.save(update_fields=[*fields, "version"])
    hub.publish(room_of(draw.lot.number, draw.ordinal), {"seq": draw.version})
