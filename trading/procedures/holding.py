"""What a hold does to the deadline for bids: pure arithmetic of decision "a hold extends at once".

A hold placed before the deadline moves the deadline at once by the longest time the law gives to its ground; a
hold placed later only blocks moves. Lifting may move the deadline again, by the time that really passed; it
never moves back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.working_days import CalendarDays, day_of

if TYPE_CHECKING:
    from datetime import datetime

    from core.working_days import WorkingCalendar
    from trading.names import HoldGround
    from trading.procedures.definition import Procedure
    from trading.procedures.facts import Facts


def deadline_after_placing(procedure: Procedure, ground: HoldGround, facts: Facts) -> datetime | None:
    """Return the deadline that a hold placed at ``facts.at`` leaves; None if there is no deadline."""
    key = procedure.hold_extension[ground]
    if facts.deadline is None or key is None or facts.at >= facts.deadline:
        return facts.deadline
    return facts.calendar.shifted(facts.deadline, facts.parameters.period(key))


def lapse_after_placing(procedure: Procedure, ground: HoldGround, facts: Facts) -> datetime | None:
    """Return when a hold placed at ``facts.at`` ends by itself (采购法 57: thirty days); None if never."""
    key = procedure.hold_lapse[ground]
    return None if key is None else facts.calendar.after(facts.at, facts.parameters.period(key)).ends_at


def deadline_after_lifting(
    *, before: datetime, now: datetime, placed_at: datetime, lifted_at: datetime, calendar: WorkingCalendar
) -> datetime:
    """Return the deadline after a hold is lifted: never before ``now``, the deadline it left when placed.

    ``before`` is the deadline when the hold was placed: it is moved by the days for which bidders had to wait.
    A hold that was placed after that deadline moves nothing.
    """
    if placed_at >= before:
        return now
    waited = (day_of(lifted_at) - day_of(placed_at)).days
    return max(now, calendar.shifted(before, CalendarDays(waited)) if waited else now)
