"""Reads of the log: its newest checkpoint, proofs, and which checkpoints carry how many cosignatures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.checkpoints import Checkpoint, read_text, write_proof
from core.models import LogCheckpoint, LogCosignature, LogHead, LogLeaf
from core.policies import read_policy
from core.tree import consistency_proof, inclusion_proof, node_hash

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.policies import Policy

_BLOCK: Final = 10  # 2^10 leaves are read at once
_LATEST: Final = 1_000  # checkpoints that are looked through, newest first
_AT_ONCE: Final = 50  # checkpoints that are looked through at once
_REMEMBERED: Final = 65_536  # roots of perfect subtrees that one reader remembers


class TreeReader:
    """The roots of perfect subtrees, from the leaves; what was worked out once is remembered.

    Leaves never change, so neither does what is remembered. One reader belongs to one database.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], bytes] = {}

    def __call__(self, level: int, index: int) -> bytes:
        """Return the root over the entries from index · 2^level on, 2^level of them (:data:`core.tree.Nodes`)."""
        if (level, index) not in self._known:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[level, index] = self._worked_out(level, index)
        return self._known[level, index]

    def forget(self) -> None:
        """Forget everything: the database is another one."""
        self._known.clear()

    def _worked_out(self, level: int, index: int) -> bytes:
        if level > _BLOCK:
            return node_hash(self(level - 1, 2 * index), self(level - 1, 2 * index + 1))
        row = leaves(index << level, (index + 1) << level)
        if len(row) != 1 << level:
            raise LookupError(f"the log has no entries up to {(index + 1) << level}")
        while len(row) > 1:
            row = [node_hash(row[n], row[n + 1]) for n in range(0, len(row), 2)]
        return row[0]


nodes: Final = TreeReader()  # this process's, of the one database that it serves


def leaves(start: int, end: int) -> list[bytes]:
    """Return the leaf hashes from ``start`` on, ``end`` excluded."""
    rows = LogLeaf.objects.filter(idx__gte=start, idx__lt=end).order_by("idx").values_list("leaf", flat=True)
    return [bytes(leaf) for leaf in rows]


def size() -> int:
    """Return how many entries the log holds."""
    return LogHead.objects.values_list("size", flat=True).get(pk=1)


def newest() -> LogCheckpoint | None:
    """Return the newest checkpoint; None before anything was signed."""
    return LogCheckpoint.objects.order_by("-size").first()


def newest_witnessed() -> LogCheckpoint | None:
    """Return the newest checkpoint with its quorum, among the newest thousand; None where none has it."""
    policy = announced_policy()
    if policy is None:
        return None
    rows = LogCheckpoint.objects.order_by("-size").prefetch_related("cosignatures")[:_LATEST]
    for start in range(0, _LATEST, _AT_ONCE):
        if not (some := rows[start : start + _AT_ONCE]):
            return None
        if found := next((row for row in some if is_witnessed(row, policy)), None):
            return found
    return None


def last_cosigned_by(vkey: str) -> LogCheckpoint | None:
    """Return the largest checkpoint that a witness cosigned."""
    row = LogCosignature.objects.filter(witness=vkey).select_related("checkpoint").order_by("-checkpoint").first()
    return None if row is None else row.checkpoint


def head_of(row: LogCheckpoint) -> Checkpoint:
    """Return what a checkpoint says."""
    return read_text(text_of(row))


def text_of(row: LogCheckpoint) -> str:
    """Return the three lines of a checkpoint that are signed."""
    return str(row.note).rpartition("\n\n")[0] + "\n"


def cosigned_note(row: LogCheckpoint) -> str:
    """Return the note of a checkpoint with every cosignature that has come."""
    return row.note + "".join(row.cosignatures.order_by("pk").values_list("line", flat=True))


def cosigners(row: LogCheckpoint) -> set[str]:
    """Return the vkeys of the witnesses that cosigned a checkpoint."""
    return {one.witness for one in row.cosignatures.all()}


def checkpoints_from(size: int) -> Iterable[LogCheckpoint]:
    """Return the checkpoints that hold at least ``size`` entries, the smallest first."""
    rows = LogCheckpoint.objects.filter(size__gte=size).order_by("size").prefetch_related("cosignatures")
    return rows.iterator(chunk_size=_AT_ONCE)


def first_with(index: int) -> LogCheckpoint:
    """Return the smallest checkpoint that holds entry ``index``; LookupError if none does yet."""
    row = LogCheckpoint.objects.filter(size__gt=index).order_by("size").first()
    if row is None:
        raise LookupError(f"the log has no entry {index}")
    return row


def consistency(old: int, new: int) -> list[bytes]:
    """Return the proof that the log of ``new`` entries continues that of ``old``."""
    return consistency_proof(old, new, nodes)


def proof_of(index: int, row: LogCheckpoint) -> str:
    """Return the proof, as text, that entry ``index`` is in the log of a checkpoint, with the cosignatures it has."""
    hashes = inclusion_proof(index, row.size, nodes)
    return write_proof(index=index, hashes=hashes, note=cosigned_note(row))


# -- who is enough ---------------------------------------------------------------------------------------


def announced_policy() -> Policy | None:
    """Return the witnesses and their quorum as the sequencer last said; None before it ever ran."""
    text = LogHead.objects.values_list("policy", flat=True).get(pk=1)
    return read_policy(text) if text else None


def is_house() -> bool:
    """Return whether the witnesses are the platform's own, which prove nothing against it."""
    return LogHead.objects.values_list("is_house", flat=True).get(pk=1)


def is_witnessed(row: LogCheckpoint, policy: Policy, *, quorum: int = 0) -> bool:
    """Return whether a checkpoint has the quorum of the policy and at least ``quorum`` of its witnesses."""
    known = {str(one.key) for one in policy.witnesses} & cosigners(row)
    return len(known) >= quorum and policy.is_met_by(known)


def first_witnessed(size: int, *, quorum: int = 0) -> LogCheckpoint | None:
    """Return the smallest checkpoint with at least ``size`` entries that has its quorum; None while none has."""
    policy = announced_policy()
    if policy is None:
        return None
    return next((row for row in checkpoints_from(size) if is_witnessed(row, policy, quorum=quorum)), None)
