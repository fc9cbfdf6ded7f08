"""News of an opening hall: the version grows with what the hall shows, and its room is told after the commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from core import hub

if TYPE_CHECKING:
    from bidding.models import Opening


def room_of(lot_number: str) -> str:
    return f"hall:{lot_number}"


@transaction.atomic(savepoint=False)
def tell(opening: Opening, *, fields: list[str]) -> None:
    """Save ``fields`` of an opening whose row is locked, with its next version, and tell the hall."""
    opening.version += 1
    opening.save(update_fields=[*fields, "version"])
    hub.publish(room_of(opening.lot.number), {"seq": opening.version})
