"""The form of a rule-sheet: guards, timings, steps and the procedure that binds them. Pure and frozen.

One sheet = one kind in one edition. The same table refuses moves, says what is missing, derives the
deadlines and draws the diagrams of docs/procedures.md.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Self

from core.reasons import Reason, reason
from trading.names import Code, HoldGround, Kind, Method, Move, Offers, Stage, TieRule, label
from trading.procedures.facts import NotKnown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date, datetime

    from accounts.names import Role
    from core.working_days import Deadline
    from trading.names import AfterFailure, RefusalGround
    from trading.procedures.checklist import ChecklistItem
    from trading.procedures.facts import Facts


@dataclass(frozen=True)
class _Rule:
    """A pure function of facts, with the parameter keys it is bound to."""

    function: Callable[..., object]
    keys: Mapping[str, str] = field(default_factory=dict)

    def with_keys(self, **keys: str) -> Self:
        """Return the same rule bound to parameter keys of one kind of procedure."""
        return replace(self, keys={**self.keys, **keys})

    @property
    def name(self) -> str:
        """The function's name with its keys, as the tables print it."""
        keys = ", ".join(self.keys.values())
        return f"{self.function.__name__}({keys})" if keys else self.function.__name__

    @property
    def doc(self) -> str:
        """The first line of the docstring: the rule and its article."""
        return (self.function.__doc__ or "").strip().splitlines()[0]


@dataclass(frozen=True)
class Guard(_Rule):
    """A rule that answers None or why not. Calling it gives the first reason, ``objections`` all of them."""

    function: Callable[..., Reason | tuple[Reason, ...] | None]

    def objections(self, facts: Facts) -> tuple[Reason, ...]:
        """Return every reason against; a fact that was not handed in is a reason too."""
        try:
            answer = self.function(facts, **self.keys)
        except NotKnown as e:
            return (e.reason,)
        if answer is None:
            return ()
        return (answer,) if isinstance(answer, Reason) else answer

    def __call__(self, facts: Facts) -> Reason | None:
        """Return the first reason against, or None: the form in which a table reads best."""
        return next(iter(self.objections(facts)), None)


@dataclass(frozen=True)
class Timing(_Rule):
    """A rule that answers when, or None if that cannot be said of these facts."""

    function: Callable[..., Deadline | None]

    def deadline(self, facts: Facts) -> Deadline | None:
        """Return the deadline with its provisional mark."""
        return self.function(facts, **self.keys)

    def __call__(self, facts: Facts) -> datetime | None:
        """Return the instant alone."""
        found = self.deadline(facts)
        return None if found is None else found.ends_at


@dataclass(frozen=True, kw_only=True)
class Step:
    """One arrow: a move out of its source stages, to a stage or staying (``to`` None).

    ``due``: when the platform takes the step itself. ``limit``: by when somebody must have taken it; an
    obligation that is shown, never a reason to refuse.
    """

    move: Move
    source: frozenset[Stage]
    to: Stage | None
    by: frozenset[Role]
    guards: tuple[Guard, ...] = ()
    due: Timing | None = None
    limit: Timing | None = None
    emits: tuple[Code, ...] = ()
    source_text: str
    tag: str = "T"

    def objections(self, facts: Facts) -> tuple[Reason, ...]:
        """Return every reason against this step, each once, in the order of the table."""
        return tuple(dict.fromkeys(found for guard in self.guards for found in guard.objections(facts)))

    def target(self, stage: Stage) -> Stage:
        """Return the stage after the step taken in ``stage``."""
        return stage if self.to is None else self.to


@dataclass(frozen=True, kw_only=True)
class Duty:
    """An obligation with a time that no move fulfils: refunds, reports, filings."""

    name: Reason
    stages: frozenset[Stage]
    by: Role
    limit: Timing
    source_text: str


@dataclass(frozen=True, kw_only=True)
class Fall:
    """One way in which a winner loses its award after the notice, and whether its deposit is kept for that."""

    ground: RefusalGround
    forfeits: bool
    source_text: str
    tag: str = "T"

    @property
    def consequence(self) -> Reason:
        """Return what becomes of the deposit, in words."""
        return reason("the deposit is kept") if self.forfeits else reason("the deposit goes back")


@dataclass(frozen=True, kw_only=True)
class Obligation:
    """What is owed now and by when: from a step with a limit (``move``) or from a duty (None)."""

    name: Reason
    by: frozenset[Role]
    deadline: Deadline
    source_text: str
    move: Move | None = None


@dataclass(frozen=True, kw_only=True)
class CommitteeRules:
    """Parameter keys and choices for the committee of one kind."""

    minimum: str
    expert_share: str
    minimum_large: str = ""
    large_from_budget: str = ""
    owner_rep_share_max: str = ""
    owner_rep_count_max: str = ""
    draw_before_max: str = ""
    expert_years_min: str = ""  # experts declare years and title only where there is a least number
    recusal_years: str = ""  # how far back an employment with a bidder is an interest
    owner_may_chair: bool = True


@dataclass(frozen=True, kw_only=True)
class Procedure:
    """The rule-sheet of one kind and edition."""

    kind: Kind
    edition: str
    in_force_from: date
    title: Reason
    legal_basis: tuple[str, ...]
    initial: Stage
    steps: tuple[Step, ...]
    min_bidders: str
    offers: Offers
    methods: tuple[Method, ...]
    tie_rules: tuple[TieRule, ...]
    committee: CommitteeRules
    checklist: tuple[ChecklistItem, ...]
    clauses: tuple[ChecklistItem, ...]
    candidate_checklist: tuple[ChecklistItem, ...]
    opening_record: tuple[ChecklistItem, ...]
    duties: tuple[Duty, ...]
    falls: tuple[Fall, ...]
    hold_extension: Mapping[HoldGround, str | None]
    hold_lapse: Mapping[HoldGround, str | None]
    display_min: Mapping[Code, str]
    after_failure: Callable[[Facts], tuple[AfterFailure, ...]]
    further_keys: tuple[str, ...] = ()

    @cached_property
    def _table(self) -> dict[tuple[Stage, Move], Step]:
        return {(stage, step.move): step for step in self.steps for stage in step.source}

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        """Every stage of the sheet, in the order of the enumeration."""
        met = {self.initial} | {stage for step in self.steps for stage in step.source}
        met |= {step.to for step in self.steps if step.to is not None}
        return tuple(stage for stage in Stage if stage in met)

    def asks(self, guard: Guard) -> bool:
        """Return whether some step asks for a guard, with whatever keys."""
        return any(asked.function is guard.function for step in self.steps for asked in step.guards)

    def step(self, stage: Stage, move: Move) -> Step | None:
        """Return the arrow for a move in a stage, or None."""
        return self._table.get((stage, move))

    def fall(self, ground: RefusalGround) -> Fall | None:
        """Return what follows when a winner loses its award in this way; None if the sheet does not know it."""
        return next((fall for fall in self.falls if fall.ground is ground), None)

    def moves_from(self, stage: Stage) -> tuple[Step, ...]:
        """Return the steps that leave a stage or stay in it, in the order of the table."""
        return tuple(step for step in self.steps if stage in step.source)

    def missing(self, move: Move, facts: Facts) -> tuple[Reason, ...]:
        """Return every reason against a move in the stage of the facts; empty means it may be taken."""
        step = self.step(facts.stage, move)
        if step is None:
            refusal = reason(
                "“{move}” is not possible in the stage “{stage}”", move=label(move), stage=label(facts.stage)
            )
            return (refusal,)
        return step.objections(facts)

    def due(self, stage: Stage, facts: Facts) -> tuple[datetime, Move] | None:
        """Return the earliest step that the platform takes itself, and when; None if there is none now.

        While a hold without an end stands, nothing is due; a hold that lapses delays what is due until then.
        """
        lapses = [hold.lapses_at for hold in facts.holds_in_force()]
        found: list[tuple[datetime, Move]] = []
        for step in self.moves_from(stage):
            at = step.due(facts) if step.due else None
            ends = [at, *lapses]
            if at is not None and None not in ends:
                found.append((max(end for end in ends if end is not None), step.move))
        return min(found, default=None, key=lambda entry: entry[0])

    def obligations(self, stage: Stage, facts: Facts) -> tuple[Obligation, ...]:
        """Return what is owed in a stage and by when, earliest first."""
        found = [
            Obligation(
                name=label(step.move),
                by=step.by,
                deadline=deadline,
                source_text=step.source_text,
                move=step.move,
            )
            for step in self.moves_from(stage)
            if step.limit and (deadline := step.limit.deadline(facts))
        ]
        found += [
            Obligation(name=duty.name, by=frozenset({duty.by}), deadline=deadline, source_text=duty.source_text)
            for duty in self.duties
            if stage in duty.stages and (deadline := duty.limit.deadline(facts))
        ]
        return tuple(sorted(found, key=lambda owed: owed.deadline))

    def keys(self) -> tuple[str, ...]:
        """Return every parameter key this sheet names, sorted."""
        rules: list[_Rule] = [guard for step in self.steps for guard in step.guards]
        rules += [timing for step in self.steps for timing in (step.due, step.limit) if timing]
        rules += [duty.limit for duty in self.duties]
        named = {key for rule in rules for key in rule.keys.values()}
        named |= {key for key in (*self.hold_extension.values(), *self.hold_lapse.values()) if key}
        named |= {self.min_bidders, *self.display_min.values(), *self.further_keys}
        return tuple(sorted(named))

    def described(self) -> dict[str, object]:
        """Return the sheet as plain data: what the digest pins."""
        return {
            "kind": self.kind,
            "edition": self.edition,
            "in_force_from": self.in_force_from.isoformat(),
            "legal_basis": self.legal_basis,
            "initial": self.initial,
            "steps": [_described(step) for step in self.steps],
            "offers": self.offers,
            "methods": self.methods,
            "tie_rules": self.tie_rules,
            "committee": {name: getattr(self.committee, name) for name in self.committee.__dataclass_fields__},
            "checklists": [
                [item.key for item in items]
                for items in (self.checklist, self.clauses, self.candidate_checklist, self.opening_record)
            ],
            "duties": [
                [duty.name.msgid, sorted(duty.stages), duty.by, duty.limit.name, duty.source_text]
                for duty in self.duties
            ],
            "falls": [[fall.ground, fall.forfeits, fall.source_text, fall.tag] for fall in self.falls],
            "holds": [dict(self.hold_extension), dict(self.hold_lapse)],
            "display_min": dict(self.display_min),
            "after_failure": self.after_failure.__name__,
            "keys": self.keys(),
        }

    def digest(self) -> str:
        """Return the SHA-256 of the described sheet as sorted compact JSON: the name of its content."""
        text = json.dumps(self.described(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def _described(step: Step) -> dict[str, object]:
    return {
        "move": step.move,
        "source": sorted(step.source),
        "to": step.to,
        "by": sorted(step.by),
        "guards": [[guard.name, guard.doc] for guard in step.guards],
        "due": step.due and [step.due.name, step.due.doc],
        "limit": step.limit and [step.limit.name, step.limit.doc],
        "emits": step.emits,
        "source_text": step.source_text,
        "tag": step.tag,
    }


def stages(*names: Stage) -> frozenset[Stage]:
    """Return source stages."""
    return frozenset(names)


def roles(*names: Role) -> frozenset[Role]:
    """Return those who may take a step."""
    return frozenset(names)
