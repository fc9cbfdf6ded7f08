"""What lies with the key holders: a contribution, or the function's secret, dealt so that nobody can hold it back.

Section 4 of docs/draws.md. "Not revealing" then needs n − k + 1 holders. Opening is a document of its own, so that a
holder who lies is named: ``draw-release`` = ``{v, type, tender, kid, manifest, deal, shares}``, where ``deal`` is
``draw`` with shares ``{party, share}``, or ``vrf`` with the one share ``{vrf_pk, share}``.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from bidding.rules import dealing, shamir
from bidding.rules.derivation import SECRET_LENGTH, share_info
from bidding.rules.schema import Node, read_document
from bidding.rules.wrapping import DoesNotOpen, Wrap, unwrap
from core.canonical import b64u_encode, digest, dumps
from core.notes import VerifyKey, verify_statement
from core.reasons import reason
from evaluation.rules import draw, vrf

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bidding.rules.ceremony import Ceremony

LIMIT: Final = 16 * 1_048_576
RELEASE: Final = "draw-release"


@dataclass(frozen=True)
class Escrow:
    """One dealt secret: under which label and context, the wraps, and how a recovered secret is known to be right."""

    label: str
    name: str  # the party, or the public key in base64url
    ctx: bytes
    wraps: tuple[Wrap, ...]
    fits: Callable[[bytes], bool]


@dataclass(frozen=True)
class Recovered:
    """A secret that enough holders gave back, and who was at fault: the dealer for some holders, or holders."""

    secret: bytes = field(repr=False)
    malformed_for: tuple[str, ...]
    false_shares: tuple[str, ...]
    false_nulls: tuple[str, ...]


@dataclass(frozen=True)
class DrawRelease:
    """One holder's shares of what is missing; a share of None says that the wrap does not open."""

    data: bytes = field(repr=False)
    tender: str
    kid: str
    manifest: str
    deal: str
    shares: Mapping[str, bytes | None] = field(repr=False)  # by party, or by public key

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the document; the holder signs ``sign("draw-release", …)``."""
        return digest(self.data)


def of_contribution(*, manifest: str, party: str, tender: str, commit: str, wraps: Sequence[Wrap]) -> Escrow:
    """Return the escrow of a contribution: right is what opens the commitment."""
    ctx = draw.escrow_context(manifest=manifest, party=party, tender=tender)
    return Escrow(
        draw.DRAW, party, ctx, tuple(wraps), lambda secret: hmac.compare_digest(draw.commitment(secret), commit)
    )


def of_vrf(*, ceremony: Ceremony, vrf_pk: bytes, wraps: Sequence[Wrap]) -> Escrow:
    """Return the escrow of the function's secret: right is what gives the public key."""
    name = b64u_encode(vrf_pk)
    ctx = draw.vrf_context(ceremony=ceremony.digest, tender=ceremony.tender, vrf_pk=name)
    return Escrow(
        draw.VRF, name, ctx, tuple(wraps), lambda secret: hmac.compare_digest(vrf.public_key_of(secret), vrf_pk)
    )


def deal(secret: bytes, *, label: str, ctx: bytes, ceremony: Ceremony) -> dealing.Dealing:
    """Return the dealing of a secret of 32 bytes to all holders of the tender (sealing, 4.1 and 4.2)."""
    return dealing.deal(secret, label=label, ctx=ctx, holders=ceremony.holders, k=ceremony.k)


def malformed_for(secret: bytes, escrow: Escrow, *, ceremony: Ceremony) -> tuple[str, ...]:
    """Return the holders for whom the escrow is not what follows from the secret: its dealer is named, no more."""
    again = deal(secret, label=escrow.label, ctx=escrow.ctx, ceremony=ceremony)
    return tuple(ours.kid for ours, theirs in zip(again.wraps, escrow.wraps, strict=True) if ours != theirs)


def recover(escrow: Escrow, *, ceremony: Ceremony, shares: Mapping[str, bytes | None]) -> Recovered | None:
    """Return what ``shares`` (by holder; None = does not open) give, or None if no k of them fit."""
    points = [(holder.x, share) for holder in ceremony.holders if (share := shares.get(holder.kid)) is not None]
    for subset in combinations(points, ceremony.k):
        secret = shamir.combine(subset)
        if escrow.fits(secret):
            return _judged(secret, escrow, ceremony=ceremony, shares=shares)
    return None


def _judged(secret: bytes, escrow: Escrow, *, ceremony: Ceremony, shares: Mapping[str, bytes | None]) -> Recovered:
    again = deal(secret, label=escrow.label, ctx=escrow.ctx, ceremony=ceremony)
    malformed, false_shares, false_nulls = [], [], []
    for holder, share, wrap, dealt in zip(ceremony.holders, again.shares, again.wraps, escrow.wraps, strict=True):
        if wrap != dealt:
            malformed.append(holder.kid)  # the dealer's fault, whatever this holder released
        elif holder.kid in shares:
            released = shares[holder.kid]
            if released is None:
                false_nulls.append(holder.kid)
            elif not hmac.compare_digest(released, share):
                false_shares.append(holder.kid)
    return Recovered(secret, tuple(malformed), tuple(false_shares), tuple(false_nulls))


# -- a holder's document ---------------------------------------------------------------------------------


def write_release(
    ceremony: Ceremony, *, manifest: str, escrows: Sequence[Escrow], kid: str, secret_key: bytes
) -> DrawRelease:
    """Return holder ``kid``'s shares of ``escrows``, all of one label; ``secret_key`` is its X25519 secret."""
    holder = ceremony.holder(kid)
    key = X25519PrivateKey.from_private_bytes(secret_key)
    label = escrows[0].label
    document = {
        "v": "tsb/1",
        "type": RELEASE,
        "tender": ceremony.tender,
        "kid": kid,
        "manifest": manifest,
        "deal": label,
        "shares": [
            {_named(label): escrow.name, "share": _open(escrow.wraps[holder.x - 1], key=key, escrow=escrow)}
            for escrow in escrows
        ],
    }
    return read_release(dumps(document), ceremony=ceremony, manifest=manifest, label=label, names=_names(escrows))


def read_release(data: bytes, *, ceremony: Ceremony, manifest: str, label: str, names: Sequence[str]) -> DrawRelease:
    """Return the release of ``data`` if it holds one share of each of ``names`` in order, else raise Malformed."""
    fields = read_document(
        data, doc_type=RELEASE, limit=LIMIT, required={"tender", "kid", "manifest", "deal", "shares"}
    )
    tender = fields["tender"].equal(ceremony.tender, reason("the release is for another tender"))
    fields["manifest"].equal(manifest, reason("the release is for another draw"))
    fields["deal"].equal(label, reason("the release is of another dealing"))
    kid = ceremony.holder(fields["kid"].kid()).kid
    items = [_read_share(node, label) for node in fields["shares"].entries(0, len(names))]
    if [name for name, _ in items] != list(names):
        raise fields["shares"].fault(reason("the release does not hold every missing secret exactly once, in order"))
    return DrawRelease(data, tender, kid, manifest, label, dict(items))


def verify_release_signature(release: DrawRelease, *, note: str | bytes, key: VerifyKey) -> None:
    """Return if ``note`` is the holder's signature on the release, else raise :class:`Malformed`."""
    verify_statement(note, doc_type=RELEASE, digest_hex=release.digest, key=key)


def _names(escrows: Sequence[Escrow]) -> list[str]:
    return [escrow.name for escrow in escrows]


def _named(label: str) -> str:
    return "party" if label == draw.DRAW else "vrf_pk"


def _open(wrap: Wrap, *, key: X25519PrivateKey, escrow: Escrow) -> str | None:
    try:
        return b64u_encode(unwrap(wrap, secret=key, info=share_info(escrow.label, escrow.ctx, wrap.kid)))
    except DoesNotOpen:
        return None


def _read_share(node: Node, label: str) -> tuple[str, bytes | None]:
    fields = node.fields({_named(label), "share"})
    name = fields[_named(label)].id() if label == draw.DRAW else fields["vrf_pk"].text()
    share = fields["share"]
    return name, None if share.value is None else share.octets(SECRET_LENGTH)
