"""The key facts of a project and of a lot, as labels and values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.money import Money
from core.reasons import Reason, reason
from disclosure.announcements import CATEGORIES, FUNDS, METHOD_NAMES, TIE_NAMES
from disclosure.sheets import named
from trading.regions import region_name

if TYPE_CHECKING:
    from decimal import Decimal

    from trading.models import Lot, Project

Rows = list[tuple[Reason | str, object]]


def facts_of_project(project: Project) -> Rows:
    """Return what is the same for all lots of an announced project."""
    rows: Rows = [
        (reason("Owner"), project.owner.name),
        (reason("Procurement agent"), project.agent.name if project.agent else None),
        (reason("Category"), named(project.category, CATEGORIES)),
        (reason("Source of funds"), named(project.funds_type, FUNDS)),
        (reason("Funding in detail"), project.funds_detail),
        (reason("Content"), project.content),
        (reason("Scope"), project.scope),
        (reason("Qualification"), project.qualification),
        (reason("Consortia are accepted"), project.accepts_consortia),
        (reason("Method"), named(project.method, METHOD_NAMES)),
        (reason("Ties"), named(project.tie_rule, TIE_NAMES) if project.tie_rule else None),
        (reason("Region"), region_name(project.region)),
        (reason("Currency"), project.currency),
        (reason("Announced at"), project.announced_at),
    ]
    return _stated(rows)


def facts_of_lot(lot: Lot, currency: str) -> Rows:
    """Return what belongs to one lot of an announced project."""
    rows: Rows = [
        (reason("Deadline for bids"), lot.closes_at),
        (reason("Estimated value"), _money(lot.estimated_value, currency)),
        (reason("Ceiling price"), _money(lot.ceiling_price, currency)),
        (reason("Budget"), _money(lot.budget, currency)),
        (reason("Bid security"), _money(lot.deposit_amount, currency)),
        (reason("Duration"), lot.duration),
        (reason("Quality"), lot.quality),
        (reason("Description"), lot.description),
    ]
    return _stated(rows)


def _money(amount: Decimal | None, currency: str) -> Money | None:
    return None if amount is None else Money(amount, currency)


def _stated(rows: Rows) -> Rows:
    return [(label, value) for label, value in rows if value not in (None, "")]
