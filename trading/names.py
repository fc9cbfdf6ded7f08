"""The words of trading: kinds, stages, moves, announcement codes; the roles are those of ``accounts``."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from accounts.names import ROLE_NAMES, Role
from core.reasons import Reason, reason

if TYPE_CHECKING:
    from collections.abc import Mapping


class Kind(StrEnum):
    """Kind of procedure: one family of rule-sheets each."""

    CT = "CT"
    GP_OPEN = "GP_OPEN"


class Offers(StrEnum):
    """How offers are made."""

    SEALED = "sealed"


class Stage(StrEnum):
    """Where a lot stands. ``closed``, ``failed`` and ``terminated`` are ends; a hold is not a stage."""

    INTENTION = "intention"
    DRAFT = "draft"
    NOTICE_READY = "notice_ready"
    PUBLISHED = "published"
    BIDDING = "bidding"
    OPENING = "opening"
    OPENED = "opened"
    QUALIFICATION = "qualification"
    EVALUATING = "evaluating"
    EVALUATED = "evaluated"
    PUBLICITY = "publicity"
    AWARD_PENDING = "award_pending"
    CONFIRMING = "confirming"
    AWARDED = "awarded"
    CONTRACTING = "contracting"
    CONTRACTED = "contracted"
    PERFORMING = "performing"
    CLOSED = "closed"
    FAILED = "failed"
    TERMINATED = "terminated"

    @property
    def is_end(self) -> bool:
        """True if no move leads out of this stage."""
        return self in END_STAGES


END_STAGES = frozenset({Stage.CLOSED, Stage.FAILED, Stage.TERMINATED})


class Move(StrEnum):
    """What can be done to a lot: the only things that change its stage."""

    INTEND = "intend"
    SUBMIT_NOTICE = "submit_notice"
    RETURN_NOTICE = "return_notice"
    ANNOUNCE = "announce"
    OPEN_BID_BOX = "open_bid_box"
    AMEND = "amend"
    CLOSE_BIDDING = "close_bidding"
    FAIL_AT_DEADLINE = "fail_at_deadline"
    FINISH_OPENING = "finish_opening"
    FAIL_AT_OPENING = "fail_at_opening"
    QUALIFY = "qualify"
    FAIL_QUALIFICATION = "fail_qualification"
    CONVENE = "convene"
    SIGN_REPORT = "sign_report"
    FAIL_EVALUATION = "fail_evaluation"
    PUBLISH_CANDIDATES = "publish_candidates"
    END_PUBLICITY = "end_publicity"
    DELIVER_REPORT = "deliver_report"
    AWARD = "award"
    CONFIRM_BY_SILENCE = "confirm_by_silence"
    FAIL_AWARD = "fail_award"
    NOTIFY_AWARD = "notify_award"
    SIGN_CONTRACT = "sign_contract"
    WINNER_REFUSES = "winner_refuses"
    REGISTER_CONTRACT = "register_contract"
    CHANGE_CONTRACT = "change_contract"
    CLOSE = "close"
    FAIL_DOCUMENTS = "fail_documents"
    TERMINATE = "terminate"


class Code(StrEnum):
    """Announcement codes: one for each kind of notice."""

    PLAN = "PLAN"
    PREQ = "PREQ"
    NOTICE = "NOTICE"
    AMEND = "AMEND"
    SUSPEND = "SUSPEND"
    RESUME = "RESUME"
    OPENING = "OPENING"
    CANDIDATE = "CANDIDATE"
    AWARD = "AWARD"
    AWARD_LETTER = "AWARD_LETTER"
    AWARD_FELL = "AWARD_FELL"
    FAIL = "FAIL"
    TERMINATE = "TERMINATE"
    CONTRACT = "CONTRACT"
    CONTRACT_CHANGE = "CONTRACT_CHANGE"
    PERFORM = "PERFORM"
    OBJECTION = "OBJECTION"

    @property
    def is_private(self) -> bool:
        """True for what only its addressee reads."""
        return self is Code.AWARD_LETTER


class Side(StrEnum):
    """The one side on which an organisation takes part in a project."""

    BUYING = "buying"
    BIDDING = "bidding"
    OVERSEEING = "overseeing"
    OPERATING = "operating"


class FundsType(StrEnum):
    """Where the money of a project comes from (2018年16号令 2-3)."""

    BUDGET = "budget"
    STATE_ENTERPRISE = "state_enterprise"
    INTERNATIONAL = "international"
    PRIVATE = "private"
    OTHER = "other"


class Category(StrEnum):
    """What is bought."""

    WORKS = "works"
    GOODS = "goods"
    SERVICES = "services"


class HoldGround(StrEnum):
    """Why a project stands still."""

    OBJECTION = "objection"
    COMPLAINT_ORDER = "complaint_order"
    FAULT = "fault"
    REPORT_CONTESTED = "report_contested"


class Method(StrEnum):
    """How bids are compared."""

    LOWEST_EVALUATED_PRICE = "lowest_evaluated_price"
    COMPREHENSIVE_EVALUATION = "comprehensive_evaluation"
    COMPREHENSIVE_SCORING = "comprehensive_scoring"
    LOWEST_PRICE = "lowest_price"


class TieRule(StrEnum):
    """What decides between equal bids, in this order."""

    PRICE_TECHNICAL_OWNER = "price_technical_owner"
    PRICE_TECHNICAL_DRAW = "price_technical_draw"


class PassingGround(StrEnum):
    """Why a better ranked candidate is passed over (招投标条例 55; 采购条例 49)."""

    GAVE_UP = "gave_up"
    FORCE_MAJEURE = "force_majeure"
    NO_PERFORMANCE_SECURITY = "no_performance_security"
    PROVEN_VIOLATION = "proven_violation"
    NO_LONGER_FIT = "no_longer_fit"


class FailureGround(StrEnum):
    """Why a run ends without a winner, where somebody decides it."""

    DOCUMENTS_UNLAWFUL = "documents_unlawful"
    NO_CANDIDATE_LEFT = "no_candidate_left"
    ILLEGAL_CONDUCT = "illegal_conduct"
    ABOVE_BUDGET = "above_budget"
    TASK_CANCELLED = "task_cancelled"
    AWARD_SET_ASIDE = "award_set_aside"


class TerminationGround(StrEnum):
    """Why a run is stopped for good."""

    TASK_CANCELLED = "task_cancelled"
    FORCE_MAJEURE = "force_majeure"
    SUPERVISOR_ORDER = "supervisor_order"
    STALE = "stale"


class RefusalGround(StrEnum):
    """How the winner lost its award (招投标条例 55, 74; 采购条例 49); what follows says the rule-sheet's ``falls``."""

    REFUSED_TO_SIGN = "refused_to_sign"
    NO_PERFORMANCE_SECURITY = "no_performance_security"
    GAVE_UP = "gave_up"
    FORCE_MAJEURE = "force_majeure"
    PROVEN_VIOLATION = "proven_violation"


class AfterFailure(StrEnum):
    """What the owner may do after a failed run (30号令 38; 87号令 43)."""

    TENDER_AGAIN = "tender_again"
    DROP_WITH_CONSENT = "drop_with_consent"
    DROP = "drop"
    OTHER_METHOD_WITH_APPROVAL = "other_method_with_approval"


_LABELS: dict[type[StrEnum], Mapping[StrEnum, Reason]] = {
    Kind: {
        Kind.CT: reason("Construction open tender"),
        Kind.GP_OPEN: reason("Government procurement open tender"),
    },
    Offers: {Offers.SEALED: reason("Sealed offers")},
    Stage: {
        Stage.INTENTION: reason("Procurement intention"),
        Stage.DRAFT: reason("Draft"),
        Stage.NOTICE_READY: reason("Notice ready for approval"),
        Stage.PUBLISHED: reason("Announced"),
        Stage.BIDDING: reason("Bidding"),
        Stage.OPENING: reason("Bid opening"),
        Stage.OPENED: reason("Bids opened"),
        Stage.QUALIFICATION: reason("Qualification review"),
        Stage.EVALUATING: reason("Evaluation"),
        Stage.EVALUATED: reason("Evaluation report signed"),
        Stage.PUBLICITY: reason("Publicity of candidates"),
        Stage.AWARD_PENDING: reason("Award pending"),
        Stage.CONFIRMING: reason("Confirmation by the purchaser"),
        Stage.AWARDED: reason("Winner determined"),
        Stage.CONTRACTING: reason("Contract to be signed"),
        Stage.CONTRACTED: reason("Contract signed"),
        Stage.PERFORMING: reason("Performance of the contract"),
        Stage.CLOSED: reason("Closed"),
        Stage.FAILED: reason("Failed"),
        Stage.TERMINATED: reason("Terminated"),
    },
    Move: {
        Move.INTEND: reason("Publish the intention"),
        Move.SUBMIT_NOTICE: reason("Submit the notice for approval"),
        Move.RETURN_NOTICE: reason("Return the notice to its author"),
        Move.ANNOUNCE: reason("Announce"),
        Move.OPEN_BID_BOX: reason("Open the bid box"),
        Move.AMEND: reason("Amend or clarify"),
        Move.CLOSE_BIDDING: reason("Close the bid box"),
        Move.FAIL_AT_DEADLINE: reason("Fail for too few bids"),
        Move.FINISH_OPENING: reason("Finish the opening"),
        Move.FAIL_AT_OPENING: reason("Fail for too few opened bids"),
        Move.QUALIFY: reason("Finish the qualification review"),
        Move.FAIL_QUALIFICATION: reason("Fail for too few qualified suppliers"),
        Move.CONVENE: reason("Convene the committee"),
        Move.SIGN_REPORT: reason("Sign the evaluation report"),
        Move.FAIL_EVALUATION: reason("Fail at evaluation"),
        Move.PUBLISH_CANDIDATES: reason("Publish the candidates"),
        Move.END_PUBLICITY: reason("End the publicity"),
        Move.DELIVER_REPORT: reason("Deliver the report"),
        Move.AWARD: reason("Determine the winner"),
        Move.CONFIRM_BY_SILENCE: reason("Deem the first candidate confirmed"),
        Move.FAIL_AWARD: reason("Fail without an award"),
        Move.NOTIFY_AWARD: reason("Issue the award notice"),
        Move.SIGN_CONTRACT: reason("Sign the contract"),
        Move.WINNER_REFUSES: reason("Record that the winner loses the award"),
        Move.REGISTER_CONTRACT: reason("Register and publish the contract"),
        Move.CHANGE_CONTRACT: reason("Change the contract"),
        Move.CLOSE: reason("Accept the performance and close"),
        Move.FAIL_DOCUMENTS: reason("Withdraw unlawful documents"),
        Move.TERMINATE: reason("Terminate"),
    },
    Code: {
        Code.PLAN: reason("Plan or intention"),
        Code.PREQ: reason("Prequalification notice"),
        Code.NOTICE: reason("Tender notice"),
        Code.AMEND: reason("Amendment notice"),
        Code.SUSPEND: reason("Suspension notice"),
        Code.RESUME: reason("Resumption notice"),
        Code.OPENING: reason("Opening record"),
        Code.CANDIDATE: reason("Publicity of candidates"),
        Code.AWARD: reason("Award announcement"),
        Code.AWARD_LETTER: reason("Award notice to the winner"),
        Code.AWARD_FELL: reason("Notice that an award fell"),
        Code.FAIL: reason("Notice of failure"),
        Code.TERMINATE: reason("Termination notice"),
        Code.CONTRACT: reason("Contract announcement"),
        Code.CONTRACT_CHANGE: reason("Contract change announcement"),
        Code.PERFORM: reason("Performance and acceptance announcement"),
        Code.OBJECTION: reason("Answer to an objection"),
    },
    Role: {role: ROLE_NAMES[role] for role in Role},
    Side: {
        Side.BUYING: reason("Buying side"),
        Side.BIDDING: reason("Bidding side"),
        Side.OVERSEEING: reason("Overseeing side"),
        Side.OPERATING: reason("Operating side"),
    },
    FundsType: {
        FundsType.BUDGET: reason("Budget funds"),
        FundsType.STATE_ENTERPRISE: reason("Funds of state-owned enterprises"),
        FundsType.INTERNATIONAL: reason("Loans or aid from abroad"),
        FundsType.PRIVATE: reason("Private funds"),
        FundsType.OTHER: reason("Other funds"),
    },
    Category: {
        Category.WORKS: reason("Works"),
        Category.GOODS: reason("Goods"),
        Category.SERVICES: reason("Services"),
    },
    HoldGround: {
        HoldGround.OBJECTION: reason("An objection waits for its answer"),
        HoldGround.COMPLAINT_ORDER: reason("Ordered by the supervising department"),
        HoldGround.FAULT: reason("Fault of the system"),
        HoldGround.REPORT_CONTESTED: reason("The purchaser holds the report to be unlawful"),
    },
    Method: {
        Method.LOWEST_EVALUATED_PRICE: reason("Lowest evaluated price"),
        Method.COMPREHENSIVE_EVALUATION: reason("Comprehensive evaluation"),
        Method.COMPREHENSIVE_SCORING: reason("Comprehensive scoring"),
        Method.LOWEST_PRICE: reason("Lowest price"),
    },
    TieRule: {
        TieRule.PRICE_TECHNICAL_OWNER: reason(
            "Lower price, then better technical score, then the owner's recorded choice"
        ),
        TieRule.PRICE_TECHNICAL_DRAW: reason("Lower price, then better technical score, then a public draw"),
    },
    PassingGround: {
        PassingGround.GAVE_UP: reason("The candidate gave up the award"),
        PassingGround.FORCE_MAJEURE: reason("Force majeure keeps the candidate from performing"),
        PassingGround.NO_PERFORMANCE_SECURITY: reason("The candidate gave no performance security"),
        PassingGround.PROVEN_VIOLATION: reason("A violation that affects the award was proven"),
        PassingGround.NO_LONGER_FIT: reason("Checked again, the committee found the candidate no longer fit"),
    },
    FailureGround: {
        FailureGround.DOCUMENTS_UNLAWFUL: reason("The documents are unlawful and this affects bids"),
        FailureGround.NO_CANDIDATE_LEFT: reason("No candidate is left"),
        FailureGround.ILLEGAL_CONDUCT: reason("Illegal conduct affects fairness"),
        FailureGround.ABOVE_BUDGET: reason("All bids are above the budget and it cannot be paid"),
        FailureGround.TASK_CANCELLED: reason("A major change cancels the task"),
        FailureGround.AWARD_SET_ASIDE: reason("The owner tenders again instead of taking the next candidate"),
    },
    TerminationGround: {
        TerminationGround.TASK_CANCELLED: reason("A major change cancels the task"),
        TerminationGround.FORCE_MAJEURE: reason("Force majeure"),
        TerminationGround.SUPERVISOR_ORDER: reason("Ordered by the supervising department"),
        TerminationGround.STALE: reason("Not traded in time after being urged"),
    },
    AfterFailure: {
        AfterFailure.TENDER_AGAIN: reason("Find the cause, correct it and tender again"),
        AfterFailure.DROP_WITH_CONSENT: reason("Go on without tendering, with the consent of the project's approver"),
        AfterFailure.DROP: reason("Go on without tendering"),
        AfterFailure.OTHER_METHOD_WITH_APPROVAL: reason("Use another method, approved by the finance department"),
    },
    RefusalGround: {
        RefusalGround.REFUSED_TO_SIGN: reason("The winner refuses to sign the contract"),
        RefusalGround.NO_PERFORMANCE_SECURITY: reason("The winner gave no performance security"),
        RefusalGround.GAVE_UP: reason("The winner gave up the award"),
        RefusalGround.FORCE_MAJEURE: reason("Force majeure keeps the winner from performing"),
        RefusalGround.PROVEN_VIOLATION: reason("A violation by the winner that affects the award was proven"),
    },
}  # fmt: skip


def label(value: StrEnum) -> Reason:
    """Return the name of an enumeration value for people; KeyError if it has none."""
    return _LABELS[type(value)][value]


def choices(words: type[StrEnum]) -> list[tuple[str, Reason]]:
    """Return (value, name) of every member, in order, as a form wants them."""
    return [(word.value, label(word)) for word in words]
