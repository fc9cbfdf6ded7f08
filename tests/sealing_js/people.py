"""The people of the cross-checks: holders and bidders with fixed keys, made by the Python side."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from functools import cached_property

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from bidding.rules import age_passphrase
from bidding.rules.ceremony import Ceremony, Holder, make_ceremony
from bidding.rules.ceremony_signatures import sign_ceremony, write_signatures
from core.canonical import b64u_encode, dumps
from core.notes import SigningKey

SEATS = {"agency": "agency", "centre": "platform", "supervisor": "supervisor", "tenderee": "tenderee"}
PASSPHRASE = "four 金色 words are enough"
TENDER = "CT-2026-0007/1"
LOT = "1"


@dataclass(frozen=True)
class Person:
    """Somebody with an Ed25519 seed and, as a holder, an X25519 secret; both follow from the name."""

    name: str
    kid: str = ""

    @cached_property
    def seed(self) -> bytes:
        return hashlib.sha256(f"seed of {self.name}".encode()).digest()

    @cached_property
    def box(self) -> bytes:
        return hashlib.sha256(f"box of {self.name}".encode()).digest()

    @cached_property
    def signing(self) -> SigningKey:
        return SigningKey(self.name, self.seed)

    @property
    def vkey(self) -> str:
        return str(self.signing.verify_key)

    @property
    def public(self) -> bytes:
        return X25519PrivateKey.from_private_bytes(self.box).public_key().public_bytes_raw()

    def secrets(self) -> dict[str, str]:
        kind = "holder" if self.kid else "bidder"
        keys = {"v": "tsb/1", "type": "keys", "kind": kind, "name": self.name, "ed25519": b64u_encode(self.seed)}
        return keys | ({"x25519": b64u_encode(self.box)} if self.kid else {})

    def wrapped(self) -> bytes:
        """The key file, at a work factor that tests can afford."""
        return age_passphrase.encrypt(dumps(self.secrets()), passphrase=PASSPHRASE, work_factor=10)


HOLDERS = {kid: Person(f"yangguang.example/holder/{kid}", kid) for kid in SEATS}
BIDDER = Person("yangguang.example/bidder/B-1")
PLATFORM = Person("yangguang.example/platform")
LOG_KEY = Person("yangguang.example/log/1")
WITNESS = Person("witness.example/w")
OTHER_WITNESS = Person("other.example/w")


def ceremony_of(holders: dict[str, Person] | None = None, *, k: int = 3, max_size: int = 2**31) -> Ceremony:
    people = HOLDERS if holders is None else holders
    seats = [
        Holder(kid=kid, public=person.public, vkey=person.vkey, org=f"org-{kid}", role=SEATS[kid])
        for kid, person in people.items()
    ]
    return make_ceremony(tender=TENDER, k=k, holders=seats, max_size=max_size)


def signatures_of(ceremony: Ceremony) -> bytes:
    return write_signatures({kid: sign_ceremony(ceremony, key=person.signing) for kid, person in HOLDERS.items()})


class KeptFile(io.BytesIO):
    """A sink whose content is read after the archive closed it."""

    def close(self) -> None:
        """Stay readable."""
