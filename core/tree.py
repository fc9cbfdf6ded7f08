"""The Merkle tree of the log: RFC 6962, section 2, with SHA-256 (``docs/log.md``).

Entries are bytes, hashes are 32 bytes. A tree of *n* entries splits at *k*, the largest power of two below *n*::

    leaf(e) = SHA-256(0x00 ‖ e)          node(l, r) = SHA-256(0x01 ‖ l ‖ r)
    MTH([]) = SHA-256("")     MTH([e]) = leaf(e)     MTH(D) = node(MTH(D[0:k]), MTH(D[k:n]))

Who proves hands in a :data:`Nodes` function that knows the roots of perfect subtrees, so that a proof costs about
log n look-ups wherever the hashes lie. Verification returns nothing or raises :class:`BadProof`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, TypeAlias

from core.canonical import Malformed
from core.reasons import reason

HASH: Final = 32  # bytes
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()

Nodes: TypeAlias = Callable[[int, int], bytes]
"""``nodes(level, index)``: the root over the entries index · 2^level up to (index + 1) · 2^level, the last excluded."""


class BadProof(Malformed):
    """The proof does not show what it is said to show."""


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of one entry."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class CompactRange:
    """What must be kept of a tree to let it grow: the roots of its perfect subtrees, the largest first."""

    def __init__(self, size: int = 0, stack: Iterable[bytes] = ()) -> None:
        self.size = size
        self.stack = list(stack)
        if len(self.stack) != size.bit_count():
            raise Malformed(reason("The compact range does not have as many hashes as its size asks for."))

    def push(self, leaf: bytes) -> None:
        """Append the hash of an entry: equal subtrees at the end become one (one bit of the size each)."""
        size, top = self.size, leaf
        while size & 1:
            top = node_hash(self.stack.pop(), top)
            size >>= 1
        self.stack.append(top)
        self.size += 1

    def root(self) -> bytes:
        """Return the root: folded from the right, SHA-256 of nothing for the empty tree."""
        return _folded(self.stack)


def root(leaves: Sequence[bytes]) -> bytes:
    """Return the root over a list of leaf hashes."""
    return root_of(len(leaves), among(leaves))


def root_of(size: int, nodes: Nodes) -> bytes:
    """Return the root of the tree of the first ``size`` entries."""
    return _subtree(0, size, nodes)


def among(leaves: Sequence[bytes]) -> Nodes:
    """Return the nodes over a list of leaf hashes, each worked out when it is asked for."""

    def nodes(level: int, index: int) -> bytes:
        if level == 0:
            return leaves[index]
        return node_hash(nodes(level - 1, 2 * index), nodes(level - 1, 2 * index + 1))

    return nodes


# -- proofs (RFC 6962, 2.1.1 and 2.1.2) ------------------------------------------------------------------


def inclusion_proof(index: int, size: int, nodes: Nodes) -> list[bytes]:
    """Return the audit path of entry ``index`` in the tree of ``size`` entries, from the leaf upwards."""
    if not 0 <= index < size:
        raise ValueError(f"there is no entry {index} in a tree of {size}")
    path, start, end = [], 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_subtree(middle, end, nodes))
            end = middle
        else:
            path.append(_subtree(start, middle, nodes))
            start = middle
    return path[::-1]


def consistency_proof(old: int, new: int, nodes: Nodes) -> list[bytes]:
    """Return the proof that the tree of ``old`` entries is the beginning of the tree of ``new`` entries.

    Empty for equal sizes and for ``old`` = 0: everything continues the empty tree.
    """
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {old} entries is no beginning of one of {new}")
    if old in (0, new):
        return []
    path, start, end = [], 0, new
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(_subtree(middle, end, nodes))
            end = middle
        else:
            path.append(_subtree(start, middle, nodes))
            start = middle
    if start > 0:  # the old tree's last part is not its whole: its root is not known to the verifier
        path.append(_subtree(start, end, nodes))
    return path[::-1]


# -- verification (RFC 9162, 2.1.3.2 and 2.1.4.2) --------------------------------------------------------


def verify_inclusion(*, leaf: bytes, index: int, size: int, root: bytes, proof: Sequence[bytes]) -> None:
    """Return if the proof leads from the hash of entry ``index`` to the root of ``size`` entries, else BadProof."""
    if not 0 <= index < size:
        raise BadProof(reason("The log has no entry at the place that the proof names."))
    found = leaf
    for sibling, is_left in _climb(index, size - 1, proof):
        found = node_hash(sibling, found) if is_left else node_hash(found, sibling)
    if found != root:
        raise BadProof(reason("The proof does not lead to the root of the log."))


def verify_consistency(*, old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Return if the proof shows that the tree of ``new`` entries continues the tree of ``old``, else BadProof."""
    if not 0 <= old <= new:
        raise BadProof(reason("The log has become shorter."))
    if old in (0, new):
        _verify_trivial(old=old, old_root=old_root, new_root=new_root, is_same=old == new, proof=proof)
        return
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    if not proof:
        raise BadProof(reason("The proof has more or fewer hashes than it needs."))
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    first = second = path[0]
    for sibling, is_left in _climb(place, last, path[1:]):
        if is_left:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
        else:
            second = node_hash(second, sibling)
    if (first, second) != (old_root, new_root):
        raise BadProof(reason("The log does not continue what was seen of it before."))


def _climb(place: int, last: int, siblings: Sequence[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Yield each sibling on the way to the root and whether it stands to the left; their number must be right.

    ``place`` and ``last`` are the node's and the last node's index on its level (*fn* and *sn* of RFC 9162).
    """
    for sibling in siblings:
        if last == 0:
            raise BadProof(reason("The proof has more or fewer hashes than it needs."))
        is_left = bool(place & 1) or place == last
        yield sibling, is_left
        while is_left and place and not place & 1:
            place, last = place >> 1, last >> 1
        place, last = place >> 1, last >> 1
    if last != 0:
        raise BadProof(reason("The proof has more or fewer hashes than it needs."))


def _verify_trivial(*, old: int, old_root: bytes, new_root: bytes, is_same: bool, proof: Sequence[bytes]) -> None:
    if proof:
        raise BadProof(reason("The proof has more or fewer hashes than it needs."))
    if (old == 0 and old_root != EMPTY_ROOT) or (is_same and old_root != new_root):
        raise BadProof(reason("The log does not continue what was seen of it before."))


# -- parts -----------------------------------------------------------------------------------------------


def _split(size: int) -> int:
    """Return the largest power of two below ``size`` (2 or more)."""
    return 1 << ((size - 1).bit_length() - 1)


def _subtree(start: int, end: int, nodes: Nodes) -> bytes:
    """Return the root over the entries from ``start`` to ``end``; ``start`` is where a subtree of this size begins."""
    parts = []
    while start < end:
        level = (end - start).bit_length() - 1
        parts.append(nodes(level, start >> level))
        start += 1 << level
    return _folded(parts)


def _folded(parts: Sequence[bytes]) -> bytes:
    """Fold roots of perfect subtrees, the largest first, from the right."""
    if not parts:
        return EMPTY_ROOT
    found = parts[-1]
    for part in reversed(parts[:-1]):
        found = node_hash(part, found)
    return found
