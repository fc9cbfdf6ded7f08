"""Rehearsing the holders' keys: a harmless secret dealt like a bid's, opened by every holder (section 3.4).

Its context and label differ from a bid's, so no rehearsal can be used to open a bid.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from bidding.rules import dealing
from bidding.rules.derivation import (
    CID_LENGTH,
    REHEARSE,
    SECRET_LENGTH,
    commitment,
    rehearsal_context,
    share_info,
)
from bidding.rules.schema import read_document
from bidding.rules.wrapping import unwrap
from core.canonical import Malformed, b64u_encode, digest, dumps
from core.notes import VerifyKey, verify_statement
from core.reasons import reason

if TYPE_CHECKING:
    from bidding.rules.ceremony import Ceremony
    from bidding.rules.wrapping import Wrap

LIMIT: Final = 65_536


@dataclass(frozen=True)
class KeyRehearsal:
    """One rehearsal: its commitment and one wrap for every holder, in the order of the ceremony."""

    data: bytes
    tender: str
    ceremony: str
    cid: bytes
    commit: bytes
    deal: tuple[Wrap, ...]

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the document, which every answer names."""
        return digest(self.data)

    @property
    def context(self) -> bytes:
        """The context of the rehearsal."""
        return rehearsal_context(tender=self.tender, ceremony=self.ceremony, cid=self.cid)


@dataclass(frozen=True)
class RehearsalAnswer:
    """What a holder found in its wrap."""

    data: bytes
    tender: str
    kid: str
    rehearsal: str
    share: bytes

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the document; the holder signs ``sign("rehearsal-answer", …)``."""
        return digest(self.data)


def write_rehearsal(ceremony: Ceremony, *, secret: bytes, cid: bytes) -> KeyRehearsal:
    """Return the rehearsal of ``secret`` (32 random bytes) and ``cid`` (16 random bytes), both used only once."""
    ctx = rehearsal_context(tender=ceremony.tender, ceremony=ceremony.digest, cid=cid)
    dealt = dealing.deal(secret, label=REHEARSE, ctx=ctx, holders=ceremony.holders, k=ceremony.k)
    document = {
        "v": "tsb/1",
        "type": "rehearsal",
        "tender": ceremony.tender,
        "ceremony": ceremony.digest,
        "cid": b64u_encode(cid),
        "commit": b64u_encode(commitment(secret, ctx)),
        "deal": dealing.write_wraps(dealt.wraps),
    }
    return read_rehearsal(dumps(document), ceremony=ceremony)


def read_rehearsal(data: bytes, *, ceremony: Ceremony) -> KeyRehearsal:
    """Return the rehearsal of ``data``; raises :class:`Malformed`."""
    fields = read_document(
        data, doc_type="rehearsal", limit=LIMIT, required={"tender", "ceremony", "cid", "commit", "deal"}
    )
    return KeyRehearsal(
        data=data,
        tender=fields["tender"].equal(ceremony.tender, reason("the rehearsal is for another tender")),
        ceremony=fields["ceremony"].equal(ceremony.digest, reason("the rehearsal is for another key ceremony")),
        cid=fields["cid"].octets(CID_LENGTH),
        commit=fields["commit"].octets(SECRET_LENGTH),
        deal=dealing.read_wraps(fields["deal"], holders=ceremony.holders),
    )


def answer_rehearsal(rehearsal: KeyRehearsal, *, ceremony: Ceremony, kid: str, secret_key: bytes) -> RehearsalAnswer:
    """Return holder ``kid``'s answer; ``secret_key`` is its X25519 secret of this tender.

    Raises :class:`DoesNotOpen` if the key does not open the wrap: the holder has lost the right one.
    """
    holder = ceremony.holder(kid)
    key = X25519PrivateKey.from_private_bytes(secret_key)
    share = unwrap(rehearsal.deal[holder.x - 1], secret=key, info=share_info(REHEARSE, rehearsal.context, kid))
    document = {
        "v": "tsb/1",
        "type": "rehearsal-answer",
        "tender": rehearsal.tender,
        "kid": kid,
        "rehearsal": rehearsal.digest,
        "share": b64u_encode(share),
    }
    return read_answer(dumps(document))


def read_answer(data: bytes) -> RehearsalAnswer:
    """Return the answer of ``data``; raises :class:`Malformed`."""
    fields = read_document(
        data, doc_type="rehearsal-answer", limit=LIMIT, required={"tender", "kid", "rehearsal", "share"}
    )
    return RehearsalAnswer(
        data=data,
        tender=fields["tender"].id(),
        kid=fields["kid"].kid(),
        rehearsal=fields["rehearsal"].digest(),
        share=fields["share"].octets(SECRET_LENGTH),
    )


def check_answer(answer: RehearsalAnswer, *, rehearsal: KeyRehearsal, ceremony: Ceremony, secret: bytes) -> None:
    """Return if the answer is to this rehearsal and its share is the one dealt from ``secret``, else raise."""
    holder = ceremony.holder(answer.kid)
    if answer.tender != rehearsal.tender or answer.rehearsal != rehearsal.digest:
        raise Malformed(reason("The answer belongs to another rehearsal."))
    dealt = dealing.deal(secret, label=REHEARSE, ctx=rehearsal.context, holders=ceremony.holders, k=ceremony.k)
    if dealt.wraps != rehearsal.deal:
        raise Malformed(reason("The rehearsal was not dealt from this secret."))
    if not hmac.compare_digest(answer.share, dealt.shares[holder.x - 1]):
        raise Malformed(reason("The share of “{kid}” is not the one that was dealt.", kid=answer.kid))


def verify_answer_signature(answer: RehearsalAnswer, *, note: str | bytes, key: VerifyKey) -> None:
    """Return if ``note`` is the holder's signature on the answer, else raise :class:`Malformed`."""
    verify_statement(note, doc_type="rehearsal-answer", digest_hex=answer.digest, key=key)
