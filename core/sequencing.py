"""The sequencer's one verb: what waits in the outbox gets its place in the tree, and the new head is signed.

Whoever calls it publishes nothing before it has returned: a checkpoint that was signed in a transaction that did not
commit has never left. Two sequencers at once are slow, not wrong: the head's row is the lock, places are unique.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from django.db import transaction

from core import clock, log_key
from core.checkpoints import Checkpoint, sign_checkpoint
from core.models import LogCheckpoint, LogHead, LogLeaf, OutboxEntry
from core.tree import HASH, CompactRange, leaf_hash

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.notes import SigningKey

BATCH: Final = 500  # entries in one turn
_AT_ONCE: Final = 100  # rows in one statement
written: Final = threading.Event()  # set by whoever waits for a place: a sequencer in this process looks at once


@transaction.atomic(durable=True)
def take_turn(key_of: Callable[[str], SigningKey] = log_key.signing_key) -> LogCheckpoint | None:
    """Sequence what waits, in the order of insertion, and return the new checkpoint; None if nothing waited."""
    # (1) the head's lock, then what waits: the work list is "no place yet", never a cursor over numbers,
    #     because numbers commit out of order and a cursor would skip
    head = LogHead.objects.select_for_update().get(pk=1)
    rows = list(OutboxEntry.objects.filter(idx=None).order_by("seq")[:BATCH])
    if not rows:
        return None
    # (2) each entry gets the next place
    tree = read_range(head)
    at = clock.now() if head.max_at is None else max(clock.now(), head.max_at)
    places = []
    for row in rows:
        row.idx, leaf = tree.size, leaf_hash(bytes(row.entry))
        places.append(LogLeaf(idx=tree.size, entry=bytes(row.entry), leaf=leaf, sequenced_at=at))
        tree.push(leaf)
    LogLeaf.objects.bulk_create(places, batch_size=_AT_ONCE)
    OutboxEntry.objects.bulk_update(rows, ["idx"], batch_size=_AT_ONCE)
    # (3) the head is signed and kept
    origin = head.origin or log_key.origin_of(1)
    note = sign_checkpoint(Checkpoint(origin, tree.size, tree.root()), key=key_of(origin))
    head.origin, head.size, head.stack, head.max_at = origin, tree.size, b"".join(tree.stack), at
    head.save(update_fields=["origin", "size", "stack", "max_at"])
    return LogCheckpoint.objects.create(size=tree.size, origin=origin, note=note, signed_at=at)


def something_waits() -> bool:
    """Return whether the outbox holds an entry without a place; takes no lock."""
    return OutboxEntry.objects.filter(idx=None).exists()


@transaction.atomic(durable=True)
def announce(*, vkey: str, policy: str, is_house: bool) -> None:
    """Write down who signs and who is asked to cosign, for every process that only reads."""
    head = LogHead.objects.select_for_update().get(pk=1)
    if (head.vkey, head.policy, head.is_house) != (vkey, policy, is_house):
        head.vkey, head.policy, head.is_house = vkey, policy, is_house
        head.save(update_fields=["vkey", "policy", "is_house"])


def read_range(head: LogHead) -> CompactRange:
    """Return the compact range of a head."""
    stack = bytes(head.stack)
    return CompactRange(head.size, [stack[n : n + HASH] for n in range(0, len(stack), HASH)])
