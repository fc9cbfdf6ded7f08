"""Guards of the notice: from draft to announcement."""

# ruff: noqa: D401  (a docstring here is the rule itself, as docs/procedures.md prints it)
from __future__ import annotations

from typing import TYPE_CHECKING

from core.reasons import Reason, reason
from core.working_days import Deadline
from trading.names import Category, Method, TieRule, label
from trading.procedures.amounts import max_bid_security
from trading.procedures.deadlines import earliest_deadline, since
from trading.procedures.definition import Guard
from trading.procedures.facts import CeremonyState, IntentionState
from trading.procedures.wording import moment

if TYPE_CHECKING:
    from core.money import Money
    from trading.procedures.facts import Facts

CONSTRUCTION_METHODS = (Method.LOWEST_EVALUATED_PRICE, Method.COMPREHENSIVE_EVALUATION)
PROCUREMENT_METHODS = (Method.COMPREHENSIVE_SCORING, Method.LOWEST_PRICE)


@Guard
def nothing_is_on_hold(facts: Facts) -> tuple[Reason, ...]:
    """No objection, order or fault holds the project up (招投标条例 22, 54, 62; 采购法 57; 20号令)."""
    return tuple(
        reason("on hold: {ground} ({reference})", ground=label(hold.ground), reference=hold.reference)
        if hold.reference
        else reason("on hold: {ground}", ground=label(hold.ground))
        for hold in facts.holds_in_force()
    )


@Guard
def approval_is_on_record(facts: Facts) -> Reason | None:
    """The project's approval is on record (招投标条例 7; 濮阳条例 13)."""
    return None if facts.notice.approval_recorded else reason("the approval of the project is not on record")


@Guard
def project_follows_its_approval(facts: Facts) -> tuple[Reason, ...]:
    """Scope, method and organisation form are those the approver fixed (招投标条例 7; CT-05)."""
    return facts.notice.departures


@Guard
def mandatory_tender_is_called_so(facts: Facts) -> Reason | None:
    """A tender that funds and size make mandatory is called so, or exempt on a ground (2018年16号令; 招投标条例 9)."""
    if facts.notice.is_mandatory or facts.notice.law_demands_tender is False:
        return None
    if facts.notice.law_demands_tender is None:
        return reason("whether the law demands a tender cannot be told: investment, budget funds or estimates are open")
    return reason("by funds and size the law demands a tender: say so, or state the ground of an exemption")


@Guard
def project_is_not_split(facts: Facts) -> Reason | None:
    """The project is declared whole, not split to stay below a threshold (招投标条例 24; 采购条例 28)."""
    if facts.notice.is_declared_whole:
        return None
    return reason("the owner has not declared that the project was not split to stay below a threshold")


@Guard
def every_lot_has_its_code(facts: Facts) -> Reason | None:
    """There is at least one lot, and every lot has its code (招投标条例 24; 数据规范)."""
    if facts.notice.lots < 1:
        return reason("the project has no lot")
    if facts.notice.lots_without_code:
        return reason("lots without a code: {n}", n=facts.notice.lots_without_code)
    return None


@Guard
def notice_is_complete(facts: Facts) -> tuple[Reason, ...]:
    """The notice has everything that the law asks it to state (招投标法 16; 10号令 5; 87号令 13)."""
    return facts.notice.missing


@Guard
def conditions_are_lawful(facts: Facts) -> tuple[Reason, ...]:
    """Every clause of the law's list was checked and is not contained (87号令 17; 采购条例 20; 招投标条例 32)."""
    return facts.notice.unlawful_conditions


@Guard
def construction_method_is_chosen(facts: Facts) -> Reason | None:
    """The evaluation method is one the law knows for construction (12号令 29)."""
    return _method_is_among(facts, CONSTRUCTION_METHODS)


@Guard
def procurement_method_is_chosen(facts: Facts) -> Reason | None:
    """The evaluation method is comprehensive scoring or lowest price (87号令 53)."""
    return _method_is_among(facts, PROCUREMENT_METHODS)


@Guard
def tie_rule_is_stated(facts: Facts) -> Reason | None:
    """The documents say what decides between equal bids; no draw in a mandatory construction tender (1117号 2)."""
    if facts.notice.tie_rule is None:
        return reason("the documents do not say what decides between equal bids")
    if facts.notice.method in CONSTRUCTION_METHODS and facts.notice.tie_rule is TieRule.PRICE_TECHNICAL_DRAW:
        return reason("a draw may not decide a construction tender")
    return None


@Guard
def bid_security_is_within_its_limit(facts: Facts, *, rate: str, cap: str = "") -> Reason | None:
    """The bid security asked is at most the lawful share, for works also the cap (招投标条例 26; 30号令 37)."""
    return _security_is_at_most(facts, max_bid_security(
        facts.notice.estimate, facts.notice.category, facts.parameters, rate=rate, cap_works=cap
    ))  # fmt: skip


@Guard
def deposit_is_within_its_limit(facts: Facts, *, rate: str) -> Reason | None:
    """The deposit asked is at most the lawful share of the budget (采购条例 33)."""
    return _security_is_at_most(
        facts, max_bid_security(facts.notice.budget, facts.notice.category, facts.parameters, rate=rate)
    )


@Guard
def guarantees_are_accepted(facts: Facts) -> Reason | None:
    """A deposit may be given as a guarantee, not in cash only (营商条例 25; 采购条例 33)."""
    if facts.notice.deposit is None or not facts.notice.deposit_cash_only:
        return None
    return reason("a deposit may not be asked in cash only: guarantees must be accepted")


@Guard
def performance_security_asked_is_lawful(facts: Facts, *, limit: str) -> Reason | None:
    """The performance security asked is at most the lawful share of the contract (招投标条例 58)."""
    asked, most = facts.notice.performance_security_percent, facts.parameters.decimal(limit)
    if asked is None or asked <= most:
        return None
    return reason(
        "a performance security of {asked} percent is asked, at most {most} percent is allowed", asked=asked, most=most
    )


@Guard
def ceiling_is_within_the_budget(facts: Facts) -> Reason | None:
    """The ceiling price is not above the budget (87号令 12)."""
    ceiling, budget = facts.notice.ceiling, facts.notice.budget
    if ceiling is None or budget is None:
        return None
    if ceiling.currency != budget.currency:
        return reason("ceiling price and budget are in different currencies")
    if ceiling > budget:
        return reason("the ceiling price {ceiling} is above the budget {budget}", ceiling=ceiling, budget=budget)
    return None


@Guard
def price_weighs_enough(facts: Facts, *, goods: str, services: str) -> Reason | None:
    """In comprehensive scoring the price weighs at least the lawful share (87号令 55)."""
    weight, category = facts.notice.price_weight_percent, facts.notice.category
    if facts.notice.method is not Method.COMPREHENSIVE_SCORING or category is Category.WORKS:
        return None
    least = facts.parameters.decimal(goods if category is Category.GOODS else services)
    if weight is not None and weight >= least:
        return None
    return reason(
        "the price weighs {weight} percent, at least {least} percent is required", weight=weight or 0, least=least
    )


@Guard
def standard_goods_go_by_price(facts: Facts) -> Reason | None:
    """Goods and services with a uniform standard are decided by the lowest price (采购条例 34)."""
    if facts.notice.is_standard and facts.notice.method is not Method.LOWEST_PRICE:
        return reason("goods and services with a uniform standard must be decided by the lowest price")
    return None


@Guard
def sme_policy_is_stated(facts: Facts) -> Reason | None:
    """The documents state the policy for small and medium-sized enterprises (46号 3)."""
    if facts.notice.sme_policy_set:
        return None
    return reason("the policy for small and medium-sized enterprises is not stated")


@Guard
def intention_is_stated(facts: Facts) -> Reason | None:
    """The purchase intention is published now, or waived for a stated urgent ground (财库〔2020〕10号)."""
    intention = facts.expect(IntentionState)
    if intention.published_at is None and not intention.waived_because.strip():
        return IntentionState.absent
    return None


@Guard
def intention_was_public_long_enough(facts: Facts, *, period: str) -> Reason | None:
    """The intention was public for its days before the procurement starts, or was waived (财库〔2020〕10号)."""
    intention = facts.expect(IntentionState)
    if intention.waived_because.strip():
        return None
    over = since(facts, intention.published_at, period)
    if over is None:
        return IntentionState.absent
    return None if over.is_over(facts.at) else reason("the intention is public until {end}", end=moment(over.ends_at))


@Guard
def documents_were_filed(facts: Facts, *, period: str) -> Reason | None:
    """Where the region asks it, documents were filed with the supervisor in time before issue (浙江条例 19)."""
    if not facts.parameters.is_set(period):
        return None
    over = since(facts, facts.notice.filed_at, period)
    if over is None:
        return reason("the documents have not been filed with the supervising department")
    if not over.is_over(facts.at):
        return reason("the documents are filed; they may be issued from {start}", start=moment(over.ends_at))
    return None


@Guard
def plan_was_published(facts: Facts, *, period: str) -> Reason | None:
    """Where the region asks it, the tender plan was public before the notice (local rules)."""
    if not facts.parameters.is_set(period):
        return None
    over = since(facts, facts.notice.planned_at, period)
    if over is None:
        return reason("the tender plan has not been published")
    return None if over.is_over(facts.at) else reason("the tender plan is public until {end}", end=moment(over.ends_at))


@Guard
def two_people_drafted_and_approved(facts: Facts) -> Reason | None:
    """One person drafted, another approves (platform rule on four eyes)."""
    if not facts.drafted_by or not facts.approved_by:
        return reason("it is not on record who drafted and who approves")
    if facts.drafted_by == facts.approved_by:
        return reason("who drafted may not approve: a second person is needed")
    return None


@Guard
def deadline_is_set(facts: Facts) -> Reason | None:
    """The deadline for bids is set (招投标法 24; 采购法 35)."""
    return reason("the deadline for bids is not set") if facts.deadline is None else None


@Guard
def bidders_have_their_days(facts: Facts, *, period: str) -> Reason | None:
    """From issue to deadline lie the days the law gives bidders (采购法 35)."""
    return _deadline_is_late_enough(facts, period)


@Guard
def bidders_of_mandatory_tenders_have_their_days(facts: Facts, *, period: str) -> Reason | None:
    """In a mandatory tender, the days the law gives bidders lie between issue and deadline (招投标法 24)."""
    return _deadline_is_late_enough(facts, period) if facts.notice.is_mandatory else None


@Guard
def documents_are_offered_long_enough(facts: Facts, *, period: str) -> Reason | None:
    """Documents are offered for the least number of days (招投标条例 16; 采购条例 31)."""
    until = facts.notice.documents_until
    if until is None:
        return reason("it is not stated until when the documents are offered")
    needed = facts.calendar.after(facts.announced_at or facts.at, facts.parameters.period(period)).day
    if Deadline(until).day >= needed:
        return None
    return reason("the documents must be offered until {day} at least", day=needed.isoformat())


@Guard
def key_ceremony_is_signed(facts: Facts) -> Reason | None:
    """Every key holder has signed the ceremony before the notice goes out (20号令 26-30; docs/sealing.md)."""
    ceremony = facts.expect(CeremonyState)
    if ceremony.signed >= ceremony.of >= ceremony.k >= 1:
        return None
    return reason("{signed} of {of} key holders have signed the ceremony", signed=ceremony.signed, of=ceremony.of)


@Guard
def key_holders_have_rehearsed(facts: Facts) -> Reason | None:
    """Every key holder has shown once that its key works before bids are taken (docs/sealing.md)."""
    ceremony = facts.expect(CeremonyState)
    if ceremony.rehearsed >= ceremony.of >= ceremony.k >= 1:
        return None
    return reason("{done} of {of} key holders have passed the rehearsal", done=ceremony.rehearsed, of=ceremony.of)


def _method_is_among(facts: Facts, methods: tuple[Method, ...]) -> Reason | None:
    if facts.notice.method is None:
        return reason("no evaluation method is chosen")
    if facts.notice.method not in methods:
        return reason("“{method}” is no lawful evaluation method here", method=label(facts.notice.method))
    return None


def _security_is_at_most(facts: Facts, limit: Money | None) -> Reason | None:
    deposit = facts.notice.deposit
    if deposit is None or limit is None:
        return None
    if deposit.currency != limit.currency:
        return reason("the deposit is in another currency than its limit")
    if deposit > limit:
        return reason("a deposit of {asked} is asked, at most {most} is allowed", asked=deposit, most=limit)
    return None


def _deadline_is_late_enough(facts: Facts, period: str) -> Reason | None:
    if facts.deadline is None:
        return None  # deadline_is_set says so
    earliest = earliest_deadline(facts, period=period)
    if facts.deadline >= earliest.ends_at:
        return None
    return reason("the deadline for bids may not be before {earliest}", earliest=moment(earliest.ends_at))
