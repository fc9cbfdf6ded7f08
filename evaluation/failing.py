"""Ending a run without a winner, where the owner decides it: before the report is signed, or instead of an award."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from core.errors import Refused
from core.reasons import reason
from evaluation import informing, states
from evaluation.awarding import owner_seat
from trading import moves, noticing
from trading.names import Code, Move
from trading.procedures.facts import FailureState

if TYPE_CHECKING:
    from datetime import datetime

    from core.actors import Actor
    from trading.models import Lot
    from trading.names import FailureGround
    from trading.procedures.facts import Known


@transaction.atomic(durable=True)
def fail_evaluation(lot_id: int, *, ground: FailureGround, because: str, actor: Actor, at: datetime) -> None:
    """Declare the evaluation void for a ground that lies outside the bids (采购法 36 (2) to (4))."""
    lot = moves.lock(lot_id)
    owner_seat(actor, lot)
    _fail(lot, Move.FAIL_EVALUATION, ground, because, known=(states.evaluation_state(lot),), actor=actor, at=at)


@transaction.atomic(durable=True)
def fail_award(lot_id: int, *, ground: FailureGround, because: str, actor: Actor, at: datetime) -> None:
    """End the run without a winner, for a ground the rule-sheet knows; a new run may follow."""
    lot = moves.lock(lot_id)
    owner_seat(actor, lot)
    _fail(lot, Move.FAIL_AWARD, ground, because, known=(), actor=actor, at=at)


def _fail(
    lot: Lot,
    move: Move,
    ground: FailureGround,
    because: str,
    *,
    known: tuple[Known, ...],
    actor: Actor,
    at: datetime,
) -> None:
    if not because.strip():
        raise Refused(reason("write down why the tender fails"))
    moves.advance(
        lot.pk,
        move,
        actor=actor,
        at=at,
        known=(*known, FailureState(ground=ground, because=because.strip())),
        because=because.strip(),
        notices=(noticing.Draft(Code.FAIL, {"because": because.strip()}),),
    )
    informing.tell_of_failure(lot, at=at)
