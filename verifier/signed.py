"""Signed notes and statements (c2sp.org/signed-note) with Ed25519, verified strictly."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from verifier.canonical import from_b64
from verifier.words import Fault

if TYPE_CHECKING:
    from collections.abc import Iterable

PLAIN: Final = 0x01
TIMED: Final = 0x04  # a witness's cosignature
NOTE_LIMIT: Final = 100_000  # characters
STATEMENT_LIMIT: Final = 8_192  # bytes
_NAME: Final = r"[\x21-\x2a\x2c-\x7e]+"
_VKEY: Final = re.compile(rf"({_NAME})\+([0-9a-f]{{8}})\+([A-Za-z0-9+/=]+)")
_LINE: Final = re.compile(rf"— ({_NAME}) ([A-Za-z0-9+/=]+)")
_P: Final = 2**255 - 19
_Q: Final = 2**252 + 27742317777372353535851937790883648493
_D: Final = -121665 * pow(121666, _P - 2, _P) % _P
_SMALL: Final = 2707385501144840649318225287225658788936804267575313519463743609750303402022
SMALL_ORDER: Final = frozenset({0, 1, _P - 1, _SMALL, _P - _SMALL})  # y of the eight points of small order


@dataclass(frozen=True)
class Key:
    """A public key under its name; ``kind`` is the type of its signatures."""

    name: str
    kind: int
    public: bytes
    keyid: bytes

    def verify(self, signature: bytes, message: bytes) -> None:
        """Return if the 64 bytes sign the message, else raise."""
        if len(signature) != 64 or int.from_bytes(signature[32:], "little") >= _Q:  # noqa: PLR2004
            raise Fault("the signature of {name} is not in canonical form", name=self.name)
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature as error:
            raise Fault("the signature of {name} does not fit", name=self.name) from error


@lru_cache(maxsize=4096)
def read_key(vkey: str) -> Key:
    """Return the key of a vkey text ``name+keyid+key``."""
    match = _VKEY.fullmatch(vkey)
    if match is None:
        raise Fault("“{vkey}” is not a verification key", vkey=vkey)
    name, keyid, encoded = match.groups()
    raw = from_b64(encoded, 33)
    found = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4]
    if found.hex() != keyid or raw[0] not in (PLAIN, TIMED):
        raise Fault("“{vkey}” is not a verification key", vkey=vkey)
    _check_point(raw[1:])
    return Key(name, raw[0], raw[1:], found)


def _check_point(public: bytes) -> None:
    y = int.from_bytes(public, "little") & (2**255 - 1)
    x_squared = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    if y >= _P or y in SMALL_ORDER or pow(x_squared, (_P - 1) // 2, _P) != 1:
        raise Fault("a public key is not a good point of the curve")


def read_note(note: bytes, keys: Iterable[Key]) -> tuple[str, dict[Key, int | None]]:
    """Return the text of a note and which of ``keys`` signed it (with the time, if it is a cosignature).

    Lines of strangers are passed over; a line of a known key that does not fit is a fault; one must fit.
    """
    text, lines = _split(note)
    known = {(key.name, key.keyid): key for key in keys}
    signed: dict[Key, int | None] = {}
    for line in lines:
        match = _LINE.fullmatch(line)
        raw = from_b64(match[2]) if match else b""
        if match is None or len(raw) < 5:  # noqa: PLR2004  (key id and something)
            raise Fault("a signature line is not of the right form")
        key = known.get((match[1], raw[:4]))
        if key is not None:
            signed[key] = _checked(key, raw[4:], text)
    if not signed:
        raise Fault("no known key has signed it")
    return text, signed


def _split(note: bytes) -> tuple[str, list[str]]:
    try:
        decoded = note.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Fault("it is not valid UTF-8") from error
    text, blank, tail = decoded.rpartition("\n\n")
    if len(decoded) > NOTE_LIMIT or not decoded.endswith("\n") or not blank or not tail or not text:
        raise Fault("it is not a signed note")
    if any(sign < " " and sign != "\n" for sign in decoded):
        raise Fault("it is not a signed note")
    return text + "\n", tail[:-1].split("\n")


def _checked(key: Key, raw: bytes, text: str) -> int | None:
    if key.kind == PLAIN:
        key.verify(raw, text.encode())
        return None
    at = int.from_bytes(raw[:8], "big")
    key.verify(raw[8:], f"cosignature/v1\ntime {at}\n{text}".encode())
    return at


def check_statement(note: bytes, *, of: str, digest: str, key: Key) -> None:
    """Return if ``note`` is the statement of ``key`` on the document of type ``of`` with this digest."""
    if len(note) > STATEMENT_LIMIT:
        raise Fault("it has {size} bytes; at most {limit} are allowed", size=len(note), limit=STATEMENT_LIMIT)
    text, _ = read_note(note, [key])
    if text != f"tsb/1 {of}\n{digest}\n":
        raise Fault("the signature is over something else than this document")
