"""Key files, the browser's own: age under a passphrase around canonical JSON.

``{v: "tsb/1", type: "keys", kind: "bidder"|"holder", name, ed25519: b64u seed (, x25519: b64u secret)}``.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from bidding.rules import age_passphrase
from bidding.rules.schema import read_document
from bidding.rules.wrapping import public_key_of
from core.canonical import b64u_encode, dumps
from core.notes import SigningKey, parse_vkey

if TYPE_CHECKING:
    from collections.abc import Callable

KINDS: Final = ("bidder", "holder")
LIMIT: Final = 65_536
LENGTH: Final = 32
LEAST_PASSPHRASE: Final = 10  # characters, as on the page
_FIELDS: Final = {"kind", "name", "ed25519"}
_BOX: Final = "x25519"


@dataclass(frozen=True)
class Keys:
    """A bidder's or holder's keys: ``seed`` signs; ``box`` (holders only) opens shares. 32 bytes each."""

    kind: str
    name: str
    seed: bytes = field(repr=False)
    box: bytes | None = field(default=None, repr=False)

    @property
    def signing_key(self) -> SigningKey:
        """What signs notes."""
        return SigningKey(self.name, self.seed)

    @property
    def vkey(self) -> str:
        """What is enrolled, and verifies the signatures."""
        return str(self.signing_key.verify_key)

    @property
    def public(self) -> str | None:
        """A holder's X25519 public key (base64url) for the ceremony."""
        return None if self.box is None else b64u_encode(public_key_of(self.box))


def make(kind: str, name: str, *, randomness: Callable[[int], bytes] = os.urandom) -> Keys:
    """Return fresh keys; raises Malformed for a name that no note may carry."""
    keys = Keys(kind, name, randomness(LENGTH), randomness(LENGTH) if kind == "holder" else None)
    parse_vkey(keys.vkey)
    return keys


def lock(keys: Keys, *, passphrase: str, work_factor: int = age_passphrase.WORK_FACTOR) -> bytes:
    """Return the key file."""
    document = {"v": "tsb/1", "type": "keys", "kind": keys.kind, "name": keys.name, "ed25519": b64u_encode(keys.seed)}
    own = {} if keys.box is None else {"x25519": b64u_encode(keys.box)}
    return age_passphrase.encrypt(dumps(document | own), passphrase=passphrase, work_factor=work_factor)


def unlock(data: bytes, *, passphrase: str) -> Keys:
    """Return the keys of a key file; raises Malformed for another passphrase, or for another document."""
    plain = age_passphrase.decrypt(data, passphrase=passphrase)
    fields = read_document(plain, doc_type="keys", limit=LIMIT, required=_FIELDS, optional={_BOX})
    kind = fields["kind"].choice(KINDS)
    exact = _FIELDS | {_BOX} if kind == "holder" else _FIELDS  # which fields there are depends on what it says it is
    fields = read_document(plain, doc_type="keys", limit=LIMIT, required=exact)
    box = fields[_BOX].octets(LENGTH) if kind == "holder" else None
    return Keys(kind, fields["name"].text(), fields["ed25519"].octets(LENGTH), box)
