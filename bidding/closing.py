"""Closing a bid box: the exclusive lock, the time after it, the count, the move (docs/deadlines.md).

It may run any time after the deadline; when it runs changes nothing about which bids count.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from bidding import halls
from bidding.models import Ceremony, Close, Opening, Seal
from bidding.rules.close import write_close
from core import audit, clock
from core.actors import SYSTEM
from core.errors import Refused
from core.reasons import reason
from trading import bid_box, informing, moves
from trading.models import Lot
from trading.names import Move, Stage
from trading.procedures.facts import BidsReceived
from trading.procedures.wording import moment

if TYPE_CHECKING:
    from datetime import datetime

    from core.actors import Actor
    from core.reasons import Reason

_TOO_FEW = reason("too few bids were received")


@transaction.atomic(durable=True)
def close(lot_id: int, *, actor: Actor = SYSTEM, at: datetime | None = None) -> Close | None:  # noqa: ARG001
    """Close the box of a lot whose deadline has come; None if somebody else did. ``at`` is not used.

    Whoever calls as taker of a due move has read a time; the one that decides is read here, after the lock.
    """
    bid_box.lock_exclusive(Lot.objects.get(pk=lot_id))
    now = clock.after_lock()
    lot = moves.lock(lot_id)
    if Stage(lot.stage) is not Stage.BIDDING or lot.closes_at is None:
        return None
    if now < lot.closes_at:
        raise Refused(reason("The deadline for bids is {deadline}.", deadline=moment(lot.closes_at)))
    accepted = list(Seal.in_box.filter(lot=lot, state=Seal.LIVE).values_list("pk", flat=True))
    known = (BidsReceived(complete=len(accepted)),)
    fails = not moves.missing_for(lot, Move.FAIL_AT_DEADLINE, at=now, known=known)
    lot.box_closed_at = now
    lot.save(update_fields=["box_closed_at"])
    row = _record(lot, accepted, actor=actor, at=now)
    why = _why(lot, known[0]) if fails else ()
    move = Move.FAIL_AT_DEADLINE if fails else Move.CLOSE_BIDDING
    moves.advance(lot_id, move, actor=actor, at=now, known=known, because="; ".join(why))
    if fails:
        _tell_of_failure(lot, why=why[0], at=now)
    else:
        _begin_opening(lot, at=now)
    return row


def _record(lot: Lot, accepted: list[str], *, actor: Actor, at: datetime) -> Close:
    deadline = lot.closes_at or at
    document = write_close(tender=lot.number, deadline=deadline, closed_at=at, accepted=accepted)
    audit.append("tender.closed", tender=lot.number, data={"close": document.digest}, actor=actor, at=at)
    return Close.objects.create(
        lot=lot, document=document.data, digest=document.digest, accepted=len(accepted), closed_at=at
    )


def _why(lot: Lot, received: BidsReceived) -> tuple[Reason, ...]:
    """Return why the run fails, in the words of the rule-sheet's guard on closing."""
    found = moves.missing_for(lot, Move.CLOSE_BIDDING, at=lot.box_closed_at or lot.entered_at, known=(received,))
    return tuple(found) or (_TOO_FEW,)


def _tell_of_failure(lot: Lot, *, why: Reason, at: datetime) -> None:
    """Tell both sides that nothing is opened, and why; who bids is told to nobody."""
    for tell_side in (informing.tell_bidding_side, informing.tell_buying_side):
        tell_side(
            lot.project,
            kind="bidding.tender.failed",
            title=reason("{lot} has failed", lot=lot.title),
            body=reason("No bid is opened: {why}", why=why),
            at=at,
        )


def _begin_opening(lot: Lot, *, at: datetime) -> None:
    """Make the opening wait for the holders: O is the deadline, T runs from when they could begin."""
    ceremony = Ceremony.objects.get(lot=lot)
    opens_at = lot.closes_at or at
    opening = Opening.objects.create(
        lot=lot, opens_at=opens_at, rescue_until=max(opens_at, at) + timedelta(seconds=ceremony.rescue_seconds)
    )
    halls.tell(opening, fields=[])
