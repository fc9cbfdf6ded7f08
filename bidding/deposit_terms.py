"""By when a deposit goes back: a table of the parameters that the rule-sheets name (docs/deposits.md)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from core.money import Money
from core.working_days import day_of
from trading import binding
from trading.models import Award, StageChange
from trading.names import Stage
from trading.procedures.amounts import late_refund_interest

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import Organisation
    from bidding.models import Deposit
    from trading.models import Lot


class _Term(NamedTuple):
    """``key`` counts from the latest entry into ``stage``, for losers, the winner, or both."""

    key: str
    stage: Stage
    losers: bool
    winner: bool


_WITHDRAWN = "ct.withdrawal_refund"
_TERMS = (
    _Term("ct.noncandidate_refund_after_award", Stage.CONTRACTING, losers=True, winner=False),  # 重庆条例 35
    _Term("ct.deposit_refund_after_contract", Stage.CONTRACTED, losers=True, winner=True),  # 招投标条例 57
    _Term("gp.deposit_refund", Stage.CONTRACTING, losers=True, winner=False),  # 采购条例 33: from the award notice
    _Term("gp.deposit_refund", Stage.CONTRACTED, losers=False, winner=True),  # 采购条例 33: from the contract
)


class Late(NamedTuple):
    """By how many days a deposit is late on its way back, and what is owed for that."""

    days: int
    interest: Money


# Who owes interest for a late return: procedures that name these keys (87号令 38).
_RATE, _MULTIPLIER, _DAY_COUNT = "gp.base_loan_rate", "gp.late_refund_multiplier", "gp.late_refund_day_count"


def due_back(deposit: Deposit) -> datetime | None:
    """Return by when a deposit must be back: as written down, or as the rule-sheet has it since then."""
    return deposit.release_by or release_deadline(deposit.lot, deposit.organisation, at=None)


def late(deposit: Deposit, *, at: datetime) -> Late | None:
    """Return how late a transfer would go back at ``at``, and its interest; None where none is owed.

    For a guarantee nobody had the money. Days are counted from the last day on which it was in time.
    """
    due, lot = due_back(deposit), deposit.lot
    if due is None or at < due or deposit.form != "transfer":
        return None
    known = binding.procedure_of(lot.project, at=at).keys()
    if _MULTIPLIER not in known:
        return None
    days = (day_of(at) - day_of(due - timedelta(microseconds=1))).days
    interest = late_refund_interest(
        Money(deposit.amount, deposit.currency),
        days,
        binding.parameters_of(lot.project, at=at),
        rate=_RATE,
        multiplier=_MULTIPLIER,
        day_count=_DAY_COUNT,
    )
    return Late(days, interest)


def release_deadline(lot: Lot, organisation: Organisation, *, at: datetime | None) -> datetime | None:
    """Return the earliest date by which a bidder's deposit must be back; None while nothing runs.

    ``at`` is when the rule-sheet is asked for, if the project is not bound to an edition yet.
    """
    bound_at = at or lot.entered_at
    procedure = binding.procedure_of(lot.project, at=bound_at)
    parameters = binding.parameters_of(lot.project, at=bound_at)
    calendar = binding.calendar_of(lot.project.region)
    falls = list(Award.objects.filter(lot=lot, organisation=organisation).values_list("fell_at", flat=True))
    wins, fell_at = None in falls, max(filter(None, falls), default=None)
    known = procedure.keys()
    found = [
        calendar.after(entered, parameters.period(term.key)).ends_at
        for term in _TERMS
        if term.key in known and (term.winner if wins else term.losers) and parameters.is_set(term.key)
        if (entered := _entered(lot, term.stage)) is not None
        if fell_at is None or entered > fell_at  # the notice of an award that fell ran for others
    ]
    return min(found, default=None)


def withdrawal_deadline(lot: Lot, *, at: datetime) -> datetime | None:
    """Return by when a deposit is back that belongs to a bid taken back at ``at`` (招投标条例 35); None without a rule.

    The deposit is declared inside the seal: nobody but the bidder knows of it, so it is the bidder that is told.
    """
    parameters, named = binding.parameters_of(lot.project, at=at), binding.procedure_of(lot.project, at=at).keys()
    if _WITHDRAWN not in named or not parameters.is_set(_WITHDRAWN):
        return None
    return binding.calendar_of(lot.project.region).after(at, parameters.period(_WITHDRAWN)).ends_at


def _entered(lot: Lot, stage: Stage) -> datetime | None:
    change = StageChange.objects.filter(lot=lot, to=stage).exclude(source=stage).order_by("pk").last()
    return None if change is None else change.at
