"""Score sheets: how a member's answers are read, what is missing or out of range, how they reach a method."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from core.reasons import Reason, reason
from evaluation.rules.criteria import SCORED, Criterion, Kind, Template
from evaluation.rules.exact import read_number, written
from evaluation.rules.figures import Score

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

VERDICTS: dict[object, bool] = {True: True, False: False, "pass": True, "fail": False}


def read_marks(template: Template, raw: Mapping[str, object]) -> dict[str, object]:
    """Return one bid's answers, criterion code → Decimal, bool or None, from text or stored JSON.

    ``pass`` and ``fail`` become True and False, digits a Decimal, nothing or an empty text None. What cannot be read,
    and what the template does not ask, stays as it is, for :func:`sheet_objections` to name.
    """
    asked = {criterion.code: criterion for criterion in template.for_members()}
    return {code: _read_mark(asked.get(code), given) for code, given in raw.items()}


def _read_mark(criterion: Criterion | None, given: object) -> object:
    if given is None or (isinstance(given, str) and not given.strip()):
        return None
    if criterion is not None and criterion.kind is Kind.PASS_FAIL:
        return VERDICTS.get(given, given) if isinstance(given, bool | str) else given
    number = read_number(given.strip() if isinstance(given, str) else given)
    return given if number is None else number


def collected_scores(template: Template, marks: Mapping[str, Mapping[str, object]]) -> tuple[Score, ...]:
    """Return what a method takes for one bid from ``marks``: member → criterion code → Decimal (as read).

    Passes and fails are not scores; a mark that is no number is left out, so that the method names it as missing.
    """
    codes = [criterion.code for criterion in template.of(*SCORED)]
    return tuple(
        Score(criterion=code, member=member, points=points)
        for member, answers in marks.items()
        for code in codes
        if isinstance(points := answers.get(code), Decimal)
    )


def mark_objection(criterion: Criterion, mark: object) -> Reason | None:
    """Return what is wrong with one member's answer to one criterion, or None.

    A pass is True and a fail False; points are a Decimal between zero and the maximum, or exactly one of the steps.
    """
    if criterion.kind is Kind.PASS_FAIL:
        return None if isinstance(mark, bool) else reason("{title}: pass or fail is needed", title=criterion.title)
    if not isinstance(mark, Decimal) or not mark.is_finite():
        return reason("{title}: points are needed", title=criterion.title)
    if criterion.kind is Kind.FIXED_STEPS and mark not in criterion.steps:
        return reason(
            "{title}: {points} is not one of the steps {steps}",
            title=criterion.title,
            points=written(mark),
            steps=", ".join(written(step) for step in criterion.steps),
        )
    if not 0 <= mark <= (criterion.maximum or 0):
        return reason(
            "{title}: {points} is outside 0 to {maximum}",
            title=criterion.title,
            points=written(mark),
            maximum=written(criterion.maximum or Decimal(0)),
        )
    return None


def sheet_objections(
    template: Template, scores: Mapping[str, Mapping[str, object]], *, bids: Iterable[str]
) -> tuple[Reason, ...]:
    """Return everything that is missing, out of range or foreign in one member's sheet.

    ``scores`` maps bid → criterion code → Decimal or bool; None counts as missing. ``bids`` are the bids to be
    answered. An empty result means that the sheet may be handed in.
    """
    asked = {criterion.code: criterion for criterion in template.for_members()}
    wanted = tuple(bids)
    reasons = [reason("bid {bid} is not on this sheet", bid=bid) for bid in scores if bid not in wanted]
    for bid in wanted:
        answers = scores.get(bid, {})
        reasons += [
            reason("bid {bid}: criterion {code} is not on this sheet", bid=bid, code=code)
            for code in answers
            if code not in asked
        ]
        for code, criterion in asked.items():
            mark = answers.get(code)
            if mark is None:
                reasons.append(reason("bid {bid}: {title} is missing", bid=bid, title=criterion.title))
            elif problem := mark_objection(criterion, mark):
                reasons.append(reason("bid {bid}: {problem}", bid=bid, problem=problem))
    return tuple(reasons)
