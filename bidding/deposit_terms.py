"""By when a deposit goes back: a table of the parameters that the rule-sheets name (docs/deposits.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from trading import binding
from trading.models import Award, StageChange
from trading.names import Stage

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import Organisation
    from trading.models import Lot


class _Term(NamedTuple):
    """``key`` counts from the latest entry into ``stage``, for losers, the winner, or both."""

    key: str
    stage: Stage
    losers: bool
    winner: bool


_TERMS = (
    _Term("ct.noncandidate_refund_after_award", Stage.CONTRACTING, losers=True, winner=False),  # 重庆条例 35
    _Term("ct.deposit_refund_after_contract", Stage.CONTRACTED, losers=True, winner=True),  # 招投标条例 57
    _Term("gp.deposit_refund", Stage.CONTRACTING, losers=True, winner=False),  # 采购条例 33: from the award notice
    _Term("gp.deposit_refund", Stage.CONTRACTED, losers=False, winner=True),  # 采购条例 33: from the contract
)


def release_deadline(lot: Lot, organisation: Organisation, *, at: datetime | None) -> datetime | None:
    """Return the earliest date by which a bidder's deposit must be back; None while nothing runs.

    ``at`` is when the rule-sheet is asked for, if the project is not bound to an edition yet.
    """
    bound_at = at or lot.entered_at
    procedure = binding.procedure_of(lot.project, at=bound_at)
    parameters = binding.parameters_of(lot.project, at=bound_at)
    calendar = binding.calendar_of(lot.project.region)
    wins = Award.objects.filter(lot=lot, organisation=organisation, fell_at=None).exists()
    known = procedure.keys()
    found = [
        calendar.after(entered, parameters.period(term.key)).ends_at
        for term in _TERMS
        if term.key in known and (term.winner if wins else term.losers) and parameters.is_set(term.key)
        if (entered := _entered(lot, term.stage)) is not None
    ]
    return min(found, default=None)


def _entered(lot: Lot, stage: Stage) -> datetime | None:
    change = StageChange.objects.filter(lot=lot, to=stage).exclude(source=stage).order_by("pk").last()
    return None if change is None else change.at
