"""Where a lot stands: its way through the stages of its rule-sheet, with dates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.reasons import Reason, reason
from trading.names import END_STAGES, Stage, label

if TYPE_CHECKING:
    from datetime import datetime

    from trading.models import Lot
    from trading.procedures.definition import Procedure

_INSIDE = frozenset({Stage.DRAFT, Stage.NOTICE_READY})
_ENDED_EARLY = frozenset({Stage.FAILED, Stage.TERMINATED})
_TONES = {Stage.CLOSED: "green", Stage.PERFORMING: "green", Stage.FAILED: "red", Stage.TERMINATED: "grey"}


@dataclass(frozen=True)
class StageStep:
    """One stage on the way: for the stepper."""

    label: Reason
    state: str
    at: datetime | None = None
    until: datetime | None = None
    note: Reason | None = None


def steps_of(lot: Lot, procedure: Procedure) -> list[StageStep]:
    """Return the public stages of a lot in order: done, now, next, or where it ended; changes are prefetched.

    A stage that was left for an earlier one (a winner refused) is to come again.
    """
    entered = {Stage(change.to): change.at for change in lot.changes.all() if change.source != change.to}
    now = Stage(lot.stage)
    way = [stage for stage in procedure.stages if stage not in _INSIDE | _ENDED_EARLY]
    way = [stage for stage in way if stage is not Stage.INTENTION or lot.project.intended_at]
    if now in _ENDED_EARLY:
        return [*_walked(way, entered), StageStep(label(now), "stopped", at=lot.entered_at)]
    here = way.index(now) if now in way else 0
    return [_step(stage, way.index(stage), here, entered, lot) for stage in way]


def tone_of(stage: str) -> str:
    """Return the tone of a stage's status."""
    return _TONES.get(Stage(stage), "blue")


def _walked(way: list[Stage], entered: dict[Stage, datetime]) -> list[StageStep]:
    return [StageStep(label(stage), "done", at=entered.get(stage)) for stage in way if stage in entered]


def _step(stage: Stage, place: int, here: int, entered: dict[Stage, datetime], lot: Lot) -> StageStep:
    if place > here:
        return StageStep(label(stage), "next", note=_expected(stage, lot))
    at = lot.project.intended_at if stage is Stage.INTENTION else entered.get(stage)
    is_over = place < here or stage in END_STAGES
    return StageStep(label(stage), "done" if is_over else "now", at=at, until=None if is_over else _until(stage, lot))


def _until(stage: Stage, lot: Lot) -> datetime | None:
    return lot.closes_at if stage in (Stage.PUBLISHED, Stage.BIDDING) else lot.next_due_at


def _expected(stage: Stage, lot: Lot) -> Reason | None:
    if stage is Stage.OPENING and lot.closes_at is not None:
        return reason("at the deadline")
    return None
