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


class Kind(StrEnum):
    """On whose side a member sits."""

    EXPERT = "expert"
    OWNER_REP = "owner_rep"


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


class Chosen(StrEnum):
    """How the experts of a committee came to it (招投标法 37; 招投标条例 46, 47; 采购条例 39; 87号令 48)."""

    DRAWN = "drawn"
    ELSEWHERE = "elsewhere"
    DIRECT = "direct"


class Purpose(StrEnum):
    """What is drawn; the label of a manifest begins with its word (docs/draws.md, section 2)."""

    EXPERTS = "experts"
    AGENCY = "agency"
    LOTTERY = "lottery"
    TIE = "tie"
    BENCHMARK = "benchmark"


class Exclusion(StrEnum):
    """Why somebody is not in the pool of a draw."""

    RECUSAL = "recusal"
    EMPLOYER = "employer"
    PRIOR_CONTACT = "prior-contact"
    SUSPENDED = "suspended"
    OTHER = "other"


class Refusal(StrEnum):
    """Why somebody who was drawn does not serve."""

    DECLINED = "declined"
    UNREACHABLE = "unreachable"
    RECUSAL = "recusal"
    EMPLOYER = "employer"
    OTHER = "other"


class AwardGround(StrEnum):
    """Why the winner is who it is, where no candidate was passed over for a ground of the law."""

    RANK_ONE = "rank_one"
    SILENCE = "silence"
    OWNER_CHOICE = "owner_choice"


_LABELS: Mapping[type[StrEnum], Mapping[StrEnum, Reason]] = {
    Step: {
        Step.QUALIFICATION: reason("Qualification review"),
        Step.RESPONSIVENESS: reason("Responsiveness review"),
    },
    Kind: {
        Kind.EXPERT: reason("Expert"),
        Kind.OWNER_REP: reason("Representative of the owner"),
    },
    Answer: {
        Answer.AGREES: reason("Agrees"),
        Answer.DISSENTS: reason("Dissents in writing"),
        Answer.REFUSES: reason("Refuses to sign without written reasons: deemed to agree"),
    },
    RejectionGround: {
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
    },
    Chosen: {
        Chosen.DRAWN: reason("Drawn here, for everybody to recompute"),
        Chosen.ELSEWHERE: reason("Drawn at random in a pool that another body keeps"),
        Chosen.DIRECT: reason("Chosen directly: a special project (招投标条例 47; 87号令 48)"),
    },
    Purpose: {
        Purpose.EXPERTS: reason("Experts of the committee"),
        Purpose.AGENCY: reason("An agency"),
        Purpose.LOTTERY: reason("A lottery among applicants"),
        Purpose.TIE: reason("Order of equal bids"),
        Purpose.BENCHMARK: reason("A coefficient of the benchmark"),
    },
    Exclusion: {
        Exclusion.RECUSAL: reason("Conflict of interest"),
        Exclusion.EMPLOYER: reason("Employed by somebody who takes part"),
        Exclusion.PRIOR_CONTACT: reason("Took part in the preparation"),
        Exclusion.SUSPENDED: reason("Suspended"),
        Exclusion.OTHER: reason("Another reason, on record"),
    },
    Refusal: {
        Refusal.DECLINED: reason("Declined"),
        Refusal.UNREACHABLE: reason("Could not be reached"),
        Refusal.RECUSAL: reason("Conflict of interest"),
        Refusal.EMPLOYER: reason("Same employer as somebody drawn before"),
        Refusal.OTHER: reason("Another reason, on record"),
    },
    AwardGround: {
        AwardGround.RANK_ONE: reason("Rank one of the candidates"),
        AwardGround.SILENCE: reason("The purchaser was silent: rank one counts as confirmed"),
        AwardGround.OWNER_CHOICE: reason("The owner's choice among the candidates"),
    },
}


def label(value: StrEnum) -> Reason:
    """Return the name of a word of this app for people; KeyError if it has none."""
    return _LABELS[type(value)][value]


def choices(words: type[StrEnum]) -> list[tuple[str, Reason]]:
    """Return (value, name) of every member, in order, as a form wants them."""
    return [(word.value, label(word)) for word in words]


BY_HAND = [(way.value, label(way)) for way in (Chosen.ELSEWHERE, Chosen.DIRECT)]


def ground_label(code: str) -> Reason | str:
    """Return the name of a rejection's ground as it is stored; a code of another edition stays as it is."""
    return label(RejectionGround(code)) if code in list(RejectionGround) else code
