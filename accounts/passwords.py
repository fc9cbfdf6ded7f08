"""What a password must be: long, not on the list of common ones, not the person's own name. Nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from core.reasons import Reason, reason

if TYPE_CHECKING:
    from accounts.models import User

LONGEST = 200  # characters; hashing more than that only costs the platform

_TOO_COMMON = reason("The password is on the list of common passwords.")
_TOO_SIMILAR = reason("The password is too similar to the user name or the name.")


def objections(password: str, user: User) -> list[Reason]:
    """Return every reason against ``password`` for ``user``, who need not be saved yet."""
    if len(password) > LONGEST:
        return [reason("A password has at most {n} characters.", n=LONGEST)]
    try:
        validate_password(password, user)
    except ValidationError as error:
        return [_in_our_words(each) for each in error.error_list]
    return []


def _in_our_words(error: ValidationError) -> Reason:
    match error.code:
        case "password_too_short":
            least = (error.params or {})["min_length"]
            return reason("A password needs at least {n} characters; a short sentence is easy to remember.", n=least)
        case "password_too_common":
            return _TOO_COMMON
        case "password_too_similar":
            return _TOO_SIMILAR
    return Reason("; ".join(error.messages))
