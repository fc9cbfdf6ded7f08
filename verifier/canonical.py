"""Canonical JSON, its encodings, times and names: section 1 of the protocol, read strictly."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from datetime import UTC, datetime
from typing import Final

from verifier.words import Fault

DEPTH: Final = 16
LARGEST: Final = 2**53 - 1
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}")
_KID: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
_HEX: Final = re.compile(r"[0-9a-f]{64}")
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)
_DIGITS: Final = 16  # of the largest integer


def read_json(data: bytes, *, limit: int, canonical: bool = True) -> object:
    """Return the value of a JSON text of at most ``limit`` bytes; ``canonical``: it must be its canonical form."""
    if len(data) > limit:
        raise Fault("it has {size} bytes; at most {limit} are allowed", size=len(data), limit=limit)
    try:
        value = json.loads(data.decode("utf-8"), parse_float=_no_number, parse_constant=_no_number, parse_int=_integer)
    except UnicodeDecodeError as error:
        raise Fault("it is not valid UTF-8") from error
    except RecursionError as error:
        raise Fault("it is nested too deeply") from error
    except json.JSONDecodeError as error:
        raise Fault("it is not JSON from character {place} on", place=error.pos) from error
    check_value(value)
    if canonical and write_json(value) != data:
        raise Fault("it is not in canonical form")
    return value


def write_json(value: object) -> bytes:
    """Return the canonical bytes of a value."""
    try:
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()
    except UnicodeEncodeError as error:
        raise Fault("it holds half of a character") from error


def check_value(value: object, levels: int = DEPTH) -> None:
    """Refuse what restricted JSON does not know of what a reader has made: large integers, foreign keys, depth."""
    if levels < 1:
        raise Fault("it is nested too deeply")
    if isinstance(value, dict):
        for key, item in value.items():
            if not key.isascii():
                raise Fault("a key is not ASCII text")
            check_value(item, levels - 1)
    elif isinstance(value, list):
        for item in value:
            check_value(item, levels - 1)
    elif type(value) is int and abs(value) > LARGEST:
        raise Fault("an integer is too large")


def _no_number(_text: str) -> object:
    raise Fault("it holds a number that is not an integer")


def _integer(text: str) -> int:
    if len(text.lstrip("-")) > _DIGITS:
        raise Fault("an integer is too large")
    return int(text)


def digest(data: bytes) -> str:
    """Return SHA-256 as hex."""
    return hashlib.sha256(data).hexdigest()


def b64u(data: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_b64u(text: object, length: int | None = None) -> bytes:
    """Return the bytes (``length`` of them) of canonical base64url without padding."""
    if not isinstance(text, str) or not re.fullmatch(r"[A-Za-z0-9_-]*", text):
        raise Fault("it is not base64url without padding")
    data = _decoded(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4))
    if b64u(data) != text or (length is not None and len(data) != length):
        raise Fault("it is not {length} bytes in canonical base64", length=len(data) if length is None else length)
    return data


def from_b64(text: str, length: int | None = None) -> bytes:
    """Return the bytes of canonical standard base64 with padding."""
    if not re.fullmatch(r"[A-Za-z0-9+/]*={0,2}", text):
        raise Fault("it is not standard base64 with padding")
    data = _decoded(text)
    if base64.b64encode(data).decode() != text or (length is not None and len(data) != length):
        raise Fault("it is not {length} bytes in canonical base64", length=len(data) if length is None else length)
    return data


def _decoded(padded: str) -> bytes:
    try:
        return base64.b64decode(padded, validate=True)
    except binascii.Error as error:
        raise Fault("it is not complete base64") from error


def read_time(text: object) -> datetime:
    """Return the UTC time of the form YYYY-MM-DDTHH:MM:SS.ffffffZ."""
    if not isinstance(text, str) or not _TIME.fullmatch(text):
        raise Fault("it is not a time of the form YYYY-MM-DDTHH:MM:SS.ffffffZ")
    try:
        return datetime.fromisoformat(text[:-1]).replace(tzinfo=UTC)
    except ValueError as error:
        raise Fault("it is not a real date") from error


def show_time(at: datetime) -> str:
    """Return a time in the form of the protocol."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def is_id(text: object) -> bool:
    """Return whether this is an id."""
    return isinstance(text, str) and _ID.fullmatch(text) is not None


def is_kid(text: object) -> bool:
    """Return whether this is a key holder's id."""
    return isinstance(text, str) and _KID.fullmatch(text) is not None


def is_digest(text: object) -> bool:
    """Return whether this is a SHA-256 digest in hex."""
    return isinstance(text, str) and _HEX.fullmatch(text) is not None
