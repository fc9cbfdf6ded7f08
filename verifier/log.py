"""The log: its Merkle tree (RFC 6962), checkpoints with cosignatures, and proofs (C2SP)."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from verifier import signed
from verifier.canonical import from_b64
from verifier.words import Fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from verifier.trust import Trust

HASH: Final = 32
EMPTY: Final = hashlib.sha256(b"").digest()
PROOF_LIMIT: Final = 131_072
_DECIMAL: Final = r"(0|[1-9][0-9]{0,15})"
_MOST_HASHES: Final = 63


@dataclass(frozen=True)
class Checkpoint:
    """Size and root that the log signed, the three lines themselves, and the time at which each witness saw them."""

    size: int
    root: bytes
    text: str
    witnessed: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Proof:
    """The text of an inclusion proof, taken apart."""

    index: int
    hashes: tuple[bytes, ...]
    note: bytes


class Tree:
    """All leaf hashes and the roots of all perfect subtrees over them; each level is one row of bytes."""

    def __init__(self, leaves: bytes) -> None:
        self.size = len(leaves) // HASH
        self._levels = [leaves]
        while len(self._levels[-1]) >= 2 * HASH:
            self._levels.append(_parents(self._levels[-1]))

    def leaf(self, index: int) -> bytes:
        """Return the hash of a leaf."""
        return self._levels[0][index * HASH : (index + 1) * HASH]

    def root(self, size: int) -> bytes:
        """Return the root of the first ``size`` leaves."""
        parts, start = [], 0
        for level in reversed(range(len(self._levels))):
            if size >> level & 1:
                place = start >> level
                parts.append(self._levels[level][place * HASH : (place + 1) * HASH])
                start += 1 << level
        root = parts.pop() if parts else EMPTY
        while parts:
            root = node(parts.pop(), root)
        return root


def _parents(level: bytes) -> bytes:
    sha256, pair = hashlib.sha256, 2 * HASH
    return b"".join(sha256(b"\x01" + level[at : at + pair]).digest() for at in range(0, len(level) - pair + 1, pair))


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of an entry."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def read_checkpoint(note: bytes, trust: Trust) -> Checkpoint:
    """Return the checkpoint of a note: of the trusted log, exactly three lines; who witnessed it is listed."""
    text, signers = signed.read_note(note, [trust.log, *trust.witnesses])
    if trust.log not in signers:
        raise Fault("the log has not signed it")
    lines = text.split("\n")
    if len(lines) != 4 or not re.fullmatch(_DECIMAL, lines[1]):  # noqa: PLR2004
        raise Fault("a checkpoint has three lines: origin, size and root")
    if lines[0] != trust.origin:
        raise Fault("the checkpoint is of another log: {origin}", origin=lines[0])
    times = tuple(sorted((key.name, at) for key, at in signers.items() if at is not None))
    return Checkpoint(int(lines[1]), from_b64(lines[2], HASH), text, times)


def check_quorum(checkpoint: Checkpoint, quorum: int) -> None:
    """Return if at least ``quorum`` different witnesses cosigned the checkpoint."""
    if (found := len(checkpoint.witnessed)) < quorum:
        raise Fault("{found} witnesses have cosigned the checkpoint; {quorum} are needed", found=found, quorum=quorum)


def read_proof(text: str) -> Proof:
    """Return the proof of a text of the form c2sp.org/tlog-proof@v1."""
    head, blank, note = text.partition("\n\n")
    first, *lines = head.split("\n")
    match = re.fullmatch(f"index {_DECIMAL}", lines[0]) if lines else None
    if first != "c2sp.org/tlog-proof@v1" or match is None or not blank or len(lines) > _MOST_HASHES + 1:
        raise Fault("it is not a proof of the form c2sp.org/tlog-proof@v1")
    return Proof(int(match[1]), tuple(from_b64(line, HASH) for line in lines[1:]), note.encode())


def check_inclusion(leaf: bytes, *, index: int, checkpoint: Checkpoint, hashes: Sequence[bytes]) -> None:
    """Return if the hashes lead from the leaf to the root (RFC 9162, 2.1.3.2)."""
    if index >= checkpoint.size:
        raise Fault("the log has no entry {index}", index=index)
    found, place, last = leaf, index, checkpoint.size - 1
    for one in hashes:
        if last == 0:
            raise Fault("the proof has too many hashes")
        if place & 1 or place == last:
            found = node(one, found)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            found = node(found, one)
        place, last = place >> 1, last >> 1
    if last != 0 or found != checkpoint.root:
        raise Fault("the proof does not lead to the root of the log")


def join(leaves: Iterable[bytes]) -> bytes:
    """Return leaf hashes as one row."""
    return b"".join(leaves)


def shown(root: bytes) -> str:
    """Return a root as people compare it."""
    return base64.b64encode(root).decode()
