"""Checking one's own seal, offline (section 14): everything in it is derived again from ``bid-secret.age``.

The page that sealed the bid is a program of its own in another language: what it did is judged here without it.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from bidding.rules import age
from bidding.rules.archive import read_archive
from bidding.rules.dealing import deal
from bidding.rules.derivation import HOLD, bid_context, commitment, payload_secret
from client.words import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from bidding.rules.archive import IndexedFile
    from bidding.rules.bid_secret import BidSecret
    from bidding.rules.ceremony import Ceremony
    from bidding.rules.seal_document import Seal, SealedEnvelope

_PIECE: Final = 65_536


def audit(
    seal: Seal, secret: BidSecret, *, ceremony: Ceremony, payloads: Mapping[str, Path]
) -> list[tuple[SealedEnvelope, tuple[IndexedFile, ...]]]:
    """Return each envelope with the files inside; without its payload (by SHA-256) there are none to tell of.

    Raises Fault for what was sealed to anybody or from anything else than the secret says; Malformed for a payload
    that the opening would not accept.
    """
    # (1) the secret is the one of this seal, for exactly its envelopes
    for field in ("tender", "ceremony", "bidder", "cid"):
        if getattr(secret, field) != getattr(seal, field):
            raise Fault("the secret belongs to another seal: {field}", field=field)
    secrets = {(one.name, one.lot): one.secret for one in secret.envelopes}
    if set(secrets) != {(one.name, one.lot) for one in seal.envelopes}:
        raise Fault("the secret belongs to another seal: {field}", field="envelopes")
    # (2) every file given is the payload of an envelope
    if unknown := sorted(set(payloads) - {one.sha256 for one in seal.envelopes}):
        raise Fault("{path} is not the payload that was sealed", path=payloads[unknown[0]])
    # (3) commitment and dealing follow from the secret, byte for byte; the payload opens under it
    return [
        (
            one,
            _audit_envelope(seal, one, secrets[one.name, one.lot], ceremony=ceremony, payload=payloads.get(one.sha256)),
        )
        for one in seal.envelopes
    ]


def _audit_envelope(
    seal: Seal, envelope: SealedEnvelope, secret: bytes, *, ceremony: Ceremony, payload: Path | None
) -> tuple[IndexedFile, ...]:
    ctx = bid_context(
        tender=ceremony.tender,
        ceremony=ceremony.digest,
        bidder=seal.bidder,
        cid=seal.cid,
        envelope=envelope.name,
        lot=envelope.lot,
    )
    if commitment(secret, ctx) != envelope.commit:
        raise Fault("the commitment of envelope {name} is not of your secret; seal again", name=envelope.name)
    dealt = deal(secret, label=HOLD, ctx=ctx, holders=ceremony.holders, k=ceremony.k).wraps
    for expected, found in zip(dealt, envelope.deal, strict=True):
        if expected != found:
            raise Fault(
                "envelope {name} gives holder {kid} a wrong share; seal again", name=envelope.name, kid=found.kid
            )
    if payload is None:
        return ()
    if payload.stat().st_size != envelope.size:
        raise Fault("{path} is not the payload that was sealed", path=payload)
    with payload.open("rb") as source:
        plain = age.read_payload(source, secret=payload_secret(secret, ctx))
        return read_archive(plain, belonging=seal.belonging(envelope)).files


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file in hex, read in pieces; raises Fault."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as source:
            while piece := source.read(_PIECE):
                digest.update(piece)
    except OSError as error:
        raise Fault("{path} cannot be read: {why}", path=path, why=error.strerror or error) from error
    return digest.hexdigest()
