"""Which construction projects must be tendered, and how (2018年16号令; 招投标条例 7-9; CT-01, 02, 04, 05)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from core.money import Money
from core.reasons import Reason, reason

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trading.names import Category
    from trading.procedures.parameters import Parameters


class Exemption(StrEnum):
    """Grounds on which a mandatory project need not be tendered (招投标条例 9; 招投标法 66)."""

    IRREPLACEABLE_TECHNOLOGY = "irreplaceable_technology"
    OWNER_CAN_BUILD = "owner_can_build"
    CONCESSION_INVESTOR_CAN = "concession_investor_can"
    ADD_ON_FROM_ORIGINAL_WINNER = "add_on_from_original_winner"
    SECURITY_SECRETS_OR_RELIEF = "security_secrets_or_relief"


class Extent(StrEnum):
    """How much of the approved project is tendered (招标范围)."""

    ALL = "all"
    PART = "part"


class Access(StrEnum):
    """Who may bid (招标方式)."""

    OPEN = "open"
    INVITED = "invited"


class RunBy(StrEnum):
    """Who runs the tender (招标组织形式)."""

    OWNER = "owner"
    AGENT = "agent"


SCHEME_NAMES: Mapping[StrEnum, Reason] = {
    Extent.ALL: reason("All of it is tendered"),
    Extent.PART: reason("Part of it is tendered"),
    Access.OPEN: reason("Open tender"),
    Access.INVITED: reason("Selective tender"),
    RunBy.OWNER: reason("The owner runs the tender"),
    RunBy.AGENT: reason("An agent is entrusted"),
    Exemption.IRREPLACEABLE_TECHNOLOGY: reason("Irreplaceable patent or proprietary technology"),
    Exemption.OWNER_CAN_BUILD: reason("The owner can build, make or provide it itself"),
    Exemption.CONCESSION_INVESTOR_CAN: reason("The investor of a tendered concession can do it itself"),
    Exemption.ADD_ON_FROM_ORIGINAL_WINNER: reason("An addition that must come from the original winner"),
    Exemption.SECURITY_SECRETS_OR_RELIEF: reason("State security, state secrets, disaster or poverty relief"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Funding:
    """Where the money comes from; amounts in CNY, None if unknown."""

    budget_funds: Money | None = None
    investment: Money | None = None
    state_enterprise_dominates: bool = False
    from_abroad: bool = False


@dataclass(frozen=True, slots=True)
class Scheme:
    """Scope, method and organisation form of a tender: what the approver fixed, or what is planned. None: unsaid."""

    extent: Extent | None
    access: Access | None
    organisation: RunBy | None


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


def departures_from_approval(approved: Scheme, planned: Scheme, *, must_be_said: bool) -> tuple[Reason, ...]:
    """Return where a plan departs from what the project approver fixed (CT-05; 招投标条例 7).

    ``must_be_said`` is true for a mandatory tender: what the approver fixed has to be on record then.
    """
    names = {
        "extent": reason("scope of the tender"),
        "access": reason("method of tender"),
        "organisation": reason("organisation form"),
    }
    found = []
    for field, name in names.items():
        fixed, plan = getattr(approved, field), getattr(planned, field)
        if fixed is None:
            found += [reason("not on record as the approver fixed it: {what}", what=name)] if must_be_said else []
        elif plan is None:
            found.append(reason("not stated: {item}", item=name))
        elif fixed is not plan:
            found.append(reason("{what} is not the one that was approved", what=name))
    return tuple(found)
