"""Who an organisation says it is, and who a person says he is: checked before anything is written."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from accounts.models.user import User, plain_username
from accounts.names import ASKABLE_ROLES, USCC_SCHEME, role_name
from core import uscc
from core.reasons import reason

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from core.reasons import Reason

_SCHEME = re.compile(r"[A-Z0-9][A-Z0-9-]{1,30}[A-Z0-9]")
_USERNAME = re.compile(r"[\w.@+-]{3,64}")


@dataclass(frozen=True, slots=True)
class Identity:
    """An organisation as it names itself: a code under a scheme, ``CN-USCI`` or a foreign register's."""

    scheme: str
    code: str
    name: str
    address: str = ""
    contact: str = ""

    def cleaned(self) -> Identity:
        scheme = self.scheme.strip().upper()
        code = uscc.normalise(self.code) if scheme == USCC_SCHEME else _plain(self.code)
        return Identity(scheme, code, _plain(self.name), _plain(self.address), _plain(self.contact))

    def objections(self) -> list[Reason]:
        """Return every reason against a cleaned identity."""
        found = []
        if not self.name:
            found.append(reason("The organisation needs a name."))
        if not _SCHEME.fullmatch(self.scheme):
            found.append(reason("A register is named in capitals, digits and hyphens, such as CN-USCI or IA-DOT."))
        elif self.scheme == USCC_SCHEME and (wrong := uscc.objection(self.code)):
            found.append(reason("The code is not right: {why}.", why=wrong))
        elif not self.code:
            found.append(reason("The organisation needs its code in the register."))
        return found + _too_long(
            name=(self.name, 200), code=(self.code, 64), address=(self.address, 300), contact=(self.contact, 200)
        )


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A person who has no account yet."""

    username: str
    name: str
    phone: str = ""
    email: str = ""

    def as_user(self, *, number: str, encoded: str, at: datetime) -> User:
        """Return the account, not saved, with the password's hash ``encoded``."""
        return User(
            number=number,
            username=plain_username(self.username),
            name=_plain(self.name),
            phone=_plain(self.phone),
            email=self.email.strip(),
            password=encoded,
            registered_at=at,
        )

    def objections(self) -> list[Reason]:
        found = []
        if not _plain(self.name):
            found.append(reason("The person needs a name."))
        if not _USERNAME.fullmatch(plain_username(self.username)):
            found.append(reason("A user name has 3 to 64 letters, digits or . @ + - _ and no spaces."))
        return found + _too_long(name=(self.name, 100), phone=(self.phone, 32), email=(self.email, 254))


def objections_to_roles(roles: Collection[str]) -> list[Reason]:
    """Return the reasons against asking for ``roles``."""
    if not roles:
        return [reason("Choose at least one role in which the organisation will act.")]
    strange = [role for role in roles if role not in ASKABLE_ROLES]
    return [reason("The role “{role}” cannot be asked for.", role=role_name(role)) for role in strange]


def _too_long(**texts: tuple[str, int]) -> list[Reason]:
    return [
        reason("“{start}…” is too long: at most {n} characters.", start=text[:12], n=longest)
        for text, longest in texts.values()
        if len(text) > longest
    ]


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
