"""The evaluation methods, one file each, and their registry.

A changed formula is a new edition beside the old one, never a changed file: what was decided under an edition can
always be calculated again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import Refused, Tampered
from core.reasons import reason
from evaluation.rules.methods.comprehensive_evaluation import COMPREHENSIVE_EVALUATION
from evaluation.rules.methods.comprehensive_scoring import COMPREHENSIVE_SCORING
from evaluation.rules.methods.lowest_evaluated_price import LOWEST_EVALUATED_PRICE
from evaluation.rules.methods.lowest_price import LOWEST_PRICE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evaluation.rules.calculation import Calculation
    from evaluation.rules.definition import Method
    from evaluation.rules.ties import Choice

# All editions of each method, the newest last.
METHODS: tuple[Method, ...] = (
    LOWEST_EVALUATED_PRICE,
    COMPREHENSIVE_EVALUATION,
    COMPREHENSIVE_SCORING,
    LOWEST_PRICE,
)


def method_named(name: str) -> Method:
    """Return the edition ``name/edition``, or the newest edition of ``name``; raises Refused if there is none."""
    for method in reversed(METHODS):
        if name in (method.version, method.name):
            return method
    raise Refused(
        reason(
            "there is no method {name}; known are {known}",
            name=repr(name),
            known=", ".join(method.version for method in METHODS),
        )
    )


def recomputed(calculation: Calculation, *, choices: Sequence[Choice] | None = None) -> Calculation:
    """Calculate again from the stored inputs, by the same edition; ``choices`` replace the stored ones if given."""
    return method_named(calculation.method).calculate(
        calculation.inputs,
        parameters=calculation.parameters,
        choices=calculation.choices if choices is None else choices,
    )


def verified(calculation: Calculation) -> Calculation:
    """Return the calculation if calculating it again gives the same; raises Tampered otherwise."""
    try:
        again = recomputed(calculation)
    except Refused as refusal:
        raise Tampered(*refusal.reasons) from refusal
    if again.as_json() != calculation.as_json():  # sentences are compared by message id, not only as text
        raise Tampered(reason("the stored result is not what its inputs give"))
    return calculation
