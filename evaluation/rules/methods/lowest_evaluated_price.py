"""The lowest evaluated price in construction (经评审的最低投标价法; 评标委员会和评标方法暂行规定 29-34).

Permitted deviations become money: a later or earlier completion by the month, anything else as a lump sum on a
ground that the documents name. ``evaluated = bid ± Σ adjustment``; the contract price stays the bid.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from core.reasons import Reason, reason
from evaluation.rules.definition import Method, Outcome
from evaluation.rules.exact import round_half_up, shown, written
from evaluation.rules.methods.common import PRICE_PLACES
from evaluation.rules.parameters import Parameter, Shape, Values
from evaluation.rules.ties import Standing, TieRule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evaluation.rules.figures import BidFigures


def _objections(values: Values, bids: Sequence[BidFigures]) -> list[Reason]:
    base = values.number_or_none("base_months")
    late, early = values.number("late_per_month"), values.number("early_per_month")
    reasons = []
    if base is None and (late or early):
        reasons.append(reason("a price by the month needs base_months"))
    if base is not None and not (late or early):
        reasons.append(reason("base_months has no effect without late_per_month or early_per_month"))
    grounds = values.texts("grounds")
    for figures in bids:
        if base is not None and figures.months is None:
            reasons.append(reason("bid {bid}: the months are missing", bid=figures.bid))
        reasons += [
            reason("bid {bid}: the documents do not name the ground {ground}", bid=figures.bid, ground=item.ground)
            for item in figures.adjustments
            if item.ground not in grounds
        ]
        if _evaluated(figures, values=values) <= 0:
            reasons.append(reason("bid {bid}: the adjustments leave nothing of the price", bid=figures.bid))
    return reasons


def _duration(figures: BidFigures, *, values: Values) -> Fraction:
    base = values.number_or_none("base_months")
    if base is None or figures.months is None:
        return Fraction(0)
    late = Fraction(figures.months) - Fraction(base)
    rate = values.number("late_per_month" if late > 0 else "early_per_month")
    return late * Fraction(rate)


def _evaluated(figures: BidFigures, *, values: Values) -> Decimal:
    lump_sums = sum((Fraction(item.amount) for item in figures.adjustments), Fraction(0))
    exact = Fraction(figures.price) + _duration(figures, values=values) + lump_sums
    return round_half_up(exact, places=values.whole("price_places"))


def _duration_lines(figures: BidFigures, *, values: Values) -> list[Reason]:
    base = values.number_or_none("base_months")
    if base is None or figures.months is None:
        return []
    if figures.months == base:
        return [reason("Months: {months}, as the base", months=written(figures.months))]
    late = figures.months > base
    facts = {
        "months": written(figures.months),
        "base": written(base),
        "difference": written(abs(figures.months - base)),
        "rate": shown(values.number("late_per_month" if late else "early_per_month")),
        "amount": shown(round_half_up(abs(_duration(figures, values=values)), places=values.whole("price_places"))),
    }
    if late:
        return [reason("Months: {months}, base {base}; late by {difference} × {rate} = +{amount}", **facts)]
    return [reason("Months: {months}, base {base}; early by {difference} × {rate} = -{amount}", **facts)]


def _standing(figures: BidFigures, *, values: Values) -> Standing:
    evaluated = _evaluated(figures, values=values)
    lines = [reason("Bid price: {price} {currency}", price=shown(figures.price), currency=figures.currency)]
    lines += _duration_lines(figures, values=values)
    lines += [
        reason("Adjustment, {ground}: {amount}", ground=item.ground, amount=format(item.amount, "+,f"))
        for item in figures.adjustments
    ]
    lines.append(reason("Evaluated price: {result}", result=shown(evaluated)))
    return Standing(
        bid=figures.bid,
        price=figures.price,
        evaluated_price=evaluated,
        technical=figures.technical,
        lines=tuple(lines),
    )


def _formula(values: Values, bids: Sequence[BidFigures]) -> Outcome:
    return Outcome(standings=tuple(_standing(figures, values=values) for figures in bids))


LOWEST_EVALUATED_PRICE = Method(
    name="lowest_evaluated_price",
    edition="2026-1",
    title=reason("lowest evaluated price method"),
    source="评标委员会和评标方法暂行规定 29-34",
    parameters=(
        Parameter(
            name="base_months",
            title=reason("months of work in the documents, from which late and early are counted"),
            shape=Shape.NUMBER,
            minimum=Decimal("0.1"),
        ),
        Parameter(
            name="late_per_month",
            title=reason("amount added for each month later than the base"),
            shape=Shape.NUMBER,
            default=Decimal(0),
            minimum=Decimal(0),
        ),
        Parameter(
            name="early_per_month",
            title=reason("amount taken off for each month earlier than the base"),
            shape=Shape.NUMBER,
            default=Decimal(0),
            minimum=Decimal(0),
        ),
        Parameter(
            name="grounds",
            title=reason("grounds on which the committee may add or take off a lump sum"),
            shape=Shape.TEXTS,
            default=(),
        ),
        PRICE_PLACES,
    ),
    uses=("technical", "adjustments"),
    tie_rules=(TieRule.LOWER_PRICE, TieRule.HIGHER_TECHNICAL),
    objections=_objections,
    formula=_formula,
)
