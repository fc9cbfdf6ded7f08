"""What is derived from a secret and under which context: sections 1.4 and 1.5 of ``docs/sealing.md``."""

from __future__ import annotations

import hashlib
import hmac

from core.canonical import b64u_encode, dumps

SECRET_LENGTH = 32
CID_LENGTH = 16

# dealing labels: a share dealt under one of them never opens under another
HOLD = "hold"
RECOVER = "recover"
REHEARSE = "rehearse"

_SALT = b"tsb/1"


def kdf(secret: bytes, label: str, ctx: bytes) -> bytes:
    """Return 32 bytes: HKDF-SHA256 with salt ``tsb/1``, info = label, zero byte, context (RFC 5869)."""
    prk = hmac.digest(_SALT, secret, "sha256")
    return hmac.digest(prk, label.encode("ascii") + b"\0" + ctx + b"\x01", "sha256")


def bid_context(*, tender: str, ceremony: str, bidder: str, cid: bytes, envelope: str, lot: str) -> bytes:
    """Return the 32-byte context of one envelope: it binds the dealing to everything it belongs to."""
    names = {
        "bidder": bidder,
        "ceremony": ceremony,
        "cid": b64u_encode(cid),
        "envelope": envelope,
        "lot": lot,
        "tender": tender,
    }
    return hashlib.sha256(b"tsb/1 ctx\0" + dumps(names)).digest()


def rehearsal_context(*, tender: str, ceremony: str, cid: bytes) -> bytes:
    """Return the 32-byte context of a rehearsal of the holders' keys."""
    names = {"ceremony": ceremony, "cid": b64u_encode(cid), "tender": tender}
    return hashlib.sha256(b"tsb/1 rehearsal\0" + dumps(names)).digest()


def commitment(secret: bytes, ctx: bytes) -> bytes:
    """Return the commitment to a dealt secret."""
    return kdf(secret, "commit", ctx)


def bidder_commitment(bidder_secret: bytes, ctx: bytes) -> bytes:
    """Return the commitment to a bidder's own layer (section 5)."""
    return kdf(bidder_secret, "commit_b", ctx)


def payload_secret(secret: bytes, ctx: bytes, *, bidder_secret: bytes = b"") -> bytes:
    """Return the X25519 secret of the payload's age identity; with a bidder layer it needs both secrets."""
    return kdf(secret + bidder_secret, "age identity", ctx)


def share_info(label: str, ctx: bytes, kid: str) -> bytes:
    """Return the HPKE ``info`` of one wrapped share; different labels make different bytes (section 1.5)."""
    return b"tsb/1 share\0" + label.encode("ascii") + b"\0" + ctx + kid.encode("ascii")
