"""The lowest price in procurement (最低评标价法; 政府采购货物和服务招标投标管理办法, 财政部令第87号 54, 56).

Among bids that meet the documents the lowest price after policy deductions stands first; equal ones are parallel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.reasons import reason
from evaluation.rules.definition import Method, Outcome
from evaluation.rules.methods.common import PRICE_PLACES
from evaluation.rules.policy import PARAMETERS, deduction_objections, evaluation_price
from evaluation.rules.ties import Standing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evaluation.rules.figures import BidFigures
    from evaluation.rules.parameters import Values


def _standing(figures: BidFigures, *, values: Values) -> Standing:
    price, lines = evaluation_price(figures, values=values)
    return Standing(bid=figures.bid, price=figures.price, evaluated_price=price, lines=lines)


def _formula(values: Values, bids: Sequence[BidFigures]) -> Outcome:
    return Outcome(standings=tuple(_standing(figures, values=values) for figures in bids))


LOWEST_PRICE = Method(
    name="lowest_price",
    edition="2026-1",
    title=reason("lowest price method"),
    source="财政部令第87号 54, 56",
    parameters=(*PARAMETERS, PRICE_PLACES),
    uses=("deductions",),
    tie_rules=(),
    objections=deduction_objections,
    formula=_formula,
)
