"""Bidding's words: what may be wrong with a submission, what became of a bid, how a deposit stands."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from core.errors import Refused
from core.reasons import Reason, reason

if TYPE_CHECKING:
    from collections.abc import Mapping

ENVELOPE = "opening"  # the one public envelope of a sealed tender of this edition
STAGE = 1  # the one stage of opening
UNSEAL = "bidding.unseal"  # the job that opens a lot once enough holders have released
ERASE = "bidding.erase"  # the job that removes the files of void seals after the opening


class Seat(StrEnum):
    """For whom a key holder sits in the ceremony (docs/sealing.md, section 3.1)."""

    TENDEREE = "tenderee"
    AGENCY = "agency"
    SUPERVISOR = "supervisor"
    PLATFORM = "platform"
    OTHER = "other"


class RefusalCode(StrEnum):
    """What is wrong with a submission: the word that the evidence entry keeps."""

    NOT_OPEN = "not_open"
    LATE = "late"
    UNSEALED = "unsealed"
    MALFORMED = "malformed"
    TRUNCATED = "truncated"
    OVERSIZED = "oversized"
    WRONG_TENDER = "wrong_tender"
    WRONG_CEREMONY = "wrong_ceremony"
    WRONG_BIDDER = "wrong_bidder"
    WRONG_SUITE = "wrong_suite"
    NOT_ENROLLED = "not_enrolled"
    BAD_SIGNATURE = "bad_signature"
    NOT_SIGNED = "not_signed"
    INCOMPLETE = "incomplete"
    PAYLOAD_MISSING = "payload_missing"
    PAYLOAD_DIFFERS = "payload_differs"
    REPLAYED_CID = "replayed_cid"
    SECOND_LIVE = "second_live"
    NOT_LIVE = "not_live"
    OTHER_SIDE = "other_side"
    QUOTA = "quota"


class Objection:
    """One reason against a submission, with its code."""

    __slots__ = ("code", "why")

    def __init__(self, code: RefusalCode, why: Reason) -> None:
        self.code = code
        self.why = why


class SubmissionRefused(Refused):
    """A seal, a withdrawal or a file on its way in is not taken; carries every reason with its code."""

    def __init__(self, *objections: Objection) -> None:
        super().__init__(*(objection.why for objection in objections))
        self.codes = tuple(objection.code for objection in objections)


class Busy(Exception):  # noqa: N818  (it says how things stand)
    """The queue at the lock is too long: nothing happened, the client repeats."""


class NoReceiptYet(Exception):  # noqa: N818  (it says how things stand)
    """What was handed in is in, and its entry has no place in the log yet: the same request again gets the receipt."""


class WrongOffset(Exception):  # noqa: N818
    """A part does not continue where the slot ends; carries where that is."""

    def __init__(self, offset: int) -> None:
        super().__init__(f"the slot ends at {offset}")
        self.offset = offset


class Outcome(StrEnum):
    """What the law makes of an opened or unopened bid (20号令 31)."""

    VALID = "valid"
    REVOKED = "revoked"
    WITHDRAWN = "withdrawn"


class OpeningStep(StrEnum):
    """Where an opening stands."""

    WAITING = "waiting"
    UNSEALING = "unsealing"
    OPENED = "opened"
    POSTPONED = "postponed"


class DepositState(StrEnum):
    """Where a deposit stands (招投标条例 26, 57; docs/deposits.md)."""

    DUE = "due"
    PAID = "paid"
    GUARANTEED = "guaranteed"
    LOCKED = "locked"
    RELEASED = "released"
    FORFEITED = "forfeited"
    CONVERTED = "converted"


class DepositForm(StrEnum):
    """In what form a deposit is given (营商条例 25; 采购条例 33); an offer may declare it."""

    TRANSFER = "transfer"
    GUARANTEE = "guarantee"


class ForfeitGround(StrEnum):
    """Why a deposit is kept (招投标条例 35, 74): what the bidder did, or how the winner lost its award."""

    REVOKED = "revoked"
    REFUSED_TO_SIGN = "refused_to_sign"
    NO_PERFORMANCE_SECURITY = "no_performance_security"
    GAVE_UP = "gave_up"


_LABELS: Mapping[StrEnum, Reason] = {
    Seat.TENDEREE: reason("tenderee"),
    Seat.AGENCY: reason("tender agency"),
    Seat.SUPERVISOR: reason("supervising department"),
    Seat.PLATFORM: reason("trading centre"),
    Seat.OTHER: reason("another trusted organisation"),
    Outcome.VALID: reason("opened"),
    Outcome.REVOKED: reason("revoked"),
    Outcome.WITHDRAWN: reason("withdrawn"),
    OpeningStep.WAITING: reason("waiting for the key holders"),
    OpeningStep.UNSEALING: reason("bids are being unsealed"),
    OpeningStep.OPENED: reason("bids are read out"),
    OpeningStep.POSTPONED: reason("postponed for all bids"),
    DepositState.DUE: reason("due"),
    DepositState.PAID: reason("paid"),
    DepositState.GUARANTEED: reason("guaranteed"),
    DepositState.LOCKED: reason("locked"),
    DepositState.RELEASED: reason("returned"),
    DepositState.FORFEITED: reason("forfeited"),
    DepositState.CONVERTED: reason("converted into a payment"),
    DepositForm.TRANSFER: reason("by transfer"),
    DepositForm.GUARANTEE: reason("as a guarantee"),
    ForfeitGround.REVOKED: reason("the bid was revoked after the deadline"),
    ForfeitGround.REFUSED_TO_SIGN: reason("the winner refused to sign the contract"),
    ForfeitGround.NO_PERFORMANCE_SECURITY: reason("the winner gave no performance security"),
    ForfeitGround.GAVE_UP: reason("the winner gave up"),
}

STATUS_LABELS: Mapping[str, Reason] = {
    "opened": reason("opened"),
    "payload_invalid": reason("the file does not open as sealed"),
    "payload_missing": reason("the file was lost by the platform"),
    "invalid_dealing": reason("the shares were not dealt properly"),
    "unopenable": reason("the shares do not open it"),
}


def label(value: StrEnum) -> Reason:
    """Return the name of a word of this app for people."""
    return _LABELS[value]
