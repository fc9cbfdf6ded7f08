"""A holder releases its shares after the close: all of them, in one document, or none (section 10)."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from bidding.rules.derivation import HOLD, SECRET_LENGTH, share_info
from bidding.rules.schema import Node, read_document
from bidding.rules.wrapping import DoesNotOpen, Wrap, unwrap
from core.canonical import Malformed, b64u_encode, digest, dumps
from core.notes import VerifyKey, verify_statement
from core.reasons import reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bidding.rules.ceremony import Ceremony
    from bidding.rules.close import Close
    from bidding.rules.seal_document import Seal, SealedEnvelope

LIMIT: Final = 16 * 1_048_576
_MOST_ITEMS: Final = 1_000_000


@dataclass(frozen=True)
class ReleasedShare:
    """One holder's share of one envelope; None says that the wrap does not open."""

    seal: str
    envelope: str
    lot: str
    share: bytes | None = field(repr=False)


@dataclass(frozen=True)
class Release:
    """A complete release of one stage by one holder, its items in the order of section 10."""

    data: bytes = field(repr=False)
    tender: str
    kid: str
    close: str
    stage: int
    shares: tuple[ReleasedShare, ...]

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the document; the holder signs ``sign("release", …)``."""
        return digest(self.data)


def stage_items(
    ceremony: Ceremony, *, close: Close, seals: Sequence[Seal], stage: int = 1
) -> Iterator[tuple[Seal, SealedEnvelope]]:
    """Yield every accepted seal and envelope of the stage: in the order of ``accepted``, then of the seal.

    Raises :class:`Malformed` unless ``seals`` (in any order) are exactly the accepted ones.
    """
    by_digest = {seal.digest: seal for seal in seals}
    if sorted(by_digest) != list(close.accepted) or len(by_digest) != len(seals):
        raise Malformed(reason("The seals at hand are not exactly those that the close accepted."))
    names = set(ceremony.stage(stage))
    return (
        (by_digest[digest], envelope)
        for digest in close.accepted
        for envelope in by_digest[digest].envelopes
        if envelope.name in names
    )


def write_release(
    ceremony: Ceremony, *, close: Close, seals: Sequence[Seal], kid: str, secret_key: bytes, stage: int = 1
) -> Release:
    """Return holder ``kid``'s release of a stage; ``secret_key`` is its X25519 secret of this tender (32 bytes)."""
    holder = ceremony.holder(kid)
    key = X25519PrivateKey.from_private_bytes(secret_key)
    shares = [
        {
            "seal": seal.digest,
            "envelope": envelope.name,
            "lot": envelope.lot,
            "share": _open(envelope.deal[holder.x - 1], key=key, ctx=seal.context(envelope)),
        }
        for seal, envelope in stage_items(ceremony, close=close, seals=seals, stage=stage)
    ]
    document: dict[str, object] = {
        "v": "tsb/1",
        "type": "release",
        "tender": ceremony.tender,
        "kid": kid,
        "close": close.digest,
        "shares": shares,
    }
    if not ceremony.is_minimal:
        document |= {"stage": stage, "deal": HOLD}
    return read_release(dumps(document), ceremony=ceremony, close=close, seals=seals)


def _open(wrap: Wrap, *, key: X25519PrivateKey, ctx: bytes) -> str | None:
    try:
        return b64u_encode(unwrap(wrap, secret=key, info=share_info(HOLD, ctx, wrap.kid)))
    except DoesNotOpen:
        return None


def read_release(data: bytes, *, ceremony: Ceremony, close: Close, seals: Sequence[Seal]) -> Release:
    """Return the release of ``data`` if it is complete and in order, else raise :class:`Malformed`.

    Whether a share is true shows only when k of them are combined.
    """
    required = {"tender", "kid", "close", "shares"} | (set() if ceremony.is_minimal else {"stage", "deal"})
    fields = read_document(data, doc_type="release", limit=LIMIT, required=required)
    stage = 1 if ceremony.is_minimal else fields["stage"].integer(1, len(ceremony.stages))
    if not ceremony.is_minimal:
        fields["deal"].equal(HOLD, reason("only shares of the holders' dealing are released here"))
    tender = fields["tender"].equal(ceremony.tender, reason("the release is for another tender"))
    fields["close"].equal(close.digest, reason("the release is for another close"))
    kid = ceremony.holder(fields["kid"].kid()).kid
    shares = tuple(_read_share(node) for node in fields["shares"].entries(0, _MOST_ITEMS))
    expected = [
        (seal.digest, envelope.name, envelope.lot)
        for seal, envelope in stage_items(ceremony, close=close, seals=seals, stage=stage)
    ]
    if [(share.seal, share.envelope, share.lot) for share in shares] != expected:
        raise fields["shares"].fault(reason("the release does not hold every accepted envelope exactly once, in order"))
    return Release(data, tender, kid, close.digest, stage, shares)


def _read_share(node: Node) -> ReleasedShare:
    fields = node.fields({"seal", "envelope", "lot", "share"})
    share = fields["share"]
    return ReleasedShare(
        seal=fields["seal"].digest(),
        envelope=fields["envelope"].id(),
        lot=fields["lot"].id(),
        share=None if share.value is None else share.octets(SECRET_LENGTH),
    )


def verify_release_signature(release: Release, *, note: str | bytes, key: VerifyKey) -> None:
    """Return if ``note`` is the holder's signature on the release, else raise :class:`Malformed`."""
    verify_statement(note, doc_type="release", digest_hex=release.digest, key=key)
