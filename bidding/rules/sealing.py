"""Sealing a bid: every envelope encrypted, its secret dealt to the holders, one public document (section 4)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bidding.rules import age
from bidding.rules.archive import Belonging, FileToSeal, write_archive
from bidding.rules.bid_secret import BidSecret, EnvelopeSecret
from bidding.rules.dealing import deal
from bidding.rules.derivation import (
    CID_LENGTH,
    HOLD,
    SECRET_LENGTH,
    bid_context,
    commitment,
    payload_secret,
)
from bidding.rules.seal_document import Seal, SealedEnvelope, write_seal
from bidding.rules.wrapping import public_key_of
from core.canonical import Malformed
from core.reasons import reason

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bidding.rules.age_stream import Sink
    from bidding.rules.ceremony import Ceremony


@dataclass(frozen=True)
class EnvelopeToSeal:
    """One envelope before sealing: name, lot, files, and the binary file that takes the age file."""

    name: str
    lot: str
    files: Sequence[FileToSeal]
    sink: Sink


@dataclass(frozen=True)
class SealedBid:
    """The public document, and what only the bidder keeps."""

    seal: Seal
    secret: BidSecret


def seal_bid(
    ceremony: Ceremony,
    *,
    bidder: str,
    envelopes: Sequence[EnvelopeToSeal],
    replaces: str | None = None,
    randomness: Callable[[int], bytes] = os.urandom,
) -> SealedBid:
    """Seal every envelope for the holders of ``ceremony``; ``replaces`` is the digest of the live seal, if any.

    ``randomness`` gives n fresh random bytes; nothing it gave may be used twice. Raises :class:`Malformed` for
    anything the platform would refuse, a file above the ceremony's size included.
    """
    cid = randomness(CID_LENGTH)
    sealed, secrets = [], []
    for envelope in envelopes:
        secret = randomness(SECRET_LENGTH)
        sealed.append(
            seal_envelope(ceremony, bidder=bidder, cid=cid, secret=secret, envelope=envelope, randomness=randomness)
        )
        secrets.append(EnvelopeSecret(envelope.name, envelope.lot, secret))
    seal = write_seal(ceremony=ceremony, bidder=bidder, cid=cid, envelopes=sealed, replaces=replaces)
    return SealedBid(seal, BidSecret(ceremony.tender, ceremony.digest, bidder, cid, tuple(secrets)))


def seal_envelope(
    ceremony: Ceremony,
    *,
    bidder: str,
    cid: bytes,
    secret: bytes,
    envelope: EnvelopeToSeal,
    randomness: Callable[[int], bytes] = os.urandom,
) -> SealedEnvelope:
    """Seal one envelope under ``secret`` (32 fresh bytes) and return its entry in the seal."""
    if ceremony.layer != "none" or ceremony.suite != "X25519":
        raise Malformed(reason("This ceremony needs a way of sealing that is not available."))
    # (1) the context binds everything that follows to tender, ceremony, bidder, seal, envelope and lot
    ctx = bid_context(
        tender=ceremony.tender,
        ceremony=ceremony.digest,
        bidder=bidder,
        cid=cid,
        envelope=envelope.name,
        lot=envelope.lot,
    )
    # (2) the payload: a padded archive, encrypted to the identity derived from the secret
    recipient = public_key_of(payload_secret(secret, ctx))
    writer = age.write_payload(envelope.sink, recipient=recipient, randomness=randomness)
    write_archive(writer, belonging=Belonging(ceremony.tender, envelope.name, envelope.lot, cid), files=envelope.files)
    payload = writer.finish()
    # (3) the commitment, and the dealing: no randomness of its own, all of it follows from the secret
    return SealedEnvelope(
        name=envelope.name,
        lot=envelope.lot,
        size=payload.size,
        sha256=payload.sha256,
        commit=commitment(secret, ctx),
        deal=deal(secret, label=HOLD, ctx=ctx, holders=ceremony.holders, k=ceremony.k).wraps,
    )
