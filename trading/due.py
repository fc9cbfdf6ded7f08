"""The sweep: take what is due, oldest first, one lot a transaction; of two processes one finds nothing to do.

What a due move does is known further up (closing a bid box is bidding's business), so the callers hand in who
takes which move. Correctness never depends on the sweep being on time.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from core.actors import SYSTEM
from core.errors import Refused
from trading import moves
from trading.models import Lot

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from core.actors import Actor
    from trading.names import Move

    Taker = Callable[[int, Actor, datetime], object]

log = logging.getLogger(__name__)
BATCH = 200


def take_due(takers: Mapping[Move, Taker], *, at: datetime) -> int:
    """Take every move that is due at ``at`` and return how many lots were looked at."""
    numbers = list(Lot.objects.filter(next_due_at__lte=at).order_by("next_due_at").values_list("pk", flat=True)[:BATCH])
    for lot_id in numbers:
        _take(lot_id, takers, at)
    return len(numbers)


def seconds_until_next(*, at: datetime, longest: float) -> float:
    """Return how long a loop may sleep: until the earliest due lot, at most ``longest`` seconds."""
    earliest = (
        Lot.objects.filter(next_due_at__isnull=False)
        .order_by("next_due_at")
        .values_list("next_due_at", flat=True)
        .first()
    )
    if earliest is None:
        return longest
    return min(longest, max(0.0, (earliest - at).total_seconds()))


def _take(lot_id: int, takers: Mapping[Move, Taker], at: datetime) -> None:
    """Take the due move of one lot; a failing lot holds up nobody and is looked at again a little later."""
    try:
        lot = Lot.objects.select_related("project").get(pk=lot_id)
        due = moves.due_of(lot, at=at)
        if due is not None and due.at <= at:
            takers[due.move](lot_id, SYSTEM, at)
            return
    except Refused as refusal:
        log.info("what is due of lot %s is not taken yet: %s", lot_id, refusal)
    except Exception:
        log.exception("what is due of lot %s failed", lot_id)
    _put_off(lot_id, at)


def _put_off(lot_id: int, at: datetime) -> None:
    try:
        moves.look_again(lot_id, at=at)
    except Exception:  # the next sweep meets it again; the others go on
        log.exception("lot %s cannot be put off", lot_id)
