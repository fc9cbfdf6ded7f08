"""The seal: one small public document per bid, and when it is refused (section 6)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from bidding.rules import dealing
from bidding.rules.archive import Belonging
from bidding.rules.derivation import CID_LENGTH, SECRET_LENGTH, bid_context
from bidding.rules.schema import Node, read_document
from core.canonical import b64u_encode, digest, dumps
from core.notes import VerifyKey, verify_statement
from core.reasons import reason

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from bidding.rules.ceremony import Ceremony
    from bidding.rules.wrapping import Wrap

LIMIT: Final = 65_536
FORMAT: Final = "age/1"
MOST_ENVELOPES: Final = 64


@dataclass(frozen=True)
class SealedEnvelope:
    """One envelope of a seal: the age file's size (bytes) and SHA-256, the commitment and the dealing."""

    name: str
    lot: str
    size: int
    sha256: str
    commit: bytes
    deal: tuple[Wrap, ...]


@dataclass(frozen=True)
class Seal:
    """A seal of valid form. ``data`` are its canonical bytes, ``ceremony`` and ``replaces`` digests."""

    data: bytes
    suite: str
    tender: str
    ceremony: str
    bidder: str
    cid: bytes
    replaces: str | None
    envelopes: tuple[SealedEnvelope, ...]

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the document: the name of the bid from now on."""
        return digest(self.data)

    def context(self, envelope: SealedEnvelope) -> bytes:
        """Return the context that binds one envelope to this seal."""
        return bid_context(
            tender=self.tender,
            ceremony=self.ceremony,
            bidder=self.bidder,
            cid=self.cid,
            envelope=envelope.name,
            lot=envelope.lot,
        )

    def belonging(self, envelope: SealedEnvelope) -> Belonging:
        """Return what the index inside the envelope must state."""
        return Belonging(self.tender, envelope.name, envelope.lot, self.cid)


def write_seal(
    *,
    ceremony: Ceremony,
    bidder: str,
    cid: bytes,
    envelopes: Sequence[SealedEnvelope],
    replaces: str | None = None,
) -> Seal:
    """Return the seal of these envelopes."""
    document = {
        "v": "tsb/1",
        "type": "seal",
        "suite": ceremony.suite,
        "tender": ceremony.tender,
        "ceremony": ceremony.digest,
        "bidder": bidder,
        "cid": b64u_encode(cid),
        "replaces": replaces,
        "envelopes": [_envelope_fields(envelope) for envelope in envelopes],
    }
    return read_seal(dumps(document), ceremony=ceremony)


def _envelope_fields(envelope: SealedEnvelope) -> dict[str, object]:
    return {
        "name": envelope.name,
        "lot": envelope.lot,
        "fmt": FORMAT,
        "size": envelope.size,
        "sha256": envelope.sha256,
        "commit": b64u_encode(envelope.commit),
        "deal": dealing.write_wraps(envelope.deal),
    }


def read_seal(
    data: bytes, *, ceremony: Ceremony, bidder: str | None = None, lots: Collection[str] | None = None
) -> Seal:
    """Return the seal of ``data`` if it fits the ceremony, and the bidder and lots where they are given.

    Raises :class:`Malformed` with the place and the reason. The dealing itself cannot be checked before the
    opening; whether ``cid`` is new, ``replaces`` is live and the files are there is for the caller to know.
    """
    # (1) length, canonical form, exact fields
    fields = read_document(
        data,
        doc_type="seal",
        limit=LIMIT,
        required={"suite", "tender", "ceremony", "bidder", "cid", "replaces", "envelopes"},
    )
    # (2) suite, tender and ceremony are this tender's
    suite = fields["suite"].equal(ceremony.suite, reason("another suite than the ceremony's"))
    fields["tender"].id()
    tender = fields["tender"].equal(ceremony.tender, reason("the seal is for another tender"))
    fields["ceremony"].digest()
    fields["ceremony"].equal(ceremony.digest, reason("the seal is for another key ceremony"))
    # (3) the bidder is the one who hands it in
    sender = fields["bidder"].id()
    if bidder is not None:
        fields["bidder"].equal(bidder, reason("the seal is made out to another bidder"))
    # (4) every envelope
    cid = fields["cid"].octets(CID_LENGTH)
    replaces = None if fields["replaces"].value is None else fields["replaces"].digest()
    envelopes = tuple(
        _read_envelope(node, ceremony=ceremony, lots=lots) for node in fields["envelopes"].entries(1, MOST_ENVELOPES)
    )
    if len({(envelope.name, envelope.lot) for envelope in envelopes}) != len(envelopes):
        raise fields["envelopes"].fault(reason("the same envelope and lot twice"))
    return Seal(data, suite, tender, ceremony.digest, sender, cid, replaces, envelopes)


def _read_envelope(node: Node, *, ceremony: Ceremony, lots: Collection[str] | None) -> SealedEnvelope:
    fields = node.fields({"name", "lot", "fmt", "size", "sha256", "commit", "deal"})
    name, lot = fields["name"].id(), fields["lot"].id()
    if name not in ceremony.envelopes:
        raise fields["name"].fault(reason("the ceremony has no envelope “{name}”", name=name))
    if lots is not None and lot not in lots:
        raise fields["lot"].fault(reason("the tender has no lot “{lot}”", lot=lot))
    fields["fmt"].equal(FORMAT, reason("another payload format than age/1"))
    return SealedEnvelope(
        name=name,
        lot=lot,
        size=fields["size"].integer(1, ceremony.max_size),
        sha256=fields["sha256"].digest(),
        commit=fields["commit"].octets(SECRET_LENGTH),
        deal=dealing.read_wraps(fields["deal"], holders=ceremony.holders),
    )


def verify_seal_signature(seal: Seal, *, note: str | bytes, key: VerifyKey) -> None:
    """Return if ``note`` is the bidder's signature on the seal, else raise :class:`Malformed`."""
    verify_statement(note, doc_type="seal", digest_hex=seal.digest, key=key)
