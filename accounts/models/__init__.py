"""Who exists: people, organisations, seats, keys, passkeys, signatures, messages, recoveries, failed sign-ins."""

from accounts.models.inbox import InboxMessage
from accounts.models.key import SigningKey
from accounts.models.membership import Membership
from accounts.models.organisation import Organisation
from accounts.models.passkey import Challenge, LockedPassphrase, Passkey, PersonSignature, RecoveryCode
from accounts.models.recovery import RecoveryConfirmation, RecoveryRequest
from accounts.models.sign_in import SignInFailure
from accounts.models.user import User

__all__ = [
    "Challenge",
    "InboxMessage",
    "LockedPassphrase",
    "Membership",
    "Organisation",
    "Passkey",
    "PersonSignature",
    "RecoveryCode",
    "RecoveryConfirmation",
    "RecoveryRequest",
    "SignInFailure",
    "SigningKey",
    "User",
]
