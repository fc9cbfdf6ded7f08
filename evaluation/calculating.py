"""The calculation: the method on the bids in play, with everything it was made from kept beside the result."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction

from core import audit
from core.canonical import digest_of
from core.errors import Refused
from core.reasons import reason
from evaluation import access, queries, scoring
from evaluation.models import Calculation
from evaluation.names import Step
from evaluation.rules import calculation as pure
from evaluation.rules.criteria import SCORED, scoring_parameters
from evaluation.rules.figures import Adjustment, BidFigures
from evaluation.rules.methods import method_named, recomputed
from evaluation.rules.sheets import collected_scores, read_marks
from evaluation.rules.ties import Choice
from trading import access as trading_access
from trading import moves

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from bidding.models import OpenedBid
    from core.actors import Actor
    from core.reasons import Reason
    from evaluation.rules.definition import Method
    from trading.models import Lot


@transaction.atomic(durable=True)
def calculate(
    lot_id: int,
    *,
    adjustments: Mapping[str, Sequence[tuple[str, Decimal]]] | None = None,
    months: Mapping[str, Decimal] | None = None,
    actor: Actor,
    at: datetime,
) -> Calculation:
    """Calculate the ranking of the bids in play; possible again until the report is drawn up.

    ``adjustments`` maps a bidder's number to (ground, amount) of what is converted to money; ``months`` to the
    duration offered, where the method counts it.
    """
    lot = moves.lock(lot_id)
    access.working_seat(actor, lot)
    if reasons := missing_for_calculation(lot):
        raise Refused(*reasons)
    method = method_named(lot.project.method)
    result = method.calculate(
        [_figures(lot, bid, method, adjustments or {}, months or {}) for bid in queries.bids_in_play(lot)],
        parameters=parameters_of(lot, method),
    )
    return _keep(lot, result, actor=actor, at=at)


@transaction.atomic(durable=True)
def settle_tie(lot_id: int, *, order: Sequence[str], because: str, actor: Actor, at: datetime) -> Calculation:
    """Record the owner's choice between tied bids (bidders' numbers, best first) with its reason."""
    lot = moves.lock(lot_id)
    trading_access.buyer(actor, lot.project, approves=True)
    row = Calculation.objects.select_for_update(of=("self",)).filter(lot=lot).first()
    reasons = [] if row else [reason("there is no calculation yet")]
    if not because.strip():
        reasons.append(reason("write down why the tie is settled so"))
    if queries.report_of(lot) is not None:
        reasons.append(reason("the report is drawn up; the ranking stays as it is"))
    if reasons or row is None:
        raise Refused(*reasons)
    before = pure.Calculation.from_json(row.document)
    result = recomputed(before, choices=(*before.choices, Choice(order=tuple(order), ground=because)))
    return _keep(lot, result, actor=actor, at=at)


def missing_for_calculation(lot: Lot) -> tuple[Reason, ...]:
    """Return what must be done before the ranking can be calculated."""
    reasons = []
    for step, words in (
        (Step.QUALIFICATION, reason("qualification of {n} bids is not decided")),
        (Step.RESPONSIVENESS, reason("responsiveness of {n} bids is not decided")),
    ):
        if waiting := queries.undecided(lot, step):
            reasons.append(reason(words.msgid, n=len(waiting)))
    if not queries.bids_in_play(lot):
        reasons.append(reason("no bid is left to be ranked"))
    reasons += [
        reason("the bid of {name} has no readable price and must be rejected", name=bid.bidder.name)
        for bid in queries.bids_in_play(lot)
        if bid.price is None
    ]
    if scoring.scored_template(lot).criteria:
        late = [seat.user.name for seat in queries.members_of(lot) if _owes_sheets(lot, seat.pk)]
        reasons += [reason("{name} has not handed in the score sheets", name=name) for name in late]
    if queries.report_of(lot) is not None:
        reasons.append(reason("the report is drawn up; the ranking stays as it is"))
    return tuple(reasons)


def parameters_of(lot: Lot, method: Method) -> dict[str, object]:
    """Return the method's parameters as announced, with what the template and the lot fix."""
    known = {parameter.name for parameter in method.parameters}
    fixed: dict[str, object] = {"currency": lot.project.currency}
    if lot.ceiling_price is not None:
        fixed["ceiling"] = format(lot.ceiling_price, "f")
    template = queries.template_of(lot)
    if template.of(*SCORED):
        fixed |= scoring_parameters(template)
    return {key: value for key, value in fixed.items() if key in known} | dict(lot.project.method_parameters)


def _figures(
    lot: Lot,
    bid: OpenedBid,
    method: Method,
    adjustments: Mapping[str, Sequence[tuple[str, Decimal]]],
    months: Mapping[str, Decimal],
) -> BidFigures:
    number = bid.bidder.number
    template = scoring.scored_template(lot)
    marks = {
        sheet.member.user.number: read_marks(template, sheet.scores)
        for sheet in queries.sheets_of(lot)
        if sheet.bid_id == bid.pk and sheet.state == "handed_in"
    }
    return BidFigures(
        bid=number,
        price=bid.price or Decimal(0),
        currency=bid.currency,
        months=months.get(number),
        adjustments=tuple(Adjustment(ground=ground, amount=amount) for ground, amount in adjustments.get(number, ())),
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
