"""What a guard may look at: facts handed in, frozen. No guard asks a clock, a database or a network.

Facts that an upper app owns come in ``Facts.known``, by type. Times are aware instants, amounts are
:class:`core.money.Money`, counts are whole numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, NamedTuple, TypeVar

from core.reasons import Reason, reason
from trading.names import Category, FundsType, Stage

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from core.money import Money
    from core.working_days import WorkingCalendar
    from trading.names import (
        FailureGround,
        HoldGround,
        Method,
        PassingGround,
        RefusalGround,
        TerminationGround,
        TieRule,
    )
    from trading.procedures.parameters import Parameters


@dataclass(frozen=True, slots=True)
class Known:
    """A fact that another app or form hands in; ``absent`` is what a guard says without it."""

    absent: ClassVar[Reason] = reason("a fact is missing")


KnownFact = TypeVar("KnownFact", bound=Known)


class NotKnown(Exception):  # noqa: N818  (it names what happened)
    """A guard asked for a fact that was not handed in; carries the sentence that says so."""

    def __init__(self, kind: type[Known]) -> None:
        super().__init__(kind.absent)
        self.reason = kind.absent


@dataclass(frozen=True, slots=True, kw_only=True)
class CeremonyState(Known):
    """Key holders: how many of how many have signed the ceremony and passed the rehearsal; k open."""

    absent: ClassVar[Reason] = reason("there is no key ceremony yet")
    signed: int
    of: int
    rehearsed: int
    k: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BidsReceived(Known):
    """Complete sealed bids in the box."""

    absent: ClassVar[Reason] = reason("the bids in the box have not been counted")
    complete: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningState(Known):
    """The opening: results still open, bids opened, objections on the spot without answer.

    ``brands`` names the brand of the (core) product of each opened bid where the documents ask for it; empty
    text is no brand.
    """

    absent: ClassVar[Reason] = reason("the state of the opening is not known")
    pending: int
    opened: int
    objections_open: int = 0
    brands: tuple[str, ...] = ()


class Standing(NamedTuple):
    """What an expert declares of itself: years in the field, a senior title or an equal level."""

    years: int
    has_title: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitteeState(Known):
    """The committee: members, of them experts and representatives of the owner, and what they declared.

    ``conflicted`` counts the seats that a conflict of interest has emptied and nobody has taken; ``standings`` are
    those of the experts who have declared.
    """

    absent: ClassVar[Reason] = reason("there is no committee yet")
    size: int
    experts: int
    owner_reps: int
    declared: int
    conflicted: int = 0
    chair_is_owner_rep: bool = False
    named_without_ground: int = 0
    standings: tuple[Standing, ...] = ()
    drawn_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QualificationState(Known):
    """The qualification review: bids reviewed of all opened, and qualified; ``brands`` as in the opening."""

    absent: ClassVar[Reason] = reason("the qualification review has not begun")
    reviewed: int
    of: int
    qualified: int
    brands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationState(Known):
    """The evaluation: bids still valid, of them fully evaluated; what the committee recorded about few bids.

    ``time_short_votes`` counts the members who say that the time is too short, since it was last extended.
    """

    absent: ClassVar[Reason] = reason("the evaluation has not begun")
    valid: int
    evaluated: int
    brands: tuple[str, ...] = ()
    reasoning: str = ""
    rejects_all: bool = False
    members: int = 0
    time_short_votes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportState(Known):
    """The report: members who confirmed, dissented in writing, or stay silent without a written reason."""

    absent: ClassVar[Reason] = reason("there is no evaluation report yet")
    confirmed: int
    of: int
    candidates: int
    dissenting: int = 0
    silent: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidatesState(Known):
    """The candidate notice: what its content still lacks."""

    absent: ClassVar[Reason] = reason("the notice of candidates has not been prepared")
    missing: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardChoice(Known):
    """The owner's choice: a rank among so many candidates; for each better rank why it is passed over.

    ``because`` is the owner's written reason where the law leaves a choice. ``recheck_pending`` is true while
    the original committee looks again at a candidate whose situation changed (招投标条例 56).
    """

    absent: ClassVar[Reason] = reason("no winner has been chosen")
    rank: int
    candidates: int
    grounds: Mapping[int, PassingGround | RefusalGround] = field(default_factory=dict)
    because: str = ""
    recheck_pending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractState(Known):
    """The contract: signatures, amounts, security asked and given, supplements so far, acceptance."""

    absent: ClassVar[Reason] = reason("there is no contract yet")
    owner_signed: bool
    winner_signed: bool
    amount: Money
    award_amount: Money
    security_asked: Money | None = None
    security_given: bool = False
    departs_from_bid: bool = False
    additions: tuple[Money, ...] = ()
    is_registered: bool = False
    is_accepted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalState(Known):
    """How the winner lost the award, and the evidence in words."""

    absent: ClassVar[Reason] = reason("it is not recorded how the winner lost the award")
    ground: RefusalGround
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureState(Known):
    """Why the run ends without a winner, where somebody decides it."""

    absent: ClassVar[Reason] = reason("the ground of the failure is not stated")
    ground: FailureGround
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminationState(Known):
    """Why the run is stopped for good."""

    absent: ClassVar[Reason] = reason("the ground of the termination is not stated")
    ground: TerminationGround
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendmentState(Known):
    """A clarification or amendment about to be published, and the deadline it sets, if it sets one."""

    absent: ClassVar[Reason] = reason("there is no amendment to publish")
    affects_bids: bool
    new_deadline: datetime | None = None
    changes_object: bool = False
    changes_qualification: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentionState(Known):
    """The purchase intention: when it was published, or why it was not."""

    absent: ClassVar[Reason] = reason("the purchase intention is neither published nor waived")
    published_at: datetime | None = None
    waived_because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldFact:
    """A hold on the lot: in force until it is lifted or lapses."""

    ground: HoldGround
    placed_at: datetime
    lifted_at: datetime | None = None
    lapses_at: datetime | None = None
    reference: str = ""

    def is_active(self, at: datetime) -> bool:
        """Return whether the hold blocks at an instant."""
        return self.lifted_at is None and (self.lapses_at is None or at < self.lapses_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeFact:
    """What the project's data say about the notice and its documents.

    An amount that is None is not stated: rules that need it do not apply. ``missing`` names checklist items
    without content (:func:`trading.procedures.checklist.missing_items`), ``departures`` where the project
    departs from what its approver fixed, ``unlawful_conditions`` what the clause check leaves open.
    ``law_demands_tender`` is what funds and size say of the duty to tender; None while they are not stated.
    """

    missing: tuple[Reason, ...] = ()
    departures: tuple[Reason, ...] = ()
    unlawful_conditions: tuple[Reason, ...] = ()
    method: Method | None = None
    tie_rule: TieRule | None = None
    lots: int = 1
    lots_without_code: int = 0
    category: Category = Category.WORKS
    funds_type: FundsType = FundsType.BUDGET
    state_funds_dominate: bool = True
    is_mandatory: bool = True
    law_demands_tender: bool | None = False
    is_declared_whole: bool = True
    approval_recorded: bool = True
    estimate: Money | None = None
    ceiling: Money | None = None
    budget: Money | None = None
    deposit: Money | None = None
    deposit_cash_only: bool = False
    performance_security_percent: int | None = None
    price_weight_percent: int | None = None
    documents_until: datetime | None = None
    bid_validity_days: int | None = None
    filed_at: datetime | None = None
    planned_at: datetime | None = None
    is_owner_run: bool = False
    sme_policy_set: bool = True
    is_complex: bool = False
    is_standard: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything a guard may look at. ``entered_at`` is the latest time each stage was entered.

    ``drafted_by`` and ``approved_by`` are the people behind what the move publishes: the notice or the
    amendment.
    """

    at: datetime
    stage: Stage
    parameters: Parameters
    calendar: WorkingCalendar
    entered_at: Mapping[Stage, datetime] = field(default_factory=dict)
    announced_at: datetime | None = None
    deadline: datetime | None = None
    round_number: int = 1
    region: str = ""
    notice: NoticeFact = NoticeFact()
    holds: tuple[HoldFact, ...] = ()
    drafted_by: str | None = None
    approved_by: str | None = None
    known: Mapping[type[Known], Known] = field(default_factory=dict)

    def expect(self, kind: type[KnownFact]) -> KnownFact:
        """Return the fact of a kind that was handed in; :class:`NotKnown` if none was."""
        found = self.known.get(kind)
        if not isinstance(found, kind):
            raise NotKnown(kind)
        return found

    def holds_in_force(self) -> tuple[HoldFact, ...]:
        """Return the holds that block at this instant."""
        return tuple(hold for hold in self.holds if hold.is_active(self.at))


def knowing(*facts: Known) -> dict[type[Known], Known]:
    """Return facts by type, as ``Facts.known`` wants them."""
    return {type(fact): fact for fact in facts}
