"""The demonstration's keys: real keys, wrapped as a browser wraps them, under a passphrase that everybody is told.

Each key lies as an age file in the folder ``demo-keys`` beside the database and, as for everybody, in the database.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from bidding.rules import age_passphrase
from core.canonical import b64u_decode, b64u_encode, dumps
from core.notes import SigningKey

if TYPE_CHECKING:
    from accounts.models import Membership

PASSPHRASE = "this-is-not-a-secret"  # noqa: S105  (printed on the console and on the demonstration's page)
WORK_FACTOR = 10  # a few milliseconds: there is nothing to protect
FOLDER = "demo-keys"
_NOT_SECRET = (
    f"Keys of the demonstration. They are no secret: every one opens with the passphrase {PASSPHRASE}\n"
    "Real key holders make their keys in their own browsers and keep them to themselves.\n"
)


@dataclass(frozen=True)
class KeyPair:
    """What somebody of the demonstration signs and, as a key holder, opens with."""

    kind: str
    name: str
    seed: bytes
    secret: bytes = b""  # a key holder's, for one project

    @property
    def signing(self) -> SigningKey:
        return SigningKey(self.name, self.seed)

    def document(self) -> bytes:
        """Return the content of the key file (docs/sealing-in-the-browser.md)."""
        data: dict[str, object] = {
            "v": "tsb/1",
            "type": "keys",
            "kind": self.kind,
            "name": self.name,
            "ed25519": b64u_encode(self.seed),
        }
        return dumps(data | ({"x25519": b64u_encode(self.secret)} if self.secret else {}))


def folder() -> Path:
    return Path(settings.DATA_DIR) / FOLDER


def bidder_key(seat: Membership) -> KeyPair:
    """Make the signing key of a bidder."""
    return KeyPair("bidder", f"{settings.PLATFORM_NAME}/bidder/{seat.organisation.number}", os.urandom(32))


def holder_key(seat: Membership, *, seed: bytes) -> KeyPair:
    """Make the keys of a holder for one project: ``seed`` is its signing key, which stays the same."""
    return KeyPair("holder", f"{settings.PLATFORM_NAME}/holder/{seat.user.number}", seed, os.urandom(32))


def wrap(key: KeyPair) -> bytes:
    return age_passphrase.encrypt(key.document(), passphrase=PASSPHRASE, work_factor=WORK_FACTOR)


def keep(name: str, wrapped: bytes) -> None:
    """Write a key file into the folder, which says what it is."""
    folder().mkdir(parents=True, exist_ok=True)
    (folder() / "README.txt").write_text(_NOT_SECRET, encoding="utf-8")
    (folder() / f"{name}.age").write_bytes(wrapped)


def kept(name: str) -> KeyPair:
    """Return the keys of a file in the folder; FileNotFoundError if it was removed."""
    wrapped = (folder() / f"{name}.age").read_bytes()
    document = age_passphrase.decrypt(wrapped, passphrase=PASSPHRASE)
    data = json.loads(document)
    return KeyPair(
        kind=data["kind"],
        name=data["name"],
        seed=b64u_decode(data["ed25519"], length=32),
        secret=b64u_decode(data.get("x25519", "")),
    )
