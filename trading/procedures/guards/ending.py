"""Guards of the ways in which a run ends without a contract."""

# ruff: noqa: D401  (a docstring here is the rule itself, as docs/procedures.md prints it)
from __future__ import annotations

from typing import TYPE_CHECKING

from core.reasons import Reason, reason
from trading.names import FailureGround, TerminationGround, label
from trading.procedures.definition import Guard
from trading.procedures.facts import FailureState, TerminationState

if TYPE_CHECKING:
    from trading.procedures.facts import Facts

_CONSTRUCTION = frozenset(
    {FailureGround.NO_CANDIDATE_LEFT, FailureGround.AWARD_SET_ASIDE, FailureGround.ILLEGAL_CONDUCT}
)
_PROCUREMENT = _CONSTRUCTION | {FailureGround.ABOVE_BUDGET, FailureGround.TASK_CANCELLED}
_CANCELLING = frozenset(
    {TerminationGround.TASK_CANCELLED, TerminationGround.FORCE_MAJEURE, TerminationGround.SUPERVISOR_ORDER}
)


@Guard
def documents_are_unlawful(facts: Facts) -> Reason | None:
    """The documents break the law in a way that affects bids, stated in writing (招投标条例 23)."""
    return _failure_is_among(facts, frozenset({FailureGround.DOCUMENTS_UNLAWFUL}))


@Guard
def construction_award_fails_for_a_ground(facts: Facts) -> Reason | None:
    """No candidate is left, or the award is set aside and tendered again, stated in writing (招投标条例 55, 81)."""
    return _failure_is_among(facts, _CONSTRUCTION)


@Guard
def procurement_award_fails_for_a_ground(facts: Facts) -> Reason | None:
    """A ground of 采购法 36, or no candidate to confirm, stated in writing (采购法 36; 采购条例 49)."""
    return _failure_is_among(facts, _PROCUREMENT)


@Guard
def termination_has_its_reason(facts: Facts) -> Reason | None:
    """The termination is announced with its reason (招投标条例 31)."""
    written = facts.expect(TerminationState).because.strip()
    return None if written else reason("the reason of the termination must be written down")


@Guard
def cancelling_needs_a_major_change(facts: Facts) -> Reason | None:
    """Only a major change, force majeure or an order cancels a procurement (87号令 29; 采购法 36)."""
    ground = facts.expect(TerminationState).ground
    if ground in _CANCELLING:
        return None
    return reason("“{ground}” does not allow to cancel a procurement", ground=label(ground))


def _failure_is_among(facts: Facts, grounds: frozenset[FailureGround]) -> Reason | None:
    failure = facts.expect(FailureState)
    if failure.ground not in grounds:
        return reason("“{ground}” is no ground here", ground=label(failure.ground))
    return None if failure.because.strip() else reason("the reason of the failure must be written down")
