"""Entries of the log: one canonical line for each leaf, or the hash of one that is withheld (log.md, section 3)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from verifier import canonical
from verifier.log import Tree, leaf_hash
from verifier.schema import Value
from verifier.words import Fault, say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from typing import BinaryIO

LIMIT: Final = 65_535
DISORDER: Final = timedelta(seconds=60)  # how much older than the newest before it an entry may be
_EVENT: Final = re.compile(r"[a-z][a-z_]*(\.[a-z][a-z_]*){1,3}")
_WITHHELD: Final = re.compile(rb"[0-9a-f]{64}\n")

# The data of each event that the verifier judges, field by field.
EVENTS: Final[Mapping[str, tuple[str, ...]]] = {
    "key.enrolled": ("subject", "kind", "vkey", "evidence"),
    "tender.published": ("deadline", "ceremony"),
    "key.rehearsed": ("kid", "rehearsal", "answer"),
    "tender.extended": ("old", "deadline", "reason"),
    "bid.sealed": ("seal", "bidder", "replaces"),
    "bid.withdrawn": ("seal", "bidder", "doc"),
    "payload.stored": ("seal", "sha256"),
    "tender.closed": ("close",),
    "bid.key": ("bidder", "doc"),
    "bid.rescued": ("bidder", "doc"),
    "opening.release": ("kid", "release"),
    "tender.opened": ("opening",),
    "payload.erased": ("sha256",),
    "key.destroyed": ("kid",),
    "draw.vrf": ("vrf_pk", "doc"),
    "draw.manifest": ("manifest",),
    "draw.result": ("result",),
    "draw.commit": ("manifest", "party", "commit", "doc"),
    "draw.reveal": ("manifest", "party", "doc"),
    "draw.release": ("manifest", "kid", "deal", "doc"),
    "draw.refusal": ("manifest", "handle", "reason"),
}
_OPTIONAL: Final[Mapping[str, tuple[str, ...]]] = {
    "opening.release": ("stage", "deal"),
    "tender.opened": ("stage",),
}


@dataclass(frozen=True)
class Entry:
    """A disclosed entry at its place in the log."""

    index: int
    event: str
    tender: str
    at: datetime
    data: Mapping[str, Value]
    text: bytes


@dataclass(frozen=True)
class Log:
    """The tree over all leaves and the entries that are disclosed, in order."""

    tree: Tree
    entries: tuple[Entry, ...]
    withheld: int

    def of(self, tender: str, *events: str) -> list[Entry]:
        """Return the entries of a tender with these events."""
        return [entry for entry in self.entries if entry.tender == tender and entry.event in events]


def read_lines(source: BinaryIO) -> tuple[Tree, list[tuple[int, bytes]], int]:
    """Return the tree over all lines, the disclosed ones with their numbers, and how many are withheld."""
    leaves, disclosed, withheld = [], [], 0
    for index, line in enumerate(_lines(source)):
        if _WITHHELD.fullmatch(line):
            leaves.append(bytes.fromhex(line[:-1].decode()))
            withheld += 1
        else:
            leaves.append(leaf_hash(line[:-1]))
            disclosed.append((index, line[:-1]))
    return Tree(b"".join(leaves)), disclosed, withheld


def _lines(source: BinaryIO) -> Iterator[bytes]:
    while line := source.readline(LIMIT + 2):
        if not line.endswith(b"\n"):
            raise Fault("a line of the log is too long or does not end")
        yield line


def read_entries(lines: list[tuple[int, bytes]]) -> tuple[Entry, ...]:
    """Return the entries of disclosed lines; their times may be out of order by a minute at most."""
    found, newest = [], None
    for index, text in lines:
        entry = read_entry(text, index)
        if newest is not None and entry.at < newest - DISORDER:
            raise Fault("entry {index} is more than 60 s older than one before it", index=index)
        newest = entry.at if newest is None else max(newest, entry.at)
        found.append(entry)
    return tuple(found)


def read_entry(text: bytes, index: int) -> Entry:
    """Return an entry; the data of the events that are judged has exactly their fields."""
    place = str(say("entry {index}", index=index))
    raw = Value(None, place).read(lambda _: canonical.read_json(text, limit=LIMIT))
    fields = Value(raw, place).fields(["v", "type", "t", "tender", "at", "salt", "data"])
    fields["v"].is_("tsb/1")
    fields["type"].is_("entry")
    event, tender = fields["t"].text(), fields["tender"].text()
    if not _EVENT.fullmatch(event):
        raise fields["t"].fault("it is not the name of an event")
    if tender:
        fields["tender"].id()
    fields["salt"].octets(16)
    data = fields["data"]
    if event in EVENTS:
        values = data.fields(EVENTS[event], _OPTIONAL.get(event, ()))
    elif isinstance(data.raw, dict):
        values = {name: Value(item, data.place) for name, item in data.raw.items()}
    else:
        raise data.fault("an object is expected")
    return Entry(index, event, tender, fields["at"].time(), values, text)
