"""Stories of evaluation: bids as if read out, a committee at work, its report, the award.

The bids are rows made directly, so that a story is short; tests/stories/bidding.py opens real seals.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction

from bidding.models import Deposit, OpenedBid, Opening, Seal
from core import audit
from core.actors import SYSTEM
from evaluation import awarding, calculating, convening, publicity, queries, reporting, reviewing, scoring
from evaluation.models import Calculation, Candidate, Member
from evaluation.names import Answer, Kind, RejectionGround, Step
from tests.remembering import remembered
from tests.stories import trading as stories
from tests.stories.templates import BENCHMARK, POINTS, REVIEWED, SCORING, WEIGHTS

__all__ = ["BENCHMARK", "POINTS", "REVIEWED", "SCORING", "WEIGHTS"]
from trading import moves
from trading.models import Lot, Project
from trading.names import Kind as Procedure
from trading.names import Move
from trading.procedures.facts import BidsReceived, CeremonyState, OpeningState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from core.actors import Actor
    from evaluation.models import Report
    from tests.cast import Cast

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
OPENED = stories.DEADLINE + HOUR
AT_WORK = stories.DEADLINE + 2 * HOUR
PRICES = {"acme": "28000000.00", "bolt": "27500000.00", "cedar": "28500000.00"}
EXPERTS = ("one", "two", "three", "four", "five", "six", "seven")
GROUND = "从云岭省综合评标专家库随机抽取,抽取记录 2026-031"
OWN_FORM = {"duration": "170日历天", "quality": "合格", "manager": "王工", "manager_certificates": "一级建造师 云145"}


@dataclass
class Case:
    """One lot under evaluation, with the people who work on it."""

    cast: Cast
    project_id: int
    buyer: str
    size: int

    @property
    def project(self) -> Project:
        return Project.objects.select_related("owner", "agent").get(pk=self.project_id)

    @property
    def lot(self) -> Lot:
        return Lot.objects.select_related("project__owner", "project__agent").get(project=self.project_id, ordinal=1)

    @property
    def approver(self) -> Actor:
        return self.cast.actor(f"{self.buyer}.approver")

    @property
    def drafter(self) -> Actor:
        return self.cast.actor(f"{self.buyer}.drafter")

    @property
    def names(self) -> list[str]:
        """The members' names in the cast."""
        return [f"expert.{nth}" for nth in EXPERTS[: self.size]]

    @property
    def members(self) -> list[Actor]:
        return [self.cast.actor(name) for name in self.names]

    @property
    def chair(self) -> Actor:
        return self.members[0]

    def bid(self, bidder: str) -> OpenedBid:
        return OpenedBid.objects.select_related("bidder", "opening").get(
            opening__lot=self.lot, bidder=self.cast[bidder]
        )

    def member(self, name: str) -> Member:
        return Member.objects.get(committee__lot=self.lot, user=self.cast.user(name))

    def candidate(self, rank: int) -> Candidate:
        return Candidate.objects.select_related("bid__bidder").get(report__lot=self.lot, rank=rank)

    def number(self, bidder: str) -> str:
        return self.cast[bidder].number


@remembered
def read_out(
    cast: Cast,
    kind: Procedure = Procedure.CT,
    *,
    prices: Mapping[str, str | None] = PRICES,
    revoked: Iterable[str] = (),
    forms: Mapping[str, Mapping[str, object]] | None = None,
    **fields: object,
) -> Case:
    """Bids are read out and the opening session is over; those in ``revoked`` could not be opened."""
    project = stories.announced(cast, kind, **fields)
    buyer = "buyer" if kind is Procedure.GP_OPEN else "owner"
    case = Case(cast, project.pk, buyer, 7 if kind is Procedure.GP_OPEN else 5)
    with transaction.atomic(durable=True):
        _open(case, prices, frozenset(revoked), forms or {})
    return case


def _open(
    case: Case, prices: Mapping[str, str | None], revoked: frozenset[str], forms: Mapping[str, Mapping[str, object]]
) -> None:
    lot = case.lot
    ready = CeremonyState(signed=4, of=4, rehearsed=4, k=3)
    moves.advance(lot.pk, Move.OPEN_BID_BOX, actor=case.approver, at=stories.ANNOUNCED + MINUTE, known=(ready,))
    Lot.objects.filter(pk=lot.pk).update(box_closed_at=stories.DEADLINE)
    received = BidsReceived(complete=len(prices))
    moves.advance(lot.pk, Move.CLOSE_BIDDING, actor=SYSTEM, at=stories.DEADLINE, known=(received,))
    opening = Opening.objects.create(
        lot=lot,
        state="opened",
        opens_at=stories.DEADLINE,
        rescue_until=stories.DEADLINE + HOUR,
        opened_at=stories.DEADLINE + MINUTE,
        finished_at=OPENED,
        digest="0" * 64,
    )
    for ordinal, (bidder, price) in enumerate(prices.items(), start=1):
        _bid(case, opening, bidder, ordinal=ordinal, price=None if bidder in revoked else price,
             form=forms.get(bidder, {}))  # fmt: skip
    opened = OpeningState(pending=0, opened=len(prices) - len(revoked))
    moves.advance(lot.pk, Move.FINISH_OPENING, actor=case.approver, at=OPENED, known=(opened,))


def _bid(
    case: Case, opening: Opening, bidder: str, *, ordinal: int, price: str | None, form: Mapping[str, object]
) -> None:
    organisation = case.cast[bidder]
    digest = hashlib.sha256(f"{opening.lot.number} {bidder}".encode()).hexdigest()
    entry = audit.append(
        "bid.sealed", tender=opening.lot.number, data={"seal": digest}, actor=SYSTEM, at=stories.DEADLINE - HOUR
    )
    seal = Seal.in_box.create(
        digest=digest, lot=opening.lot, bidder=organisation, cid=f"cid-{bidder}", document=b"{}", note="",
        received_at=stories.DEADLINE - HOUR, entry=entry,
    )  # fmt: skip
    is_valid = price is not None
    OpenedBid.objects.create(
        opening=opening,
        seal=seal,
        bidder=organisation,
        ordinal=ordinal,
        status="opened" if is_valid else "payload_invalid",
        outcome="valid" if is_valid else "revoked",
        currency="CNY" if is_valid else "",
        price=Decimal(price) if price is not None else None,
        form=(OWN_FORM | dict(form)) if is_valid else {},
    )
    Deposit.objects.create(
        lot=opening.lot, organisation=organisation, required=Decimal(500_000), amount=Decimal(500_000),
        currency="CNY", state="locked", form="transfer",
    )  # fmt: skip


# -- the committee -------------------------------------------------------------------------------------


def draft(case: Case, name: str, *, kind: Kind = Kind.EXPERT, is_chair: bool = False) -> convening.MemberDraft:
    seat = case.cast.seats[name]
    return convening.MemberDraft(seat.user, seat.organisation, kind.value, is_chair)


@remembered
def named(cast: Cast, kind: Procedure = Procedure.CT, **fields: object) -> Case:
    """A committee of experts is named, the first in the chair; nobody has declared."""
    case = read_out(cast, kind, **fields)
    convening.name_committee(
        case.lot.pk,
        members=[draft(case, name, is_chair=name == case.names[0]) for name in case.names],
        ground=GROUND,
        actor=case.approver,
        at=OPENED,
    )
    return case


@remembered
def declared(cast: Cast, kind: Procedure = Procedure.CT, **fields: object) -> Case:
    """Every member has declared that it has no interest."""
    case = named(cast, kind, **fields)
    for actor in case.members:
        convening.declare(
            case.lot.pk, has_conflict=False, text="", years=12, has_title=True, actor=actor, at=OPENED + MINUTE
        )
    return case


def qualified(case: Case, *, out: Mapping[str, str] | None = None) -> None:
    """The buying side has reviewed every bid; ``out`` says who does not qualify and why."""
    rejected = out or {}
    for bid in queries.valid_bids(case.lot):
        name = next(key for key, row in case.cast.organisations.items() if row == bid.bidder)
        reviewing.review(
            bid.pk,
            step=Step.QUALIFICATION,
            passed=name not in rejected,
            because=rejected.get(name, ""),
            ground=RejectionGround.NOT_QUALIFIED if name in rejected else None,
            actor=case.drafter,
            at=OPENED + 2 * MINUTE,
        )


@remembered
def evaluating(
    cast: Cast, kind: Procedure = Procedure.CT, *, out: Mapping[str, str] | None = None, **fields: object
) -> Case:
    """The committee is at work and nothing is decided, except (procurement) qualification."""
    case = declared(cast, kind, **fields)
    if kind is Procedure.GP_OPEN:
        qualified(case, out=out)
        reviewing.qualify(case.lot.pk, actor=case.drafter, at=AT_WORK)
    else:
        convening.convene(case.lot.pk, actor=case.drafter, at=AT_WORK)
    return case


def votes(case: Case, *, against: Mapping[str, tuple[RejectionGround, str]] | None = None) -> list[reviewing.Vote]:
    """One member's votes on everything that is open: for, except for the bidders in ``against``."""
    lot, found = case.lot, []
    decided = {key for key, row in queries.reviews_of(lot).items() if row.passed is not None}
    for bid in queries.bids_in_play(lot):
        name = next(key for key, row in case.cast.organisations.items() if row == bid.bidder)
        said = (against or {}).get(name)
        steps = [step for step in Step if (bid.pk, step.value) not in decided]
        for step in steps[:1] if said else steps:
            ground, because = said or (None, "")
            found.append(reviewing.Vote(bid_id=bid.pk, step=step, passed=said is None, ground=ground, because=because))
    return found


@remembered
def reviewed(
    cast: Cast,
    kind: Procedure = Procedure.CT,
    *,
    against: Mapping[str, tuple[RejectionGround, str]] | None = None,
    **fields: object,
) -> Case:
    """Every member has voted on every step of every bid."""
    case = evaluating(cast, kind, **fields)
    review(case, against=against)
    return case


def review(case: Case, *, against: Mapping[str, tuple[RejectionGround, str]] | None = None) -> None:
    cast_by_all = votes(case, against=against)
    for actor in case.members:
        reviewing.vote(case.lot.pk, votes=cast_by_all, actor=actor, at=AT_WORK + MINUTE)


# -- scores, ranking, report ---------------------------------------------------------------------------


def scored(case: Case, scores: Mapping[str, Mapping[str, str]]) -> None:
    """Every member gives the same points: bidder → criterion → points."""
    for actor in case.members:
        for bidder, marks in scores.items():
            scoring.save(case.bid(bidder).pk, scores=marks, actor=actor, at=AT_WORK + 2 * MINUTE)
        scoring.hand_in(case.lot.pk, actor=actor, at=AT_WORK + 3 * MINUTE)


SCORES = {
    "acme": {"plan": "26", "record": "20"},
    "bolt": {"plan": "24", "record": "10"},
    "cedar": {"plan": "28", "record": "20"},
}
WEIGHED = {
    "acme": {"quality": "90", "service": "80"},
    "bolt": {"quality": "95", "service": "90"},
    "cedar": {"quality": "80", "service": "70"},
}


@remembered
def ranked(
    cast: Cast, kind: Procedure = Procedure.CT, *, scores: Mapping[str, Mapping[str, str]] | None = None,
    **fields: object,
) -> Case:  # fmt: skip
    """The ranking is calculated."""
    case = reviewed(cast, kind, **fields)
    if scores is not None:
        scored(case, scores)
    calculating.calculate(case.lot.pk, actor=case.chair, at=AT_WORK + 4 * MINUTE)
    return case


def calculation(case: Case) -> Calculation:
    return Calculation.objects.get(lot=case.lot)


@remembered
def drawn_up(cast: Cast, kind: Procedure = Procedure.CT, *, few: str = "", **fields: object) -> Case:
    """The report waits for the members' answers."""
    case = ranked(cast, kind, **fields)
    reporting.draw_up(case.lot.pk, few_bids_because=few, actor=case.chair, at=AT_WORK + 5 * MINUTE)
    return case


def confirm(case: Case) -> Report:
    """Every member that has not answered yet agrees."""
    report = queries.report_of(case.lot)
    for actor in case.members:
        if not report.confirmations.filter(member__user__number=actor.person).exists():
            reporting.confirm(case.lot.pk, answer=Answer.AGREES, actor=actor, at=AT_WORK + 6 * MINUTE)
    return queries.report_of(case.lot)


@remembered
def evaluated(cast: Cast, kind: Procedure = Procedure.CT, **fields: object) -> Case:
    """The report is final."""
    case = drawn_up(cast, kind, **fields)
    confirm(case)
    return case


# -- the decision --------------------------------------------------------------------------------------


@remembered
def published(cast: Cast, **fields: object) -> Case:
    """Construction: the candidates are public."""
    case = evaluated(cast, **fields)
    publicity.publish_candidates(case.lot.pk, actor=case.approver, at=AT_WORK + stories.DAY)
    return case


def due(case: Case) -> datetime:
    at = case.lot.next_due_at
    assert at is not None
    return at


@remembered
def award_pending(cast: Cast, **fields: object) -> Case:
    """Construction: the publicity has ended."""
    case = published(cast, **fields)
    publicity.end(case.lot.pk, SYSTEM, due(case))
    return case


@remembered
def confirming(cast: Cast, **fields: object) -> Case:
    """Procurement: the report is with the purchaser."""
    case = evaluated(cast, Procedure.GP_OPEN, **fields)
    awarding.deliver_report(case.lot.pk, actor=case.drafter, at=AT_WORK + stories.DAY)
    return case


@remembered
def decidable(cast: Cast, kind: Procedure = Procedure.CT, **fields: object) -> Case:
    """Whatever comes before an award in this kind of procedure is done."""
    return confirming(cast, **fields) if kind is Procedure.GP_OPEN else award_pending(cast, **fields)


@remembered
def awarded(cast: Cast, kind: Procedure = Procedure.CT, **fields: object) -> Case:
    """Rank one has won; nobody is told yet."""
    case = decidable(cast, kind, **fields)
    awarding.award(case.lot.pk, candidate_id=case.candidate(1).pk, actor=case.approver, at=later(case))
    return case


@remembered
def notified(cast: Cast, kind: Procedure = Procedure.CT, **fields: object) -> Case:
    """The result is public and everybody is told."""
    case = awarded(cast, kind, **fields)
    awarding.notify_award(case.lot.pk, actor=case.drafter, at=later(case))
    return case


def later(case: Case, by: timedelta = HOUR) -> datetime:
    """An hour after the lot entered its stage."""
    return case.lot.entered_at + by
