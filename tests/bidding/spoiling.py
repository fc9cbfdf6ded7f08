"""Bids that were dealt or sealed badly, and holders that release: what the tests of the opening share."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bidding import opening
from bidding.queries import opened_bids
from core.canonical import b64u_encode, digest, dumps
from core.notes import sign_statement
from tests.stories import bidding as story

if TYPE_CHECKING:
    from collections.abc import Callable


MINUTE = timedelta(minutes=1)
FOUR = {**story.PRICES, "delta": "1020000.00"}


def spoilt(tender: story.Tender, bidder: str, spoil: Callable[[dict[str, object]], None], payload: bytes = b"") -> None:
    """Hand in a seal whose document was changed before it was signed, and perhaps another file."""
    sealed = story.seal(tender, bidder, "900000.00")
    fields = json.loads(sealed.seal.data)
    if payload:
        import hashlib

        sealed = replace(sealed, payload=payload)
        fields["envelopes"][0] |= {"sha256": hashlib.sha256(payload).hexdigest(), "size": len(payload)}
    spoil(fields["envelopes"][0])
    document = dumps(fields)
    changed = replace(
        sealed,
        seal=replace(sealed.seal, data=document),
        note=sign_statement("seal", digest(document), key=tender.bidders[bidder]),
    )
    story.uploaded(tender, changed)
    story.handed_in(tender, changed)


def nothing(_: dict[str, object]) -> None:
    """Change nothing."""


def bad_wrap(envelope: dict[str, object]) -> None:
    envelope["deal"][0]["ct"] = b64u_encode(bytes(48))  # type: ignore[index]


def bad_commitment(envelope: dict[str, object]) -> None:
    envelope["commit"] = b64u_encode(bytes(32))


def release_all(tender: story.Tender, *kids: str) -> None:
    for kid in kids or sorted(tender.holders):
        story.release(tender, kid)


def unseal(tender: story.Tender, *, after: timedelta = 2 * MINUTE) -> None:
    opening.unseal(tender.lot.pk, at=tender.deadline + after)


def results(tender: story.Tender) -> dict[str, tuple[str, str]]:
    return {bid.bidder.number[3:]: (bid.status, bid.outcome) for bid in opened_bids(tender.lot)}
