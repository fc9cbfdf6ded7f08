"""Builders of facts for the tests of the law: a lawful state of affairs, changed by what a test names."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from core.money import Money
from core.working_days import SHANGHAI, WorkingCalendar
from trading.names import Category, Method, Stage, TieRule
from trading.procedures import bind
from trading.procedures.facts import Facts, NoticeFact, knowing

CALENDAR = WorkingCalendar.seeded()
LAW = bind({}, date(2026, 3, 1))


def at(text):
    """An instant of Beijing time: ``2026-03-24`` or ``2026-03-24 09:30``."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def law(**overrides):
    """Parameters with overrides; ``ct__plan_ahead="30"`` for ``ct.plan_ahead``."""
    return bind(
        {key.replace("__", "."): value for key, value in overrides.items()}, date(2026, 3, 1), is_rehearsal=True
    )


CONSTRUCTION_NOTICE = NoticeFact(
    method=Method.LOWEST_EVALUATED_PRICE,
    tie_rule=TieRule.PRICE_TECHNICAL_OWNER,
    category=Category.WORKS,
    estimate=Money.of(30_000_000),
    deposit=Money.of(600_000),
    performance_security_percent=10,
    documents_until=at("2026-03-10 17:00"),
    bid_validity_days=90,
)
PROCUREMENT_NOTICE = NoticeFact(
    method=Method.COMPREHENSIVE_SCORING,
    tie_rule=TieRule.PRICE_TECHNICAL_DRAW,
    category=Category.GOODS,
    budget=Money.of(1_000_000),
    ceiling=Money.of(1_000_000),
    deposit=Money.of(20_000),
    price_weight_percent=30,
    documents_until=at("2026-03-10 17:00"),
    bid_validity_days=90,
)


def facts(*known, notice=CONSTRUCTION_NOTICE, **changes):
    """Facts of a construction tender announced on Monday 2026-03-02, deadline Tuesday 2026-03-24 09:30."""
    given = {
        "at": at("2026-03-02 10:00"),
        "stage": Stage.NOTICE_READY,
        "parameters": LAW,
        "calendar": CALENDAR,
        "deadline": at("2026-03-24 09:30"),
        "drafted_by": "Li",
        "approved_by": "Wang",
    }
    return Facts(**(given | {"notice": notice, "known": knowing(*known)} | changes))


def noticing(notice=CONSTRUCTION_NOTICE, **changes):
    """Facts whose notice differs."""
    return facts(notice=replace(notice, **changes))


def procuring(**changes):
    """Facts of a procurement whose notice differs."""
    return noticing(PROCUREMENT_NOTICE, **changes)
