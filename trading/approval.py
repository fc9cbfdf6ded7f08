"""What a project's data say of its approval and of the duty to tender, read for the rule-sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from core.money import CNY, Money, decimal_of
from trading.names import Category, FundsType
from trading.procedures.mandatory import (
    Access,
    Exemption,
    Extent,
    Funding,
    RunBy,
    Scheme,
    departures_from_approval,
    funds_make_it_mandatory,
    must_be_tendered,
)

if TYPE_CHECKING:
    from enum import StrEnum

    from core.reasons import Reason
    from trading.models import Project
    from trading.procedures.parameters import Parameters

Word = TypeVar("Word", bound="StrEnum")
_STATE_FUNDS = frozenset({FundsType.BUDGET, FundsType.STATE_ENTERPRISE})


def departures(project: Project) -> tuple[Reason, ...]:
    """Return where the tender departs from what its approver fixed, and what of that is not on record."""
    terms = project.terms
    approved = Scheme(
        _word(Extent, terms.get("approved_extent")),
        _word(Access, terms.get("approved_access")),
        _word(RunBy, terms.get("approved_organisation")),
    )
    # Every procedure of this platform that needs an approval is an open tender.
    planned = Scheme(
        _word(Extent, terms.get("tender_extent")),
        Access.OPEN,
        RunBy.AGENT if project.agent_id else RunBy.OWNER,
    )
    return departures_from_approval(approved, planned, must_be_said=project.is_mandatory_tender)


def law_demands_tender(project: Project, parameters: Parameters) -> bool | None:
    """Return whether funds and size make the tender mandatory; None while what decides it is not stated.

    The thresholds are amounts of CNY: a project in another currency is held against none of them.
    """
    exemption = _word(Exemption, project.terms.get("exemption"))
    if exemption is not None and str(project.terms.get("exemption_because", "")).strip():
        return False
    if project.currency != CNY:
        return False
    funding = _funding(project)
    is_by_funds = funds_make_it_mandatory(funding, parameters)
    if not is_by_funds:
        is_unsaid = funding.budget_funds is None or funding.investment is None
        return None if project.funds_type == FundsType.BUDGET and is_unsaid else False
    estimates = [lot.estimated_value for lot in project.lots.all()]
    contracts = [Money(value, CNY) for value in estimates if value is not None]
    connected = _amount(project.terms.get("connected_value"))
    demands = must_be_tendered(
        funding,
        category=Category(project.category),
        contracts=[*contracts, *([connected] if connected is not None else [])],
        parameters=parameters,
    )
    return demands or (None if len(contracts) < len(estimates) else False)


def state_funds_dominate(project: Project) -> bool:
    """Return what the project says, or else what its source of funds says."""
    stated = project.terms.get("state_funds_dominate")
    return stated if isinstance(stated, bool) else FundsType(project.funds_type) in _STATE_FUNDS


def _funding(project: Project) -> Funding:
    return Funding(
        budget_funds=_amount(project.terms.get("budget_funds")),
        investment=_amount(project.terms.get("investment")),
        state_enterprise_dominates=project.funds_type == FundsType.STATE_ENTERPRISE and state_funds_dominate(project),
        from_abroad=project.funds_type == FundsType.INTERNATIONAL,
    )


def _amount(text: object) -> Money | None:
    return Money(decimal_of(text), CNY) if isinstance(text, str) and text else None


def _word(words: type[Word], value: object) -> Word | None:
    return words(str(value)) if value in list(words) else None
