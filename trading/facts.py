"""The facts that trading itself owns, gathered from its rows for the rule-sheet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.money import Money
from trading import approval, binding, checking, notice_data
from trading.names import Category, FundsType, HoldGround, Method, Stage, TieRule
from trading.procedures.checklist import missing_items
from trading.procedures.clauses import unchecked
from trading.procedures.facts import Facts, HoldFact, NoticeFact, knowing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from decimal import Decimal

    from core.reasons import Reason
    from core.working_days import WorkingCalendar
    from trading.models import Hold, Lot, Project
    from trading.procedures.facts import Known
    from trading.procedures.parameters import Parameters


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """What binds every lot of a project at one instant: read once, used for all of them."""

    parameters: Parameters
    calendar: WorkingCalendar
    # As long as the notice is not published; afterwards nobody asks.
    missing: tuple[Reason, ...] = ()  # what the notice still lacks
    codes: tuple[str, ...] = ()  # of all lots
    departures: tuple[Reason, ...] = ()  # from what the approver fixed
    unlawful_conditions: tuple[Reason, ...] = ()  # what the clause check leaves open
    law_demands_tender: bool | None = False


def bound_of(project: Project, *, at: datetime, calendar: WorkingCalendar | None = None) -> Bound:
    """Return what binds ``project`` at ``at``; a calendar that was read already is not read again."""
    parameters = binding.parameters_of(project, at=at)
    calendar = calendar or binding.calendar_of(project.region)
    if project.announced_at is not None:
        return Bound(parameters=parameters, calendar=calendar)
    clauses = binding.procedure_of(project, at=at).clauses
    return Bound(
        parameters=parameters,
        calendar=calendar,
        missing=_missing(project, at),
        codes=tuple(lot.number for lot in project.lots.all()),
        departures=approval.departures(project),
        unlawful_conditions=unchecked(clauses, project.terms.get("clauses_checked", ())),
        law_demands_tender=approval.law_demands_tender(project, parameters),
    )


def facts_of(
    lot: Lot,
    *,
    at: datetime,
    known: Iterable[Known] = (),
    drafted_by: str = "",
    approved_by: str = "",
    calendar: WorkingCalendar | None = None,
    bound: Bound | None = None,
) -> Facts:
    """Return what the law may look at for ``lot`` at ``at``; ``known`` comes from the apps above.

    ``drafted_by`` and ``approved_by`` name the people behind what the move publishes; without them, those
    behind the notice. Whoever asks for many lots reads what binds their project once, or at least the calendar,
    and prefetches ``changes`` and ``holds``.
    """
    project = lot.project
    bound = bound or bound_of(project, at=at, calendar=calendar)
    return Facts(
        at=at,
        stage=Stage(lot.stage),
        parameters=bound.parameters,
        calendar=bound.calendar,
        entered_at=_entered(lot),
        announced_at=project.announced_at,
        deadline=lot.closes_at,
        round_number=project.round_number,
        region=project.region,
        notice=_notice(lot, bound),
        holds=tuple(_hold(hold) for hold in lot.holds.all()),
        drafted_by=drafted_by or project.drafted_by or None,
        approved_by=approved_by or project.approved_by or None,
        known=knowing(*known),
    )


def _notice(lot: Lot, bound: Bound) -> NoticeFact:
    """Return what the data of project and lot say about the notice."""
    project = lot.project
    return NoticeFact(
        missing=bound.missing,
        departures=bound.departures,
        unlawful_conditions=bound.unlawful_conditions,
        lots=len(bound.codes) or 1,
        lots_without_code=sum(not code for code in bound.codes),
        method=Method(project.method) if project.method else None,
        tie_rule=TieRule(project.tie_rule) if project.tie_rule else None,
        category=Category(project.category),
        funds_type=FundsType(project.funds_type),
        state_funds_dominate=approval.state_funds_dominate(project),
        is_mandatory=project.is_mandatory_tender,
        law_demands_tender=bound.law_demands_tender,
        is_declared_whole=project.terms.get("is_whole", False),
        approval_recorded=bool(project.approval.get("number")) or not project.is_mandatory_tender,
        estimate=_money(lot.estimated_value, project),
        ceiling=_money(lot.ceiling_price, project),
        budget=_money(lot.budget, project),
        deposit=_money(lot.deposit_amount, project),
        deposit_cash_only=project.terms.get("deposit_cash_only", False),
        performance_security_percent=project.terms.get("performance_security_percent"),
        price_weight_percent=notice_data.price_weight(project),
        documents_until=notice_data.instant(project.terms.get("documents_until")),
        bid_validity_days=project.terms.get("bid_validity_days"),
        filed_at=notice_data.instant(project.terms.get("filed_at")),
        planned_at=notice_data.instant(project.terms.get("planned_at")),
        is_owner_run=project.agent_id is None,
        sme_policy_set=bool(project.terms.get("sme_policy")),
        is_complex=project.terms.get("is_complex", False),
        is_standard=project.terms.get("is_standard", False),
    )


def _missing(project: Project, at: datetime) -> tuple[Reason, ...]:
    """Return what the notice still lacks; once it is published there is nothing to ask."""
    filled = notice_data.filled(notice_data.announcement(project, at=at))
    items = binding.procedure_of(project, at=at).checklist
    return (*missing_items(items, filled), *checking.objections(project, at=at))


def _entered(lot: Lot) -> Mapping[Stage, datetime]:
    changes = lot.changes.all()  # in the order of their making
    return {Stage(change.to): change.at for change in changes if change.source != change.to}


def _hold(hold: Hold) -> HoldFact:
    return HoldFact(
        ground=HoldGround(hold.ground),
        placed_at=hold.placed_at,
        lifted_at=hold.lifted_at,
        lapses_at=hold.lapses_at,
        reference=hold.number,
    )


def _money(amount: Decimal | None, project: Project) -> Money | None:
    return None if amount is None else Money(amount, project.currency)
