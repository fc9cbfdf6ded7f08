"""When an objection or a challenge is in time, and by when it is answered: pure guards for those who take it."""

# ruff: noqa: D401  (a docstring here is the rule itself)
from __future__ import annotations

from typing import TYPE_CHECKING

from core.reasons import Reason, reason
from core.working_days import Deadline, day_of
from trading.names import Stage
from trading.procedures.deadlines import latest_day_before, since, when_publicity_ends
from trading.procedures.definition import Guard
from trading.procedures.wording import moment

if TYPE_CHECKING:
    from datetime import date, datetime

    from trading.procedures.facts import Facts


@Guard
def objection_to_documents_is_in_time(facts: Facts, *, period: str = "ct.objection_docs_before") -> Reason | None:
    """An objection to the documents comes its days before the deadline (招投标条例 22)."""
    if facts.stage not in {Stage.PUBLISHED, Stage.BIDDING} or facts.deadline is None:
        return reason("an objection to the documents is possible only while bids are invited")
    latest = latest_day_before(facts, facts.deadline, period=period)
    if day_of(facts.at) <= latest:
        return None
    return reason("an objection to the documents was possible until {day}", day=latest.isoformat())


@Guard
def objection_to_the_result_is_in_time(facts: Facts, *, period: str = "ct.publicity_min") -> Reason | None:
    """An objection to the result comes while the candidates are public (招投标条例 54)."""
    end = when_publicity_ends.with_keys(period=period).deadline(facts)
    if facts.stage is not Stage.PUBLICITY or end is None:
        return reason("an objection to the result is possible only while the candidates are public")
    if end.is_over(facts.at):
        return reason("an objection to the result was possible until {end}", end=moment(end.ends_at))
    return None


def answer_is_owed(facts: Facts, received_at: datetime, *, period: str = "ct.objection_reply") -> Deadline | None:
    """By when an objection or challenge is answered (招投标条例 22, 54; 采购法 53)."""
    return since(facts, received_at, period)


def challenge_ends(facts: Facts, known_on: date, *, period: str = "gp.challenge") -> Deadline:
    """Until when a supplier may challenge what it knew on a day (采购法 52; 采购条例 53)."""
    return facts.calendar.add(known_on, facts.parameters.days(period))
