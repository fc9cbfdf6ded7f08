"""The link by which somebody chooses a password: random, dated, and never kept; the platform keeps its digest.

The token carries its own date so that an expired link looks the same whether or not it ever belonged to anybody.
The check code is derived from the digest with the installation's secret: eight letters that are easy to read out.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.conf import settings

from accounts.names import RecoveryKind

LIFETIMES = {RecoveryKind.RECOVERY: timedelta(hours=24), RecoveryKind.INVITATION: timedelta(hours=72)}

_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_CODE_LENGTH = 8
_FORM = re.compile(r"([ri])([0-9a-f]{1,12})-[A-Za-z0-9_-]{32}")
_LETTERS = {"r": RecoveryKind.RECOVERY, "i": RecoveryKind.INVITATION}


@dataclass(frozen=True, slots=True)
class Ticket:
    """A link that was just drawn, or that somebody came back with."""

    token: str = field(repr=False)
    kind: RecoveryKind
    expires_at: datetime

    @property
    def digest(self) -> str:
        return digest_of(self.token)

    @property
    def code(self) -> str:
        """The check code, in two groups of four."""
        code = code_of(self.digest)
        return f"{code[:4]}-{code[4:]}"


def draw(kind: RecoveryKind, *, at: datetime) -> Ticket:
    """Return a new ticket, good from ``at`` for its kind's lifetime."""
    token = f"{kind.value[0]}{int(at.timestamp()):x}-{secrets.token_urlsafe(24)}"
    return read(token)


def read(token: str) -> Ticket:
    """Return the ticket of a token; ValueError if it does not have the form of one."""
    match = _FORM.fullmatch(token)
    if match is None:
        raise ValueError("this is no ticket")
    kind = _LETTERS[match[1]]
    try:
        drawn_at = datetime.fromtimestamp(int(match[2], 16), tz=UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise ValueError("this ticket has no date") from error
    return Ticket(token, kind, drawn_at + LIFETIMES[kind])


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def code_of(token_digest: str) -> str:
    """Return the check code that belongs to the ticket with this digest, as eight letters."""
    mac = hmac.new(settings.SECRET_KEY.encode(), f"recovery {token_digest}".encode(), hashlib.sha256).digest()
    return "".join(_ALPHABET[byte % 32] for byte in mac[:_CODE_LENGTH])


def plain_code(typed: str) -> str:
    """Return what somebody typed as a check code is compared: capitals, without spaces and hyphens."""
    return re.sub(r"[\s-]", "", typed).upper()
