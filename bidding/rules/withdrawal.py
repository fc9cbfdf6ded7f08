"""Withdrawing a live seal before the deadline: the bidder's signed document (section 8)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from bidding.rules.schema import read_document
from core.canonical import digest, dumps
from core.notes import VerifyKey, verify_statement

LIMIT: Final = 65_536


@dataclass(frozen=True)
class Withdrawal:
    """A bidder takes back the seal with this digest."""

    data: bytes
    tender: str
    bidder: str
    seal: str

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the document."""
        return digest(self.data)


def write_withdrawal(*, tender: str, bidder: str, seal: str) -> Withdrawal:
    """Return the withdrawal of the seal with digest ``seal``."""
    return read_withdrawal(dumps({"v": "tsb/1", "type": "withdraw", "tender": tender, "bidder": bidder, "seal": seal}))


def read_withdrawal(data: bytes) -> Withdrawal:
    """Return the withdrawal of ``data``; raises :class:`Malformed`. Whose seal it is, is for the caller to know."""
    fields = read_document(data, doc_type="withdraw", limit=LIMIT, required={"tender", "bidder", "seal"})
    return Withdrawal(data, fields["tender"].id(), fields["bidder"].id(), fields["seal"].digest())


def verify_withdrawal_signature(withdrawal: Withdrawal, *, note: str | bytes, key: VerifyKey) -> None:
    """Return if ``note`` is the bidder's signature on the withdrawal, else raise :class:`Malformed`."""
    verify_statement(note, doc_type="withdraw", digest_hex=withdrawal.digest, key=key)
