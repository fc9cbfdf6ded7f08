"""The plaintext of an envelope: one strict ustar archive, its index first, zero bytes after it (section 4.4)."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from verifier.schema import MIB, document
from verifier.words import Fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

BLOCK: Final = 512
INDEX: Final = "index.json"
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,98}")
_NUMBER: Final = re.compile(rb"[0-7]+[\x00 ]*")
_LARGEST: Final = 8**11 - 1
_MOST: Final = 1_000  # members, the index among them


@dataclass(frozen=True)
class Listed:
    """A file as the index lists it."""

    name: str
    title: str
    size: int
    sha256: str


def read_archive(plaintext: Iterable[bytes], belonging: Mapping[str, str]) -> tuple[str, tuple[Listed, ...]]:
    """Return the SHA-256 of the whole plaintext and the files of the archive; ``belonging``: what the index states."""
    stream = _Stream(plaintext)
    first = stream.member()
    if first is None or first[0] != INDEX or first[1] > MIB:
        raise Fault("the archive does not begin with its index")
    listed = _index(b"".join(stream.content(first[1])), belonging)
    for one in listed:
        if stream.member() != (one.name, one.size):
            raise Fault("the archive does not hold what its index lists: {name}", name=one.name)
        found = hashlib.sha256()
        for piece in stream.content(one.size):
            found.update(piece)
        if found.hexdigest() != one.sha256:
            raise Fault("the archive does not hold what its index lists: {name}", name=one.name)
    if stream.member() is not None:
        raise Fault("the archive holds more than its index lists")
    stream.only_zeros()
    return stream.digest.hexdigest(), listed


def _index(data: bytes, belonging: Mapping[str, str]) -> tuple[Listed, ...]:
    fields = document(data, of="index", place=INDEX, limit=MIB, required="tender envelope lot cid files")
    for name, value in belonging.items():
        fields[name].is_(value)
    listed = []
    for one in fields["files"].entries(0, _MOST - 1):
        entry = one.fields(["name", "title", "media", "size", "sha256"])
        entry["media"].text()
        name = entry["name"].text()
        if not _NAME.fullmatch(name):
            raise entry["name"].fault("it is not a plain file name")
        size = entry["size"].integer(0, _LARGEST)
        listed.append(Listed(name, entry["title"].text(), size, entry["sha256"].digest()))
    if len({INDEX, *(one.name for one in listed)}) != len(listed) + 1:
        raise fields["files"].fault("two files have the same name")
    return tuple(listed)


class _Stream:
    """Plaintext as blocks; hashes all that passes."""

    def __init__(self, plaintext: Iterable[bytes]) -> None:
        self._pieces = iter(plaintext)
        self._rest = memoryview(b"")
        self.digest = hashlib.sha256()

    def member(self) -> tuple[str, int] | None:
        """Return name and size of the next member; None at the end of the archive."""
        header = b"".join(self._next(BLOCK))
        if any(header):
            return _header(header)
        if any(b"".join(self._next(BLOCK))):
            raise Fault("the archive does not end with two zero blocks")
        return None

    def content(self, size: int) -> Iterator[bytes]:
        """Yield the bytes of a member; what fills its last block must be zero."""
        yield from self._next(size)
        if any(b"".join(self._next(-size % BLOCK))):
            raise Fault("a file of the archive is followed by something other than zero bytes")

    def only_zeros(self) -> None:
        """Read to the end; all of it must be zero."""
        while piece := self._some(MIB):
            if any(piece):
                raise Fault("the archive is followed by something other than zero bytes")

    def _next(self, size: int) -> Iterator[bytes]:
        while size:
            piece = self._some(size)
            if not piece:
                raise Fault("the archive is cut short")
            size -= len(piece)
            yield piece

    def _some(self, most: int) -> bytes:
        while not self._rest:
            following = next(self._pieces, None)
            if following is None:
                return b""
            self.digest.update(following)
            self._rest = memoryview(following)
        piece, self._rest = bytes(self._rest[:most]), self._rest[most:]
        return piece


def _header(block: bytes) -> tuple[str, int]:
    """Return name and size of a ustar header of the strict profile."""
    name = block[:100].rstrip(b"\x00")
    numbers = [block[100:108], block[108:116], block[116:124], block[124:136], block[136:148], block[148:156]]
    if not all(_NUMBER.fullmatch(number) for number in numbers):
        raise Fault("a header of the archive has a number that is none")
    size, total = (int(number.rstrip(b"\x00 "), 8) for number in (numbers[3], numbers[5]))
    devices = block[329:345]
    is_plain = (
        block[156:157] == b"0"
        and block[257:265] == b"ustar\x0000"
        and not any(block[157:257])
        and not any(block[345:512])
        and all(_is_zero(device) for device in (devices[:8], devices[8:]))
        and total == sum(block[:148]) + 8 * 0x20 + sum(block[156:])
    )
    try:
        text = name.decode("ascii")
    except UnicodeDecodeError:
        text = ""
    if not is_plain or not _NAME.fullmatch(text):
        raise Fault("a header of the archive is not that of a plain file")
    return text, size


def _is_zero(number: bytes) -> bool:
    return re.fullmatch(rb"0*[\x00 ]*", number) is not None
