"""House witnesses whose memory is the database of the test: undone with it, laid down with it, no file written."""

from __future__ import annotations

from contextlib import nullcontext
from functools import partial
from typing import TYPE_CHECKING

import pytest

from core import clock, log_reading
from core.checkpoints import cosigning_vkey
from core.log_key import signing_key
from core.models import LogCosignature
from core.notes import SigningKey
from core.policies import Group, KnownLog, Policy
from core.policies import Witness as Member
from core.witnesses import Asked, Panel
from core.witnessing import Witness

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

NAMES = ("house-1", "house-2", "house-3")


class InTheDatabase(Witness):
    """Remembers what its kept cosignatures say, and nothing else."""

    def latest(self, origin: str) -> str:
        mine = LogCosignature.objects.filter(witness=str(self.vkey), checkpoint__origin=origin)
        newest = mine.select_related("checkpoint").order_by("-checkpoint").first()
        return "" if newest is None else newest.checkpoint.note + newest.line

    def _keep(self, origin: str, note: str) -> None: ...

    def _alone(self) -> AbstractContextManager[None]:
        return nullcontext()


def panel(origin: str) -> Panel:
    """Return three witnesses with fixed keys, two of which are enough."""
    log = signing_key(origin).verify_key
    keys = [SigningKey(f"yangguang.example/{name}", bytes([n]) * 32) for n, name in enumerate(NAMES, start=0x61)]
    witnesses = [InTheDatabase(key, None, {origin: [log]}) for key in keys]  # type: ignore[arg-type]  # no folder
    members = tuple(Member(name, cosigning_vkey(key)) for name, key in zip(NAMES, keys, strict=True))
    policy = Policy((KnownLog(log),), members, {"house": Group(2, NAMES)}, "house")
    asks = (partial(witness.add_checkpoint, clock=_seconds) for witness in witnesses)
    asked = tuple(Asked(member, ask) for member, ask in zip(members, asks, strict=True))
    return Panel(policy, asked, is_house=True)


def _seconds() -> int:
    return int(clock.now().timestamp())


@pytest.fixture
def real_witnesses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the log ask the witnesses that its settings name, in folders of their own."""
    from core import witnesses

    monkeypatch.setattr("core.sequencer.panel", witnesses.panel)


def forget() -> None:
    """Forget what this process read of the log of a test."""
    from core import waiting

    waiting.forget()
    log_reading.nodes.forget()
