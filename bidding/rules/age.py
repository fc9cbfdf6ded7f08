"""The payload: an age v1 file with exactly one X25519 recipient, strictly as in section 4.3.

Stock ``age`` reads what is written here and writes what is read here. Grease stanzas, other recipients,
non-canonical base64, a missing last chunk and trailing bytes are refused.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from bidding.rules import age_stream, bech32
from bidding.rules.age_stream import FILE_KEY, VERSION_LINE, Sink, Source, StreamWriter
from core.canonical import Malformed
from core.reasons import reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

IDENTITY_PREFIX: Final = "age-secret-key-"
RECIPIENT_PREFIX: Final = "age"
_STANZA: Final = b"-> X25519 "
_INFO: Final = b"age-encryption.org/v1/X25519"


def write_identity(secret: bytes) -> str:
    """Return the ``AGE-SECRET-KEY-1…`` line of an X25519 secret (32 bytes)."""
    return bech32.encode(IDENTITY_PREFIX, secret).upper()


def read_identity(text: str) -> bytes:
    """Return the X25519 secret of an identity line; raises :class:`Malformed`."""
    secret = bech32.decode(IDENTITY_PREFIX, text)
    if len(secret) != 32:  # noqa: PLR2004  (an X25519 secret has 32 bytes)
        raise Malformed(reason("The identity does not have 32 bytes."))
    return secret


def write_recipient(public: bytes) -> str:
    """Return the ``age1…`` text of an X25519 public key."""
    return bech32.encode(RECIPIENT_PREFIX, public)


def write_payload(sink: Sink, *, recipient: bytes, randomness: Callable[[int], bytes] = os.urandom) -> StreamWriter:
    """Return a writer whose plaintext goes to ``sink`` as an age file for the X25519 key ``recipient``.

    ``randomness`` gives n random bytes; it is asked for the file key (16), the ephemeral secret (32) and the
    nonce (16), in this order. None of them is derived from the dealt secret.
    """
    file_key = randomness(FILE_KEY)
    ephemeral = X25519PrivateKey.from_private_bytes(randomness(32))
    nonce = randomness(16)
    share = ephemeral.public_key().public_bytes_raw()
    key = _wrap_key(ephemeral.exchange(X25519PublicKey.from_public_bytes(recipient)), share, recipient)
    body = age_stream.wrap_file_key(file_key, key)
    header = VERSION_LINE + _STANZA + age_stream.encode(share) + b"\n" + age_stream.encode(body) + b"\n"
    return StreamWriter(sink, header=age_stream.finish_header(header, file_key), file_key=file_key, nonce=nonce)


def read_payload(source: Source, *, secret: bytes) -> Iterator[bytes]:
    """Return the plaintext chunks of an age file for the identity ``secret``; raises :class:`Malformed`.

    The header is checked at once, each chunk when it is asked for.
    """
    # (1) exactly the version line and one X25519 stanza
    if age_stream.read_line(source) + b"\n" != VERSION_LINE:
        raise Malformed(reason("The file is not an age file of version 1."))
    stanza = age_stream.read_line(source)
    if not stanza.startswith(_STANZA):
        raise Malformed(reason("The first recipient of the age file is not of type X25519."))
    share = age_stream.decode(stanza[len(_STANZA) :], length=32)
    body_line = age_stream.read_line(source)
    body = age_stream.decode(body_line, length=FILE_KEY + 16)
    # (2) the file key
    identity = X25519PrivateKey.from_private_bytes(secret)
    try:
        dh = identity.exchange(X25519PublicKey.from_public_bytes(share))
    except ValueError as error:  # all zero
        raise Malformed(reason("The recipient of the age file is a key of low order.")) from error
    key = _wrap_key(dh, share, identity.public_key().public_bytes_raw())
    file_key = age_stream.unwrap_file_key(body, key)
    # (3) the header's MAC, then the stream
    header = VERSION_LINE + stanza + b"\n" + body_line + b"\n"
    age_stream.check_mac(header, age_stream.read_line(source), file_key)
    return age_stream.read_stream(source, file_key=file_key)


def _wrap_key(dh: bytes, share: bytes, recipient: bytes) -> bytes:
    return age_stream.hkdf(dh, salt=share + recipient, info=_INFO)
