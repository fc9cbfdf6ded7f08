"""Recovering one envelope's secret, and who was at fault: section 11.1, line by line."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING

from bidding.rules import shamir
from bidding.rules.dealing import deal
from bidding.rules.derivation import HOLD, commitment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bidding.rules.ceremony import Ceremony
    from bidding.rules.seal_document import Seal, SealedEnvelope


@dataclass(frozen=True)
class Recovery:
    """The dealt secret and the holders' ids: whom the bidder dealt a bad wrap, who released a false share or null."""

    secret: bytes = field(repr=False)
    malformed_for: tuple[str, ...]
    false_shares: tuple[str, ...]
    false_nulls: tuple[str, ...]


def recover(
    seal: Seal, envelope: SealedEnvelope, *, ceremony: Ceremony, shares: Mapping[str, bytes | None]
) -> Recovery | None:
    """Return what ``shares`` (by kid; None = the wrap did not open) yield, or None if no k of them fit.

    The result is the same whichever k true shares are among them.
    """
    ctx = seal.context(envelope)
    secret = _combine(envelope.commit, ctx=ctx, ceremony=ceremony, shares=shares)
    if secret is None:
        return None
    # (3) deal again from the secret: every byte of the sealed dealing follows from it
    again = deal(secret, label=HOLD, ctx=ctx, holders=ceremony.holders, k=ceremony.k)
    malformed_for, false_shares, false_nulls = [], [], []
    for holder, share, wrap, sealed in zip(ceremony.holders, again.shares, again.wraps, envelope.deal, strict=True):
        if wrap != sealed:
            malformed_for.append(holder.kid)  # the bidder's fault, whatever this holder released
        elif holder.kid in shares:
            released = shares[holder.kid]
            if released is None:
                false_nulls.append(holder.kid)
            elif not hmac.compare_digest(released, share):
                false_shares.append(holder.kid)
    return Recovery(secret, tuple(malformed_for), tuple(false_shares), tuple(false_nulls))


def _combine(commit: bytes, *, ctx: bytes, ceremony: Ceremony, shares: Mapping[str, bytes | None]) -> bytes | None:
    # (1) P = the points released, in the order of x
    points = [(holder.x, share) for holder in ceremony.holders if (share := shares.get(holder.kid)) is not None]
    # (2) the first k of them, in lexicographic order, whose secret is the committed one
    for subset in combinations(points, ceremony.k):
        secret = shamir.combine(subset)
        if hmac.compare_digest(commitment(secret, ctx), commit):
            return secret
    return None
