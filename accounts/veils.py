"""A person in an entry of the log: a salted hash, which tells nobody who it is and lets the platform prove it."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from core.canonical import b64u_encode

if TYPE_CHECKING:
    from accounts.models import User


def veiled(user: User) -> dict[str, str]:
    """Return ``salt`` (16 bytes, base64url) and ``person`` = SHA-256(salt, public number) in hex."""
    salt = os.urandom(16)
    return {"salt": b64u_encode(salt), "person": hashlib.sha256(salt + user.number.encode()).hexdigest()}
