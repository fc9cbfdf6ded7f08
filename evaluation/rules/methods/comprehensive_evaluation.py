"""Comprehensive evaluation in construction (综合评估法; 评标委员会和评标方法暂行规定 35-38), price by deviation.

(1) Mean of the valid bids; from ``trim_from`` bids on, one highest and one lowest are dropped.
(2) Blend with the ceiling: ``w × ceiling + (1 - w) × mean``; then the reduction: ``× (1 - r / 100)``.
(3) The benchmark B is rounded half up and from then on fixed: a re-check takes it as ``fixed_benchmark``, even if a
    bid has since been rejected (重庆市招标投标条例 44).
(4) ``dev = (bid - B) / B × 100``; price score ``F - dev × E1`` above B, ``F - |dev| × E2`` below, never below 0.
(5) Each criterion: mean of the members' points, or the mean without one highest and one lowest.
(6) Each term is rounded half up, and the total is the sum of the rounded terms, so that the sheet adds up.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from core.reasons import Reason, reason
from evaluation.rules.aggregation import (
    MEAN,
    TRIMMED_MEAN,
    aggregated,
    exact_mean,
    points_of,
    score_objections,
    without_extremes,
    written_points,
)
from evaluation.rules.criteria import Basis, Criterion, Group, Template, template_objections
from evaluation.rules.definition import Method, Outcome
from evaluation.rules.exact import added, round_half_up, shown, written
from evaluation.rules.methods.common import PLACES, PRICE_PLACES, price_criterion, unscored_objections
from evaluation.rules.parameters import Parameter, Shape, Values
from evaluation.rules.ties import Standing, TieRule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evaluation.rules.figures import BidFigures

FEWEST_TO_TRIM = 3
DEVIATION_PLACES = 4  # as shown; the score is calculated from the exact deviation


def _objections(values: Values, bids: Sequence[BidFigures]) -> list[Reason]:
    criteria = values.criteria("criteria")
    unclear = _benchmark_objections(values)
    unfit = _criteria_objections(values)
    ceiling = values.number_or_none("ceiling")
    reasons = [*unclear, *unfit]
    reasons += [
        reason(
            "bid {bid} is above the ceiling of {ceiling}: it is rejected, not scored",
            bid=figures.bid,
            ceiling=shown(ceiling),
        )
        for figures in bids
        if ceiling is not None and figures.price > ceiling
    ]
    if bids and not unclear and _benchmark(values, bids)[0] == 0:
        reasons.append(
            reason("rounded to {places} decimals the benchmark is 0", places=str(values.whole("price_places")))
        )
    if not unfit:
        reasons += score_objections(bids, criteria=criteria, how=values.word("aggregation"))
    return reasons


def _criteria_objections(values: Values) -> list[Reason]:
    criteria = values.criteria("criteria")
    if not criteria:
        return []
    price = price_criterion(maximum=values.number("full_marks"))
    template = Template(basis=Basis.POINTS, criteria=(price, *criteria), total_points=values.number("total_points"))
    return [*unscored_objections(criteria), *template_objections(template)]


def _benchmark_objections(values: Values) -> list[Reason]:
    reasons = []
    if values.number("ceiling_weight") and values.number_or_none("ceiling") is None:
        reasons.append(reason("ceiling_weight needs the ceiling"))
    if 0 < values.whole("trim_from") < FEWEST_TO_TRIM:
        reasons.append(reason("trim_from is 0 (never) or at least 3: one bid must remain"))
    return reasons


def _benchmark(values: Values, bids: Sequence[BidFigures]) -> tuple[Decimal, tuple[Reason, ...]]:
    fixed = values.number_or_none("fixed_benchmark")
    if fixed is not None:
        return fixed, (reason("Benchmark, fixed before: {benchmark}", benchmark=shown(fixed)),)
    # Step 1 of the module's description.
    prices = [figures.price for figures in bids]
    trim_from = values.whole("trim_from")
    is_trimmed = 0 < trim_from <= len(prices)
    counted = without_extremes(prices) if is_trimmed else tuple(sorted(prices))
    mean = exact_mean(counted)
    places = values.whole("price_places")
    facts = {
        "n": str(len(prices)),
        "prices": " + ".join(shown(price) for price in counted),
        "counted": str(len(counted)),
        "mean": shown(round_half_up(mean, places=places)),
    }
    line = (
        reason("Bids: {n}, without one highest and one lowest; mean: ({prices}) / {counted} = {mean}", **facts)
        if is_trimmed
        else reason("Bids: {n}; mean: ({prices}) / {counted} = {mean}", **facts)
    )
    # Steps 2 and 3.
    weight, ceiling = Fraction(values.number("ceiling_weight")), values.number_or_none("ceiling")
    blended = weight * Fraction(ceiling or 0) + (1 - weight) * mean
    reduction = values.number("reduction_percent")
    benchmark = round_half_up(blended * (100 - Fraction(reduction)) / 100, places=places)
    return benchmark, (line, *_benchmark_lines(values, mean=mean, benchmark=benchmark))


def _benchmark_lines(values: Values, *, mean: Fraction, benchmark: Decimal) -> list[Reason]:
    places, weight = values.whole("price_places"), values.number("ceiling_weight")
    reduction, ceiling = values.number("reduction_percent"), values.number_or_none("ceiling")
    lines = []
    if weight and ceiling is not None:
        lines.append(
            reason(
                "Blended with the ceiling: {weight} × {ceiling} + {rest} × {mean}",
                weight=written(weight),
                ceiling=shown(ceiling),
                rest=written(1 - weight),
                mean=shown(round_half_up(mean, places=places)),
            )
        )
    if reduction:
        lines.append(reason("Reduced by {percent} %", percent=written(reduction)))
    lines.append(reason("Benchmark: {benchmark}", benchmark=shown(benchmark)))
    return lines


def _formula(values: Values, bids: Sequence[BidFigures]) -> Outcome:
    benchmark, preamble = _benchmark(values, bids)
    standings = tuple(_standing(figures, values=values, benchmark=benchmark) for figures in bids)
    return Outcome(standings=standings, preamble=preamble, benchmark=benchmark)


def _standing(figures: BidFigures, *, values: Values, benchmark: Decimal) -> Standing:
    places = values.whole("places")
    score, price_lines = _price_score(figures, values=values, benchmark=benchmark)
    lines = [
        reason("Bid price: {price} {currency}", price=shown(figures.price), currency=figures.currency),
        *price_lines,
    ]
    terms = [score]
    technical: list[Decimal] = []
    for criterion in values.criteria("criteria"):
        term = aggregated(points_of(figures, criterion=criterion), how=values.word("aggregation"), places=places)
        terms.append(term)
        technical += [term] if criterion.group is Group.TECHNICAL else []
        lines.append(_term_line(figures, criterion=criterion, term=term, how=values.word("aggregation")))
    total = added(terms)
    if len(terms) > 1:
        joined = " + ".join(written(term) for term in terms)
        lines.append(reason("Total: {terms} = {total}", terms=joined, total=written(total)))
    return Standing(
        bid=figures.bid,
        price=figures.price,
        evaluated_price=figures.price,
        score=total,
        technical=added(technical),
        lines=tuple(lines),
    )


def _price_score(figures: BidFigures, *, values: Values, benchmark: Decimal) -> tuple[Decimal, tuple[Reason, ...]]:
    places, full = values.whole("places"), values.number("full_marks")
    # Step 4; a price equal to the benchmark loses nothing under either slope.
    deviation = (Fraction(figures.price) - Fraction(benchmark)) / Fraction(benchmark) * 100
    slope = values.number("e1" if deviation > 0 else "e2")
    exact = Fraction(full) - abs(deviation) * Fraction(slope)
    score = round_half_up(max(exact, Fraction(0)), places=places)
    facts = {"full": written(full), "slope": written(slope), "points": written(score)}
    facts["deviation"] = written(round_half_up(abs(deviation), places=DEVIATION_PLACES))
    lines = [
        reason(
            "Deviation: ({price} - {benchmark}) / {benchmark} × 100 = {deviation} %",
            price=shown(figures.price),
            benchmark=shown(benchmark),
            deviation=written(round_half_up(deviation, places=DEVIATION_PLACES)),
        )
    ]
    if exact < 0:
        lines.append(reason("Price score: {full} - {deviation} × {slope} is below 0: {points}", **facts))
    else:
        lines.append(reason("Price score: {full} - {deviation} × {slope} = {points}", **facts))
    return score, tuple(lines)


def _term_line(figures: BidFigures, *, criterion: Criterion, term: Decimal, how: str) -> Reason:
    facts = {
        "title": criterion.title,
        "points": written_points(points_of(figures, criterion=criterion)),
        "term": written(term),
    }
    if how == TRIMMED_MEAN:
        return reason("{title}: mean of {points} without one highest and one lowest = {term}", **facts)
    return reason("{title}: mean of {points} = {term}", **facts)


COMPREHENSIVE_EVALUATION = Method(
    name="comprehensive_evaluation",
    edition="2026-1",
    title=reason("comprehensive evaluation method"),
    source="评标委员会和评标方法暂行规定 35-38",
    parameters=(
        Parameter(
            name="full_marks",
            title=reason("full marks of the price (F)"),
            shape=Shape.NUMBER,
            required=True,
            minimum=Decimal("0.01"),
        ),
        Parameter(
            name="e1",
            title=reason("points lost for each percent above the benchmark (E1)"),
            shape=Shape.NUMBER,
            required=True,
            minimum=Decimal(0),
        ),
        Parameter(
            name="e2",
            title=reason("points lost for each percent below the benchmark (E2)"),
            shape=Shape.NUMBER,
            required=True,
            minimum=Decimal(0),
        ),
        Parameter(
            name="trim_from",
            title=reason("number of bids from which one highest and one lowest are dropped; 0 for never"),
            shape=Shape.WHOLE,
            default=5,
            minimum=Decimal(0),
        ),
        Parameter(
            name="ceiling",
            title=reason("ceiling price"),
            shape=Shape.NUMBER,
            minimum=Decimal("0.01"),
        ),
        Parameter(
            name="ceiling_weight",
            title=reason("weight of the ceiling in the benchmark, as a share of 1"),
            shape=Shape.NUMBER,
            default=Decimal(0),
            minimum=Decimal(0),
            maximum=Decimal(1),
        ),
        Parameter(
            name="reduction_percent",
            title=reason("reduction of the benchmark, in percent"),
            shape=Shape.NUMBER,
            default=Decimal(0),
            minimum=Decimal(0),
            maximum=Decimal(99),
        ),
        Parameter(
            name="reduction_candidates",
            title=reason("reductions among which one is drawn, in percent"),
            shape=Shape.TEXTS,
            source="公路合理低价法",
        ),
        Parameter(
            name="fixed_benchmark",
            title=reason("benchmark fixed before, for a re-check"),
            shape=Shape.NUMBER,
            minimum=Decimal("0.01"),
        ),
        Parameter(
            name="total_points",
            title=reason("points of the price and all criteria together"),
            shape=Shape.NUMBER,
            default=Decimal(100),
            minimum=Decimal(1),
        ),
        Parameter(
            name="criteria",
            title=reason("technical and commercial criteria with their maximum points"),
            shape=Shape.CRITERIA,
            default=(),
        ),
        Parameter(
            name="aggregation",
            title=reason("how the points of members become one number"),
            shape=Shape.WORD,
            default=MEAN,
            words=(MEAN, TRIMMED_MEAN),
        ),
        PLACES,
        PRICE_PLACES,
    ),
    uses=("scores",),
    tie_rules=(TieRule.LOWER_PRICE, TieRule.HIGHER_TECHNICAL),
    objections=_objections,
    formula=_formula,
)
