"""The words of evaluation."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from core.reasons import Reason, reason

if TYPE_CHECKING:
    from collections.abc import Mapping


class Step(StrEnum):
    """A pass-or-fail step of the review."""

    QUALIFICATION = "qualification"
    RESPONSIVENESS = "responsiveness"


class Answer(StrEnum):
    """A member's word on the report."""

    AGREES = "agrees"
    DISSENTS = "dissents"
    REFUSES = "refuses"


class RejectionGround(StrEnum):
    """Why a bid is rejected (招投标条例 51; 12号令 25; 87号令 63)."""

    NOT_SIGNED = "not_signed"
    NO_CONSORTIUM_AGREEMENT = "no_consortium_agreement"
    NOT_QUALIFIED = "not_qualified"
    SEVERAL_OFFERS = "several_offers"
    BELOW_COST = "below_cost"
    ABOVE_CEILING = "above_ceiling"
    NOT_RESPONSIVE = "not_responsive"
    DEPOSIT_MISSING = "deposit_missing"
    COLLUSION = "collusion"
    UNREADABLE = "unreadable"
    OTHER = "other"


STEP_NAMES: Mapping[Step, Reason] = {
    Step.QUALIFICATION: reason("Qualification review"),
    Step.RESPONSIVENESS: reason("Responsiveness review"),
}

ANSWER_NAMES: Mapping[Answer, Reason] = {
    Answer.AGREES: reason("Agrees"),
    Answer.DISSENTS: reason("Dissents in writing"),
    Answer.REFUSES: reason("Refuses to sign without written reasons: deemed to agree"),
}

REJECTION_NAMES: Mapping[RejectionGround, Reason] = {
    RejectionGround.NOT_SIGNED: reason("Neither sealed by the bidder nor signed by its head"),
    RejectionGround.NO_CONSORTIUM_AGREEMENT: reason("Consortium without a joint agreement"),
    RejectionGround.NOT_QUALIFIED: reason("Does not meet the qualification conditions"),
    RejectionGround.SEVERAL_OFFERS: reason("Two or more different offers or prices"),
    RejectionGround.BELOW_COST: reason("Price below cost"),
    RejectionGround.ABOVE_CEILING: reason("Price above the ceiling"),
    RejectionGround.NOT_RESPONSIVE: reason("Does not respond to the substantive requirements"),
    RejectionGround.DEPOSIT_MISSING: reason("Bid security not given as required"),
    RejectionGround.COLLUSION: reason("Collusion, fraud or bribery"),
    RejectionGround.UNREADABLE: reason("The offer form cannot be read"),
    RejectionGround.OTHER: reason("Another ground stated in the documents"),
}
