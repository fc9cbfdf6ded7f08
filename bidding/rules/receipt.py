"""The receipt (section 7.3): the platform's statement on a seal, with proof that the log holds the entry of it.

``{v, type: "receipt", tender, seal, entry, proof}``: ``entry`` is the text of the entry (``bid.sealed``, or
``bid.withdrawn`` for a withdrawal), ``proof`` the text of a proof of inclusion (c2sp.org/tlog-proof@v1).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from bidding.rules.schema import read_document
from core.canonical import digest, dumps
from core.checkpoints import verify_proof
from core.notes import verify_statement
from core.tree import leaf_hash

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.checkpoints import CosignedCheckpoint, LogProof
    from core.notes import VerifyKey

LIMIT: Final = 131_072


@dataclass(frozen=True)
class Receipt:
    """The platform holds what ``entry`` tells of the seal with this digest, and the log holds ``entry``."""

    data: bytes
    tender: str
    seal: str
    entry: str
    proof: str

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the document; the platform signs ``sign("receipt", …)``."""
        return digest(self.data)


def write_receipt(*, tender: str, seal: str, entry: str, proof: str) -> Receipt:
    """Return the receipt of a seal, or of its withdrawal."""
    return read_receipt(
        dumps({"v": "tsb/1", "type": "receipt", "tender": tender, "seal": seal, "entry": entry, "proof": proof})
    )


def read_receipt(data: bytes) -> Receipt:
    """Return the receipt of ``data``; raises :class:`Malformed`. Nothing is verified yet."""
    fields = read_document(data, doc_type="receipt", limit=LIMIT, required={"tender", "seal", "entry", "proof"})
    return Receipt(data, fields["tender"].id(), fields["seal"].digest(), fields["entry"].text(), fields["proof"].text())


def verify_receipt(
    receipt: Receipt, *, note: str, platform: VerifyKey, log: VerifyKey, witnesses: Iterable[VerifyKey] = ()
) -> tuple[LogProof, CosignedCheckpoint]:
    """Return place and checkpoint if the platform signed the receipt and the log holds its entry, else Malformed.

    What the entry says, and how many witnesses are enough, is the caller's to compare.
    """
    verify_statement(note, doc_type="receipt", digest_hex=receipt.digest, key=platform)
    return verify_proof(receipt.proof, leaf=leaf_hash(receipt.entry.encode()), log=log, witnesses=witnesses)
