"""Cases of the guards up to the opened bids: each lets pass once and refuses once."""

from __future__ import annotations

from datetime import timedelta

from core.money import Money
from core.reasons import reason
from trading.names import (
    Category,
    HoldGround,
    Method,
    TieRule,
)
from trading.procedures.facts import (
    AmendmentState,
    BidsReceived,
    CeremonyState,
    EvaluationState,
    HoldFact,
    IntentionState,
    OpeningState,
)
from trading.procedures.guards import announcing, bidding

from .facts import at, facts, law, noticing, procuring

MINIMUM = {"minimum": "ct.min_bidders", "second_round": "ct.second_round_below_min"}
SECURITY = announcing.bid_security_is_within_its_limit.with_keys(
    rate="ct.bid_security_rate_max", cap="ct.bid_security_cap_works"
)
DEPOSIT = announcing.deposit_is_within_its_limit.with_keys(rate="gp.deposit_rate_max")
WEIGHT = announcing.price_weighs_enough.with_keys(
    goods="gp.price_weight_min.goods", services="gp.price_weight_min.services"
)
INTENTION = announcing.intention_was_public_long_enough.with_keys(period="gp.intention_before")
FILED = announcing.documents_were_filed.with_keys(period="ct.doc_filing_before")
PLANNED = announcing.plan_was_published.with_keys(period="ct.plan_ahead")
DAYS = announcing.bidders_have_their_days.with_keys(period="gp.issue_to_deadline")
DAYS_IF_MANDATORY = announcing.bidders_of_mandatory_tenders_have_their_days.with_keys(period="ct.issue_to_deadline_min")
OFFERED = announcing.documents_are_offered_long_enough.with_keys(period="ct.doc_sale_min")
AMENDED = bidding.amendment_leaves_bidders_time.with_keys(period="ct.clarify_before_deadline")
RECEIVED = bidding.enough_bids_were_received.with_keys(**MINIMUM)
NOT_RECEIVED = bidding.too_few_bids_were_received.with_keys(**MINIMUM)
OPENED = bidding.enough_bids_were_opened.with_keys(**MINIMUM)
NOT_OPENED = bidding.too_few_bids_were_opened.with_keys(**MINIMUM)
ASKED = announcing.performance_security_asked_is_lawful.with_keys(limit="ct.performance_security_max")

NOW = at("2026-03-02 10:00")
HOLD = HoldFact(ground=HoldGround.OBJECTION, placed_at=NOW - timedelta(hours=1), reference="YY-1")
CEREMONY = CeremonyState(signed=4, of=4, rehearsed=4, k=3)


def evaluation(*also, **changes):
    return facts(EvaluationState(**({"valid": 3, "evaluated": 3, "members": 5} | changes)), *also)


# (guard, facts under which it lets pass, facts under which it refuses, every reason)
CASES = [
    (announcing.nothing_is_on_hold, facts(holds=(HoldFact(ground=HoldGround.FAULT, placed_at=NOW, lifted_at=NOW),)),
     facts(holds=(HOLD,)), ["on hold: An objection waits for its answer (YY-1)"]),
    (announcing.nothing_is_on_hold, facts(holds=(HoldFact(ground=HoldGround.COMPLAINT_ORDER, placed_at=NOW, lapses_at=NOW),)),
     facts(holds=(HOLD, HoldFact(ground=HoldGround.FAULT, placed_at=NOW))),
     ["on hold: An objection waits for its answer (YY-1)", "on hold: Fault of the system"]),
    (announcing.approval_is_on_record, facts(), noticing(approval_recorded=False),
     ["the approval of the project is not on record"]),
    (announcing.project_follows_its_approval, facts(), noticing(departures=(reason("scope differs"),)), ["scope differs"]),
    (announcing.mandatory_tender_is_called_so, noticing(is_mandatory=True, law_demands_tender=True),
     noticing(is_mandatory=False, law_demands_tender=True),
     ["by funds and size the law demands a tender: say so, or state the ground of an exemption"]),
    (announcing.mandatory_tender_is_called_so, noticing(is_mandatory=False, law_demands_tender=False),
     noticing(is_mandatory=False, law_demands_tender=None),
     ["whether the law demands a tender cannot be told: investment, budget funds or estimates are open"]),
    (announcing.project_is_not_split, facts(), noticing(is_declared_whole=False),
     ["the owner has not declared that the project was not split to stay below a threshold"]),
    (announcing.every_lot_has_its_code, facts(), noticing(lots=0), ["the project has no lot"]),
    (announcing.every_lot_has_its_code, facts(), noticing(lots_without_code=2), ["lots without a code: 2"]),
    (announcing.notice_is_complete, facts(), noticing(missing=(reason("a"), reason("b"))), ["a", "b"]),
    (announcing.conditions_are_lawful, facts(), noticing(unlawful_conditions=(reason("asks for years"),)), ["asks for years"]),
    (announcing.construction_method_is_chosen, facts(), noticing(method=None), ["no evaluation method is chosen"]),
    (announcing.construction_method_is_chosen, noticing(method=Method.COMPREHENSIVE_EVALUATION),
     noticing(method=Method.LOWEST_PRICE), ["“Lowest price” is no lawful evaluation method here"]),
    (announcing.procurement_method_is_chosen, procuring(), facts(),
     ["“Lowest evaluated price” is no lawful evaluation method here"]),
    (announcing.tie_rule_is_stated, facts(), noticing(tie_rule=None),
     ["the documents do not say what decides between equal bids"]),
    (announcing.tie_rule_is_stated, procuring(), noticing(tie_rule=TieRule.PRICE_TECHNICAL_DRAW),
     ["a draw may not decide a construction tender"]),
    (SECURITY, facts(), noticing(deposit=Money.of(600_001)),
     ["a deposit of ¥600,001.00 is asked, at most ¥600,000.00 is allowed"]),
    (SECURITY, noticing(estimate=Money.of(50_000_000), deposit=Money.of(800_000)),
     noticing(estimate=Money.of(50_000_000), deposit=Money.of(800_001)),
     ["a deposit of ¥800,001.00 is asked, at most ¥800,000.00 is allowed"]),
    (SECURITY, noticing(deposit=None), noticing(deposit=Money.of(1, "USD")),
     ["the deposit is in another currency than its limit"]),
    (SECURITY, noticing(estimate=None, category=Category.GOODS), noticing(estimate=None, deposit=Money.of(900_000)),
     ["a deposit of ¥900,000.00 is asked, at most ¥800,000.00 is allowed"]),
    (SECURITY, noticing(estimate=Money.of(100_000_000, "USD"), deposit=Money.of(2_000_000, "USD")),
     noticing(estimate=Money.of(100, "USD"), deposit=Money.of(3, "USD")),
     ["a deposit of $3.00 is asked, at most $2.00 is allowed"]),
    (DEPOSIT, procuring(), procuring(deposit=Money.of(20_001)),
     ["a deposit of ¥20,001.00 is asked, at most ¥20,000.00 is allowed"]),
    (announcing.guarantees_are_accepted, noticing(deposit=None, deposit_cash_only=True), noticing(deposit_cash_only=True),
     ["a deposit may not be asked in cash only: guarantees must be accepted"]),
    (ASKED, facts(), noticing(performance_security_percent=11),
     ["a performance security of 11 percent is asked, at most 10 percent is allowed"]),
    (announcing.ceiling_is_within_the_budget, procuring(), procuring(ceiling=Money.of(1_000_001)),
     ["the ceiling price ¥1,000,001.00 is above the budget ¥1,000,000.00"]),
    (announcing.ceiling_is_within_the_budget, procuring(budget=None), procuring(ceiling=Money.of(1, "USD")),
     ["ceiling price and budget are in different currencies"]),
    (WEIGHT, procuring(), procuring(price_weight_percent=29), ["the price weighs 29 percent, at least 30 percent is required"]),
    (WEIGHT, procuring(category=Category.SERVICES, price_weight_percent=10),
     procuring(category=Category.SERVICES, price_weight_percent=None), ["the price weighs 0 percent, at least 10 percent is required"]),
    (WEIGHT, procuring(method=Method.LOWEST_PRICE, price_weight_percent=None), procuring(price_weight_percent=0),
     ["the price weighs 0 percent, at least 30 percent is required"]),
    (announcing.standard_goods_go_by_price, procuring(), procuring(is_standard=True),
     ["goods and services with a uniform standard must be decided by the lowest price"]),
    (announcing.sme_policy_is_stated, procuring(), procuring(sme_policy_set=False),
     ["the policy for small and medium-sized enterprises is not stated"]),
    (announcing.intention_is_stated, facts(IntentionState(published_at=NOW)), facts(IntentionState(waived_because=" ")),
     ["the purchase intention is neither published nor waived"]),
    (announcing.intention_is_stated, facts(IntentionState(waived_because="flood relief")), facts(),
     ["the purchase intention is neither published nor waived"]),
    (INTENTION, facts(IntentionState(published_at=at("2026-01-29 10:00"))),
     facts(IntentionState(published_at=at("2026-01-30 10:00"))), ["the intention is public until 2026-03-03 00:00"]),
    (INTENTION, facts(IntentionState(waived_because="flood relief")), facts(IntentionState()),
     ["the purchase intention is neither published nor waived"]),
    (FILED, facts(), facts(parameters=law(ct__doc_filing_before="5")),
     ["the documents have not been filed with the supervising department"]),
    (FILED, facts(parameters=law(ct__doc_filing_before="1"), notice=noticing(filed_at=at("2026-02-27 08:00")).notice),
     facts(parameters=law(ct__doc_filing_before="5"), notice=noticing(filed_at=at("2026-02-27 08:00")).notice),
     ["the documents are filed; they may be issued from 2026-03-06 00:00"]),
    (PLANNED, facts(), facts(parameters=law(ct__plan_ahead="30")), ["the tender plan has not been published"]),
    (PLANNED, facts(parameters=law(ct__plan_ahead="30"), notice=noticing(planned_at=at("2026-01-20")).notice),
     facts(parameters=law(ct__plan_ahead="30"), notice=noticing(planned_at=at("2026-02-20")).notice),
     ["the tender plan is public until 2026-03-24 00:00"]),
    (announcing.two_people_drafted_and_approved, facts(), facts(approved_by="Li"),
     ["who drafted may not approve: a second person is needed"]),
    (announcing.two_people_drafted_and_approved, facts(), facts(drafted_by=None),
     ["it is not on record who drafted and who approves"]),
    (announcing.deadline_is_set, facts(), facts(deadline=None), ["the deadline for bids is not set"]),
    (DAYS, facts(), facts(deadline=at("2026-03-23 23:59")),
     ["the deadline for bids may not be before 2026-03-24 00:00"]),
    (DAYS, facts(deadline=None), facts(announced_at=at("2026-03-05 08:00")),
     ["the deadline for bids may not be before 2026-03-26 00:00"]),
    (DAYS_IF_MANDATORY, facts(deadline=at("2026-03-23 09:00"), parameters=law(cal__min_period_mode="practice")),
     facts(deadline=at("2026-03-23 08:59"), parameters=law(cal__min_period_mode="practice")),
     ["the deadline for bids may not be before 2026-03-23 09:00"]),
    (DAYS_IF_MANDATORY, facts(deadline=at("2026-03-04"), notice=noticing(is_mandatory=False).notice),
     facts(deadline=at("2026-03-04")), ["the deadline for bids may not be before 2026-03-24 00:00"]),
    (OFFERED, noticing(documents_until=at("2026-03-09 17:00")), noticing(documents_until=at("2026-03-07")),
     ["the documents must be offered until 2026-03-09 at least"]),
    (OFFERED, facts(), noticing(documents_until=None), ["it is not stated until when the documents are offered"]),
    (announcing.key_ceremony_is_signed, facts(CEREMONY), facts(CeremonyState(signed=3, of=4, rehearsed=0, k=3)),
     ["3 of 4 key holders have signed the ceremony"]),
    (announcing.key_ceremony_is_signed, facts(CEREMONY), facts(), ["there is no key ceremony yet"]),
    (announcing.key_holders_have_rehearsed, facts(CEREMONY), facts(CeremonyState(signed=4, of=4, rehearsed=3, k=3)),
     ["3 of 4 key holders have passed the rehearsal"]),
    (bidding.deadline_lies_ahead, facts(), facts(at=at("2026-03-24 09:30")), ["the deadline for bids was 2026-03-24 09:30"]),
    (bidding.deadline_lies_ahead, facts(), facts(deadline=None), ["the deadline for bids is not set"]),
    (bidding.deadline_has_come, facts(at=at("2026-03-24 09:30")), facts(at=at("2026-03-24 09:29:59")),
     ["the deadline for bids is 2026-03-24 09:30"]),
    (bidding.deadline_has_come, facts(at=at("2026-03-24 09:30")), facts(deadline=None), ["the deadline for bids is not set"]),
    (AMENDED, facts(AmendmentState(affects_bids=True), at=at("2026-03-09 23:59")),
     facts(AmendmentState(affects_bids=True), at=at("2026-03-10")),
     ["this may affect bids: the deadline must be at least 15 days after its publication"]),
    (AMENDED, facts(AmendmentState(affects_bids=True, new_deadline=at("2026-03-25 09:30")), at=at("2026-03-10 12:00")),
     facts(AmendmentState(affects_bids=True, new_deadline=at("2026-03-24 23:00")), at=at("2026-03-10 12:00")),
     ["this may affect bids: the deadline must be at least 15 days after its publication"]),
    (AMENDED, facts(AmendmentState(affects_bids=False), at=at("2026-03-23")), facts(), ["there is no amendment to publish"]),
    (AMENDED, facts(AmendmentState(affects_bids=True), deadline=None), facts(), ["there is no amendment to publish"]),
    (bidding.amendment_never_shortens, facts(AmendmentState(affects_bids=True)),
     facts(AmendmentState(affects_bids=False, new_deadline=at("2026-03-24 09:29"))),
     ["the deadline may not be brought forward from 2026-03-24 09:30"]),
    (bidding.amendment_keeps_object_and_qualification, facts(AmendmentState(affects_bids=True)),
     facts(AmendmentState(affects_bids=True, changes_object=True)),
     ["an amendment may change neither what is bought nor who may bid"]),
    (RECEIVED, facts(BidsReceived(complete=3)), facts(BidsReceived(complete=2)), ["bids received: 2; needed: 3"]),
    (RECEIVED, facts(BidsReceived(complete=1), round_number=2, parameters=law(ct__second_round_below_min="open")),
     facts(BidsReceived(complete=0), round_number=2, parameters=law(ct__second_round_below_min="open")),
     ["bids received: 0; needed: 1"]),
    (RECEIVED, facts(BidsReceived(complete=4)),
     facts(BidsReceived(complete=2), round_number=1, parameters=law(ct__second_round_below_min="open")),
     ["bids received: 2; needed: 3"]),
    (RECEIVED, facts(BidsReceived(complete=3)), facts(), ["the bids in the box have not been counted"]),
    (NOT_RECEIVED, facts(BidsReceived(complete=2), round_number=2), facts(BidsReceived(complete=3)),
     ["bids received: 3; enough to open: 3"]),
    (NOT_RECEIVED, facts(BidsReceived(complete=2)),
     facts(BidsReceived(complete=2), round_number=2, parameters=law(ct__second_round_below_min="open")),
     ["bids received: 2; enough to open: 1"]),
    (bidding.every_bid_has_its_result, facts(OpeningState(pending=0, opened=3)), facts(OpeningState(pending=1, opened=3)),
     ["bids without a result yet: 1"]),
    (bidding.objections_at_the_opening_are_answered, facts(OpeningState(pending=0, opened=3)),
     facts(OpeningState(pending=0, opened=3, objections_open=1)), ["objections to the opening without an answer: 1"]),
    (OPENED, facts(OpeningState(pending=0, opened=4, brands=("X", "X", "Y", "Z"))),
     facts(OpeningState(pending=0, opened=3, brands=("X", "X", "Y"))), ["bids opened: 2; needed: 3"]),
    (NOT_OPENED, facts(OpeningState(pending=0, opened=2)), facts(OpeningState(pending=0, opened=3)),
     ["bids opened: 3; enough to go on: 3"]),
]  # fmt: skip
