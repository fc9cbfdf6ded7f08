"""``bid-secret.age``: what only the bidder keeps, under a passphrase (section 4.5).

It serves to check the own seal and, with a bidder layer, to open it. Losing it is harmless otherwise.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from bidding.rules import age_passphrase
from bidding.rules.derivation import CID_LENGTH, SECRET_LENGTH
from bidding.rules.schema import Node, read_document
from core.canonical import Malformed, b64u_encode, dumps
from core.reasons import reason

if TYPE_CHECKING:
    from collections.abc import Callable

LIMIT: Final = 65_536
_MOST_ENVELOPES: Final = 64


@dataclass(frozen=True)
class EnvelopeSecret:
    """The dealt secret of one envelope and lot; ``bidder_secret`` only with a bidder layer. 32 bytes each."""

    name: str
    lot: str
    secret: bytes = field(repr=False)
    bidder_secret: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class BidSecret:
    """The secrets of one seal."""

    tender: str
    ceremony: str
    bidder: str
    cid: bytes
    envelopes: tuple[EnvelopeSecret, ...]

    def document(self) -> bytes:
        """Return the canonical bytes of the document."""
        return dumps(
            {
                "v": "tsb/1",
                "type": "bid-secret",
                "tender": self.tender,
                "ceremony": self.ceremony,
                "bidder": self.bidder,
                "cid": b64u_encode(self.cid),
                "envelopes": [_fields(envelope) for envelope in self.envelopes],
            }
        )


def _fields(envelope: EnvelopeSecret) -> dict[str, str]:
    fields = {"name": envelope.name, "lot": envelope.lot, "s": b64u_encode(envelope.secret)}
    if envelope.bidder_secret is not None:
        fields["b"] = b64u_encode(envelope.bidder_secret)
    return fields


def read_bid_secret(data: bytes) -> BidSecret:
    """Return the secrets of a ``bid-secret`` document; raises :class:`Malformed`."""
    fields = read_document(
        data, doc_type="bid-secret", limit=LIMIT, required={"tender", "ceremony", "bidder", "cid", "envelopes"}
    )
    envelopes = tuple(_read_envelope(node) for node in fields["envelopes"].entries(1, _MOST_ENVELOPES))
    if len({(envelope.name, envelope.lot) for envelope in envelopes}) != len(envelopes):
        raise Malformed(reason("The same envelope and lot twice."))
    return BidSecret(
        tender=fields["tender"].id(),
        ceremony=fields["ceremony"].digest(),
        bidder=fields["bidder"].id(),
        cid=fields["cid"].octets(CID_LENGTH),
        envelopes=envelopes,
    )


def _read_envelope(node: Node) -> EnvelopeSecret:
    fields = node.fields({"name", "lot", "s"}, {"b"})
    return EnvelopeSecret(
        name=fields["name"].id(),
        lot=fields["lot"].id(),
        secret=fields["s"].octets(SECRET_LENGTH),
        bidder_secret=fields["b"].octets(SECRET_LENGTH) if "b" in fields else None,
    )


def lock_bid_secret(
    secret: BidSecret,
    *,
    passphrase: str,
    work_factor: int = age_passphrase.WORK_FACTOR,
    randomness: Callable[[int], bytes] = os.urandom,
) -> bytes:
    """Return ``bid-secret.age``, which stock ``age -d`` opens with the passphrase."""
    return age_passphrase.encrypt(
        secret.document(), passphrase=passphrase, work_factor=work_factor, randomness=randomness
    )


def unlock_bid_secret(data: bytes, *, passphrase: str) -> BidSecret:
    """Return the secrets of ``bid-secret.age``; raises :class:`Malformed` for a wrong passphrase."""
    return read_bid_secret(age_passphrase.decrypt(data, passphrase=passphrase))
