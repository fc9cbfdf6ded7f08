"""The body of an age file: header authentication and the chunked stream (age-encryption.org/v1).

64 KiB of plaintext per chunk under ChaCha20-Poly1305, the nonce being a counter and a mark on the last chunk.
Memory stays at two chunks whatever the size of the file.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from core.canonical import Malformed
from core.reasons import reason

if TYPE_CHECKING:
    from collections.abc import Iterator

VERSION_LINE: Final = b"age-encryption.org/v1\n"
FILE_KEY: Final = 16
CHUNK: Final = 65_536
_TAG: Final = 16
_NONCE: Final = 16
_ZERO_NONCE: Final = bytes(12)
_LONGEST_LINE: Final = 256


class Sink(Protocol):
    """Where bytes go."""

    def write(self, data: bytes, /) -> object:
        """Take all of ``data``."""


class Source(Protocol):
    """Where bytes come from."""

    def read(self, size: int, /) -> bytes:
        """Return at most ``size`` bytes; none at the end."""


@dataclass(frozen=True)
class FileDigest:
    """Size in bytes and SHA-256 in hex of a file just written or read."""

    size: int
    sha256: str


def hkdf(key: bytes, *, salt: bytes, info: bytes) -> bytes:
    """Return 32 bytes of HKDF-SHA256; an empty salt is 32 zero bytes."""
    prk = hmac.digest(salt or bytes(32), key, "sha256")
    return hmac.digest(prk, info + b"\x01", "sha256")


def wrap_file_key(file_key: bytes, key: bytes) -> bytes:
    """Return the body of a stanza: the file key under a key that is used once."""
    return ChaCha20Poly1305(key).encrypt(_ZERO_NONCE, file_key, None)


def unwrap_file_key(body: bytes, key: bytes) -> bytes:
    """Return the file key of a stanza's body; raises :class:`Malformed` if the key does not open it."""
    try:
        return ChaCha20Poly1305(key).decrypt(_ZERO_NONCE, body, None)
    except InvalidTag as error:
        raise Malformed(reason("The age file does not open with this key.")) from error


def encode(data: bytes) -> bytes:
    """Return base64 without padding, as age writes it."""
    return base64.b64encode(data).rstrip(b"=")


def decode(text: bytes, *, length: int) -> bytes:
    """Return exactly ``length`` bytes of canonical base64 without padding."""
    try:
        data = base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except binascii.Error as error:
        raise Malformed(reason("The header of the age file holds bad base64.")) from error
    if encode(data) != text or len(data) != length:
        raise Malformed(reason("The header of the age file holds base64 that is not canonical or of another length."))
    return data


def finish_header(header: bytes, file_key: bytes) -> bytes:
    """Return the whole header: version line and stanzas, then ``---`` and the MAC."""
    text = header + b"---"
    return text + b" " + encode(_mac(text, file_key)) + b"\n"


def check_mac(header: bytes, mac_line: bytes, file_key: bytes) -> None:
    """Raise :class:`Malformed` unless ``mac_line`` authenticates ``header`` under the file key."""
    if not mac_line.startswith(b"--- "):
        raise Malformed(reason("The header of the age file has not exactly one recipient."))
    if not hmac.compare_digest(decode(mac_line[4:], length=32), _mac(header + b"---", file_key)):
        raise Malformed(reason("The header of the age file was altered."))


def _mac(text: bytes, file_key: bytes) -> bytes:
    return hmac.digest(hkdf(file_key, salt=b"", info=b"header"), text, "sha256")


class StreamWriter:
    """A sink that encrypts what is written to it and passes it on to ``sink``; it hashes as it goes.

    ``header`` is written first and counts; :meth:`finish` writes the last chunk and returns size and digest.
    """

    def __init__(self, sink: Sink, *, header: bytes, file_key: bytes, nonce: bytes) -> None:
        self._sink = sink
        self._cipher = ChaCha20Poly1305(hkdf(file_key, salt=nonce, info=b"payload"))
        self._buffer = bytearray()
        self._counter = 0
        self._hash = hashlib.sha256()
        self._size = 0
        self._emit(header + nonce)

    def write(self, data: bytes) -> int:
        """Take plaintext. A full chunk is held back until more comes, since the last one is marked."""
        self._buffer += data
        start = 0
        with memoryview(self._buffer) as view:
            while len(view) - start > CHUNK:
                self._encrypt(view[start : start + CHUNK], last=False)
                start += CHUNK
        del self._buffer[:start]
        return len(data)

    def finish(self) -> FileDigest:
        """Write the last chunk (empty only if the whole plaintext is) and return the file's size and digest."""
        self._encrypt(bytes(self._buffer), last=True)
        return FileDigest(self._size, self._hash.hexdigest())

    def _encrypt(self, plain: bytes | memoryview, *, last: bool) -> None:
        self._emit(self._cipher.encrypt(_chunk_nonce(self._counter, last=last), plain, None))
        self._counter += 1

    def _emit(self, data: bytes) -> None:
        self._hash.update(data)
        self._size += len(data)
        self._sink.write(data)


def read_stream(source: Source, *, file_key: bytes) -> Iterator[bytes]:
    """Yield the plaintext chunks after a header; raises :class:`Malformed` where the stream is not whole.

    What was yielded before the error must not be used.
    """
    nonce = _read_exactly(source, _NONCE)
    if len(nonce) != _NONCE:
        raise Malformed(reason("The age file ends within its header."))
    cipher = ChaCha20Poly1305(hkdf(file_key, salt=nonce, info=b"payload"))
    counter = 0
    chunk = _read_exactly(source, CHUNK + _TAG)
    while True:
        following = _read_exactly(source, CHUNK + _TAG)
        yield _decrypt(cipher, chunk, counter, last=not following)
        if not following:
            return
        counter, chunk = counter + 1, following


def _decrypt(cipher: ChaCha20Poly1305, chunk: bytes, counter: int, *, last: bool) -> bytes:
    if len(chunk) < _TAG or (len(chunk) == _TAG and counter):
        raise Malformed(reason("The age file is cut short or has bytes after its end."))
    try:
        return cipher.decrypt(_chunk_nonce(counter, last=last), chunk, None)
    except InvalidTag as error:
        raise Malformed(
            reason("Chunk {number} of the age file is damaged, or the file is not whole.", number=counter + 1)
        ) from error


def read_line(source: Source) -> bytes:
    """Return one header line without its newline."""
    line = bytearray()
    while not line.endswith(b"\n"):
        byte = source.read(1)
        if not byte or len(line) > _LONGEST_LINE:
            raise Malformed(reason("The header of the age file is not complete."))
        line += byte
    return bytes(line[:-1])


def _read_exactly(source: Source, size: int) -> bytes:
    """Return ``size`` bytes, or all that are left: a source may give less than asked."""
    data = source.read(size)
    if len(data) in {0, size}:
        return data
    parts = [data]
    missing = size - len(data)
    while missing and (more := source.read(missing)):
        parts.append(more)
        missing -= len(more)
    return b"".join(parts)


def _chunk_nonce(counter: int, *, last: bool) -> bytes:
    return counter.to_bytes(11, "big") + bytes([last])
