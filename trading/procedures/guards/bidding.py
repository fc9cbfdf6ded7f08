"""Guards from the announcement to the opened bids: amendments, the deadline, the opening."""

# ruff: noqa: D401  (a docstring here is the rule itself, as docs/procedures.md prints it)
from __future__ import annotations

from typing import TYPE_CHECKING

from core.reasons import Reason, reason
from core.working_days import day_of
from trading.procedures.amounts import bids_needed, suppliers_counted
from trading.procedures.deadlines import latest_day_before
from trading.procedures.definition import Guard
from trading.procedures.facts import AmendmentState, BidsReceived, OpeningState
from trading.procedures.wording import moment

if TYPE_CHECKING:
    from trading.procedures.facts import Facts


@Guard
def deadline_lies_ahead(facts: Facts) -> Reason | None:
    """The deadline for bids has not passed (招投标法 23; 招投标条例 21, 23; 87号令 27)."""
    if facts.deadline is None:
        return reason("the deadline for bids is not set")
    if facts.at >= facts.deadline:
        return reason("the deadline for bids was {deadline}", deadline=moment(facts.deadline))
    return None


@Guard
def deadline_has_come(facts: Facts) -> Reason | None:
    """The deadline for bids has come (招投标法 34, 36; 87号令 39)."""
    if facts.deadline is None:
        return reason("the deadline for bids is not set")
    if facts.at < facts.deadline:
        return reason("the deadline for bids is {deadline}", deadline=moment(facts.deadline))
    return None


@Guard
def amendment_leaves_bidders_time(facts: Facts, *, period: str) -> Reason | None:
    """An amendment that may affect bids comes its days before the deadline, or moves it (招投标法 23; 采购条例 31)."""
    amendment = facts.expect(AmendmentState)
    deadline = amendment.new_deadline or facts.deadline
    if not amendment.affects_bids or deadline is None:
        return None
    if day_of(facts.at) <= latest_day_before(facts, deadline, period=period):
        return None
    days = facts.parameters.days(period).n
    return reason("this may affect bids: the deadline must be at least {n} days after its publication", n=days)


@Guard
def amendment_never_shortens(facts: Facts) -> Reason | None:
    """An amendment never brings the deadline forward (招投标法 24; platform rule)."""
    amendment = facts.expect(AmendmentState)
    if amendment.new_deadline is None or facts.deadline is None or amendment.new_deadline >= facts.deadline:
        return None
    return reason("the deadline may not be brought forward from {deadline}", deadline=moment(facts.deadline))


@Guard
def amendment_keeps_object_and_qualification(facts: Facts) -> Reason | None:
    """An amendment changes neither what is bought nor who may bid (87号令 27)."""
    amendment = facts.expect(AmendmentState)
    if amendment.changes_object or amendment.changes_qualification:
        return reason("an amendment may change neither what is bought nor who may bid")
    return None


@Guard
def enough_bids_were_received(facts: Facts, *, minimum: str, second_round: str = "") -> Reason | None:
    """At least the least number of complete bids is in the box (招投标条例 44; 87号令 41)."""
    found = facts.expect(BidsReceived).complete
    needed = bids_needed(facts, minimum=minimum, second_round=second_round)
    return None if found >= needed else reason("bids received: {found}; needed: {needed}", found=found, needed=needed)


@Guard
def too_few_bids_were_received(facts: Facts, *, minimum: str, second_round: str = "") -> Reason | None:
    """Fewer than the least number of complete bids is in the box: nothing is opened (招投标条例 44; 87号令 41)."""
    found = facts.expect(BidsReceived).complete
    needed = bids_needed(facts, minimum=minimum, second_round=second_round)
    if found < needed:
        return None
    return reason("bids received: {found}; enough to open: {needed}", found=found, needed=needed)


@Guard
def every_bid_has_its_result(facts: Facts) -> Reason | None:
    """Every bid is opened or has its final result (20号令 29-31)."""
    pending = facts.expect(OpeningState).pending
    return reason("bids without a result yet: {n}", n=pending) if pending else None


@Guard
def objections_at_the_opening_are_answered(facts: Facts) -> Reason | None:
    """Objections raised at the opening are answered on the spot (招投标条例 44; 87号令 42)."""
    still_open = facts.expect(OpeningState).objections_open
    return reason("objections to the opening without an answer: {n}", n=still_open) if still_open else None


@Guard
def enough_bids_were_opened(facts: Facts, *, minimum: str, second_round: str = "") -> Reason | None:
    """Enough bids were opened; those that could not be do not count, one brand counts once (20号令 31; 87号令 31)."""
    found = _opened(facts)
    needed = bids_needed(facts, minimum=minimum, second_round=second_round)
    return None if found >= needed else reason("bids opened: {found}; needed: {needed}", found=found, needed=needed)


@Guard
def too_few_bids_were_opened(facts: Facts, *, minimum: str, second_round: str = "") -> Reason | None:
    """Too few bids were opened: no price is read out, the run fails (招投标条例 44; 20号令 31; 87号令 31)."""
    found = _opened(facts)
    needed = bids_needed(facts, minimum=minimum, second_round=second_round)
    if found < needed:
        return None
    return reason("bids opened: {found}; enough to go on: {needed}", found=found, needed=needed)


def _opened(facts: Facts) -> int:
    opening = facts.expect(OpeningState)
    return suppliers_counted(opening.opened, opening.brands)
