"""The loop that takes what is due and sees to the chores: it makes changes visible, it never decides them.

Acceptance compares the database's time with the deadline under a lock; whether this loop runs late changes
nothing. Several processes may run it: a due lot is taken by one of them.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from django.db import close_old_connections, connections

from config.chores import Chores
from config.due import TAKERS
from core import clock
from trading import due

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger(__name__)
LONGEST_WAIT = 1.0  # seconds: what another process wrote is seen within this time


class ClockLoop:
    """Take due moves until stopped; survives every error, waiting longer after each."""

    def __init__(self, *, stopped: threading.Event, wait: Callable[[float], object] | None = None) -> None:
        self._stopped = stopped
        self._wait = wait or stopped.wait
        self._faults = 0
        self._chores = Chores()

    def run(self) -> None:
        while not self._stopped.is_set():
            self._wait(self.turn())

    def turn(self) -> float:
        """Take what is due now and return the seconds until the next turn."""
        close_old_connections()
        try:
            due.take_due(TAKERS, at=clock.now())
            self._chores.see_to(at=clock.now())
            pause = due.seconds_until_next(at=clock.now(), longest=LONGEST_WAIT)
        except Exception:
            self._faults += 1
            log.exception("the clock loop failed and goes on")
            return min(LONGEST_WAIT * self._faults, 30.0)
        self._faults = 0
        return pause


def start(stopped: threading.Event) -> threading.Thread:
    """Run the loop in a daemon thread of this process."""
    thread = threading.Thread(target=_run_and_close, args=(stopped,), name="clock", daemon=True)
    thread.start()
    return thread


def _run_and_close(stopped: threading.Event) -> None:
    try:
        ClockLoop(stopped=stopped).run()
    finally:
        connections.close_all()
