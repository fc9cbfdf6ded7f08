"""Signed notes (c2sp.org/signed-note): who says so, in a form that stock tools can check.

A note is text, a blank line and signature lines. A statement is a note over the type and digest of one
document (``docs/sealing.md``, section 1.3). Ed25519 (RFC 8032) is verified strictly: canonical encodings,
S < L, no public key of small order. Verification returns what was verified or raises; it never returns False.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from core.canonical import Malformed, b64_decode, b64_encode
from core.reasons import reason

if TYPE_CHECKING:
    from collections.abc import Iterable

ED25519: Final = 0x01
COSIGNATURE: Final = 0x04  # a witness signs a time together with the text

MAX_NOTE = 100_000  # characters
_NAME = re.compile(r"[\x21-\x2a\x2c-\x7e]+")  # printable ASCII without space and plus
_VKEY = re.compile(r"([\x21-\x2a\x2c-\x7e]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)")
_LINE = re.compile(r"— ([\x21-\x2a\x2c-\x7e]+) ([A-Za-z0-9+/=]+)")
_KEYID = 4
_SIGNATURE = 64
_TIMED = 8 + _SIGNATURE

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
# y of the eight points whose order divides 8 (the sign of x does not matter)
_SMALL_ORDER_Y = frozenset(
    {
        0,
        1,
        _P - 1,
        2707385501144840649318225287225658788936804267575313519463743609750303402022,
        _P - 2707385501144840649318225287225658788936804267575313519463743609750303402022,
    }
)


class BadSignature(Malformed):
    """A signature, or the text under it, is not what it should be."""


@dataclass(frozen=True)
class VerifyKey:
    """A public key with the name it signs under. ``kind`` is the signature type of C2SP."""

    name: str
    public: bytes
    kind: int = ED25519

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise Malformed(reason("The name of a verification key is not printable ASCII without space and plus."))
        if self.kind not in {ED25519, COSIGNATURE}:
            raise Malformed(reason("The type of a verification key is unknown."))
        _check_point(self.public)

    @cached_property
    def keyid(self) -> bytes:
        """First four bytes of SHA-256(name, newline, type, public key)."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:_KEYID]

    def __str__(self) -> str:
        """Return the vkey text ``name+keyid+key``."""
        return f"{self.name}+{self.keyid.hex()}+{b64_encode(bytes([self.kind]) + self.public)}"


@dataclass(frozen=True)
class SigningKey:
    """An Ed25519 secret (32 bytes) with the name it signs under."""

    name: str
    secret: bytes = field(repr=False)

    @cached_property
    def verify_key(self) -> VerifyKey:
        """The public half."""
        return VerifyKey(self.name, Ed25519PrivateKey.from_private_bytes(self.secret).public_key().public_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte signature of ``message``."""
        return Ed25519PrivateKey.from_private_bytes(self.secret).sign(message)


@dataclass(frozen=True)
class NoteSignature:
    """One verified signature of a note; ``time`` (seconds since 1970) only for a cosignature."""

    key: VerifyKey
    time: int | None


@dataclass(frozen=True)
class VerifiedNote:
    """The text of a note and the known keys that signed it, in the order of the lines; never empty."""

    text: str
    signatures: tuple[NoteSignature, ...]


@lru_cache(maxsize=4096)
def parse_vkey(text: str) -> VerifyKey:
    """Return the key of a vkey text. Recomputes the key id; refuses another one, and a weak key."""
    match = _VKEY.fullmatch(text)  # the first two plus signs split: the base64 part may hold more
    if match is None:
        raise Malformed(reason("The verification key is not of the form name+keyid+key."))
    name, keyid, encoded = match.groups()
    raw = b64_decode(encoded, length=33)
    key = VerifyKey(name, raw[1:], raw[0])
    if key.keyid.hex() != keyid:
        raise Malformed(reason("The verification key does not have the id it states."))
    return key


def sign_note(text: str, *, key: SigningKey) -> str:
    """Return the note of ``text`` (one or more lines, each ending with a newline) with one signature line."""
    _check_text(text)
    raw = key.verify_key.keyid + key.sign(text.encode())
    return f"{text}\n— {key.name} {b64_encode(raw)}\n"


def verify_note(note: str | bytes, *, keys: Iterable[VerifyKey]) -> VerifiedNote:
    """Return the text of ``note`` and which of ``keys`` signed it.

    Lines of unknown keys are ignored; a line of a known key that fails rejects the note; one must verify.
    Raises :class:`Malformed` for the form, :class:`BadSignature` for the signatures.
    """
    text, lines = _split(note)
    known = {(key.name, key.keyid): key for key in keys}
    signatures = []
    for line in lines:
        name, raw = _read_line(line)
        key = known.get((name, raw[:_KEYID]))
        if key is not None:
            signatures.append(NoteSignature(key, _verify(key, text.encode(), raw[_KEYID:])))
    if not signatures:
        raise BadSignature(reason("The note carries no signature of a known key."))
    return VerifiedNote(text, tuple(signatures))


def statement(doc_type: str, digest_hex: str) -> str:
    """Return the text that is signed for a document: its type and its digest."""
    return f"tsb/1 {doc_type}\n{digest_hex}\n"


def sign_statement(doc_type: str, digest_hex: str, *, key: SigningKey) -> str:
    """Return the signed note ``sign(type, document)`` for a document with this digest."""
    return sign_note(statement(doc_type, digest_hex), key=key)


def verify_statement(note: str | bytes, *, doc_type: str, digest_hex: str, key: VerifyKey) -> None:
    """Return if ``note`` is a statement of ``key`` on the document, else raise :class:`Malformed`."""
    text, _ = _split(note)
    if text != statement(doc_type, digest_hex):  # the text first, then the signature
        raise BadSignature(reason("The signature is for another document."))
    verify_note(note, keys=[key])


# -- form ----------------------------------------------------------------------------------------------


def _split(note: str | bytes) -> tuple[str, list[str]]:
    """Return the text and the signature lines; the text ends at the last blank line."""
    text = _decoded(note) if isinstance(note, bytes) else note
    if len(text) > MAX_NOTE:
        raise Malformed(reason("The note is too long."))
    _check_characters(text)
    if not text.endswith("\n"):
        raise Malformed(reason("The note does not end with a newline."))
    head, blank, tail = text.rpartition("\n\n")
    if not blank:
        raise Malformed(reason("The note has no blank line before its signatures."))
    if not head or not tail:
        raise Malformed(reason("The note has no text or no signature line."))
    return head + "\n", tail[:-1].split("\n")


def _decoded(note: bytes) -> str:
    try:
        return note.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed(reason("The note is not valid UTF-8.")) from error


def _check_characters(text: str) -> None:
    if any(character < " " and character != "\n" for character in text):
        raise Malformed(reason("The note holds a control character."))
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise Malformed(reason("The note is not valid UTF-8."))


def _check_text(text: str) -> None:
    _check_characters(text)
    if not text.endswith("\n") or text == "\n":
        raise Malformed(reason("The text of a note is lines, each ending with a newline."))


def _read_line(line: str) -> tuple[str, bytes]:
    """Return the name and the bytes (key id, then signature) of a signature line."""
    match = _LINE.fullmatch(line)
    if match is None:
        raise Malformed(reason("A signature line of the note is malformed."))
    raw = b64_decode(match[2])
    if len(raw) <= _KEYID:
        raise Malformed(reason("A signature line of the note is too short."))
    return match[1], raw


# -- Ed25519 -------------------------------------------------------------------------------------------


def _verify(key: VerifyKey, message: bytes, signature: bytes) -> int | None:
    """Verify by the type of the key; return the time of a cosignature."""
    if key.kind == ED25519:
        _verify_ed25519(key.public, message, signature)
        return None
    if len(signature) != _TIMED:
        raise BadSignature(reason("A signature of the note does not have the right length."))
    time = int.from_bytes(signature[:8], "big")
    _verify_ed25519(key.public, f"cosignature/v1\ntime {time}\n".encode() + message, signature[8:])
    return time


def _verify_ed25519(public: bytes, message: bytes, signature: bytes) -> None:
    if len(signature) != _SIGNATURE:
        raise BadSignature(reason("A signature of the note does not have the right length."))
    if int.from_bytes(signature[32:], "little") >= _L or _y(signature[:32]) >= _P:
        raise BadSignature(reason("A signature of the note is not in canonical form."))
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature as error:
        raise BadSignature(reason("A signature of the note does not verify.")) from error


def _check_point(public: bytes) -> None:
    """Refuse a public key that is not canonical, not on the curve, or of small order (RFC 8032, 5.1.3)."""
    if len(public) != 32:  # noqa: PLR2004  (an Ed25519 key has 32 bytes)
        raise Malformed(reason("An Ed25519 public key has 32 bytes."))
    y = _y(public)
    if y >= _P:
        raise Malformed(reason("The public key is not in canonical form."))
    if y in _SMALL_ORDER_Y:
        raise Malformed(reason("The public key is of small order: anything would verify under it."))
    x_squared = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    if pow(x_squared, (_P - 1) // 2, _P) != 1:
        raise Malformed(reason("The public key is not a point of the curve."))


def _y(encoded: bytes) -> int:
    """Return the y-coordinate of an encoded point (the top bit is the sign of x)."""
    return int.from_bytes(encoded, "little") & (2**255 - 1)
