"""The loop that gives entries their place in the log, publishes nothing uncommitted, and asks the witnesses.

It compares before it signs: if a witness remembers more of the log than this database holds, the database is an old
copy, and the loop signs nothing until somebody has decided (``docs/witnesses.md``). Witnesses that do not answer stop
nothing. One loop is enough; a second one only waits at the head's lock.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Final

from django.db import DatabaseError, close_old_connections, connections

from core import log_key, log_reading, sequencing, soundness
from core.asking import Asker, Forked
from core.policies import BadPolicy, write_policy
from core.witnesses import panel
from core.witnessing import NoMemory

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.models import LogCheckpoint

log = logging.getLogger(__name__)
HOUR: Final = 3600.0  # seconds between two questions whether the installation is sound
IDLE: Final = 0.05  # seconds until the outbox is looked at again
HALTED: Final = 10.0  # seconds until the witnesses are asked again whether the log may go on
RETRY: Final = 5.0  # seconds until a witness that did not answer is asked again
WHAT_TO_DO = (
    "Nothing is signed: %s. If the database is older than what was published, bring back a newer copy of it; if there"
    " is none, docs/backup.md says how the log goes on under a new name (continue_log)."
)


class WrongKey(Exception):  # noqa: N818  (it says what the key is)
    """The log was signed by another key than the one here: two keys under one name would be a fork."""


class SequencerLoop:
    """Sequences until stopped; witnesses in this process are asked at once, others by a thread of their own."""

    def __init__(self, *, stopped: threading.Event, wait: Callable[[float], object] | None = None) -> None:
        self._stopped = stopped
        self._wait = wait or self._rest
        self._origin = ""
        self._at_once: Asker | None = None
        self._faults = 0
        self._checks_at = time.monotonic() + HOUR
        self.halted = ""

    def run(self) -> None:
        while not self._stopped.is_set():
            close_old_connections()
            self._wait(self.turn())
            if time.monotonic() >= self._checks_at:
                self._check()

    def _check(self) -> None:
        """Ask again whether the database still keeps what it is told; if it does not, sign nothing more."""
        self._checks_at = time.monotonic() + HOUR
        try:
            soundness.check(role="sequencer")
        except soundness.Unsound as fault:
            self._halt(str(fault))
        except DatabaseError:
            log.exception("the database could not be asked whether it is sound; asked again in an hour")

    def turn(self) -> float:
        """Take one turn and return the seconds until the next one; survives every fault and says so."""
        try:
            return self.step()
        except Forked as fault:
            self._halt(str(fault))
            return HALTED
        except (BadPolicy, NoMemory, WrongKey, soundness.Unsound) as fault:
            self._halt(str(fault))
            return HALTED
        except Exception:
            self._faults += 1
            log.exception("the sequencer failed and goes on")
            return min(float(self._faults), 30.0)

    def step(self) -> float:
        """Take one turn; every fault is raised."""
        if self.halted:
            soundness.check(role="sequencer")
        origin = log_key.origin()
        if self._origin != origin or self.halted:
            self._begin(origin)
        row = sequencing.take_turn() if sequencing.something_waits() else None
        self._faults = 0
        if row is None:
            return IDLE
        if self._at_once is not None:
            self._at_once.cosign(row)
        return 0.0

    def _rest(self, seconds: float) -> None:
        """Wait; while nothing else is the matter, an entry that was just written in this process ends it."""
        if seconds != IDLE:
            self._stopped.wait(seconds)
        elif sequencing.written.wait(seconds):
            sequencing.written.clear()

    def _begin(self, origin: str) -> None:
        """Compare with what the witnesses remember; only then may anything be signed under this origin."""
        witnesses = panel(origin)
        asker = Asker(witnesses.asked, origin)
        if silent := asker.compare():
            log.warning("witnesses that did not answer: %s", ", ".join(silent))
        vkey = str(log_key.signing_key(origin).verify_key)
        if (signed := log_key.vkey()) != vkey and signed.startswith(f"{origin}+"):
            raise WrongKey(f"the log {origin} is signed by {signed}, and the key here is {vkey}")
        sequencing.announce(vkey=vkey, policy=write_policy(witnesses.policy), is_house=witnesses.is_house)
        self.halted, self._origin = "", origin
        self._at_once = asker if witnesses.is_house else None
        for one in () if witnesses.is_house else witnesses.asked:
            asking = Asker((one,), origin)
            threading.Thread(target=self._ask_other, args=(asking,), name=one.witness.name, daemon=True).start()

    def _halt(self, why: str) -> None:
        if why != self.halted:
            log.error(WHAT_TO_DO, why)
        self.halted = why

    def _ask_other(self, asker: Asker) -> None:
        """Ask one witness elsewhere for the newest checkpoint, as long as this is the log and nobody halted it."""
        asked: LogCheckpoint | None = None
        try:
            while not self._stopped.is_set() and self._origin == asker.origin and not self.halted:
                newest = log_reading.newest()
                if newest is None or newest == asked or newest.origin != asker.origin:
                    self._stopped.wait(IDLE)
                elif asker.cosign(newest):
                    self._stopped.wait(RETRY)
                else:
                    asked = newest
        except Exception as fault:
            if not isinstance(fault, Forked):
                log.exception("asking %s failed", asker.asked[0].witness.name)
            self._halt(str(fault))  # the loop compares again, and then asks again
        finally:
            connections.close_all()
