"""Who may sit on a committee: its size, its experts, the owner's representatives, its chair.

Construction: at least 5, odd, two thirds experts (招标投标法 37). Procurement: the same, and at least 7 from a
budget of CNY 10,000,000, for complex technology or high social impact; an owner's representative may not chair
(财政部令第87号 47). Regions may add to this (重庆市招标投标条例 30).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from core.reasons import Reason, reason

if TYPE_CHECKING:
    from collections.abc import Sequence


class Seat(StrEnum):
    """On whose side a member sits."""

    EXPERT = "expert"
    OWNER_REP = "owner_rep"


@dataclass(frozen=True, kw_only=True)
class Member:
    """One member, by any identifier that is unique in the committee."""

    name: str
    seat: Seat
    is_chair: bool = False


@dataclass(frozen=True, kw_only=True)
class CommitteeRules:
    """The law and the region on one committee; ``owner_reps_max`` None means no limit beside the experts' share."""

    size_min: int = 5
    owner_reps_max: int | None = None
    chair_is_expert: bool = False


def minimum_experts(size: int) -> int:
    """Return how many of ``size`` members must be experts: two thirds, rounded up (5 → 4, 7 → 5, 9 → 6, 11 → 8)."""
    return -(-2 * size // 3)


def committee_objections(members: Sequence[Member], *, rules: CommitteeRules) -> tuple[Reason, ...]:
    """Return every reason why these people are not a lawful committee."""
    size = len(members)
    counted = Counter(member.name for member in members)
    reasons = [reason("{name} is named twice", name=name) for name, n in counted.items() if n > 1]
    if size < rules.size_min:
        reasons.append(
            reason("the committee has {n} members, {minimum} are needed", n=str(size), minimum=str(rules.size_min))
        )
    if size % 2 == 0:
        reasons.append(reason("the committee has {n} members, an odd number is needed", n=str(size)))
    return (*reasons, *_seat_objections(members, rules=rules), *_chair_objections(members, rules=rules))


def _seat_objections(members: Sequence[Member], *, rules: CommitteeRules) -> list[Reason]:
    size = len(members)
    experts = sum(member.seat is Seat.EXPERT for member in members)
    reasons = []
    if experts < minimum_experts(size):
        reasons.append(
            reason(
                "{n} of {size} members are experts, {minimum} are needed (two thirds)",
                n=str(experts),
                size=str(size),
                minimum=str(minimum_experts(size)),
            )
        )
    if rules.owner_reps_max is not None and size - experts > rules.owner_reps_max:
        reasons.append(
            reason(
                "{n} members represent the owner, {maximum} may",
                n=str(size - experts),
                maximum=str(rules.owner_reps_max),
            )
        )
    return reasons


def _chair_objections(members: Sequence[Member], *, rules: CommitteeRules) -> list[Reason]:
    chairs = [member for member in members if member.is_chair]
    reasons = []
    if len(chairs) > 1:
        reasons.append(reason("the committee has {n} chairs, one is allowed", n=str(len(chairs))))
    if rules.chair_is_expert:
        reasons += [
            reason("{name} represents the owner and may not chair", name=member.name)
            for member in chairs
            if member.seat is Seat.OWNER_REP
        ]
    return reasons
