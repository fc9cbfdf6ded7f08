"""The words of this app: in which role somebody acts, and for what a key signs."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a person does for an organisation; ``SYSTEM`` is the platform's own actor and nobody's seat."""

    OWNER = "OWNER"
    AGENT = "AGENT"
    BIDDER = "BIDDER"
    EXPERT = "EXPERT"
    SUPERVISOR = "SUPERVISOR"
    CENTER = "CENTER"
    AUDIT = "AUDIT"
    KEY_HOLDER = "KEY_HOLDER"


class KeyKind(StrEnum):
    """Whose signature it is in the sealed-bid protocol."""

    BIDDER = "bidder"
    HOLDER = "holder"


class RecoveryKind(StrEnum):
    """Why somebody gets to choose a password without knowing the old one."""

    RECOVERY = "recovery"
    INVITATION = "invitation"


class OrganisationState(StrEnum):
    """Where an organisation stands with the trading centre; derived, never stored."""

    WAITING = "waiting"
    ADMITTED = "admitted"
    REFUSED = "refused"
    SUSPENDED = "suspended"


# A registration may ask for these; the centre's own seats come with its founding, a holder's from its organisation.
ASKABLE_ROLES = (Role.OWNER, Role.AGENT, Role.BIDDER, Role.EXPERT, Role.SUPERVISOR, Role.AUDIT)

# Whoever opens the box together: buyers, their agents, those who watch, those who run the place.
HOLDING_ROLES = frozenset({Role.OWNER, Role.AGENT, Role.SUPERVISOR, Role.CENTER})

USCC_SCHEME = "CN-USCI"
