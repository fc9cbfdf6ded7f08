"""One header of a POSIX ustar archive, written in one way and read strictly (section 4.4, 1 and 2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from core.canonical import Malformed
from core.reasons import reason

BLOCK: Final = 512
NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,98}")
LARGEST_SIZE: Final = 8**11 - 1  # eleven octal digits

_OCTAL: Final = re.compile(rb"([0-7]+)[\0 ]*")
_ZERO_NUMBER: Final = re.compile(rb"0*[\0 ]*")

# offset and length of the fields (POSIX.1-1988)
_FIELDS: Final = {
    "name": (0, 100),
    "mode": (100, 8),
    "uid": (108, 8),
    "gid": (116, 8),
    "size": (124, 12),
    "mtime": (136, 12),
    "checksum": (148, 8),
    "typeflag": (156, 1),
    "linkname": (157, 100),
    "magic": (257, 6),
    "version": (263, 2),
    "devmajor": (329, 8),
    "devminor": (337, 8),
    "prefix": (345, 155),
    "rest": (500, 12),
}


@dataclass(frozen=True)
class Member:
    """A regular file of an archive: its name and size in bytes."""

    name: str
    size: int


def padding_after(size: int) -> int:
    """Return the number of zero bytes between a member's end and the next block."""
    return -size % BLOCK


def check_name(name: str) -> str:
    """Return a member's name if it is plain: no path, at most 99 characters."""
    if not NAME.fullmatch(name):
        raise Malformed(reason("“{name}” is not a plain file name.", name=name[:120]))
    return name


def write_header(member: Member) -> bytes:
    """Return the 512-byte header: mode 0644, owner and time zero, names of owners empty."""
    check_name(member.name)
    if not 0 <= member.size <= LARGEST_SIZE:
        raise Malformed(reason("“{name}” is too large for the archive.", name=member.name))
    header = bytearray(BLOCK)
    values = {
        "name": member.name.encode("ascii"),
        "mode": b"0000644\0",
        "uid": b"0000000\0",
        "gid": b"0000000\0",
        "size": b"%011o\0" % member.size,
        "mtime": b"00000000000\0",
        "checksum": b" " * 8,
        "typeflag": b"0",
        "magic": b"ustar\0",
        "version": b"00",
        "devmajor": b"0000000\0",
        "devminor": b"0000000\0",
    }
    for field, value in values.items():
        start = _FIELDS[field][0]
        header[start : start + len(value)] = value
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header)


def read_header(header: bytes) -> Member:
    """Return the member of a 512-byte header; raises :class:`Malformed` for every deviation."""
    fields = {name: header[start : start + length] for name, (start, length) in _FIELDS.items()}
    if fields["magic"] != b"ustar\0" or fields["version"] != b"00":
        raise Malformed(reason("The archive is not in the ustar form."))
    if fields["typeflag"] != b"0":
        raise Malformed(reason("The archive holds something other than a regular file."))
    for name in ("mode", "uid", "gid", "mtime"):
        _number(fields[name])
    if _number(fields["checksum"]) != sum(header) - sum(fields["checksum"]) + 8 * ord(" "):
        raise Malformed(reason("A header of the archive has a wrong checksum."))
    if any(fields["linkname"]) or any(fields["prefix"]) or any(fields["rest"]):
        raise Malformed(reason("A header of the archive uses a field that must be empty."))
    if not all(_ZERO_NUMBER.fullmatch(fields[name]) for name in ("devmajor", "devminor")):
        raise Malformed(reason("A header of the archive names a device."))
    return Member(_name(fields["name"]), _number(fields["size"]))


def _number(field: bytes) -> int:
    match = _OCTAL.fullmatch(field)
    if match is None:
        raise Malformed(reason("A number in a header of the archive is not octal."))
    return int(match[1], 8)


def _name(field: bytes) -> str:
    text, _, rest = field.partition(b"\0")
    if any(rest):
        raise Malformed(reason("A name in the archive has bytes after its end."))
    return check_name(text.decode("ascii", errors="replace"))
