"""Who exists: people, organisations, seats, keys, messages, recoveries, failed sign-ins."""

from accounts.models.inbox import InboxMessage
from accounts.models.key import SigningKey
from accounts.models.membership import Membership
from accounts.models.organisation import Organisation
from accounts.models.recovery import RecoveryConfirmation, RecoveryRequest
from accounts.models.sign_in import SignInFailure
from accounts.models.user import User

__all__ = [
    "InboxMessage",
    "Membership",
    "Organisation",
    "RecoveryConfirmation",
    "RecoveryRequest",
    "SignInFailure",
    "SigningKey",
    "User",
]
