"""The words of this app: in which role somebody acts, and for what a key signs."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from core.reasons import Reason, reason

if TYPE_CHECKING:
    from collections.abc import Mapping


class Role(StrEnum):
    """As what somebody acts: a person for an organisation, or the platform itself, which has no seat."""

    OWNER = "OWNER"
    AGENT = "AGENT"
    BIDDER = "BIDDER"
    EXPERT = "EXPERT"
    SUPERVISOR = "SUPERVISOR"
    CENTER = "CENTER"
    AUDIT = "AUDIT"
    KEY_HOLDER = "KEY_HOLDER"
    SYSTEM = "SYSTEM"


class KeyKind(StrEnum):
    """Whose signature it is in the sealed-bid protocol."""

    BIDDER = "bidder"
    HOLDER = "holder"
    PARTY = "party"


class RecoveryKind(StrEnum):
    """Why somebody gets to choose a password without knowing the old one."""

    RECOVERY = "recovery"
    INVITATION = "invitation"


class Question(StrEnum):
    """For what an authenticator is asked: its answer counts for nothing else."""

    REGISTER = "register"
    SIGN_IN = "sign-in"
    PROVE = "prove"
    SIGN = "sign"


class Proof(StrEnum):
    """By what somebody showed who it is."""

    PASSWORD = "password"  # noqa: S105  (a word, not a secret)
    PASSKEY = "passkey"
    CODE = "code"


class SignedKind(StrEnum):
    """What a person signs with a passkey."""

    SEAL = "seal"
    WITHDRAWAL = "withdrawal"
    RELEASE = "release"
    SHEETS = "sheets"
    REPORT = "report"


class OrganisationState(StrEnum):
    """Where an organisation stands with the trading centre; derived, never stored."""

    WAITING = "waiting"
    ADMITTED = "admitted"
    REFUSED = "refused"
    SUSPENDED = "suspended"


# In which a person sits.
SEAT_ROLES = tuple(role for role in Role if role is not Role.SYSTEM)

# A registration may ask for these; the centre's own seats come with its founding, a holder's from its organisation.
ASKABLE_ROLES = (Role.OWNER, Role.AGENT, Role.BIDDER, Role.EXPERT, Role.SUPERVISOR, Role.AUDIT)

# Whoever opens the box together: buyers, their agents, those who watch, those who run the place.
HOLDING_ROLES = frozenset({Role.OWNER, Role.AGENT, Role.SUPERVISOR, Role.CENTER})

# Whoever takes part in a tender. The centre's clerks run the platform, auditors read its log: they take part in none.
TENDER_ROLES = frozenset(SEAT_ROLES) - {Role.CENTER, Role.AUDIT}

USCC_SCHEME = "CN-USCI"

ROLE_NAMES: Mapping[Role, Reason] = {
    Role.OWNER: reason("Owner"),
    Role.AGENT: reason("Procurement agent"),
    Role.BIDDER: reason("Bidder"),
    Role.EXPERT: reason("Evaluation expert"),
    Role.SUPERVISOR: reason("Supervising department"),
    Role.CENTER: reason("Trading centre"),
    Role.AUDIT: reason("Inspection and audit"),
    Role.KEY_HOLDER: reason("Key holder"),
    Role.SYSTEM: reason("Platform"),
}


def role_name(role: str) -> str:
    """Return the name of a role for people, as a reason; a word that is no role stays as it is."""
    return ROLE_NAMES[Role(role)] if role in ROLE_NAMES else role


STATE_NAMES: Mapping[OrganisationState, Reason] = {
    OrganisationState.WAITING: reason("Waiting for admission"),
    OrganisationState.ADMITTED: reason("Admitted"),
    OrganisationState.REFUSED: reason("Admission refused"),
    OrganisationState.SUSPENDED: reason("Suspended"),
}

SIGNED_KIND_NAMES: Mapping[SignedKind, Reason] = {
    SignedKind.SEAL: reason("Sealed bid"),
    SignedKind.WITHDRAWAL: reason("Withdrawal of a bid"),
    SignedKind.RELEASE: reason("Release of shares"),
    SignedKind.SHEETS: reason("Score sheets"),
    SignedKind.REPORT: reason("Answer to the evaluation report"),
}

KEY_KIND_NAMES: Mapping[KeyKind, Reason] = {
    KeyKind.BIDDER: reason("Signs sealed bids"),
    KeyKind.HOLDER: reason("Signs as key holder"),
    KeyKind.PARTY: reason("Signs contributions to draws"),
}
