"""Government procurement, open tender (政府采购公开招标, GP_OPEN).

采购法, 采购条例, 87号令. The purchaser or its agent reviews qualification, the committee conformity. Beside each
step stands its article; minimum periods are guards, "within" limits are obligations. A hold stops every step that
asks for it; correcting and cancelling stay possible under a hold.
"""

from __future__ import annotations

from datetime import date

from accounts.names import Role
from core.reasons import reason
from trading.names import END_STAGES, Code, HoldGround, Kind, Move, Offers, RefusalGround, Stage, TieRule
from trading.procedures import deadlines as when
from trading.procedures.checklist import CANDIDATE_NOTICE, OPENING_RECORD, PROCUREMENT_NOTICE
from trading.procedures.clauses import PROCUREMENT_CLAUSES
from trading.procedures.definition import CommitteeRules, Duty, Fall, Procedure, Step, roles, stages
from trading.procedures.failing import after_failed_procurement
from trading.procedures.guards import announcing, awarding, bidding, ending, evaluating

OWNER, AGENT, SYSTEM = Role.OWNER, Role.AGENT, Role.SYSTEM
BUYING = roles(OWNER, AGENT)
OPENERS = roles(OWNER, AGENT, Role.CENTER, SYSTEM)

FREE = announcing.nothing_is_on_hold
LEAST = {"minimum": "gp.min_bidders"}

DOCUMENTS = (
    announcing.every_lot_has_its_code,
    announcing.project_is_not_split,
    announcing.notice_is_complete,
    announcing.conditions_are_lawful,
    announcing.ceiling_is_within_the_budget,
    announcing.sme_policy_is_stated,
    announcing.procurement_method_is_chosen,
    announcing.standard_goods_go_by_price,
    announcing.price_weighs_enough.with_keys(
        goods="gp.price_weight_min.goods", services="gp.price_weight_min.services"
    ),
    announcing.tie_rule_is_stated,
    announcing.deposit_is_within_its_limit.with_keys(rate="gp.deposit_rate_max"),
    announcing.guarantees_are_accepted,
    announcing.deadline_is_set,
)

COMMITTEE = (
    evaluating.committee_has_its_size.with_keys(
        minimum="gp.committee_min", minimum_large="gp.committee_min_large", large_budget="gp.committee_large_budget"
    ),
    evaluating.experts_have_their_share.with_keys(share="gp.expert_share"),
    evaluating.owner_does_not_chair,
    evaluating.members_were_drawn_or_named_with_ground,
    evaluating.draw_is_recent.with_keys(period="gp.draw_before_evaluation_max"),
    evaluating.every_member_has_declared,
    evaluating.no_member_has_a_conflict,
)

PREPARING = (
    Step(
        move=Move.INTEND, source=stages(Stage.INTENTION), to=Stage.DRAFT, by=roles(OWNER),
        guards=(announcing.intention_is_stated,),
        emits=(Code.PLAN,),
        source_text="财库〔2020〕10号", tag="M",
    ),
    Step(
        move=Move.SUBMIT_NOTICE, source=stages(Stage.DRAFT), to=Stage.NOTICE_READY, by=BUYING,
        guards=DOCUMENTS,
        source_text="87号令 11-13, 17, 20",
    ),
    Step(
        move=Move.RETURN_NOTICE, source=stages(Stage.NOTICE_READY), to=Stage.DRAFT, by=BUYING,
        source_text="platform: four eyes", tag="D",
    ),
    Step(
        move=Move.ANNOUNCE, source=stages(Stage.NOTICE_READY), to=Stage.PUBLISHED, by=BUYING,
        guards=(
            FREE, *DOCUMENTS,
            announcing.intention_was_public_long_enough.with_keys(period="gp.intention_before"),
            announcing.two_people_drafted_and_approved,
            announcing.bidders_have_their_days.with_keys(period="gp.issue_to_deadline"),
            announcing.documents_are_offered_long_enough.with_keys(period="gp.doc_provide"),
            announcing.key_ceremony_is_signed,
        ),
        emits=(Code.NOTICE,),
        source_text="采购法 35; 采购条例 31; 87号令 13, 16, 18",
    ),
)  # fmt: skip

BIDDING = (
    Step(
        move=Move.OPEN_BID_BOX, source=stages(Stage.PUBLISHED), to=Stage.BIDDING, by=BUYING | {SYSTEM},
        guards=(FREE, announcing.key_holders_have_rehearsed, bidding.deadline_lies_ahead),
        source_text="87号令 32-34; 20号令 26-28",
    ),
    Step(
        move=Move.AMEND, source=stages(Stage.PUBLISHED, Stage.BIDDING), to=None, by=BUYING,
        guards=(
            bidding.deadline_lies_ahead,
            bidding.amendment_leaves_bidders_time.with_keys(period="gp.clarify_before"),
            bidding.amendment_never_shortens,
            bidding.amendment_keeps_object_and_qualification,
            announcing.two_people_drafted_and_approved,
        ),
        emits=(Code.AMEND,),
        source_text="87号令 27; 采购条例 31",
    ),
    Step(
        move=Move.CLOSE_BIDDING, source=stages(Stage.BIDDING), to=Stage.OPENING, by=roles(SYSTEM),
        guards=(FREE, bidding.deadline_has_come, bidding.enough_bids_were_received.with_keys(**LEAST)),
        due=when.at_the_deadline,
        source_text="87号令 39, 41",
    ),
    Step(
        move=Move.FAIL_AT_DEADLINE, source=stages(Stage.BIDDING), to=Stage.FAILED, by=roles(SYSTEM),
        guards=(FREE, bidding.deadline_has_come, bidding.too_few_bids_were_received.with_keys(**LEAST)),
        emits=(Code.FAIL,),
        source_text="采购法 36; 87号令 41, 43",
    ),
    Step(
        move=Move.FINISH_OPENING, source=stages(Stage.OPENING), to=Stage.QUALIFICATION, by=OPENERS,
        guards=(
            FREE,
            bidding.every_bid_has_its_result,
            bidding.objections_at_the_opening_are_answered,
            bidding.enough_bids_were_opened.with_keys(**LEAST),
        ),
        emits=(Code.OPENING,),
        source_text="87号令 39-42",
    ),
    Step(
        move=Move.FAIL_AT_OPENING, source=stages(Stage.OPENING), to=Stage.FAILED, by=OPENERS,
        guards=(FREE, bidding.every_bid_has_its_result, bidding.too_few_bids_were_opened.with_keys(**LEAST)),
        emits=(Code.OPENING, Code.FAIL),
        source_text="87号令 31, 41, 43", tag="D",
    ),
)  # fmt: skip

EVALUATING = (
    Step(
        move=Move.QUALIFY, source=stages(Stage.QUALIFICATION), to=Stage.EVALUATING, by=BUYING,
        guards=(
            FREE,
            evaluating.qualification_is_reviewed,
            evaluating.enough_suppliers_qualify.with_keys(**LEAST),
            *COMMITTEE,
        ),
        source_text="87号令 44, 47-48; 采购条例 39",
    ),
    Step(
        move=Move.FAIL_QUALIFICATION, source=stages(Stage.QUALIFICATION), to=Stage.FAILED, by=BUYING,
        guards=(
            FREE, evaluating.qualification_is_reviewed, evaluating.too_few_suppliers_qualify.with_keys(**LEAST)
        ),
        emits=(Code.FAIL,),
        source_text="87号令 43-44",
    ),
    Step(
        move=Move.SIGN_REPORT, source=stages(Stage.EVALUATING), to=Stage.EVALUATED, by=roles(Role.EXPERT, SYSTEM),
        guards=(
            FREE,
            evaluating.every_valid_bid_is_evaluated,
            evaluating.enough_bids_conform.with_keys(**LEAST),
            evaluating.candidates_are_named,
            evaluating.every_member_stands_to_the_report,
            evaluating.report_was_agreed_by_most,
        ),
        limit=when.within_bid_validity,
        source_text="87号令 45-62; 采购条例 41",
    ),
    Step(
        move=Move.FAIL_EVALUATION, source=stages(Stage.EVALUATING), to=Stage.FAILED,
        by=roles(Role.EXPERT, OWNER, SYSTEM),
        guards=(FREE, evaluating.evaluation_must_fail.with_keys(**LEAST)),
        emits=(Code.FAIL,),
        source_text="采购法 36; 87号令 43",
    ),
    Step(
        move=Move.DELIVER_REPORT, source=stages(Stage.EVALUATED), to=Stage.CONFIRMING, by=BUYING,
        guards=(FREE,),
        limit=when.after_the_report.with_keys(period="gp.report_to_owner"),
        source_text="87号令 68; 采购条例 43",
    ),
)  # fmt: skip

AWARDING = (
    Step(
        move=Move.AWARD, source=stages(Stage.CONFIRMING), to=Stage.AWARDED, by=roles(OWNER),
        guards=(FREE, awarding.choice_is_a_candidate, awarding.award_follows_the_order),
        limit=when.after_delivery.with_keys(period="gp.confirm"),
        source_text="87号令 68; 采购条例 43",
    ),
    Step(
        move=Move.CONFIRM_BY_SILENCE, source=stages(Stage.EVALUATED, Stage.CONFIRMING), to=Stage.AWARDED,
        by=roles(SYSTEM),
        guards=(FREE, awarding.silence_has_lasted.with_keys(period="gp.confirm")),
        due=when.when_silence_counts.with_keys(period="gp.confirm"),
        source_text="87号令 68",
    ),
    Step(
        move=Move.FAIL_AWARD, source=stages(Stage.CONFIRMING), to=Stage.FAILED, by=roles(OWNER),
        guards=(FREE, ending.procurement_award_fails_for_a_ground),
        emits=(Code.FAIL,),
        source_text="采购法 36; 采购条例 44, 49",
    ),
    Step(
        move=Move.NOTIFY_AWARD, source=stages(Stage.AWARDED), to=Stage.CONTRACTING, by=BUYING,
        guards=(FREE,),
        limit=when.after_the_award.with_keys(period="gp.notify"),
        emits=(Code.AWARD, Code.AWARD_LETTER),
        source_text="87号令 69; 采购条例 43",
    ),
    Step(
        move=Move.SIGN_CONTRACT, source=stages(Stage.CONTRACTING), to=Stage.CONTRACTED,
        by=roles(OWNER, Role.BIDDER),
        guards=(
            FREE, awarding.both_have_signed, awarding.contract_keeps_to_the_bid, awarding.performance_security_is_given
        ),
        limit=when.after_the_award_notice.with_keys(period="gp.contract_within"),
        source_text="采购法 46; 87号令 71",
    ),
    Step(
        move=Move.WINNER_REFUSES, source=stages(Stage.CONTRACTING), to=Stage.CONFIRMING, by=roles(OWNER),
        guards=(FREE, awarding.refusal_is_recorded),
        emits=(Code.AWARD_FELL,),
        source_text="采购条例 49",
    ),
    Step(
        move=Move.REGISTER_CONTRACT, source=stages(Stage.CONTRACTED), to=Stage.PERFORMING, by=BUYING,
        guards=(FREE,),
        limit=when.after_the_contract.with_keys(period="gp.contract_publish"),
        emits=(Code.CONTRACT,),
        source_text="采购条例 50",
    ),
    Step(
        move=Move.CHANGE_CONTRACT, source=stages(Stage.PERFORMING), to=None, by=roles(OWNER),
        guards=(FREE, awarding.additions_stay_within_their_limit.with_keys(limit="gp.additions_max")),
        emits=(Code.CONTRACT_CHANGE,),
        source_text="采购法 49",
    ),
    Step(
        move=Move.CLOSE, source=stages(Stage.PERFORMING), to=Stage.CLOSED, by=roles(OWNER),
        guards=(FREE, awarding.performance_is_accepted),
        emits=(Code.PERFORM,),
        source_text="采购条例 45",
    ),
)  # fmt: skip

RUNNING = frozenset().union(*(s.source for s in (*PREPARING, *BIDDING, *EVALUATING, *AWARDING))) - END_STAGES

ENDING = (
    Step(
        move=Move.TERMINATE, source=RUNNING, to=Stage.TERMINATED, by=roles(OWNER, Role.SUPERVISOR),
        guards=(ending.termination_has_its_reason, ending.cancelling_needs_a_major_change),
        emits=(Code.TERMINATE,),
        source_text="87号令 29; 采购法 36, 50",
    ),
)  # fmt: skip

DUTIES = (
    Duty(
        name=reason("Return the deposits of the losers"),
        stages=stages(Stage.CONTRACTING, Stage.CONTRACTED, Stage.PERFORMING), by=OWNER,
        limit=when.after_the_award_notice.with_keys(period="gp.deposit_refund"),
        source_text="采购条例 33",
    ),
    Duty(
        name=reason("Return the deposit of the winner"),
        stages=stages(Stage.CONTRACTED, Stage.PERFORMING), by=OWNER,
        limit=when.after_the_contract.with_keys(period="gp.deposit_refund"),
        source_text="采购条例 33",
    ),
    Duty(
        name=reason("File a copy of the contract with the finance department"),
        stages=stages(Stage.CONTRACTED, Stage.PERFORMING), by=OWNER,
        limit=when.after_the_contract.with_keys(period="gp.contract_file"),
        source_text="采购法 47",
    ),
)  # fmt: skip

FALLS = (
    Fall(ground=RefusalGround.REFUSED_TO_SIGN, forfeits=True, source_text="采购条例 49, 72"),
    Fall(ground=RefusalGround.NO_PERFORMANCE_SECURITY, forfeits=True, source_text="采购条例 48-49"),
    Fall(ground=RefusalGround.GAVE_UP, forfeits=True, source_text="采购条例 49, 72"),
    Fall(ground=RefusalGround.FORCE_MAJEURE, forfeits=False, source_text="采购条例 49; 民法典 180", tag="D"),
    Fall(ground=RefusalGround.PROVEN_VIOLATION, forfeits=False, source_text="采购法 77; 采购条例 71"),
)

EDITION_2026 = Procedure(
    kind=Kind.GP_OPEN,
    edition="2026",
    in_force_from=date(2026, 1, 1),
    title=reason("Government procurement open tender, edition 2026"),
    legal_basis=(
        "采购法 (2014)",
        "采购条例 (2015)",
        "87号令 (2017)",
        "94号令 (2017)",
        "46号 (2020)",
        "财库〔2020〕10号",
    ),
    initial=Stage.INTENTION,
    steps=(*PREPARING, *BIDDING, *EVALUATING, *AWARDING, *ENDING),
    min_bidders="gp.min_bidders",
    offers=Offers.SEALED,
    methods=announcing.PROCUREMENT_METHODS,
    tie_rules=(TieRule.PRICE_TECHNICAL_OWNER, TieRule.PRICE_TECHNICAL_DRAW),
    committee=CommitteeRules(
        minimum="gp.committee_min",
        expert_share="gp.expert_share",
        minimum_large="gp.committee_min_large",
        large_from_budget="gp.committee_large_budget",
        draw_before_max="gp.draw_before_evaluation_max",
        recusal_years="gp.recusal_years",
        owner_may_chair=False,
    ),
    checklist=PROCUREMENT_NOTICE,
    clauses=PROCUREMENT_CLAUSES,
    candidate_checklist=CANDIDATE_NOTICE,
    opening_record=OPENING_RECORD,
    duties=DUTIES,
    falls=FALLS,
    hold_extension={
        HoldGround.OBJECTION: "gp.challenge_reply",
        HoldGround.COMPLAINT_ORDER: "gp.suspend_max",
        HoldGround.FAULT: None,
        HoldGround.REPORT_CONTESTED: None,
    },
    hold_lapse={**dict.fromkeys(HoldGround), HoldGround.COMPLAINT_ORDER: "gp.suspend_max"},
    display_min={
        Code.PLAN: "gp.intention_before",
        Code.NOTICE: "gp.notice",
        Code.AWARD: "gp.result_notice",
    },
    after_failure=after_failed_procurement,
    further_keys=(
        "cal.min_period_mode",
        "cal.opening_hour",
        "gp.challenge",
        "gp.challenge_reply",
        "gp.sme_deduct.goods_services.min",
        "gp.sme_deduct.goods_services.max",
        "gp.domestic_deduct",
        "gp.abnormal.mean",
        "gp.abnormal.second",
        "gp.abnormal.ceiling",
        "gp.base_loan_rate",
        "gp.late_refund_multiplier",
        "gp.late_refund_day_count",
    ),
)
