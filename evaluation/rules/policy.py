"""Procurement policy in prices: deductions that count for evaluation only; the contract price stays the bid.

Small and micro enterprises 10-20 % (政府采购促进中小企业发展管理办法 9; 财库〔2022〕19号), a consortium or
subcontract that gives them at least 30 % of the value 4-6 %, domestic products 20 % (国办发〔2025〕34号).
Several deductions are all computed on the original price.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from core.reasons import Reason, reason
from evaluation.rules.exact import added, round_half_up, shown, written
from evaluation.rules.parameters import Parameter, Shape, Values

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evaluation.rules.figures import BidFigures

SMALL_MICRO = "small_micro_enterprise"
CONSORTIUM = "sme_consortium"
DOMESTIC = "domestic_product"

PERCENT = {
    SMALL_MICRO: "small_micro_percent",
    CONSORTIUM: "sme_consortium_percent",
    DOMESTIC: "domestic_percent",
}

PARAMETERS = (
    Parameter(
        name="small_micro_percent",
        title=reason("price deduction for small and micro enterprises, in percent"),
        shape=Shape.NUMBER,
        minimum=Decimal(10),
        maximum=Decimal(20),
        source="财库〔2022〕19号",
    ),
    Parameter(
        name="sme_consortium_percent",
        title=reason("price deduction for a consortium or subcontract with small and micro enterprises, in percent"),
        shape=Shape.NUMBER,
        minimum=Decimal(4),
        maximum=Decimal(6),
        source="财库〔2022〕19号",
    ),
    Parameter(
        name="domestic_percent",
        title=reason("price deduction for domestic products, in percent"),
        shape=Shape.NUMBER,
        minimum=Decimal(20),
        maximum=Decimal(20),
        source="国办发〔2025〕34号",
    ),
)


def deduction_objections(values: Values, bids: Sequence[BidFigures]) -> tuple[Reason, ...]:
    """Return every deduction that the documents do not offer, or that a bid may not claim."""
    offered = {name for name, parameter in PERCENT.items() if values.number_or_none(parameter) is not None}
    reasons: list[Reason] = []
    for figures in bids:
        claimed = set(figures.deductions)
        unfit = [
            reason("bid {bid}: the documents offer no deduction {name}", bid=figures.bid, name=name)
            for name in sorted(claimed - offered)
        ]
        if len(claimed) < len(figures.deductions):
            unfit.append(reason("bid {bid} claims one deduction twice", bid=figures.bid))
        if {SMALL_MICRO, CONSORTIUM} <= claimed:
            unfit.append(
                reason("bid {bid} is either a small or micro enterprise or a consortium with one", bid=figures.bid)
            )
        if not unfit and _deducted(figures, values=values) == 0:
            unfit.append(reason("bid {bid}: rounded, nothing is left of the price", bid=figures.bid))
        reasons += unfit
    return tuple(reasons)


def evaluation_price(figures: BidFigures, *, values: Values) -> tuple[Decimal, tuple[Reason, ...]]:
    """Return the price that is compared, rounded half up to ``price_places`` if reduced, and its lines."""
    lines = [reason("Bid price: {price} {currency}", price=shown(figures.price), currency=figures.currency)]
    if not figures.deductions:
        return figures.price, tuple(lines)
    lines += [
        reason(
            "Deduction, {name}: {rate} per cent of the bid price",
            name=_title(name),
            rate=written(values.number(PERCENT[name])),
        )
        for name in figures.deductions
    ]
    price = _deducted(figures, values=values)
    lines.append(
        reason(
            "Evaluation price: {price} × (100 - {percent}) / 100 = {result}",
            price=shown(figures.price),
            percent=written(_percent(figures, values=values)),
            result=shown(price),
        )
    )
    return price, tuple(lines)


def _percent(figures: BidFigures, *, values: Values) -> Decimal:
    return added(values.number(PERCENT[name]) for name in figures.deductions)


def _deducted(figures: BidFigures, *, values: Values) -> Decimal:
    if not figures.deductions:
        return figures.price
    left = 100 - Fraction(_percent(figures, values=values))
    return round_half_up(Fraction(figures.price) * left / 100, places=values.whole("price_places"))


def _title(name: str) -> Reason:
    return {
        SMALL_MICRO: reason("small or micro enterprise"),
        CONSORTIUM: reason("consortium or subcontract with small and micro enterprises"),
        DOMESTIC: reason("domestic product"),
    }[name]
