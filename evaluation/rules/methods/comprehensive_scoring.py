"""Comprehensive scoring in procurement (综合评分法; 财政部令第87号 55, 57).

The lowest evaluation price among valid bids is the benchmark and has full marks: ``price score = benchmark / price
× 100``; ``total = F1·A1 + F2·A2 + … + Fn·An`` with ``ΣA = 1``. The price weighs at least 30 % for goods and 10 % for
services. No highest or lowest price is dropped. Each term is rounded once, after its weight, and the total is the
sum of the rounded terms, so that the sheet adds up. Equal totals: the lower bid price first, then parallel.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from core.reasons import Reason, reason
from evaluation.rules.aggregation import MEAN, exact_mean, points_of, score_objections, written_points
from evaluation.rules.criteria import Basis, Criterion, Group, Template, template_objections
from evaluation.rules.definition import Method, Outcome
from evaluation.rules.exact import added, round_half_up, shown, written
from evaluation.rules.methods.common import PLACES, PRICE_PLACES, price_criterion, unscored_objections
from evaluation.rules.parameters import Parameter, Shape, Values
from evaluation.rules.policy import PARAMETERS, deduction_objections, evaluation_price
from evaluation.rules.ties import Standing, TieRule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evaluation.rules.figures import BidFigures

LEAST_PRICE_WEIGHT = {"goods": Decimal("0.30"), "services": Decimal("0.10")}
FULL_MARKS = 100


def _objections(values: Values, bids: Sequence[BidFigures]) -> list[Reason]:
    criteria = values.criteria("criteria")
    weight = values.number("price_weight")
    price = (price_criterion(weight=weight),) if weight else ()
    template = Template(basis=Basis.WEIGHTS, criteria=(*price, *criteria))
    unfit = [*unscored_objections(criteria), *template_objections(template)]
    reasons = [*_weight_objections(values), *unfit, *deduction_objections(values, bids)]
    if not unfit:
        reasons += score_objections(bids, criteria=criteria, how=MEAN)
    return reasons


def _weight_objections(values: Values) -> list[Reason]:
    weight, category = values.number("price_weight"), values.word("category")
    if values.word("price_is_fixed") == "yes":
        return [reason("a price fixed by the state is not scored: its weight is 0")] if weight else []
    least = LEAST_PRICE_WEIGHT[category]
    if weight >= least:
        return []
    return [
        reason(
            "the price weighs {weight}, at least {least} is needed for {category} (87号令 55)",
            weight=written(weight),
            least=written(least),
            category=_category(category),
        )
    ]


def _category(name: str) -> Reason:
    return reason("goods") if name == "goods" else reason("services")


def _formula(values: Values, bids: Sequence[BidFigures]) -> Outcome:
    prices = {figures.bid: evaluation_price(figures, values=values) for figures in bids}
    benchmark = min(price for price, _ in prices.values())
    standings = []
    for figures in bids:
        price, lines = prices[figures.bid]
        standings.append(_standing(figures, values=values, price=price, benchmark=benchmark, before=lines))
    is_scored = values.number("price_weight") > 0
    preamble = (reason("Benchmark, the lowest evaluation price: {benchmark}", benchmark=shown(benchmark)),)
    return Outcome(
        standings=tuple(standings),
        preamble=preamble if is_scored else (reason("The price is fixed by the state and is not scored"),),
        benchmark=benchmark if is_scored else None,
    )


def _standing(
    figures: BidFigures, *, values: Values, price: Decimal, benchmark: Decimal, before: tuple[Reason, ...]
) -> Standing:
    places, weight = values.whole("places"), values.number("price_weight")
    lines = list(before)
    terms: list[Decimal] = []
    technical: list[Decimal] = []
    if weight:
        terms.append(
            round_half_up(Fraction(benchmark) / Fraction(price) * FULL_MARKS * Fraction(weight), places=places)
        )
        lines.append(
            reason(
                "Price score: {benchmark} / {price} × 100 × {weight} = {points}",
                benchmark=shown(benchmark),
                price=shown(price),
                weight=written(weight),
                points=written(terms[0]),
            )
        )
    for criterion in values.criteria("criteria"):
        term = _term(figures, criterion=criterion, places=places)
        terms.append(term)
        technical += [term] if criterion.group is Group.TECHNICAL else []
        lines.append(_term_line(figures, criterion=criterion, term=term))
    total = added(terms)
    lines.append(
        reason("Total: {terms} = {total}", terms=" + ".join(written(term) for term in terms), total=written(total))
    )
    return Standing(
        bid=figures.bid,
        price=figures.price,
        evaluated_price=price,
        score=total,
        technical=added(technical),
        lines=tuple(lines),
    )


def _term(figures: BidFigures, *, criterion: Criterion, places: int) -> Decimal:
    share = exact_mean(points_of(figures, criterion=criterion)) / Fraction(criterion.maximum or 1)
    return round_half_up(share * FULL_MARKS * Fraction(criterion.weight or 0), places=places)


def _term_line(figures: BidFigures, *, criterion: Criterion, term: Decimal) -> Reason:
    return reason(
        "{title}: mean of {points} out of {maximum}, × 100 × {weight} = {term}",
        title=criterion.title,
        points=written_points(points_of(figures, criterion=criterion)),
        maximum=written(criterion.maximum or Decimal(0)),
        weight=written(criterion.weight or Decimal(0)),
        term=written(term),
    )


COMPREHENSIVE_SCORING = Method(
    name="comprehensive_scoring",
    edition="2026-1",
    title=reason("comprehensive scoring method"),
    source="财政部令第87号 55, 57",
    parameters=(
        Parameter(
            name="category",
            title=reason("what is bought: goods or services"),
            shape=Shape.WORD,
            required=True,
            words=("goods", "services"),
        ),
        Parameter(
            name="price_weight",
            title=reason("weight of the price, as a share of 1"),
            shape=Shape.NUMBER,
            required=True,
            minimum=Decimal(0),
            maximum=Decimal(1),
        ),
        Parameter(
            name="price_is_fixed",
            title=reason("whether the state fixes the price, which is then not scored"),
            shape=Shape.WORD,
            default="no",
            words=("no", "yes"),
        ),
        Parameter(
            name="criteria",
            title=reason("technical and commercial criteria with their weights"),
            shape=Shape.CRITERIA,
            default=(),
        ),
        *PARAMETERS,
        PLACES,
        PRICE_PLACES,
    ),
    uses=("deductions", "scores"),
    tie_rules=(TieRule.LOWER_PRICE,),
    objections=_objections,
    formula=_formula,
)
