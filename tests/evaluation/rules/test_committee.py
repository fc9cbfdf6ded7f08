from __future__ import annotations

import pytest

from evaluation.rules.committee import (
    CommitteeRules,
    Member,
    Seat,
    committee_objections,
    minimum_experts,
)

CONSTRUCTION = CommitteeRules()
PROCUREMENT = CommitteeRules(chair_is_expert=True)


def seats(experts: int, owner_reps: int = 0, *, chair: int | None = None) -> list[Member]:
    kinds = [Seat.EXPERT] * experts + [Seat.OWNER_REP] * owner_reps
    return [Member(name=f"M{n}", seat=kind, is_chair=n == chair) for n, kind in enumerate(kinds, start=1)]


@pytest.mark.parametrize(("size", "experts", "owner_reps"), [(5, 4, 1), (7, 5, 2), (9, 6, 3), (11, 8, 3)])
def test_two_thirds_are_experts_rounded_up(size: int, experts: int, owner_reps: int) -> None:
    """O-CT-10."""
    assert minimum_experts(size) == experts
    assert committee_objections(seats(experts, owner_reps), rules=CONSTRUCTION) == ()
    assert committee_objections(seats(experts - 1, owner_reps + 1), rules=CONSTRUCTION) == (
        f"{experts - 1} of {size} members are experts, {experts} are needed (two thirds)",
    )


def test_a_region_may_allow_fewer_representatives() -> None:
    chongqing = CommitteeRules(owner_reps_max=2, chair_is_expert=True)
    assert committee_objections(seats(6, 3), rules=chongqing) == ("3 members represent the owner, 2 may",)
    assert committee_objections(seats(7, 2), rules=chongqing) == ()


def test_every_fault_of_a_committee_is_named() -> None:
    members = [*seats(1, 2), Member(name="M1", seat=Seat.EXPERT)]
    assert committee_objections(members, rules=CONSTRUCTION) == (
        "M1 is named twice",
        "the committee has 4 members, 5 are needed",
        "the committee has 4 members, an odd number is needed",
        "2 of 4 members are experts, 3 are needed (two thirds)",
    )


def test_a_committee_has_at_least_as_many_members_as_the_rules_ask_for() -> None:
    large = CommitteeRules(size_min=7)
    assert committee_objections(seats(5), rules=large) == ("the committee has 5 members, 7 are needed",)
    assert committee_objections(seats(7), rules=large) == ()


def test_the_owner_does_not_chair_in_procurement() -> None:
    chaired_by_owner = seats(4, 1, chair=5)
    assert committee_objections(chaired_by_owner, rules=PROCUREMENT) == ("M5 represents the owner and may not chair",)
    assert committee_objections(chaired_by_owner, rules=CONSTRUCTION) == ()
    assert committee_objections(seats(4, 1, chair=1), rules=PROCUREMENT) == ()


def test_there_is_at_most_one_chair() -> None:
    two = [Member(name=f"M{n}", seat=Seat.EXPERT, is_chair=n < 3) for n in range(1, 6)]
    assert committee_objections(two, rules=CONSTRUCTION) == ("the committee has 2 chairs, one is allowed",)
