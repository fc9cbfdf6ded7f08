"""What came out: the numbered steps of the specification, whom the bundle shows at fault, what it does not contain."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from verifier.words import Fault, Said, say

if TYPE_CHECKING:
    from collections.abc import Mapping

TITLES: Final[Mapping[int, Said]] = {
    1: say("the files are those of the index that the platform signed"),
    2: say("the log: signatures, witnesses, root"),
    3: say("the entries: form and times"),
    4: say("the keys of holders and bidders"),
    5: say("the tender and its key ceremony"),
    6: say("the deadline and its extensions"),
    7: say("the sealed bids, one after the other"),
    8: say("the receipts"),
    9: say("the withdrawals"),
    10: say("the close and the bids that it accepted"),
    11: say("witnesses and time stamps of the close"),
    12: say("keys handed in by bidders"),
    13: say("the holders' releases"),
    14: say("enough holders released"),
    15: say("the opening documents"),
    16: say("every bid's status, worked out again"),
    17: say("the bids' files, opened again"),
    18: say("rescues by bidders"),
    19: say("the draws, worked out again"),
    20: say("everything was looked at"),
}
PASSED, FAILED, SKIPPED, NOT_REACHED = "passed", "failed", "not applicable", "not reached"


@dataclass(frozen=True)
class Named:
    """Somebody at fault: a bidder or a holder (``who``), in which seal and envelope, and what was done."""

    kind: str
    who: str
    said: Said
    seal: str = ""
    envelope: str = ""
    lot: str = ""


@dataclass(frozen=True)
class Identity:
    """What opens the file of an opened envelope with the stock tool."""

    bidder: str
    seal: str
    envelope: str
    lot: str
    payload: str
    age: str


@dataclass(frozen=True)
class Step:
    """One step: how it ended, how many things were checked in it, and why it failed or did not apply."""

    number: int
    title: Said
    outcome: str
    checks: int
    why: Said | None = None


@dataclass
class Report:
    """The run of all steps; checks are counted for the step that is :meth:`at` work."""

    number: int = 1
    fault: Fault | None = None
    is_internal: bool = False
    named: list[Named] = field(default_factory=list)
    identities: list[Identity] = field(default_factory=list)
    not_contained: list[Said] = field(default_factory=list)
    tender: str = ""
    _checks: Counter[int] = field(default_factory=Counter)
    _skipped: dict[int, Said] = field(default_factory=dict)

    def at(self, number: int) -> None:
        """Go on with a step."""
        self.number = number

    def hold(self, condition: object, sentence: str, **values: object) -> None:
        """Count a check; raise a Fault if it does not hold."""
        self._checks[self.number] += 1
        if not condition:
            raise Fault(sentence, **values)

    def count(self, checks: int = 1) -> None:
        """Count checks that were made elsewhere, and held."""
        self._checks[self.number] += checks

    def made(self, number: int) -> int:
        """Return how many checks a step has made."""
        return self._checks[number]

    def skip(self, number: int, sentence: str, **values: object) -> None:
        """Note that a step does not apply, and why."""
        self._skipped[number] = say(sentence, **values)

    @property
    def is_verified(self) -> bool:
        """Whether all steps hold."""
        return self.fault is None

    @property
    def checks(self) -> int:
        """How many checks were made."""
        return self._checks.total()

    def steps(self) -> list[Step]:
        """Return all steps; after the first that failed none is reached."""
        return [self._step(number, title) for number, title in TITLES.items()]

    def _step(self, number: int, title: Said) -> Step:
        made, outcome, why = self._checks[number], PASSED, None
        if self.fault is not None and number == self.number:
            outcome, why = FAILED, self.fault.said
        elif self.fault is not None and (number > self.number or not made):
            outcome = NOT_REACHED
        elif number in self._skipped:
            outcome, why = SKIPPED, self._skipped[number]
        return Step(number, title, outcome, made, why)
