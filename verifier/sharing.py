"""Shares and wraps: Shamir over GF(2^8), deterministic HPKE, and the recovery of a secret (sections 4 and 11.1)."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from verifier.canonical import write_json
from verifier.words import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from verifier.ceremony import Ceremony, Holder

SECRET: Final = 32
_KEM: Final = b"KEM\x00\x20"
_HPKE: Final = b"HPKE\x00\x20\x00\x01\x00\x02"


@dataclass(frozen=True)
class Wrap:
    """A share, wrapped to one holder."""

    kid: str
    enc: bytes
    ct: bytes


@dataclass(frozen=True)
class Dealing:
    """What is dealt under one commitment: by whom is in ``ctx``; ``k`` shares are needed."""

    label: str
    ctx: bytes
    k: int
    commit: bytes
    wraps: tuple[Wrap, ...]


@dataclass(frozen=True)
class Recovered:
    """A secret, and whose fault what is: dealt badly to whom, false shares, false claims that a wrap does not open."""

    secret: bytes = field(repr=False)
    malformed_for: tuple[str, ...] = ()
    false_shares: tuple[str, ...] = ()
    false_nulls: tuple[str, ...] = ()


def kdf(secret: bytes, label: str, ctx: bytes) -> bytes:
    """Return 32 bytes derived from a secret under a label and a context."""
    prk = hmac.digest(b"tsb/1", secret, "sha256")
    return hmac.digest(prk, label.encode() + b"\x00" + ctx + b"\x01", "sha256")


def context(what: bytes, names: Mapping[str, str]) -> bytes:
    """Return the digest that binds a secret to what it belongs to."""
    return hashlib.sha256(what + b"\x00" + write_json(dict(names))).digest()


# -- GF(2^8) -------------------------------------------------------------------------------------------


def _tables() -> tuple[list[int], list[int]]:
    powers, logarithms, value = [0] * 510, [0] * 256, 1
    for exponent in range(255):
        powers[exponent] = powers[exponent + 255] = value
        logarithms[value] = exponent
        value ^= (value << 1) ^ (0x11B if value & 0x80 else 0)  # times 3
    return powers, logarithms


_POWERS, _LOGARITHMS = _tables()


def _scaled(data: bytes, factor: int) -> bytes:
    if factor == 0:
        return bytes(len(data))
    by = _LOGARITHMS[factor]
    return bytes(_POWERS[_LOGARITHMS[one] + by] if one else 0 for one in data)


def _added(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))


def share_of(coefficients: Sequence[bytes], x: int) -> bytes:
    """Return the value of the polynomial at ``x``."""
    value = bytes(SECRET)
    for coefficient in reversed(coefficients):
        value = _added(_scaled(value, x), coefficient)
    return value


def combine(points: Sequence[tuple[int, bytes]]) -> bytes:
    """Return the polynomial's value at 0 from as many points as its degree asks for."""
    secret = bytes(SECRET)
    for x, share in points:
        by = 0  # of the factor Π x_j / (x_j ⊕ x): its logarithm
        for other, _ in points:
            if other != x:
                by += _LOGARITHMS[other] - _LOGARITHMS[other ^ x]
        secret = _added(secret, _scaled(share, _POWERS[by % 255]))
    return secret


# -- HPKE (RFC 9180) with a derived ephemeral key --------------------------------------------------------


def _extract(suite: bytes, salt: bytes, label: bytes, ikm: bytes) -> bytes:
    return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + ikm, "sha256")


def _expand(suite: bytes, prk: bytes, label: bytes, info: bytes, length: int) -> bytes:
    return hmac.digest(prk, length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info + b"\x01", "sha256")[:length]


def wrap(share: bytes, *, holder: Holder, info: bytes, ekm: bytes) -> Wrap:
    """Return the one wrap of a share to a holder that follows from ``ekm``."""
    ephemeral = X25519PrivateKey.from_private_bytes(_expand(_KEM, _extract(_KEM, b"", b"dkp_prk", ekm), b"sk", b"", 32))
    enc = ephemeral.public_key().public_bytes_raw()
    try:
        dh = ephemeral.exchange(X25519PublicKey.from_public_bytes(holder.public))
    except ValueError as error:
        raise Fault("the key of holder {kid} is of low order", kid=holder.kid) from error
    shared = _expand(_KEM, _extract(_KEM, b"", b"eae_prk", dh), b"shared_secret", enc + holder.public, 32)
    schedule = b"\x00" + _extract(_HPKE, b"", b"psk_id_hash", b"") + _extract(_HPKE, b"", b"info_hash", info)
    secret = _extract(_HPKE, shared, b"secret", b"")
    key = _expand(_HPKE, secret, b"key", schedule, 32)
    nonce = _expand(_HPKE, secret, b"base_nonce", schedule, 12)
    return Wrap(holder.kid, enc, AESGCM(key).encrypt(nonce, share, b""))


# -- dealing and recovering --------------------------------------------------------------------------------


def deal(secret: bytes, dealing: Dealing, holders: Sequence[Holder]) -> tuple[list[bytes], list[Wrap]]:
    """Return every share and every wrap of a secret, as they follow from it."""
    label, ctx = dealing.label, dealing.ctx
    coefficients = [secret, *(kdf(secret, f"shamir {label} {j}", ctx) for j in range(1, dealing.k))]
    shares = [share_of(coefficients, holder.x) for holder in holders]
    wraps = [
        wrap(
            share,
            holder=holder,
            info=b"tsb/1 share\x00" + label.encode() + b"\x00" + ctx + holder.kid.encode(),
            ekm=kdf(secret, f"eph {label} {holder.kid}", ctx),
        )
        for holder, share in zip(holders, shares, strict=True)
    ]
    return shares, wraps


def recover(
    dealing: Dealing, ceremony: Ceremony, shares: Mapping[str, bytes | None], *, commit_label: str = "commit"
) -> Recovered | None:
    """Return the secret that ``shares`` (by holder; None: "does not open") yield, and who was at fault; None if none.

    The first k of the shares, in lexicographic order, that give the committed secret count.
    """
    points = [(holder.x, share) for holder in ceremony.holders if (share := shares.get(holder.kid)) is not None]
    for subset in combinations(points, dealing.k):
        secret = combine(subset)
        if hmac.compare_digest(kdf(secret, commit_label, dealing.ctx), dealing.commit):
            return judge(secret, dealing, ceremony, shares)
    return None


def judge(secret: bytes, dealing: Dealing, ceremony: Ceremony, shares: Mapping[str, bytes | None]) -> Recovered:
    """Return what is at fault, once the secret is known: it is dealt again and compared with what was sealed."""
    true_shares, wraps = deal(secret, dealing, ceremony.holders)
    malformed, false, nulls = [], [], []
    for holder, share, again, sealed in zip(ceremony.holders, true_shares, wraps, dealing.wraps, strict=True):
        if again != sealed:
            malformed.append(holder.kid)
        elif holder.kid in shares and shares[holder.kid] is None:
            nulls.append(holder.kid)
        elif holder.kid in shares and shares[holder.kid] != share:
            false.append(holder.kid)
    return Recovered(secret, tuple(malformed), tuple(false), tuple(nulls))
