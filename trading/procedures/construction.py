"""Construction open tender (工程建设项目公开招标, CT): single stage, qualification reviewed after the opening.

招投标法, 招投标条例, 30号令, 12号令, 20号令. Beside each step stands its article; minimum periods are guards,
"within" limits are obligations. An objection, order or fault is a hold and stops every step that asks for it;
correcting, withdrawing and terminating stay possible under a hold.
"""

from __future__ import annotations

from datetime import date

from accounts.names import Role
from core.reasons import reason
from trading.names import END_STAGES, Code, HoldGround, Kind, Move, Offers, RefusalGround, Stage, TieRule
from trading.procedures import deadlines as when
from trading.procedures.checklist import CANDIDATE_NOTICE, CONSTRUCTION_NOTICE, OPENING_RECORD
from trading.procedures.clauses import CONSTRUCTION_CLAUSES
from trading.procedures.definition import CommitteeRules, Duty, Fall, Procedure, Step, roles, stages
from trading.procedures.failing import after_failed_construction
from trading.procedures.guards import announcing, awarding, bidding, ending, evaluating

OWNER, AGENT, SYSTEM = Role.OWNER, Role.AGENT, Role.SYSTEM
BUYING = roles(OWNER, AGENT)
OPENERS = roles(OWNER, AGENT, Role.CENTER, SYSTEM)

FREE = announcing.nothing_is_on_hold
RECEIVED = {"minimum": "ct.min_bidders", "second_round": "ct.second_round_below_min"}

DOCUMENTS = (
    announcing.approval_is_on_record,
    announcing.project_follows_its_approval,
    announcing.mandatory_tender_is_called_so,
    announcing.project_is_not_split,
    announcing.every_lot_has_its_code,
    announcing.notice_is_complete,
    announcing.conditions_are_lawful,
    announcing.construction_method_is_chosen,
    announcing.tie_rule_is_stated,
    announcing.bid_security_is_within_its_limit.with_keys(
        rate="ct.bid_security_rate_max", cap="ct.bid_security_cap_works"
    ),
    announcing.guarantees_are_accepted,
    announcing.performance_security_asked_is_lawful.with_keys(limit="ct.performance_security_max"),
    announcing.deadline_is_set,
)

COMMITTEE = (
    evaluating.committee_has_its_size.with_keys(minimum="ct.committee_min"),
    evaluating.experts_have_their_share.with_keys(share="ct.expert_share"),
    evaluating.owner_has_no_more_than_its_seats.with_keys(
        share="ct.owner_rep_share_max", count="ct.owner_rep_count_max"
    ),
    evaluating.experts_have_their_years.with_keys(years="ct.expert_years_min"),
    evaluating.members_were_drawn_or_named_with_ground,
    evaluating.draw_is_recent.with_keys(period="ct.draw_before_evaluation_max"),
    evaluating.every_member_has_declared,
    evaluating.no_member_has_a_conflict,
)

PREPARING = (
    Step(
        move=Move.SUBMIT_NOTICE, source=stages(Stage.DRAFT), to=Stage.NOTICE_READY, by=BUYING,
        guards=DOCUMENTS,
        source_text="招投标条例 7, 24; 濮阳条例 13",
    ),
    Step(
        move=Move.RETURN_NOTICE, source=stages(Stage.NOTICE_READY), to=Stage.DRAFT, by=BUYING,
        source_text="platform: four eyes", tag="D",
    ),
    Step(
        move=Move.ANNOUNCE, source=stages(Stage.NOTICE_READY), to=Stage.PUBLISHED, by=BUYING,
        guards=(
            FREE, *DOCUMENTS,
            announcing.two_people_drafted_and_approved,
            announcing.bidders_of_mandatory_tenders_have_their_days.with_keys(period="ct.issue_to_deadline_min"),
            announcing.documents_are_offered_long_enough.with_keys(period="ct.doc_sale_min"),
            announcing.documents_were_filed.with_keys(period="ct.doc_filing_before"),
            announcing.plan_was_published.with_keys(period="ct.plan_ahead"),
            announcing.key_ceremony_is_signed,
        ),
        emits=(Code.NOTICE,),
        source_text="招投标法 16, 24; 招投标条例 15-16; 20号令 17; 10号令",
    ),
)  # fmt: skip

BIDDING = (
    Step(
        move=Move.OPEN_BID_BOX, source=stages(Stage.PUBLISHED), to=Stage.BIDDING, by=BUYING | {SYSTEM},
        guards=(FREE, announcing.key_holders_have_rehearsed, bidding.deadline_lies_ahead),
        source_text="招投标条例 16; 20号令 26-28",
    ),
    Step(
        move=Move.AMEND, source=stages(Stage.PUBLISHED, Stage.BIDDING), to=None, by=BUYING,
        guards=(
            bidding.deadline_lies_ahead,
            bidding.amendment_leaves_bidders_time.with_keys(period="ct.clarify_before_deadline"),
            bidding.amendment_never_shortens,
            announcing.two_people_drafted_and_approved,
        ),
        emits=(Code.AMEND,),
        source_text="招投标法 23; 招投标条例 21",
    ),
    Step(
        move=Move.CLOSE_BIDDING, source=stages(Stage.BIDDING), to=Stage.OPENING, by=roles(SYSTEM),
        guards=(FREE, bidding.deadline_has_come, bidding.enough_bids_were_received.with_keys(**RECEIVED)),
        due=when.at_the_deadline,
        source_text="招投标条例 44; 20号令 29",
    ),
    Step(
        move=Move.FAIL_AT_DEADLINE, source=stages(Stage.BIDDING), to=Stage.FAILED, by=roles(SYSTEM),
        guards=(FREE, bidding.deadline_has_come, bidding.too_few_bids_were_received.with_keys(**RECEIVED)),
        emits=(Code.FAIL,),
        source_text="招投标法 28; 招投标条例 44; 30号令 38",
    ),
    Step(
        move=Move.FINISH_OPENING, source=stages(Stage.OPENING), to=Stage.OPENED, by=OPENERS,
        guards=(
            FREE,
            bidding.every_bid_has_its_result,
            bidding.objections_at_the_opening_are_answered,
            bidding.enough_bids_were_opened.with_keys(**RECEIVED),
        ),
        emits=(Code.OPENING,),
        source_text="招投标条例 44; 20号令 29-32",
    ),
    Step(
        move=Move.FAIL_AT_OPENING, source=stages(Stage.OPENING), to=Stage.FAILED, by=OPENERS,
        guards=(FREE, bidding.every_bid_has_its_result, bidding.too_few_bids_were_opened.with_keys(**RECEIVED)),
        emits=(Code.OPENING, Code.FAIL),
        source_text="20号令 31; 招投标条例 44", tag="D",
    ),
)  # fmt: skip

EVALUATING = (
    Step(
        move=Move.CONVENE, source=stages(Stage.OPENED), to=Stage.EVALUATING, by=BUYING,
        guards=(FREE, *COMMITTEE),
        source_text="招投标法 37; 招投标条例 46-47; 12号令 9-12",
    ),
    Step(
        move=Move.SIGN_REPORT, source=stages(Stage.EVALUATING), to=Stage.EVALUATED, by=roles(Role.EXPERT, SYSTEM),
        guards=(
            FREE,
            evaluating.time_was_not_called_short.with_keys(share="ct.time_short_vote_above"),
            evaluating.every_valid_bid_is_evaluated,
            evaluating.few_valid_bids_are_explained.with_keys(minimum="ct.min_bidders"),
            evaluating.candidates_are_named,
            evaluating.candidates_are_not_too_many.with_keys(maximum="ct.candidates_max"),
            evaluating.every_member_stands_to_the_report,
        ),
        limit=when.within_bid_validity,
        source_text="招投标条例 48-53; 12号令 27, 40-43",
    ),
    Step(
        move=Move.FAIL_EVALUATION, source=stages(Stage.EVALUATING), to=Stage.FAILED, by=roles(Role.EXPERT, SYSTEM),
        guards=(
            FREE,
            evaluating.all_bids_are_rejected_with_a_reason.with_keys(
                minimum="ct.min_bidders", default="ct.valid_below_min"
            ),
            evaluating.every_member_stands_to_the_report,
        ),
        emits=(Code.FAIL,),
        source_text="招投标法 42; 12号令 27; 1117号(13); 重庆条例 33",
    ),
    Step(
        move=Move.PUBLISH_CANDIDATES, source=stages(Stage.EVALUATED), to=Stage.PUBLICITY, by=BUYING,
        guards=(FREE, awarding.candidate_notice_is_complete),
        limit=when.publicity_begins_within.with_keys(period="ct.publicity_start"),
        emits=(Code.CANDIDATE,),
        source_text="招投标条例 54; 10号令 6",
    ),
    Step(
        move=Move.END_PUBLICITY, source=stages(Stage.PUBLICITY), to=Stage.AWARD_PENDING, by=roles(SYSTEM),
        guards=(FREE, awarding.publicity_is_over.with_keys(period="ct.publicity_min")),
        due=when.when_publicity_ends.with_keys(period="ct.publicity_min"),
        source_text="招投标条例 54",
    ),
)  # fmt: skip

AWARDING = (
    Step(
        move=Move.AWARD, source=stages(Stage.AWARD_PENDING), to=Stage.AWARDED, by=roles(OWNER),
        guards=(
            FREE,
            awarding.choice_is_a_candidate,
            awarding.award_follows_the_rules_of_ranking.with_keys(separate="ct.separate_award"),
            awarding.candidate_was_checked_again,
        ),
        limit=when.within_bid_validity,
        source_text="招投标条例 55-56; 30号令 58",
    ),
    Step(
        move=Move.FAIL_AWARD, source=stages(Stage.AWARD_PENDING), to=Stage.FAILED, by=roles(OWNER),
        guards=(FREE, ending.construction_award_fails_for_a_ground),
        emits=(Code.FAIL,),
        source_text="招投标条例 55, 81",
    ),
    Step(
        move=Move.NOTIFY_AWARD, source=stages(Stage.AWARDED), to=Stage.CONTRACTING, by=BUYING,
        guards=(FREE,),
        limit=when.after_publicity_within_validity.with_keys(period="ct.award_notice_after_publicity"),
        emits=(Code.AWARD, Code.AWARD_LETTER),
        source_text="招投标法 45; 12号令 40; 10号令; 重庆条例 35",
    ),
    Step(
        move=Move.SIGN_CONTRACT, source=stages(Stage.CONTRACTING), to=Stage.CONTRACTED,
        by=roles(OWNER, Role.BIDDER),
        guards=(
            FREE,
            awarding.both_have_signed,
            awarding.contract_keeps_to_the_bid,
            awarding.performance_security_is_within_its_limit.with_keys(limit="ct.performance_security_max"),
            awarding.performance_security_is_given,
        ),
        limit=when.after_the_award_notice.with_keys(period="ct.contract_within"),
        source_text="招投标法 46; 招投标条例 57-58",
    ),
    Step(
        move=Move.WINNER_REFUSES, source=stages(Stage.CONTRACTING), to=Stage.AWARD_PENDING, by=roles(OWNER),
        guards=(FREE, awarding.refusal_is_recorded),
        emits=(Code.AWARD_FELL,),
        source_text="招投标条例 55, 74",
    ),
    Step(
        move=Move.REGISTER_CONTRACT, source=stages(Stage.CONTRACTED), to=Stage.PERFORMING, by=BUYING,
        guards=(FREE,),
        emits=(Code.CONTRACT,),
        source_text="招投标法 47; 平台39号令 16",
    ),
    Step(
        move=Move.CHANGE_CONTRACT, source=stages(Stage.PERFORMING), to=None, by=roles(OWNER),
        guards=(FREE,),
        emits=(Code.CONTRACT_CHANGE,),
        source_text="平台39号令 16",
    ),
    Step(
        move=Move.CLOSE, source=stages(Stage.PERFORMING), to=Stage.CLOSED, by=roles(OWNER),
        guards=(FREE, awarding.performance_is_accepted),
        emits=(Code.PERFORM,),
        source_text="平台39号令 16; 中山政务公开标准目录", tag="T/2",
    ),
)  # fmt: skip

RUNNING = frozenset().union(*(s.source for s in (*PREPARING, *BIDDING, *EVALUATING, *AWARDING))) - END_STAGES

ENDING = (
    Step(
        move=Move.FAIL_DOCUMENTS, source=stages(Stage.PUBLISHED, Stage.BIDDING), to=Stage.FAILED, by=roles(OWNER),
        guards=(bidding.deadline_lies_ahead, ending.documents_are_unlawful),
        emits=(Code.TERMINATE,),
        source_text="招投标条例 23",
    ),
    Step(
        move=Move.TERMINATE, source=RUNNING, to=Stage.TERMINATED, by=roles(OWNER, Role.SUPERVISOR),
        guards=(ending.termination_has_its_reason,),
        emits=(Code.TERMINATE,),
        source_text="招投标条例 31; 宁波条例 26; 濮阳条例 22",
    ),
)  # fmt: skip

DUTIES = (
    Duty(
        name=reason("Report to the supervising department"),
        stages=stages(Stage.AWARDED, Stage.CONTRACTING, Stage.CONTRACTED, Stage.PERFORMING), by=OWNER,
        limit=when.after_the_award.with_keys(period="ct.report_to_supervisor"),
        source_text="招投标法 47; 30号令 65",
    ),
    Duty(
        name=reason("Return the deposits of those who are no candidates"),
        stages=stages(Stage.CONTRACTING, Stage.CONTRACTED), by=OWNER,
        limit=when.after_the_award_notice.with_keys(period="ct.noncandidate_refund_after_award"),
        source_text="重庆条例 35",
    ),
    Duty(
        name=reason("Return all deposits with interest"),
        stages=stages(Stage.CONTRACTED, Stage.PERFORMING), by=OWNER,
        limit=when.after_the_contract.with_keys(period="ct.deposit_refund_after_contract"),
        source_text="招投标条例 57",
    ),
)  # fmt: skip

FALLS = (
    Fall(ground=RefusalGround.REFUSED_TO_SIGN, forfeits=True, source_text="招投标条例 55, 74"),
    Fall(ground=RefusalGround.NO_PERFORMANCE_SECURITY, forfeits=True, source_text="招投标条例 55, 74"),
    Fall(ground=RefusalGround.GAVE_UP, forfeits=True, source_text="招投标条例 55, 74"),
    Fall(ground=RefusalGround.FORCE_MAJEURE, forfeits=False, source_text="招投标条例 55"),
    Fall(ground=RefusalGround.PROVEN_VIOLATION, forfeits=False, source_text="招投标条例 55; 招投标法 54"),
)

EDITION_2026 = Procedure(
    kind=Kind.CT,
    edition="2026",
    in_force_from=date(2026, 1, 1),
    title=reason("Construction open tender, edition 2026"),
    legal_basis=(
        "招投标法 (2017)",
        "招投标条例 (2019)",
        "30号令 (2013)",
        "12号令 (2013)",
        "20号令 (2013)",
        "1117号 (2022)",
    ),
    initial=Stage.DRAFT,
    steps=(*PREPARING, *BIDDING, *EVALUATING, *AWARDING, *ENDING),
    min_bidders="ct.min_bidders",
    offers=Offers.SEALED,
    methods=announcing.CONSTRUCTION_METHODS,
    tie_rules=(TieRule.PRICE_TECHNICAL_OWNER,),
    committee=CommitteeRules(
        minimum="ct.committee_min",
        expert_share="ct.expert_share",
        owner_rep_share_max="ct.owner_rep_share_max",
        owner_rep_count_max="ct.owner_rep_count_max",
        draw_before_max="ct.draw_before_evaluation_max",
        expert_years_min="ct.expert_years_min",
    ),
    checklist=CONSTRUCTION_NOTICE,
    clauses=CONSTRUCTION_CLAUSES,
    candidate_checklist=CANDIDATE_NOTICE,
    opening_record=OPENING_RECORD,
    duties=DUTIES,
    falls=FALLS,
    hold_extension={
        HoldGround.OBJECTION: "ct.objection_reply",
        HoldGround.COMPLAINT_ORDER: "ct.order_extension",
        HoldGround.FAULT: None,
        HoldGround.REPORT_CONTESTED: None,
    },
    hold_lapse=dict.fromkeys(HoldGround),
    display_min={Code.CANDIDATE: "ct.publicity_min"},
    after_failure=after_failed_construction,
    further_keys=(
        "cal.min_period_mode",
        "cal.opening_hour",
        "ct.objection_docs_before",
        "ct.withdrawal_refund",
        "ct.benchmark_trim_from_n",
        "ct.score_aggregation",
        "ct.scores_with_candidates",
        "ct.abnormal_low_trigger",
    ),
)
