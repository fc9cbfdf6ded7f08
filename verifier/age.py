"""The payload as an age v1 file with one X25519 recipient, read strictly (section 4.3), and its identity as text."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import TYPE_CHECKING, BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from verifier.words import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

CHUNK: Final = 65_536
_TAG: Final = 16
_LINE: Final = 128  # bytes: longer than any line of the header
_ALPHABET: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def identity(secret: bytes) -> str:
    """Return the line AGE-SECRET-KEY-1… of an identity (Bech32)."""
    prefix = "age-secret-key-"
    bits = int.from_bytes(secret, "big") << (-8 * len(secret) % 5)
    count = -(-8 * len(secret) // 5)
    words = [bits >> 5 * place & 31 for place in reversed(range(count))]
    spread = [*(ord(sign) >> 5 for sign in prefix), 0, *(ord(sign) & 31 for sign in prefix)]
    check = _polymod([*spread, *words, *[0] * 6]) ^ 1
    words += [check >> 5 * place & 31 for place in reversed(range(6))]
    return (prefix + "1" + "".join(_ALPHABET[word] for word in words)).upper()


def _polymod(words: list[int]) -> int:
    check = 1
    for word in words:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ word
        for place, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= generator if top >> place & 1 else 0
    return check


def decrypt(source: BinaryIO, secret: bytes) -> Iterator[bytes]:
    """Yield the plaintext of an age file for the identity ``secret``; a Fault where it is not what it must be."""
    # (1) the header: version, one stanza, its body
    version, stanza, body = _line(source), _line(source), _line(source)
    if version != b"age-encryption.org/v1" or not stanza.startswith(b"-> X25519 "):
        raise Fault("the file is not an age file with one X25519 recipient")
    epk, wrapped = _raw(stanza[10:], 32), _raw(body, 32)
    # (2) the file key
    own = X25519PrivateKey.from_private_bytes(secret)
    try:
        dh = own.exchange(X25519PublicKey.from_public_bytes(epk))
    except ValueError as error:
        raise Fault("the recipient of the file is of low order") from error
    key = _hkdf(dh, epk + own.public_key().public_bytes_raw(), b"age-encryption.org/v1/X25519")
    file_key = _opened(key, bytes(12), wrapped)
    # (3) the header's MAC
    mac_line = _line(source)
    header = b"\n".join([version, stanza, body, b"---"])
    mac = hmac.digest(_hkdf(file_key, b"", b"header"), header, "sha256")
    if not mac_line.startswith(b"--- ") or not hmac.compare_digest(_raw(mac_line[4:], 32), mac):
        raise Fault("the header of the file is not authentic")
    # (4) the chunks
    yield from _chunks(source, _hkdf(file_key, _exactly(source, 16), b"payload"))


def _chunks(source: BinaryIO, key: bytes) -> Iterator[bytes]:
    number, chunk = 0, _up_to(source, CHUNK + _TAG)
    while True:
        following = _up_to(source, CHUNK + _TAG) if len(chunk) == CHUNK + _TAG else b""
        nonce = number.to_bytes(11, "big") + (b"\x00" if following else b"\x01")
        plain = _opened(key, nonce, chunk)
        if not plain and number:
            raise Fault("the last chunk of the file is empty")
        yield plain
        if not following:
            return
        number, chunk = number + 1, following


def _opened(key: bytes, nonce: bytes, data: bytes) -> bytes:
    try:
        return ChaCha20Poly1305(key).decrypt(nonce, data, None)
    except (InvalidTag, ValueError) as error:
        raise Fault("the file does not decrypt") from error


def _hkdf(ikm: bytes, salt: bytes, info: bytes) -> bytes:
    prk = hmac.digest(salt or bytes(32), ikm, hashlib.sha256)
    return hmac.digest(prk, info + b"\x01", hashlib.sha256)


def _line(source: BinaryIO) -> bytes:
    line = bytearray()
    while len(line) < _LINE:
        one = source.read(1)
        if one == b"\n":
            return bytes(line)
        if not one:
            break
        line += one
    raise Fault("the file is not an age file with one X25519 recipient")


def _raw(text: bytes, length: int) -> bytes:
    try:
        raw = base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except binascii.Error as error:
        raise Fault("it is not complete base64") from error
    if base64.b64encode(raw).rstrip(b"=") != text or len(raw) != length:
        raise Fault("it is not {length} bytes in canonical base64", length=length)
    return raw


def _up_to(source: BinaryIO, size: int) -> bytes:
    pieces, left = [], size
    while left and (piece := source.read(left)):
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)


def _exactly(source: BinaryIO, size: int) -> bytes:
    data = _up_to(source, size)
    if len(data) != size:
        raise Fault("the file is cut short")
    return data
