"""Closing a bid box, in three steps (docs/deadlines.md): the box, the record, the witnesses.

The first takes the exclusive lock, reads the time after it, counts and moves; it may run any time after the deadline,
and when it runs changes nothing about which bids count. The second waits until the log holds every entry of the
tender, the third until enough witnesses have signed that it does: only then may a holder release anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from bidding import halls
from bidding.models import Ceremony, Close, Opening, Seal, WitnessedClose
from bidding.rules.ceremony import read_ceremony
from bidding.rules.close import write_close
from core import audit, clock, log_reading, waiting
from core.actors import SYSTEM
from core.errors import Refused
from core.models import OutboxEntry
from core.reasons import reason
from trading import bid_box, informing, moves
from trading.models import Lot
from trading.names import Move, Stage
from trading.procedures.facts import BidsReceived
from trading.procedures.wording import moment

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from core.actors import Actor
    from core.reasons import Reason

_COUNTED = ("bid.sealed", "bid.withdrawn")  # what decides which seals count; none is written after the box is closed
_TOO_FEW = reason("too few bids were received")


def close(lot_id: int, *, actor: Actor = SYSTEM, at: datetime | None = None) -> Close | None:  # noqa: ARG001
    """Close the box of a lot whose deadline has come; None if somebody else did, or the log is behind.

    ``at`` is not used: whoever calls as taker of a due move has read a time, and the one that decides is read after
    the lock. What the log cannot say yet, :func:`take_unfinished` writes down a little later.
    """
    if not close_box(lot_id, actor=actor):
        return None
    waiting.nudge()
    row = record(lot_id, actor=actor)
    if row is not None:
        waiting.nudge()
        witness(row)
    return row


@transaction.atomic(durable=True)
def close_box(lot_id: int, *, actor: Actor) -> bool:
    """Take the first step: no bid is taken any more, and it is decided which ones count. False if it was done."""
    bid_box.lock_exclusive(Lot.objects.get(pk=lot_id))
    now = clock.after_lock()
    lot = moves.lock(lot_id)
    if Stage(lot.stage) is not Stage.BIDDING or lot.closes_at is None:
        return False
    if now < lot.closes_at:
        raise Refused(reason("The deadline for bids is {deadline}.", deadline=moment(lot.closes_at)))
    known = (BidsReceived(complete=_accepted(lot).count()),)
    fails = not moves.missing_for(lot, Move.FAIL_AT_DEADLINE, at=now, known=known)
    lot.box_closed_at = now
    lot.save(update_fields=["box_closed_at"])
    why = _why(lot, known[0]) if fails else ()
    move = Move.FAIL_AT_DEADLINE if fails else Move.CLOSE_BIDDING
    moves.advance(lot_id, move, actor=actor, at=now, known=known, because="; ".join(why))
    if fails:
        _tell_of_failure(lot, why=why[0], at=now)
    else:
        _begin_opening(lot, at=now)
    return True


@transaction.atomic(durable=True)
def record(lot_id: int, *, actor: Actor = SYSTEM) -> Close | None:
    """Take the second step: the list of what was accepted, under the size that the log had when it held all of it.

    None while an entry that counts waits for its place; the row that is there if it was done.
    """
    lot = moves.lock(lot_id)
    if (known := Close.objects.filter(lot=lot).first()) is not None:
        return known
    waiting_for = OutboxEntry.objects.filter(tender=lot.number, event__in=_COUNTED, idx=None)
    if lot.box_closed_at is None or waiting_for.exists():
        return None
    accepted = list(_accepted(lot).values_list("pk", flat=True))
    document = write_close(
        tender=lot.number,
        deadline=lot.closes_at or lot.box_closed_at,
        closed_at=lot.box_closed_at,
        accepted=accepted,
        log_size=log_reading.size(),
    )
    audit.append("tender.closed", tender=lot.number, data={"close": document.digest}, actor=actor, at=clock.now())
    row = Close.objects.create(
        lot=lot, document=document.data, digest=document.digest, accepted=len(accepted), closed_at=lot.box_closed_at
    )
    if (opening := Opening.objects.filter(lot=lot).first()) is not None:
        halls.tell(opening, fields=[])
    return row


@transaction.atomic(durable=True)
def witness(row: Close) -> WitnessedClose | None:
    """Take the third step: keep the checkpoint with its quorum that holds the close; None while there is none."""
    known = WitnessedClose.objects.filter(close=row).first()
    place = _place_of(row)
    if known is not None or place is None:
        return known
    quorum = read_ceremony(bytes(Ceremony.objects.get(lot=row.lot_id).document)).quorum
    checkpoint = log_reading.first_witnessed(place + 1, quorum=quorum)
    if checkpoint is None:
        return None
    note = log_reading.cosigned_note(checkpoint)
    draft = WitnessedClose(close=row, checkpoint=checkpoint, note=note, kept_at=clock.now())
    WitnessedClose.objects.bulk_create([draft], ignore_conflicts=True)
    if (opening := Opening.objects.filter(lot=row.lot_id).first()) is not None:
        halls.tell(opening, fields=[])
    return WitnessedClose.objects.get(close=row)


def take_unfinished(*, at: datetime) -> int:  # noqa: ARG001  (the verbs read the time after their locks)
    """Go on with every close that waited for the log or for its witnesses; return how many went on."""
    without_record = Lot.objects.filter(box_closed_at__isnull=False, close=None, ceremony__isnull=False)
    found = [record(lot_id) for lot_id in without_record.values_list("pk", flat=True)]
    unwitnessed = Close.objects.filter(witnessed=None, lot__ceremony__isnull=False)
    kept = [witness(row) for row in unwitnessed.select_related("lot")]
    return sum(row is not None for row in (*found, *kept))


@dataclass(frozen=True)
class Proved:
    """The text of the close's entry, and of the proof that the log holds it under the witnessed checkpoint."""

    entry: str
    proof: str


def proof_of(lot: Lot) -> Proved | None:
    """Return what proves the close of a lot to whoever holds the log's and the witnesses' keys; None before that."""
    row = WitnessedClose.objects.select_related("close__lot", "checkpoint").filter(close__lot=lot).first()
    place = None if row is None else _place_of(row.close)
    if row is None or place is None:
        return None
    entry = OutboxEntry.objects.get(idx=place)
    return Proved(bytes(entry.entry).decode("utf-8"), log_reading.proof_of(place, row.checkpoint))


def _accepted(lot: Lot) -> QuerySet[Seal]:
    return Seal.in_box.filter(lot=lot, state=Seal.LIVE)


def _place_of(row: Close) -> int | None:
    entries = OutboxEntry.objects.filter(event="tender.closed", tender=row.lot.number, idx__isnull=False)
    return entries.values_list("idx", flat=True).first()


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
