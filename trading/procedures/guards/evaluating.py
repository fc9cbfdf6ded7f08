"""Guards of the committee, the qualification review, the evaluation and its report."""

# ruff: noqa: D401  (a docstring here is the rule itself, as docs/procedures.md prints it)
from __future__ import annotations

from typing import TYPE_CHECKING

from core.reasons import Reason, reason
from trading.names import FailureGround
from trading.procedures.amounts import committee_size_needed, experts_needed, suppliers_counted
from trading.procedures.deadlines import since
from trading.procedures.definition import Guard
from trading.procedures.facts import (
    CommitteeState,
    EvaluationState,
    FailureState,
    QualificationState,
    ReportState,
)

if TYPE_CHECKING:
    from trading.procedures.facts import Facts

# 采购法 36 (2) to (4); its (1), fewer than three, is counted.
PROCUREMENT_FAILURES = frozenset(
    {FailureGround.ILLEGAL_CONDUCT, FailureGround.ABOVE_BUDGET, FailureGround.TASK_CANCELLED}
)


@Guard
def committee_has_its_size(
    facts: Facts, *, minimum: str, minimum_large: str = "", large_budget: str = ""
) -> Reason | None:
    """The committee has its least number of members, an odd one (招投标法 37; 87号令 47)."""
    size = facts.expect(CommitteeState).size
    needed = committee_size_needed(facts, minimum=minimum, minimum_large=minimum_large, large_budget=large_budget)
    if size >= needed and size % 2:
        return None
    return reason(
        "the committee has {size} members; an odd number of at least {needed} is required", size=size, needed=needed
    )


@Guard
def experts_have_their_share(facts: Facts, *, share: str) -> Reason | None:
    """Experts are at least two thirds of the committee (招投标法 37; 87号令 47)."""
    committee = facts.expect(CommitteeState)
    needed = experts_needed(committee.size, facts.parameters.share(share))
    if committee.experts >= needed:
        return None
    return reason("experts on the committee: {found}; needed: {needed}", found=committee.experts, needed=needed)


@Guard
def owner_has_no_more_than_its_seats(facts: Facts, *, share: str, count: str) -> Reason | None:
    """The owner's people are at most a third, and no more than the region allows (招投标法 37; 重庆条例 30)."""
    committee, parameters = facts.expect(CommitteeState), facts.parameters
    allowed = int(committee.size * parameters.share(share))
    if parameters.is_set(count):
        allowed = min(allowed, parameters.count(count))
    if committee.owner_reps <= allowed:
        return None
    return reason(
        "representatives of the owner: {found}; allowed: {allowed}", found=committee.owner_reps, allowed=allowed
    )


@Guard
def experts_have_their_years(facts: Facts, *, years: str) -> Reason | None:
    """Every expert has the years and the title that the law asks (招投标法 37; 12号令 11)."""
    least = facts.parameters.count(years)
    standings = facts.expect(CommitteeState).standings
    short = sum(not expert.has_title or expert.years < least for expert in standings)
    return reason("experts without the years or the title required: {n}", n=short) if short else None


@Guard
def members_were_drawn_or_named_with_ground(facts: Facts) -> Reason | None:
    """Members are drawn at random, or named directly with a recorded ground (招投标条例 46-47; 采购条例 39)."""
    bare = facts.expect(CommitteeState).named_without_ground
    return reason("members named without a ground: {n}", n=bare) if bare else None


@Guard
def draw_is_recent(facts: Facts, *, period: str) -> Reason | None:
    """The draw of experts is no older than the rule allows (重庆条例 30; 财库〔2016〕198号)."""
    fresh_until = since(facts, facts.expect(CommitteeState).drawn_at, period)
    if fresh_until is None or not fresh_until.is_over(facts.at):
        return None
    return reason("the experts were drawn too early: the committee must be drawn again")


@Guard
def every_member_has_declared(facts: Facts) -> Reason | None:
    """Every member has declared its interests before it sees a bid (12号令 12; 采购条例 9)."""
    committee = facts.expect(CommitteeState)
    if committee.declared >= committee.size:
        return None
    return reason("members who have not declared their interests: {n}", n=committee.size - committee.declared)


@Guard
def no_member_has_a_conflict(facts: Facts) -> Reason | None:
    """No member stays on with an interest in a bidder (招投标法 37; 12号令 12; 采购条例 9)."""
    conflicted = facts.expect(CommitteeState).conflicted
    return reason("members to be replaced for a conflict of interest: {n}", n=conflicted) if conflicted else None


@Guard
def owner_does_not_chair(facts: Facts) -> Reason | None:
    """The purchaser's representative does not chair (87号令 47)."""
    if facts.expect(CommitteeState).chair_is_owner_rep:
        return reason("a representative of the purchaser may not chair the committee")
    return None


@Guard
def qualification_is_reviewed(facts: Facts) -> Reason | None:
    """The purchaser or its agent has reviewed the qualification of every bidder (87号令 44)."""
    review = facts.expect(QualificationState)
    if review.reviewed >= review.of:
        return None
    return reason("bidders not reviewed yet: {n}", n=review.of - review.reviewed)


@Guard
def enough_suppliers_qualify(facts: Facts, *, minimum: str) -> Reason | None:
    """At least the least number of suppliers qualifies; one brand counts once (87号令 31, 44)."""
    found, needed = _qualified(facts), facts.parameters.count(minimum)
    if found >= needed:
        return None
    return reason("qualified suppliers: {found}; needed: {needed}", found=found, needed=needed)


@Guard
def too_few_suppliers_qualify(facts: Facts, *, minimum: str) -> Reason | None:
    """Fewer than the least number qualifies: nothing is evaluated (87号令 31, 44)."""
    found, needed = _qualified(facts), facts.parameters.count(minimum)
    if found < needed:
        return None
    return reason("qualified suppliers: {found}; enough to evaluate: {needed}", found=found, needed=needed)


@Guard
def every_valid_bid_is_evaluated(facts: Facts) -> Reason | None:
    """Every bid that was not rejected is evaluated in full, and there is one (招投标条例 49; 87号令 46)."""
    evaluation = facts.expect(EvaluationState)
    if not evaluation.valid:
        return reason("no valid bid is left")
    if evaluation.evaluated < evaluation.valid:
        return reason("valid bids not evaluated in full: {n}", n=evaluation.valid - evaluation.evaluated)
    return None


@Guard
def few_valid_bids_are_explained(facts: Facts, *, minimum: str) -> Reason | None:
    """With fewer valid bids than the least number, the committee writes down why it goes on (12号令 27; 1117号 13)."""
    evaluation, needed = facts.expect(EvaluationState), facts.parameters.count(minimum)
    if evaluation.valid >= needed or evaluation.reasoning.strip():
        return None
    return reason(
        "valid bids: {found} of {needed}; the committee must write down why it goes on",
        found=evaluation.valid,
        needed=needed,
    )


@Guard
def all_bids_are_rejected_with_a_reason(facts: Facts, *, minimum: str, default: str) -> Reason | None:
    """No bid is valid, or too few are and the committee rejects all and writes down why (12号令 27; 1117号 13)."""
    evaluation, needed = facts.expect(EvaluationState), facts.parameters.count(minimum)
    if evaluation.valid == 0:
        return None
    if evaluation.valid >= needed:
        return reason(
            "valid bids: {found}; with {needed} the committee may not reject all", found=evaluation.valid, needed=needed
        )
    if facts.parameters.switch(default) == "reject" or (evaluation.rejects_all and evaluation.reasoning.strip()):
        return None
    return reason("the committee has not rejected all bids with a written reason")


@Guard
def enough_bids_conform(facts: Facts, *, minimum: str) -> Reason | None:
    """At least the least number of bids conforms to the documents; one brand counts once (采购法 36; 87号令 31)."""
    found, needed = _conforming(facts), facts.parameters.count(minimum)
    return None if found >= needed else reason("conforming bids: {found}; needed: {needed}", found=found, needed=needed)


@Guard
def evaluation_must_fail(facts: Facts, *, minimum: str) -> Reason | None:
    """Too few bids conform, or another ground of 采购法 36 is stated with its reason (采购法 36; 87号令 43)."""
    found, needed = _conforming(facts), facts.parameters.count(minimum)
    if found < needed:
        return None
    failure = facts.known.get(FailureState)
    if isinstance(failure, FailureState) and failure.ground in PROCUREMENT_FAILURES and failure.because.strip():
        return None
    return reason("conforming bids: {found}; without another lawful ground the tender does not fail", found=found)


@Guard
def time_was_not_called_short(facts: Facts, *, share: str) -> Reason | None:
    """No more than a third of the members say, since it was last extended, that time is too short (招投标条例 48)."""
    evaluation = facts.expect(EvaluationState)
    if evaluation.time_short_votes <= evaluation.members * facts.parameters.share(share):
        return None
    return reason("members who say that the time is too short: {n}; it must be extended", n=evaluation.time_short_votes)


@Guard
def every_member_stands_to_the_report(facts: Facts) -> Reason | None:
    """Every member confirmed, dissented in writing, or is deemed to agree by silence (招投标条例 53; 87号令 61)."""
    report = facts.expect(ReportState)
    waiting = report.of - report.confirmed - report.dissenting - report.silent
    return (
        reason("members who have neither confirmed the report nor dissented: {n}", n=waiting) if waiting > 0 else None
    )


@Guard
def report_was_agreed_by_most(facts: Facts) -> Reason | None:
    """The majority of the members carries the report (87号令 61; 采购条例 41)."""
    report = facts.expect(ReportState)
    if (report.confirmed + report.silent) * 2 > report.of:
        return None
    return reason("the majority of the committee does not carry the report")


@Guard
def candidates_are_named(facts: Facts) -> Reason | None:
    """The report names at least one candidate (87号令 58; 招投标条例 53)."""
    return None if facts.expect(ReportState).candidates >= 1 else reason("the report names no candidate")


@Guard
def candidates_are_not_too_many(facts: Facts, *, maximum: str) -> Reason | None:
    """The report names no more candidates than the law allows (招投标条例 53)."""
    found, most = facts.expect(ReportState).candidates, facts.parameters.count(maximum)
    return (
        None
        if found <= most
        else reason("the report names {found} candidates, at most {most} are allowed", found=found, most=most)
    )


def _qualified(facts: Facts) -> int:
    review = facts.expect(QualificationState)
    return suppliers_counted(review.qualified, review.brands)


def _conforming(facts: Facts) -> int:
    evaluation = facts.expect(EvaluationState)
    return suppliers_counted(evaluation.valid, evaluation.brands)
