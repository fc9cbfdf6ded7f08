"""The log as static files would hold it: c2sp.org/tlog-tiles, answered from the leaves.

A hash tile of level L and number N holds 256 hashes, each the root over 256^L entries; an entry bundle the entries of
a tile of level 0, each with its length (two bytes, big-endian) before it. A partial tile names its width. What a tile
holds never changes, so whoever fetches one may keep it for ever.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from core import log_reading
from core.models import LogLeaf

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.tree import Nodes

WIDTH: Final = 256
_HIGHEST: Final = 7  # 256^8 entries are more than any log has
_PATH: Final = re.compile(r"((?:x\d{3}/){0,5})(\d{3})(?:\.p/([1-9]\d{0,2}))?")


class NoTile(Exception):  # noqa: N818  (it says what is not there)
    """The path names no tile, or one that the log does not fill yet."""


@dataclass(frozen=True)
class Place:
    """Number of a tile and how many hashes of it are asked for."""

    number: int
    width: int

    @property
    def start(self) -> int:
        return self.number * WIDTH


def read_place(path: str) -> Place:
    """Return what ``N`` or ``N.p/W`` names, N in groups of three digits; raises NoTile."""
    match = _PATH.fullmatch(path)
    if match is None:
        raise NoTile(path)
    groups, last, width = match.groups()
    digits = groups.replace("x", "").replace("/", "") + last
    if len(digits) > 3 and digits.startswith("000"):  # noqa: PLR2004  (a number has one form)
        raise NoTile(path)
    if width is not None and int(width) >= WIDTH:
        raise NoTile(path)
    return Place(int(digits), WIDTH if width is None else int(width))


def write_place(place: Place) -> str:
    """Return the path of a tile."""
    number, digits = place.number, [f"{place.number % 1000:03d}"]
    while number := number // 1000:
        digits.append(f"x{number % 1000:03d}")
    path = "/".join(reversed(digits))
    return path if place.width == WIDTH else f"{path}.p/{place.width}"


def hash_tile(level: int, place: Place, *, size: int, nodes: Nodes | None = None) -> bytes:
    """Return the bytes of a hash tile of the log of ``size`` entries; raises NoTile."""
    if not 0 <= level <= _HIGHEST or place.start + place.width > size >> 8 * level:
        raise NoTile(write_place(place))
    read = nodes or log_reading.nodes
    return b"".join(read(8 * level, place.start + n) for n in range(place.width))


def leaf_tile(place: Place, *, size: int) -> bytes:
    """Return a tile of level 0 in one read."""
    if place.start + place.width > size:
        raise NoTile(write_place(place))
    return b"".join(log_reading.leaves(place.start, place.start + place.width))


def entries_of(place: Place, *, size: int) -> list[LogLeaf]:
    """Return the rows of an entry bundle; raises NoTile where the log does not reach so far."""
    if place.start + place.width > size:
        raise NoTile(write_place(place))
    return list(LogLeaf.objects.filter(idx__gte=place.start, idx__lt=place.start + place.width).order_by("idx"))


def write_bundle(entries: Sequence[bytes]) -> bytes:
    """Return entries as the bytes of a bundle."""
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)
