"""Arithmetic of periods: when a step is due, by when it is owed. Each timing is a pure function of facts.

``period`` is a parameter key. A timing answers None while the instant it counts from is not known.
"""

# ruff: noqa: D401  (a docstring here is the rule itself, as docs/procedures.md prints it)
from __future__ import annotations

from typing import TYPE_CHECKING

from core.working_days import CalendarDays, Deadline, Roll, day_of
from trading.names import Stage
from trading.procedures.definition import Timing

if TYPE_CHECKING:
    from datetime import date, datetime

    from trading.procedures.facts import Facts


def since(facts: Facts, start: datetime | None, period: str) -> Deadline | None:
    """Return the end of a period counted from an instant; None without one, or where the period is off."""
    if start is None or not facts.parameters.is_set(period):
        return None
    return facts.calendar.after(start, facts.parameters.period(period))


def since_stage(facts: Facts, stage: Stage, period: str) -> Deadline | None:
    """Return the end of a period counted from the latest entry into a stage."""
    return since(facts, facts.entered_at.get(stage), period)


def earliest_deadline(facts: Facts, *, period: str) -> Deadline:
    """Return the earliest lawful deadline for bids, counted from the announcement or from now.

    Strict: every day of the period is complete. Practice: its last day at the opening hour.
    """
    parameters = facts.parameters
    return facts.calendar.earliest(
        facts.announced_at or facts.at,
        parameters.days(period),
        strict=parameters.switch("cal.min_period_mode") == "strict",
        opening_hour=parameters.count("cal.opening_hour"),
    )


def latest_day_before(facts: Facts, deadline: datetime, *, period: str) -> date:
    """Return the last day that keeps a distance to a deadline; counting backward never rolls."""
    return facts.calendar.before(day_of(deadline), facts.parameters.days(period))


@Timing
def at_the_deadline(facts: Facts) -> Deadline | None:
    """The deadline for bids (招投标法 36; 采购法 35)."""
    return None if facts.deadline is None else Deadline(facts.deadline)


@Timing
def when_publicity_ends(facts: Facts, *, period: str) -> Deadline | None:
    """The end of the publicity of candidates (招投标条例 54)."""
    return since_stage(facts, Stage.PUBLICITY, period)


@Timing
def when_silence_counts(facts: Facts, *, period: str) -> Deadline | None:
    """The end of the purchaser's time to confirm, where silence means rank one (87号令 68).

    Counted from the delivery of the report, where the purchaser runs the tender itself from the end of the evaluation,
    anew after a hold was lifted. There is none after a winner refused: then somebody has to decide.
    """
    start = facts.entered_at.get(_report_is_there(facts))
    if start is None or Stage.CONTRACTING in facts.entered_at:
        return None
    lifted = [hold.lifted_at for hold in facts.holds if hold.lifted_at]
    return since(facts, max([start, *lifted]), period)


@Timing
def publicity_begins_within(facts: Facts, *, period: str) -> Deadline | None:
    """Candidates are published within days of the report, not rolled (招投标条例 54)."""
    return since_stage(facts, Stage.EVALUATED, period)


@Timing
def within_bid_validity(facts: Facts) -> Deadline | None:
    """While bids are valid, counted from the deadline (招投标条例 25; 12号令 40)."""
    days = facts.notice.bid_validity_days
    if facts.deadline is None or days is None:
        return None
    return facts.calendar.after(facts.deadline, CalendarDays(days, Roll.NONE))


@Timing
def after_publicity_within_validity(facts: Facts, *, period: str) -> Deadline | None:
    """While bids are valid, and within days of publicity where the region says so (12号令 40; 重庆条例 35)."""
    ends = (within_bid_validity.deadline(facts), since_stage(facts, Stage.AWARD_PENDING, period))
    return min((end for end in ends if end), default=None)


@Timing
def after_the_report(facts: Facts, *, period: str) -> Deadline | None:
    """The report reaches the purchaser within days of the evaluation (采购条例 43)."""
    return since_stage(facts, Stage.EVALUATED, period)


@Timing
def after_delivery(facts: Facts, *, period: str) -> Deadline | None:
    """The purchaser confirms within days of receiving the report, its own within days of making it (87号令 68)."""
    return since_stage(facts, _report_is_there(facts), period)


def _report_is_there(facts: Facts) -> Stage:
    """Return the stage in which the purchaser has the report; what it makes itself nobody delivers to it."""
    return Stage.EVALUATED if facts.notice.is_owner_run else Stage.CONFIRMING


@Timing
def after_the_award(facts: Facts, *, period: str) -> Deadline | None:
    """Counted from the day on which the winner was determined (招投标法 47; 采购条例 43)."""
    return since_stage(facts, Stage.AWARDED, period)


@Timing
def after_the_award_notice(facts: Facts, *, period: str) -> Deadline | None:
    """Counted from the award notice (招投标法 46; 采购法 46)."""
    return since_stage(facts, Stage.CONTRACTING, period)


@Timing
def after_the_contract(facts: Facts, *, period: str) -> Deadline | None:
    """Counted from the signing of the contract (招投标条例 57; 采购条例 50)."""
    return since_stage(facts, Stage.CONTRACTED, period)
