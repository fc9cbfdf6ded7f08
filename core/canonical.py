"""One byte string for every value, one value for every byte string: canonical JSON and its encodings.

Everything that is hashed or signed passes through here (``docs/sealing.md``, section 1): a restricted
RFC 8785, the digest of a document, canonical base64, fixed-width times, and the shapes of ids. A reader never
repairs: what is not in the one allowed form raises :class:`Malformed`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from datetime import UTC, datetime
from typing import TypeAlias, cast

from core.reasons import Reason, reason

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | bool | None"

MAX_DEPTH = 16
LARGEST_INTEGER = 2**53 - 1  # integers beyond this do not survive a browser

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}")
KID = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
DIGEST = re.compile(r"[0-9a-f]{64}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")


class Malformed(ValueError):  # noqa: N818  (it says what the bytes are)
    """Bytes from outside are not in the one allowed form; carries one reason for a person."""

    def __init__(self, why: str) -> None:
        self.reason: Reason = why if isinstance(why, Reason) else Reason(why)
        super().__init__(self.reason)


# -- JSON ----------------------------------------------------------------------------------------------


def dumps(value: object) -> bytes:
    """Return the canonical bytes of ``value`` (dict, list, str, int, bool, None; nested at most 16 deep).

    Keys are ASCII and sorted, nothing is spaced, nothing is escaped without need, text is UTF-8.
    Raises :class:`Malformed` for any other type, an integer of 2^53 or more, or a lone surrogate.
    """
    _check(value, MAX_DEPTH)
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return _utf8(text)


def loads(data: bytes, *, limit: int, depth: int = MAX_DEPTH) -> Json:
    """Return the value whose canonical bytes are ``data``; at most ``limit`` bytes, ``depth`` levels.

    The outermost value is level 1, and every value counts. The value is written again and compared byte for
    byte: that catches white space, duplicate keys, wrong order, ``-0`` and needless escapes all at once.
    """
    if len(data) > limit:  # before anything is parsed
        raise Malformed(
            reason("The document has {size} bytes; at most {limit} are allowed.", size=len(data), limit=limit)
        )
    try:
        value = json.loads(data.decode("utf-8"), parse_float=_no_number, parse_constant=_no_number, parse_int=_integer)
    except UnicodeDecodeError as error:
        raise Malformed(reason("The document is not valid UTF-8.")) from error
    except RecursionError as error:
        raise Malformed(reason("The document is nested too deeply.")) from error
    except json.JSONDecodeError as error:
        raise Malformed(reason("The document is not JSON from character {position} on.", position=error.pos)) from error
    _check(value, depth)
    again = _utf8(json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")))
    if again != data:
        differing = (at for at, (ours, theirs) in enumerate(zip(again, data, strict=False)) if ours != theirs)
        position = next(differing, min(len(again), len(data)))
        raise Malformed(reason("The document is not in canonical form from byte {position} on.", position=position))
    return cast("Json", value)


def digest(data: bytes) -> str:
    """Return SHA-256 of ``data`` as 64 lower-case hex digits."""
    return hashlib.sha256(data).hexdigest()


def digest_of(value: object) -> str:
    """Return the digest of a JSON value: over its canonical bytes."""
    return digest(dumps(value))


def _check(value: object, levels: int) -> None:
    """Refuse types, numbers, keys and depths outside the restricted JSON."""
    if levels < 1:
        raise Malformed(reason("The document is nested too deeply."))
    if isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str) or not key.isascii():
                raise Malformed(reason("A key of the document is not ASCII text."))
            _check(item, levels - 1)
    elif isinstance(value, list):
        for item in value:
            _check(item, levels - 1)
    else:
        _check_scalar(value)


def _check_scalar(value: object) -> None:
    if type(value) is int:  # never isinstance: a boolean is an int in Python
        if abs(value) > LARGEST_INTEGER:
            raise Malformed(reason("An integer of the document is too large."))
    elif value is not None and not isinstance(value, str | bool):
        raise Malformed(reason("The document holds a value that canonical JSON does not know."))


def _utf8(text: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise Malformed(reason("The document holds half of a character (a lone surrogate).")) from error


def _no_number(text: str) -> object:
    raise Malformed(reason("A number of the document is not an integer: {number}.", number=text[:40]))


def _integer(text: str) -> int:
    if len(text) > len(str(-LARGEST_INTEGER)):  # int() of a very long text is slow, then fails on its own
        raise Malformed(reason("An integer of the document is too large."))
    return int(text)


# -- bytes as text -------------------------------------------------------------------------------------


def b64u_encode(data: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def b64u_decode(text: object, *, length: int | None = None) -> bytes:
    """Return the bytes of canonical base64url without padding; ``length`` is their required number."""
    if not isinstance(text, str) or not re.fullmatch(r"[A-Za-z0-9_-]*", text):
        raise Malformed(reason("The value is not base64url without padding."))
    padded = text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4)
    data = _decoded(padded, length)
    if b64u_encode(data) != text:  # bits that the encoding leaves zero
        raise Malformed(reason("The base64 value is not canonical."))
    return data


def b64_encode(data: bytes) -> str:
    """Return standard base64 with padding."""
    return base64.b64encode(data).decode("ascii")


def b64_decode(text: object, *, length: int | None = None) -> bytes:
    """Return the bytes of canonical standard base64 with padding; ``length`` is their required number."""
    if not isinstance(text, str) or not re.fullmatch(r"[A-Za-z0-9+/]*={0,2}", text):
        raise Malformed(reason("The value is not standard base64 with padding."))
    data = _decoded(text, length)
    if b64_encode(data) != text:
        raise Malformed(reason("The base64 value is not canonical."))
    return data


def _decoded(padded: str, length: int | None) -> bytes:
    try:
        data = base64.b64decode(padded, validate=True)
    except binascii.Error as error:
        raise Malformed(reason("The value is not complete base64.")) from error
    if length is not None and len(data) != length:
        raise Malformed(reason("The value has {found} bytes instead of {length}.", found=len(data), length=length))
    return data


# -- time ----------------------------------------------------------------------------------------------


def format_time(at: datetime) -> str:
    """Return ``at`` as ``YYYY-MM-DDTHH:MM:SS.ffffffZ``: 27 characters, so that text order is time order."""
    if at.tzinfo is None:
        raise Malformed(reason("A time without a zone cannot be written."))
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def parse_time(text: object) -> datetime:
    """Return the UTC time of the 27-character form; a real calendar date, seconds 00 to 59."""
    if not isinstance(text, str) or not _TIME.fullmatch(text):
        raise Malformed(reason("The time is not of the form YYYY-MM-DDTHH:MM:SS.ffffffZ."))
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise Malformed(reason("The time is not a real date.")) from error


# -- names ---------------------------------------------------------------------------------------------


def check_id(text: object) -> str:
    """Return ``text`` if it is an id (tender, bidder, lot, envelope, organisation).

    An id may hold ``/`` and ``..``: it is never used as a file name or a segment of an address.
    """
    if not isinstance(text, str) or not ID.fullmatch(text):
        raise Malformed(reason("The value is not an id (letters, digits and . _ : / -, at most 128)."))
    return text


def check_kid(text: object) -> str:
    """Return ``text`` if it is a key holder's id."""
    if not isinstance(text, str) or not KID.fullmatch(text):
        raise Malformed(reason("The value is not a key holder's id (small letters, digits and -, at most 32)."))
    return text


def check_digest(text: object) -> str:
    """Return ``text`` if it is a SHA-256 digest in lower-case hex."""
    if not isinstance(text, str) or not DIGEST.fullmatch(text):
        raise Malformed(reason("The value is not a SHA-256 digest in lower-case hex."))
    return text
