"""Waiting for the log: what promises a proof comes back when its entry has a place under a signed head.

A verb writes its entry and commits; only then is it waited, outside of every transaction and without any lock. Where
no sequencer runs (a rehearsal, the making of a demonstration, tests) whoever waits takes the turns itself.
"""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from django.conf import settings

from core import sequencing
from core.models import OutboxEntry
from core.sequencer import SequencerLoop

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE: Final = 10.0  # seconds that a place is waited for
_LOOK: Final = 0.01  # seconds between two looks

_turns = threading.Lock()
_here: list[SequencerLoop] = []
_inline: list[bool] = []


def until_sequenced(entry: OutboxEntry, *, patience: float = PATIENCE) -> int | None:
    """Return the place of a committed entry, waiting for it; None if it has none after ``patience`` seconds."""
    nudge()
    end = time.monotonic() + patience
    while (place := OutboxEntry.objects.values_list("idx", flat=True).get(pk=entry.pk)) is None:
        if time.monotonic() >= end:
            return None
        time.sleep(_LOOK)
    return place


def nudge() -> None:
    """Have what waits sequenced soon: at once where this process does it itself."""
    sequencing.written.set()
    if not is_inline():
        return
    with _turns:
        if not _here:
            _here.append(SequencerLoop(stopped=threading.Event()))
        while sequencing.something_waits():
            _here[0].step()


def is_inline() -> bool:
    """Return whether this process sequences what it waits for."""
    return _inline[-1] if _inline else settings.LOG_INLINE


@contextmanager
def inline() -> Iterator[None]:
    """Sequence what is waited for in this process, inside the block: there is no other sequencer yet."""
    _inline.append(True)
    try:
        yield
    finally:
        _inline.pop()
        forget()


def forget() -> None:
    """Forget what was known of the log: the next turn here compares with the witnesses again."""
    _here.clear()
