"""Checking a receipt, offline: the platform's signature, the log's proof, the witnesses, one's own seal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bidding.rules.receipt import read_receipt, verify_receipt
from client.words import Fault
from core import canonical

if TYPE_CHECKING:
    from client.trust import Trust

EVENTS: Final = ("bid.sealed", "bid.withdrawn")
_ENTRY_LIMIT: Final = 65_535
_FIELDS: Final = {"v", "type", "t", "tender", "at", "salt", "data"}


@dataclass(frozen=True)
class Proven:
    """What the receipt proves: this event of this seal is this entry of the log, received at ``at`` (UTC)."""

    tender: str
    seal: str
    event: str
    index: int
    at: str


def check_receipt(data: bytes, *, note: str, trust: Trust, quorum: int, own_seal: bytes | None = None) -> Proven:
    """Return what the receipt proves; raises Malformed or Fault.

    ``quorum`` is the ceremony's number of witnesses; the larger of it and the one of ``trust`` counts.
    """
    # (1) the platform signed it, and the log holds its entry
    receipt = read_receipt(data)
    proof, cosigned = verify_receipt(
        receipt, note=note, platform=trust.platform, log=trust.log, witnesses=trust.witnesses
    )
    # (2) enough witnesses have seen that log
    found, needed = len({one.key for one in cosigned.cosignatures}), max(quorum, trust.quorum)
    if found < needed:
        raise Fault(
            "{found} witnesses cosigned, {needed} are needed; fetch the receipt again later", found=found, needed=needed
        )
    # (3) the entry says what the receipt says
    entry = canonical.loads(receipt.entry.encode(), limit=_ENTRY_LIMIT)
    if not isinstance(entry, dict) or set(entry) != _FIELDS or not isinstance(entry["data"], dict):
        raise Fault("the entry of the log is malformed")
    event, at = entry["t"], entry["at"]
    for field, holds in {
        "t": event in EVENTS,
        "tender": entry["tender"] == receipt.tender,
        "seal": entry["data"].get("seal") == receipt.seal,
        "at": isinstance(at, str),
    }.items():
        if not holds:
            raise Fault("the entry of the log says something else than the receipt: {field}", field=field)
    # (4) it is the receipt of one's own seal
    if own_seal is not None and canonical.digest(own_seal) != receipt.seal:
        raise Fault(
            "the receipt is for seal {found}, and yours is {own}", found=receipt.seal, own=canonical.digest(own_seal)
        )
    return Proven(receipt.tender, receipt.seal, str(event), proof.index, str(at))
