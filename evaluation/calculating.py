"""The calculation: the method on the bids in play, with everything it was made from kept beside the result."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction

from core import audit
from core.canonical import digest_of
from core.errors import Refused
from core.reasons import reason
from evaluation import access, queries
from evaluation.checking import parameters_of, undrawn
from evaluation.models import Calculation
from evaluation.names import Step, label
from evaluation.rules import calculation as pure
from evaluation.rules.figures import Adjustment, BidFigures
from evaluation.rules.methods import method_named, recomputed
from evaluation.rules.sheets import collected_scores, read_marks
from evaluation.rules.ties import Choice
from trading import access as trading_access
from trading import moves
from trading.names import TieRule

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from bidding.models import OpenedBid
    from core.actors import Actor
    from core.reasons import Reason
    from evaluation.rules.definition import Method
    from trading.models import Lot


@dataclass(frozen=True)
class Entered:
    """What the committee enters for a calculation, each by bidder's number."""

    adjustments: Mapping[str, Sequence[tuple[str, Decimal]]]
    months: Mapping[str, Decimal]
    deductions: Mapping[str, Sequence[str]]


@transaction.atomic(durable=True)
def calculate(
    lot_id: int,
    *,
    adjustments: Mapping[str, Sequence[tuple[str, Decimal]]] | None = None,
    months: Mapping[str, Decimal] | None = None,
    deductions: Mapping[str, Sequence[str]] | None = None,
    actor: Actor,
    at: datetime,
) -> Calculation:
    """Calculate the ranking of the bids in play; possible again until the report is drawn up.

    By bidder's number: ``adjustments`` gives (ground, amount) of what is converted to money, ``months`` the
    duration offered where the method counts it, ``deductions`` the policies that the bid may claim.
    """
    lot = moves.lock(lot_id)
    access.working_seat(actor, lot)
    if reasons := missing_for_calculation(lot):
        raise Refused(*reasons)
    method = method_named(lot.project.method)
    entered = Entered(adjustments or {}, months or {}, deductions or {})
    result = method.calculate(
        [_figures(lot, bid, method, entered) for bid in queries.bids_in_play(lot)],
        parameters=parameters_of(lot.project, lot, method, at=at),
    )
    return _keep(lot, result, actor=actor, at=at)


@transaction.atomic(durable=True)
def settle_tie(lot_id: int, *, order: Sequence[str], because: str, actor: Actor, at: datetime) -> Calculation:
    """Record the owner's choice between tied bids (bidders' numbers, best first) with its reason."""
    lot = moves.lock(lot_id)
    trading_access.buyer(actor, lot.project, approves=True)
    reasons = []
    if not because.strip():
        reasons.append(reason("write down why the tie is settled so"))
    if lot.project.tie_rule == TieRule.PRICE_TECHNICAL_DRAW:
        reasons.append(reason("the documents say that a public draw decides between equal bids"))
    return _settle(lot, order=order, ground=because, reasons=reasons, actor=actor, at=at)


@transaction.atomic(savepoint=False)
def settle_as_drawn(lot: Lot, *, order: Sequence[str], ground: str, actor: Actor, at: datetime) -> Calculation:
    """Order tied bids as they were drawn: the step inside the verb that uses a draw."""
    return _settle(lot, order=order, ground=ground, reasons=[], actor=actor, at=at)


def _settle(
    lot: Lot, *, order: Sequence[str], ground: str, reasons: list[Reason], actor: Actor, at: datetime
) -> Calculation:
    row = Calculation.objects.select_for_update(of=("self",)).filter(lot=lot).first()
    if row is None:
        reasons.insert(0, reason("there is no calculation yet"))
    if queries.report_of(lot) is not None:
        reasons.append(reason("the report is drawn up; the ranking stays as it is"))
    if reasons or row is None:
        raise Refused(*reasons)
    before = pure.Calculation.from_json(row.document)
    result = recomputed(before, choices=(*before.choices, Choice(order=tuple(order), ground=ground)))
    return _keep(lot, result, actor=actor, at=at)


def missing_for_calculation(lot: Lot) -> tuple[Reason, ...]:
    """Return what must be done before the ranking can be calculated."""
    reasons = [
        reason("bids not decided in the {step}: {n}", step=label(step), n=len(waiting))
        for step in Step
        if (waiting := queries.undecided(lot, step))
    ]
    if vacant := queries.vacancies(lot):
        reasons.append(reason("seats on the committee that are vacant: {n}", n=len(vacant)))
    if not queries.bids_in_play(lot):
        reasons.append(reason("no bid is left to be ranked"))
    reasons += [reason("the coefficient “{name}” is not drawn yet", name=name) for name in undrawn(lot)]
    reasons += [objection for bid in queries.bids_in_play(lot) if (objection := price_objection(lot, bid))]
    if queries.scored_template(lot).criteria:
        late = [seat.user.name for seat in queries.members_of(lot) if _owes_sheets(lot, seat.pk)]
        reasons += [reason("{name} has not handed in the score sheets", name=name) for name in late]
    if queries.report_of(lot) is not None:
        reasons.append(reason("the report is drawn up; the ranking stays as it is"))
    return tuple(reasons)


def price_objection(lot: Lot, bid: OpenedBid) -> Reason | None:
    """Return why a bid cannot be ranked with its price and must be rejected (招投标条例 51)."""
    if bid.price is None:
        return reason("the bid of {name} has no readable price and must be rejected", name=bid.bidder.name)
    if lot.ceiling_price is not None and bid.currency == lot.project.currency and bid.price > lot.ceiling_price:
        return reason("the bid of {name} is above the ceiling and must be rejected", name=bid.bidder.name)
    return None


def _figures(lot: Lot, bid: OpenedBid, method: Method, entered: Entered) -> BidFigures:
    number = bid.bidder.number
    template = queries.scored_template(lot)
    marks = {
        sheet.member.user.number: read_marks(template, sheet.scores)
        for sheet in queries.sheets_of(lot)
        if sheet.bid_id == bid.pk and sheet.state == "handed_in"
    }
    return BidFigures(
        bid=number,
        price=bid.price or Decimal(0),
        currency=bid.currency,
        months=entered.months.get(number),
        adjustments=tuple(
            Adjustment(ground=ground, amount=amount) for ground, amount in entered.adjustments.get(number, ())
        ),
        deductions=tuple(entered.deductions.get(number, ())),
        scores=collected_scores(template, marks) if "scores" in method.uses else (),
    )


def _owes_sheets(lot: Lot, member_id: int) -> bool:
    handed = {
        sheet.bid_id for sheet in queries.sheets_of(lot) if sheet.member_id == member_id and sheet.state == "handed_in"
    }
    return any(bid.pk not in handed for bid in queries.bids_in_play(lot))


def _keep(lot: Lot, result: pure.Calculation, *, actor: Actor, at: datetime) -> Calculation:
    document = result.as_json()
    row, _ = Calculation.objects.update_or_create(
        lot=lot,
        defaults={"method": result.method, "document": document, "digest": digest_of(document), "made_at": at},
    )
    data = {"method": result.method, "calculation": row.digest}
    audit.append("evaluation.ranking.calculated", tender=lot.number, data=data, actor=actor, at=at)
    return row
