"""What the clock sees to besides due moves: each chore at its own interval, none of them in another's way.

A chore that runs twice, or in two processes at once, does no harm; one that runs late only makes something wait.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bidding import closing, opening, uploading
from core import jobs, stamping, storage
from disclosure import shelf
from evaluation import drawing

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from typing import Protocol

    class Work(Protocol):
        def __call__(self, *, at: datetime) -> int: ...


log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Chore:
    """Something to be done every so often; ``work`` returns how much there was to do."""

    name: str
    every: timedelta
    work: Work


CHORES = (
    Chore("closes that waited for the log or its witnesses", timedelta(seconds=1), closing.take_unfinished),
    Chore("draws that waited for the log's witnesses", timedelta(seconds=1), drawing.take_unwitnessed),
    Chore("openings whose time of waiting is over", timedelta(seconds=5), opening.take_overdue),
    Chore("jobs that were promised and not done", timedelta(seconds=30), jobs.resend_overdue),
    Chore("time stamps of others on the log", timedelta(minutes=1), stamping.take_due),
    Chore("uploads that were never handed in", timedelta(hours=1), uploading.expire),
    Chore("stored bytes that no row names", timedelta(days=1), storage.remove_orphans),
    Chore("bundles that were made long ago", timedelta(days=1), shelf.tidy),
)


class Chores:
    """Remembers when each chore was last seen to."""

    def __init__(self, chores: Iterable[Chore] = CHORES) -> None:
        self._next: dict[Chore, datetime | None] = dict.fromkeys(chores)

    def see_to(self, *, at: datetime) -> list[str]:
        """Do what is due at ``at`` and return the names of what was done; a failing chore is tried again later."""
        due = [chore for chore, next_at in self._next.items() if next_at is None or next_at <= at]
        return [chore.name for chore in due if self._do(chore, at)]

    def _do(self, chore: Chore, at: datetime) -> bool:
        self._next[chore] = at + chore.every
        try:
            chore.work(at=at)
        except Exception:
            log.exception("failed and is tried again: %s", chore.name)
            return False
        return True
