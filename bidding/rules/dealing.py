"""Dealing one secret to all holders: shares and wraps, every byte of which follows from the secret (section 4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bidding.rules import shamir, wrapping
from bidding.rules.derivation import kdf, share_info
from bidding.rules.wrapping import Wrap
from core.canonical import Malformed, b64u_encode
from core.reasons import reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bidding.rules.ceremony import Holder
    from bidding.rules.schema import Node


@dataclass(frozen=True)
class Dealing:
    """The share and the wrap of every holder, in the order of the ceremony."""

    shares: tuple[bytes, ...]
    wraps: tuple[Wrap, ...]


def deal(secret: bytes, *, label: str, ctx: bytes, holders: Sequence[Holder], k: int) -> Dealing:
    """Return the one dealing of ``secret`` under ``label`` and ``ctx``: any ``k`` of ``holders`` can combine it."""
    # (1) f_0 = s, f_j = kdf(s, "shamir <label> j", ctx)
    polynomial = shamir.coefficients(secret, label=label, ctx=ctx, k=k)
    # (2) share_i = f(i), i the holder's position from 1
    shares = tuple(shamir.evaluate(polynomial, holder.x) for holder in holders)
    # (3) each share wrapped to its holder with ekm = kdf(s, "eph <label> <kid>", ctx)
    wraps = tuple(
        wrapping.wrap(
            share,
            kid=holder.kid,
            public=holder.public,
            info=share_info(label, ctx, holder.kid),
            ekm=kdf(secret, f"eph {label} {holder.kid}", ctx),
        )
        for holder, share in zip(holders, shares, strict=True)
    )
    return Dealing(shares, wraps)


def write_wraps(wraps: Sequence[Wrap]) -> list[dict[str, str]]:
    """Return the ``deal`` list of a document."""
    return [{"kid": wrap.kid, "enc": b64u_encode(wrap.enc), "ct": b64u_encode(wrap.ct)} for wrap in wraps]


def read_wraps(node: Node, *, holders: Sequence[Holder]) -> tuple[Wrap, ...]:
    """Return the wraps of a ``deal`` list: one for each holder, in the order of the ceremony."""
    entries = node.entries(len(holders), len(holders))
    return tuple(_read_wrap(entry, holder.kid) for entry, holder in zip(entries, holders, strict=True))


def _read_wrap(node: Node, kid: str) -> Wrap:
    fields = node.fields({"kid", "enc", "ct"})
    if fields["kid"].kid() != kid:
        raise Malformed(
            reason(
                "{place}: “{found}” stands where the ceremony has “{kid}”",
                place=node.place,
                found=fields["kid"].kid(),
                kid=kid,
            )
        )
    return Wrap(kid, fields["enc"].octets(wrapping.ENC_LENGTH), fields["ct"].octets(wrapping.CT_LENGTH))
