"""Wrapping one share to one holder: RFC 9180 base mode with a derived ephemeral key, section 4.2.

DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM, single shot, no associated data. Only the sender differs
from stock HPKE (its ephemeral key pair is ``DeriveKeyPair(ekm)``), so that whoever knows the dealt secret can
make every wrap again, byte for byte. The receiver is the library's own HPKE.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.canonical import Malformed
from core.reasons import reason

KEY_LENGTH = 32
ENC_LENGTH = 32
CT_LENGTH = 48  # a 32-byte share and its tag

_KEM = b"KEM" + (0x0020).to_bytes(2, "big")
_HPKE = b"HPKE" + b"".join(part.to_bytes(2, "big") for part in (0x0020, 0x0001, 0x0002))
_NO_SALT = bytes(32)
_FIELD_PRIME = 2**255 - 19

_RECEIVER = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)


class DoesNotOpen(Exception):  # noqa: N818  (a finding, which a release reports as null)
    """A wrap cannot be opened with this key under this context."""


@dataclass(frozen=True)
class Wrap:
    """One share wrapped to the holder ``kid``: encapsulated key (32 bytes) and ciphertext (48 bytes)."""

    kid: str
    enc: bytes
    ct: bytes


@dataclass(frozen=True)
class KeySchedule:
    """The values between the shared secret and the ciphertext (RFC 9180, 5.1)."""

    context: bytes
    secret: bytes
    key: bytes
    nonce: bytes


def check_public_key(public: bytes) -> bytes:
    """Return an X25519 public key that is canonical and not of low order, else raise :class:`Malformed`."""
    if len(public) != KEY_LENGTH:
        raise Malformed(reason("An X25519 public key has 32 bytes."))
    if int.from_bytes(public, "little") >= _FIELD_PRIME:
        raise Malformed(reason("The X25519 public key is not in canonical form."))
    try:
        X25519PrivateKey.from_private_bytes(b"\x01" * KEY_LENGTH).exchange(_public_key(public))
    except ValueError as error:  # the product is zero whatever the scalar
        raise Malformed(reason("The X25519 public key is of low order: it protects nothing.")) from error
    return public


def public_key_of(secret: bytes) -> bytes:
    """Return the X25519 public key of a secret; both have 32 bytes."""
    return X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()


def wrap(share: bytes, *, kid: str, public: bytes, info: bytes, ekm: bytes) -> Wrap:
    """Return ``share`` wrapped to ``public``; the same arguments give the same bytes.

    Raises :class:`Malformed` for a public key of low order.
    """
    ephemeral = X25519PrivateKey.from_private_bytes(derive_ephemeral(ekm))
    enc = ephemeral.public_key().public_bytes_raw()
    try:
        dh = ephemeral.exchange(_public_key(public))
    except ValueError as error:
        raise Malformed(reason("The X25519 public key is of low order: it protects nothing.")) from error
    schedule = key_schedule(shared_secret(dh, enc=enc, public=public), info)
    return Wrap(kid, enc, AESGCM(schedule.key).encrypt(schedule.nonce, share, None))


def unwrap(wrapped: Wrap, *, secret: X25519PrivateKey, info: bytes) -> bytes:
    """Return the wrapped share; raises :class:`DoesNotOpen` if the wrap is not for this key and context."""
    try:
        return _RECEIVER.decrypt(wrapped.enc + wrapped.ct, secret, info)
    except (InvalidTag, ValueError) as error:
        raise DoesNotOpen(wrapped.kid) from error


def derive_ephemeral(ekm: bytes) -> bytes:
    """Return the ephemeral secret: RFC 9180, 7.1.3, DeriveKeyPair for X25519."""
    return _expand(_KEM, _extract(_KEM, _NO_SALT, b"dkp_prk", ekm), b"sk", b"", 32)


def shared_secret(dh: bytes, *, enc: bytes, public: bytes) -> bytes:
    """Return the KEM's shared secret: RFC 9180, 4.1, ExtractAndExpand."""
    return _expand(_KEM, _extract(_KEM, _NO_SALT, b"eae_prk", dh), b"shared_secret", enc + public, 32)


def key_schedule(shared: bytes, info: bytes) -> KeySchedule:
    """Return key and nonce of base mode: RFC 9180, 5.1, KeySchedule."""
    context = b"\0" + _PSK_ID_HASH + _extract(_HPKE, _NO_SALT, b"info_hash", info)
    secret = _extract(_HPKE, shared, b"secret", b"")
    key = _expand(_HPKE, secret, b"key", context, 32)
    return KeySchedule(context, secret, key, _expand(_HPKE, secret, b"base_nonce", context, 12))


def _extract(suite: bytes, salt: bytes, label: bytes, ikm: bytes) -> bytes:
    """LabeledExtract."""
    return hmac.digest(salt, b"HPKE-v1" + suite + label + ikm, "sha256")


def _expand(suite: bytes, prk: bytes, label: bytes, info: bytes, length: int) -> bytes:
    """LabeledExpand of at most one hash."""
    labeled = length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info
    return hmac.digest(prk, labeled + b"\x01", "sha256")[:length]


_PSK_ID_HASH = _extract(_HPKE, _NO_SALT, b"psk_id_hash", b"")


@lru_cache(maxsize=1024)
def _public_key(public: bytes) -> X25519PublicKey:
    return X25519PublicKey.from_public_bytes(public)
