"""Which construction projects must be tendered, and how (2018年16号令; 招投标条例 7-9; CT-01 to CT-05)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from core.money import Money
from core.reasons import Reason, reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trading.names import Category
    from trading.procedures.parameters import Parameters


class Exemption(StrEnum):
    """Grounds on which a mandatory project need not be tendered (招投标条例 9; 招投标法 66)."""

    IRREPLACEABLE_TECHNOLOGY = "irreplaceable_technology"
    OWNER_CAN_BUILD = "owner_can_build"
    CONCESSION_INVESTOR_CAN = "concession_investor_can"
    ADD_ON_FROM_ORIGINAL_WINNER = "add_on_from_original_winner"
    SECURITY_SECRETS_OR_RELIEF = "security_secrets_or_relief"


class SelectiveGround(StrEnum):
    """Grounds on which a selective tender may stand in for an open one (招投标条例 8)."""

    FEW_ABLE_BIDDERS = "few_able_bidders"
    COST_DISPROPORTIONATE = "cost_disproportionate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Funding:
    """Where the money comes from; amounts in CNY, None if unknown."""

    budget_funds: Money | None = None
    investment: Money | None = None
    state_enterprise_dominates: bool = False
    from_abroad: bool = False


@dataclass(frozen=True, slots=True)
class ApprovedScheme:
    """What the project approver fixed: scope, method and organisation form of the tender."""

    scope: str
    method: str
    organisation_form: str


def funds_make_it_mandatory(funding: Funding, parameters: Parameters) -> bool:
    """Return whether the source of funds makes tendering mandatory (CT-01; 2018年16号令 2-3).

    Budget funds of at least the amount *and* at least the share of the investment; or dominating funds of state
    enterprises; or loans and aid from abroad.
    """
    if funding.state_enterprise_dominates or funding.from_abroad:
        return True
    if funding.budget_funds is None or funding.investment is None:
        return False
    least = funding.investment.percent(parameters.decimal("ct.funding.budget_share_min"))
    return funding.budget_funds >= max(least, parameters.money("ct.funding.budget_min"))


def size_makes_it_mandatory(category: Category, contracts: Sequence[Money], parameters: Parameters) -> bool:
    """Return whether the size reaches the threshold of its category (CT-02; 2018年16号令 5).

    ``contracts`` are the connected purchases that can be combined: they count together.
    """
    threshold = parameters.money(f"ct.threshold.{category.value}")
    return sum(contracts, start=Money.zero(threshold.currency)) >= threshold


def must_be_tendered(
    funding: Funding,
    *,
    category: Category,
    contracts: Sequence[Money],
    parameters: Parameters,
    exemption: Exemption | None = None,
) -> bool:
    """Return whether the project must be tendered: by funds and by size, unless exempt (CT-01, 02, 04)."""
    return (
        exemption is None
        and funds_make_it_mandatory(funding, parameters)
        and size_makes_it_mandatory(category, contracts, parameters)
    )


def objections_to_selective(
    *, is_mandatory: bool, state_funds_dominate: bool, ground: SelectiveGround | None, has_approval: bool
) -> tuple[Reason, ...]:
    """Return why a selective tender may not replace an open one (CT-03; 招投标条例 8); empty if it may."""
    if not (is_mandatory and state_funds_dominate):
        return ()
    found = [] if ground else [reason("a mandatory tender with dominating state funds must be open")]
    return (*found, *([] if has_approval else [reason("the approval of a selective tender is not on record")]))


def departures_from_approval(approved: ApprovedScheme, planned: ApprovedScheme) -> tuple[Reason, ...]:
    """Return where a plan departs from what the project approver fixed (CT-05; 招投标条例 7)."""
    names = {
        "scope": reason("scope"),
        "method": reason("method of tender"),
        "organisation_form": reason("organisation form"),
    }
    return tuple(
        reason("{what} is not the one that was approved", what=name)
        for field, name in names.items()
        if getattr(approved, field) != getattr(planned, field)
    )
