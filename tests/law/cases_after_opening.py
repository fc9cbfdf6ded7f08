"""Cases of the guards after the opening, and of objections: each lets pass once and refuses once."""

from __future__ import annotations

from core.money import Money
from core.reasons import reason
from trading.names import (
    FailureGround,
    PassingGround,
    RefusalGround,
    Stage,
    TerminationGround,
)
from trading.procedures import objecting
from trading.procedures.facts import (
    AwardChoice,
    CandidatesState,
    CommitteeState,
    ContractState,
    EvaluationState,
    FailureState,
    QualificationState,
    RefusalState,
    ReportState,
    Standing,
    TerminationState,
)
from trading.procedures.guards import awarding, ending, evaluating

from .facts import at, facts, law, noticing, procuring

LEAST = {"minimum": "gp.min_bidders"}
SIZE = evaluating.committee_has_its_size.with_keys(
    minimum="gp.committee_min", minimum_large="gp.committee_min_large", large_budget="gp.committee_large_budget"
)
SHARE = evaluating.experts_have_their_share.with_keys(share="ct.expert_share")
SEATS = evaluating.owner_has_no_more_than_its_seats.with_keys(
    share="ct.owner_rep_share_max", count="ct.owner_rep_count_max"
)
FRESH = evaluating.draw_is_recent.with_keys(period="gp.draw_before_evaluation_max")
FRESH_LOCALLY = evaluating.draw_is_recent.with_keys(period="ct.draw_before_evaluation_max")
QUALIFY = evaluating.enough_suppliers_qualify.with_keys(**LEAST)
NOT_QUALIFY = evaluating.too_few_suppliers_qualify.with_keys(**LEAST)
FEW = evaluating.few_valid_bids_are_explained.with_keys(minimum="ct.min_bidders")
REJECTED = evaluating.all_bids_are_rejected_with_a_reason.with_keys(
    minimum="ct.min_bidders", default="ct.valid_below_min"
)
CONFORM = evaluating.enough_bids_conform.with_keys(**LEAST)
MUST_FAIL = evaluating.evaluation_must_fail.with_keys(**LEAST)
YEARS = evaluating.experts_have_their_years.with_keys(years="ct.expert_years_min")
TIME_SHORT = evaluating.time_was_not_called_short.with_keys(share="ct.time_short_vote_above")
TOO_MANY = evaluating.candidates_are_not_too_many.with_keys(maximum="ct.candidates_max")
PUBLIC = awarding.publicity_is_over.with_keys(period="ct.publicity_min")
SILENT = awarding.silence_has_lasted.with_keys(period="gp.confirm")
RANKING = awarding.award_follows_the_rules_of_ranking.with_keys(separate="ct.separate_award")
SECURITY_GIVEN = awarding.performance_security_is_within_its_limit.with_keys(limit="ct.performance_security_max")
ADDITIONS = awarding.additions_stay_within_their_limit.with_keys(limit="gp.additions_max")

TEN_MILLION = Money.of(10_000_000)


def committee(**changes):
    return facts(CommitteeState(**({"size": 5, "experts": 4, "owner_reps": 1, "declared": 5} | changes)))


def contract(**changes):
    given = {"owner_signed": True, "winner_signed": True, "amount": TEN_MILLION, "award_amount": TEN_MILLION}
    return facts(ContractState(**(given | changes)))


def evaluation(*also, **changes):
    return facts(EvaluationState(**({"valid": 3, "evaluated": 3, "members": 5} | changes)), *also)


def choice(notice=None, **changes):
    given = AwardChoice(**({"rank": 1, "candidates": 3} | changes))
    return facts(given, **({"notice": notice} if notice else {}))


def confirming(now, **changes):
    return facts(at=at(now), stage=Stage.CONFIRMING, entered_at={Stage.CONFIRMING: at("2026-04-13 15:00")} | changes)


PRIVATE = noticing(state_funds_dominate=False).notice

# (guard, facts under which it lets pass, facts under which it refuses, every reason)
CASES = [
    (SIZE, committee(), committee(size=4), ["the committee has 4 members; an odd number of at least 5 is required"]),
    (SIZE, committee(size=7), facts(CommitteeState(size=5, experts=4, owner_reps=1, declared=5),
     notice=procuring(budget=TEN_MILLION).notice), ["the committee has 5 members; an odd number of at least 7 is required"]),
    (SIZE, facts(CommitteeState(size=7, experts=5, owner_reps=2, declared=7), notice=procuring(is_complex=True).notice),
     facts(CommitteeState(size=5, experts=5, owner_reps=0, declared=5), notice=procuring(is_complex=True).notice),
     ["the committee has 5 members; an odd number of at least 7 is required"]),
    (SIZE, committee(), facts(), ["there is no committee yet"]),
    (SHARE, committee(), committee(experts=3), ["experts on the committee: 3; needed: 4"]),
    (SEATS, committee(), committee(owner_reps=2), ["representatives of the owner: 2; allowed: 1"]),
    (SEATS, facts(CommitteeState(size=9, experts=6, owner_reps=3, declared=9)),
     facts(CommitteeState(size=9, experts=6, owner_reps=3, declared=9), parameters=law(ct__owner_rep_count_max="2")),
     ["representatives of the owner: 3; allowed: 2"]),
    (YEARS, committee(standings=(Standing(8, True),) * 4), committee(standings=(Standing(7, True), Standing(30, False))),
     ["experts without the years or the title required: 2"]),
    (evaluating.members_were_drawn_or_named_with_ground, committee(), committee(named_without_ground=2),
     ["members named without a ground: 2"]),
    (FRESH, committee(drawn_at=at("2026-02-27 10:00")), committee(drawn_at=at("2026-02-26 10:00")),
     ["the experts were drawn too early: the committee must be drawn again"]),
    (FRESH_LOCALLY, committee(drawn_at=at("2026-01-01")),
     facts(CommitteeState(size=5, experts=4, owner_reps=1, declared=5, drawn_at=at("2026-03-01 10:00")),
           parameters=law(ct__draw_before_evaluation_max="24")),
     ["the experts were drawn too early: the committee must be drawn again"]),
    (FRESH_LOCALLY, committee(), facts(), ["there is no committee yet"]),
    (evaluating.every_member_has_declared, committee(), committee(declared=3), ["members who have not declared their interests: 2"]),
    (evaluating.no_member_has_a_conflict, committee(), committee(conflicted=1),
     ["members to be replaced for a conflict of interest: 1"]),
    (evaluating.owner_does_not_chair, committee(), committee(chair_is_owner_rep=True),
     ["a representative of the purchaser may not chair the committee"]),
    (evaluating.qualification_is_reviewed, facts(QualificationState(reviewed=3, of=3, qualified=3)),
     facts(QualificationState(reviewed=1, of=3, qualified=1)), ["bidders not reviewed yet: 2"]),
    (QUALIFY, facts(QualificationState(reviewed=4, of=4, qualified=4, brands=("X", "X", "Y", "Z"))),
     facts(QualificationState(reviewed=3, of=3, qualified=3, brands=("X", "X", "Y"))),
     ["qualified suppliers: 2; needed: 3"]),
    (QUALIFY, facts(QualificationState(reviewed=1, of=1, qualified=1), parameters=law(gp__min_bidders="1")),
     facts(QualificationState(reviewed=1, of=1, qualified=1)), ["qualified suppliers: 1; needed: 3"]),
    (NOT_QUALIFY, facts(QualificationState(reviewed=3, of=3, qualified=2)),
     facts(QualificationState(reviewed=3, of=3, qualified=3)), ["qualified suppliers: 3; enough to evaluate: 3"]),
    (evaluating.every_valid_bid_is_evaluated, evaluation(), evaluation(valid=0, evaluated=0), ["no valid bid is left"]),
    (evaluating.every_valid_bid_is_evaluated, evaluation(), evaluation(evaluated=1),
     ["valid bids not evaluated in full: 2"]),
    (FEW, evaluation(valid=2, reasoning="the two compete on price"), evaluation(valid=2, reasoning=" "),
     ["valid bids: 2 of 3; the committee must write down why it goes on"]),
    (FEW, evaluation(), evaluation(valid=1), ["valid bids: 1 of 3; the committee must write down why it goes on"]),
    (REJECTED, evaluation(valid=2, rejects_all=True, reasoning="no competition is left"),
     evaluation(valid=2, rejects_all=True), ["the committee has not rejected all bids with a written reason"]),
    (REJECTED, evaluation(valid=0), evaluation(valid=3, rejects_all=True, reasoning="x"),
     ["valid bids: 3; with 3 the committee may not reject all"]),
    (REJECTED, facts(EvaluationState(valid=2, evaluated=0), parameters=law(ct__valid_below_min="reject")),
     evaluation(valid=2, reasoning="x"), ["the committee has not rejected all bids with a written reason"]),
    (CONFORM, evaluation(), evaluation(valid=3, brands=("X", "X")), ["conforming bids: 2; needed: 3"]),
    (MUST_FAIL, evaluation(valid=2), evaluation(),
     ["conforming bids: 3; without another lawful ground the tender does not fail"]),
    (MUST_FAIL, evaluation(FailureState(ground=FailureGround.ABOVE_BUDGET, because="no funds")),
     evaluation(FailureState(ground=FailureGround.ABOVE_BUDGET, because=" ")),
     ["conforming bids: 3; without another lawful ground the tender does not fail"]),
    (MUST_FAIL, evaluation(FailureState(ground=FailureGround.ILLEGAL_CONDUCT, because="collusion")),
     evaluation(FailureState(ground=FailureGround.NO_CANDIDATE_LEFT, because="x")),
     ["conforming bids: 3; without another lawful ground the tender does not fail"]),
    (TIME_SHORT, evaluation(time_short_votes=0), evaluation(time_short_votes=2),
     ["members who say that the time is too short: 2; it must be extended"]),
    (TIME_SHORT, evaluation(time_short_votes=1), evaluation(time_short_votes=5),
     ["members who say that the time is too short: 5; it must be extended"]),
    (evaluating.every_member_stands_to_the_report, facts(ReportState(confirmed=3, of=5, candidates=3, dissenting=1, silent=1)),
     facts(ReportState(confirmed=3, of=5, candidates=3)), ["members who have neither confirmed the report nor dissented: 2"]),
    (evaluating.report_was_agreed_by_most, facts(ReportState(confirmed=2, of=5, candidates=3, dissenting=2, silent=1)),
     facts(ReportState(confirmed=2, of=5, candidates=3, dissenting=3)),
     ["the majority of the committee does not carry the report"]),
    (evaluating.candidates_are_named, facts(ReportState(confirmed=5, of=5, candidates=1)),
     facts(ReportState(confirmed=5, of=5, candidates=0)), ["the report names no candidate"]),
    (TOO_MANY, facts(ReportState(confirmed=5, of=5, candidates=3)), facts(ReportState(confirmed=5, of=5, candidates=4)),
     ["the report names 4 candidates, at most 3 are allowed"]),
    (awarding.candidate_notice_is_complete, facts(CandidatesState()),
     facts(CandidatesState(missing=(reason("not stated: prices"), reason("not stated: quality")))),
     ["not stated: prices", "not stated: quality"]),
    (PUBLIC, facts(at=at("2026-03-31"), entered_at={Stage.PUBLICITY: at("2026-03-27 10:00")}),
     facts(at=at("2026-03-30 23:59:59"), entered_at={Stage.PUBLICITY: at("2026-03-27 10:00")}),
     ["the candidates are public until 2026-03-31 00:00"]),
    (PUBLIC, facts(at=at("2026-03-31"), entered_at={Stage.PUBLICITY: at("2026-03-27 10:00")}), facts(),
     ["the candidates have not been published"]),
    (SILENT, confirming("2026-04-21"), confirming("2026-04-20 23:59"), ["the purchaser may confirm until 2026-04-21 00:00"]),
    (SILENT, confirming("2026-04-21"), confirming("2026-06-01", **{Stage.CONTRACTING: at("2026-04-22")}),
     ["silence does not count here: the purchaser has to decide"]),
    (awarding.choice_is_a_candidate, choice(), choice(rank=4), ["rank 4 is none of the 3 candidates"]),
    (awarding.choice_is_a_candidate, choice(rank=2, grounds={1: PassingGround.GAVE_UP}),
     choice(grounds={1: PassingGround.GAVE_UP}), ["rank 1 has fallen away"]),
    (awarding.choice_is_a_candidate, choice(), facts(), ["no winner has been chosen"]),
    (RANKING, choice(), choice(rank=2), ["rank 1 may be passed over only for a ground of the law"]),
    (RANKING, choice(rank=3, grounds={1: PassingGround.GAVE_UP, 2: PassingGround.FORCE_MAJEURE}),
     choice(rank=3, grounds={2: PassingGround.GAVE_UP}, because="cheaper"),
     ["rank 1 may be passed over only for a ground of the law"]),
    (RANKING, choice(PRIVATE, rank=2, because="as in the source, not published"), choice(PRIVATE, rank=2),
     ["the owner must write down why it does not choose rank one"]),
    (RANKING, facts(AwardChoice(rank=2, candidates=3, because="vote of the award committee"),
                    parameters=law(ct__separate_award="on")),
     facts(AwardChoice(rank=2, candidates=3), parameters=law(ct__separate_award="on")),
     ["the owner must write down why it does not choose rank one"]),
    (awarding.award_follows_the_order, choice(rank=2, grounds={1: PassingGround.GAVE_UP}), choice(rank=3, because="x"),
     ["rank 1, 2 may be passed over only for a ground of the law"]),
    (awarding.award_follows_the_order, choice(), choice(rank=2, because="x"),
     ["rank 1 may be passed over only for a ground of the law"]),
    (awarding.candidate_was_checked_again, choice(), choice(recheck_pending=True),
     ["the committee has not finished checking the candidate again"]),
    (awarding.both_have_signed, contract(), contract(owner_signed=False, winner_signed=False),
     ["the owner has not signed the contract", "the winner has not signed the contract"]),
    (awarding.contract_keeps_to_the_bid, contract(), contract(amount=Money.of(9_999_999)),
     ["the contract is over ¥9,999,999.00, the award over ¥10,000,000.00"]),
    (awarding.contract_keeps_to_the_bid, contract(), contract(departs_from_bid=True),
     ["the contract departs from the documents and the bid"]),
    (awarding.performance_security_is_given, contract(security_asked=Money.of(1), security_given=True),
     contract(security_asked=Money.of(1)), ["the performance security of ¥1.00 has not been given"]),
    (SECURITY_GIVEN, contract(security_asked=Money.of(1_000_000)), contract(security_asked=Money.of(1_000_001)),
     ["a performance security of ¥1,000,001.00 is asked, at most ¥1,000,000.00 is allowed"]),
    (SECURITY_GIVEN, contract(), facts(), ["there is no contract yet"]),
    (awarding.refusal_is_recorded, facts(RefusalState(ground=RefusalGround.GAVE_UP, because="letter")),
     facts(RefusalState(ground=RefusalGround.GAVE_UP, because="")),
     ["it must be written down how the winner lost the award"]),
    (ADDITIONS, contract(additions=(Money.of(600_000), Money.of(400_000))), contract(additions=(Money.of(1_050_000),)),
     ["all supplements together may add ¥1,000,000.00 at most"]),
    (awarding.performance_is_accepted, contract(is_accepted=True), contract(),
     ["the acceptance of the performance is not on record"]),
    (ending.documents_are_unlawful, facts(FailureState(ground=FailureGround.DOCUMENTS_UNLAWFUL, because="brand named")),
     facts(FailureState(ground=FailureGround.ABOVE_BUDGET, because="x")),
     ["“All bids are above the budget and it cannot be paid” is no ground here"]),
    (ending.construction_award_fails_for_a_ground,
     facts(FailureState(ground=FailureGround.AWARD_SET_ASIDE, because="next is far dearer")),
     facts(FailureState(ground=FailureGround.NO_CANDIDATE_LEFT, because=" ")),
     ["the reason of the failure must be written down"]),
    (ending.procurement_award_fails_for_a_ground, facts(FailureState(ground=FailureGround.TASK_CANCELLED, because="merger")),
     facts(), ["the ground of the failure is not stated"]),
    (ending.termination_has_its_reason, facts(TerminationState(ground=TerminationGround.STALE, because="90 days")),
     facts(TerminationState(ground=TerminationGround.STALE, because="")),
     ["the reason of the termination must be written down"]),
    (ending.cancelling_needs_a_major_change,
     facts(TerminationState(ground=TerminationGround.SUPERVISOR_ORDER, because="order 3")),
     facts(TerminationState(ground=TerminationGround.STALE, because="90 days")),
     ["“Not traded in time after being urged” does not allow to cancel a procurement"]),
    (objecting.objection_to_documents_is_in_time, facts(at=at("2026-03-14 23:59"), stage=Stage.BIDDING),
     facts(at=at("2026-03-15"), stage=Stage.BIDDING), ["an objection to the documents was possible until 2026-03-14"]),
    (objecting.objection_to_documents_is_in_time, facts(stage=Stage.PUBLISHED), facts(stage=Stage.OPENING),
     ["an objection to the documents is possible only while bids are invited"]),
    (objecting.objection_to_the_result_is_in_time,
     facts(at=at("2026-03-30 23:59"), stage=Stage.PUBLICITY, entered_at={Stage.PUBLICITY: at("2026-03-27")}),
     facts(at=at("2026-03-31"), stage=Stage.PUBLICITY, entered_at={Stage.PUBLICITY: at("2026-03-27")}),
     ["an objection to the result was possible until 2026-03-31 00:00"]),
    (objecting.objection_to_the_result_is_in_time,
     facts(at=at("2026-03-28"), stage=Stage.PUBLICITY, entered_at={Stage.PUBLICITY: at("2026-03-27")}),
     facts(stage=Stage.AWARD_PENDING, entered_at={Stage.PUBLICITY: at("2026-03-27")}),
     ["an objection to the result is possible only while the candidates are public"]),
]  # fmt: skip
