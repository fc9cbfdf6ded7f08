"""Who takes which due move: the rule-sheets say when, the app that knows the facts says how."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bidding import closing
from evaluation import awarding, publicity
from trading.names import Move

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from core.actors import Actor
    from trading.due import Taker


def _close_bidding(lot_id: int, actor: Actor, at: datetime) -> None:  # noqa: ARG001  (it reads the time after its lock)
    closing.close(lot_id, actor=actor)


TAKERS: Mapping[Move, Taker] = {
    Move.CLOSE_BIDDING: _close_bidding,
    Move.END_PUBLICITY: publicity.end,
    Move.CONFIRM_BY_SILENCE: awarding.confirm_by_silence,
}
