"""What bids are judged by: a frozen template of criteria, and what is wrong with it.

Criteria and weights stand in the documents and nothing else counts (招标投标法 40; 招标投标法实施条例 49).
Conditions of qualification are passed or failed, never scored (财政部令第87号 55).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING

from core.errors import Refused
from core.reasons import Reason, reason
from evaluation.rules.exact import added, read_number, shown, written

if TYPE_CHECKING:
    from collections.abc import Sequence

CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
WHOLE_WEIGHT = Decimal(1)
FEWEST_STEPS = 2


class Group(StrEnum):
    """The part of the evaluation to which a criterion belongs."""

    QUALIFICATION = "qualification"
    RESPONSIVENESS = "responsiveness"
    TECHNICAL = "technical"
    COMMERCIAL = "commercial"
    PRICE = "price"


class Kind(StrEnum):
    """How a criterion is answered; a formula is answered by the method, never by a member."""

    PASS_FAIL = "pass_fail"  # noqa: S105  (a word of the law)
    RANGE = "range"
    FIXED_STEPS = "fixed_steps"
    FORMULA = "formula"


class Basis(StrEnum):
    """How the criteria of a template add up."""

    POINTS = "points"  # maximum points sum to the template's total (综合评估法)
    WEIGHTS = "weights"  # weights sum to 1, each criterion on a scale of 0 to 100 (综合评分法)
    NONE = "none"  # nothing is scored: the price alone ranks


REVIEWED = (Group.QUALIFICATION, Group.RESPONSIVENESS)
SCORED = (Group.TECHNICAL, Group.COMMERCIAL)


@dataclass(frozen=True, kw_only=True)
class Criterion:
    """One line of a score sheet; ``maximum`` in points, ``weight`` as a share of 1, ``steps`` ascending points."""

    code: str
    title: str
    group: Group
    kind: Kind
    maximum: Decimal | None = None
    weight: Decimal | None = None
    steps: tuple[Decimal, ...] = ()

    def as_json(self) -> dict[str, object]:
        """Return the criterion as JSON: numbers as text, what is not set left out."""
        data: dict[str, object] = {
            "code": self.code,
            "title": self.title,
            "group": str(self.group),
            "kind": str(self.kind),
        }
        if self.maximum is not None:
            data["maximum"] = written(self.maximum)
        if self.weight is not None:
            data["weight"] = written(self.weight)
        if self.steps:
            data["steps"] = [written(step) for step in self.steps]
        return data


@dataclass(frozen=True, kw_only=True)
class Template:
    """The criteria of one lot, fixed when its documents are published."""

    basis: Basis
    criteria: tuple[Criterion, ...]
    total_points: Decimal = Decimal(100)

    def of(self, *groups: Group) -> tuple[Criterion, ...]:
        """Return the criteria of these groups in the template's order."""
        return tuple(criterion for criterion in self.criteria if criterion.group in groups)

    def as_json(self) -> dict[str, object]:
        """Return the template as JSON, as :func:`read_template` reads it."""
        return {
            "basis": str(self.basis),
            "total_points": written(self.total_points),
            "criteria": [criterion.as_json() for criterion in self.criteria],
        }

    def for_members(self) -> tuple[Criterion, ...]:
        """Return what a member of the committee answers: everything except formulas."""
        return tuple(criterion for criterion in self.criteria if criterion.kind is not Kind.FORMULA)


def template_objections(template: Template) -> tuple[Reason, ...]:
    """Return every reason why these criteria may not be published."""
    counted = Counter(criterion.code for criterion in template.criteria)
    reasons = [reason("criterion {code} appears twice", code=code) for code, n in counted.items() if n > 1]
    for criterion in template.criteria:
        reasons += _naming_objections(criterion)
        reasons += _kind_objections(criterion)
        reasons += _basis_objections(criterion, basis=template.basis)
    reasons += _price_objections(template)
    reasons += _sum_objections(template)
    return tuple(reasons)


def _naming_objections(criterion: Criterion) -> list[Reason]:
    reasons = []
    if not CODE.fullmatch(criterion.code):
        reasons.append(
            reason(
                "criterion {code}: a code has lower-case letters, digits and underscores, at most 40",
                code=repr(criterion.code),
            )
        )
    if not criterion.title.strip():
        reasons.append(reason("criterion {code} has no title", code=criterion.code))
    return reasons


def _kind_objections(criterion: Criterion) -> list[Reason]:
    code, kind = criterion.code, criterion.kind
    if criterion.group in REVIEWED and kind is not Kind.PASS_FAIL:
        return [
            reason("criterion {code}: qualification and responsiveness are passed or failed, not scored", code=code)
        ]
    if criterion.group in SCORED and kind not in (Kind.RANGE, Kind.FIXED_STEPS):
        return [reason("criterion {code}: technical and commercial criteria are scored in points", code=code)]
    if criterion.group is Group.PRICE and kind is not Kind.FORMULA:
        return [reason("criterion {code}: the price is scored by the formula, not by members", code=code)]
    reasons = []
    if criterion.steps and kind is not Kind.FIXED_STEPS:
        reasons.append(reason("criterion {code}: only fixed steps have steps", code=code))
    if kind is Kind.FIXED_STEPS:
        reasons += _step_objections(criterion)
    if kind is Kind.PASS_FAIL and (criterion.maximum is not None or criterion.weight is not None):
        reasons.append(reason("criterion {code} is passed or failed: it has no points and no weight", code=code))
    return reasons


def _step_objections(criterion: Criterion) -> list[Reason]:
    steps = criterion.steps
    ascending = all(low < high for low, high in pairwise(steps))
    if len(steps) < FEWEST_STEPS or not ascending or steps[0] < 0:
        return [
            reason("criterion {code}: at least two steps are needed, ascending, none below zero", code=criterion.code)
        ]
    if steps[-1] != criterion.maximum:
        return [reason("criterion {code}: the highest step must be the maximum", code=criterion.code)]
    return []


def _basis_objections(criterion: Criterion, *, basis: Basis) -> list[Reason]:
    if criterion.kind is Kind.PASS_FAIL:
        return []
    code = criterion.code
    if basis is Basis.NONE:
        return [reason("criterion {code}: this method ranks by price alone and scores nothing", code=code)]
    reasons = []
    points_needed = basis is Basis.POINTS or criterion.kind is not Kind.FORMULA
    if points_needed and (criterion.maximum is None or criterion.maximum <= 0):
        reasons.append(reason("criterion {code} needs a maximum above zero", code=code))
    if basis is Basis.WEIGHTS and (criterion.weight is None or criterion.weight <= 0):
        reasons.append(reason("criterion {code} needs a weight above zero", code=code))
    if basis is Basis.POINTS and criterion.weight is not None:
        reasons.append(reason("criterion {code}: points are added up, so it has no weight", code=code))
    return reasons


def _price_objections(template: Template) -> list[Reason]:
    prices = len(template.of(Group.PRICE))
    if prices > 1:
        return [reason("the price is one criterion, not {n}", n=str(prices))]
    if template.basis is Basis.POINTS and prices == 0:
        return [reason("the price is missing among the criteria")]
    return []


def _sum_objections(template: Template) -> list[Reason]:
    counted = [criterion for criterion in template.criteria if criterion.kind is not Kind.PASS_FAIL]
    if template.basis is Basis.POINTS:
        points = added(criterion.maximum or Decimal(0) for criterion in counted)
        if points != template.total_points:
            return [
                reason(
                    "the maximum points sum to {sum}, not to {total}",
                    sum=shown(points),
                    total=shown(template.total_points),
                )
            ]
    if template.basis is Basis.WEIGHTS:
        weights = added(criterion.weight or Decimal(0) for criterion in counted)
        if weights != WHOLE_WEIGHT:
            return [reason("the weights sum to {sum}, not to 1", sum=shown(weights))]
    return []


def scoring_parameters(template: Template) -> dict[str, object]:
    """Return the parameters that a method takes from a template, so that no number is written twice."""
    if template.basis is Basis.NONE:
        return {}
    data: dict[str, object] = {"criteria": [criterion.as_json() for criterion in template.of(*SCORED)]}
    price = template.of(Group.PRICE)
    if template.basis is Basis.WEIGHTS:
        data["price_weight"] = written(price[0].weight or Decimal(0)) if price else "0"
        return data
    data["full_marks"] = written(price[0].maximum or Decimal(0))
    data["total_points"] = written(template.total_points)
    return data


def read_template(raw: object) -> Template:
    """Read what :meth:`Template.as_json` wrote; raises Refused with every reason why it cannot be read."""
    if not isinstance(raw, dict):
        raise Refused(reason("a template is an object with basis, total_points and criteria"))
    criteria, problems = read_criteria(raw.get("criteria"))
    reasons = list(problems)
    total = read_number(raw.get("total_points", "100"))
    if total is None:
        reasons.append(reason("total_points is not a number in plain digits"))
    if raw.get("basis") not in list(Basis):
        reasons.append(reason("basis is one of {known}", known=", ".join(Basis)))
    if reasons or total is None:
        raise Refused(*reasons)
    return Template(basis=Basis(raw["basis"]), criteria=criteria, total_points=total)


FIELDS = frozenset({"code", "title", "group", "kind", "maximum", "weight", "steps"})


def read_criteria(raw: object) -> tuple[tuple[Criterion, ...], tuple[Reason, ...]]:
    """Read a JSON list of criteria; the second value is every reason why it cannot be read."""
    if not isinstance(raw, list | tuple):
        return (), (reason("criteria are a list"),)
    criteria: list[Criterion] = []
    reasons: list[Reason] = []
    for position, entry in enumerate(raw, start=1):
        criterion, problems = _read_criterion(entry, place=str(position))
        reasons += problems
        if criterion is not None:
            criteria.append(criterion)
    return tuple(criteria), tuple(reasons)


def _read_criterion(entry: object, *, place: str) -> tuple[Criterion | None, list[Reason]]:
    if isinstance(entry, Criterion):
        return entry, []
    if not isinstance(entry, dict):
        return None, [reason("criterion {place} is not an object", place=place)]
    reasons = [
        reason("criterion {place}: unknown field {field}", place=place, field=str(field))
        for field in entry
        if field not in FIELDS
    ]
    reasons += [
        reason("criterion {place}: {field} is a text", place=place, field=field)
        for field in ("code", "title")
        if not isinstance(entry.get(field), str)
    ]
    reasons += [
        reason("criterion {place}: {field} is one of {known}", place=place, field=field, known=", ".join(words))
        for field, words in (("group", list(Group)), ("kind", list(Kind)))
        if entry.get(field) not in words
    ]
    numbers = {field: read_number(entry[field]) for field in ("maximum", "weight") if entry.get(field) is not None}
    steps, steps_are_read = _read_steps(entry.get("steps", []))
    unread = [field for field, number in numbers.items() if number is None]
    unread += [] if steps_are_read else ["steps"]
    reasons += [
        reason("criterion {place}: {field} is not a number in plain digits", place=place, field=field)
        for field in unread
    ]
    if reasons:
        return None, reasons
    return Criterion(
        code=entry["code"],
        title=entry["title"],
        group=Group(entry["group"]),
        kind=Kind(entry["kind"]),
        maximum=numbers.get("maximum"),
        weight=numbers.get("weight"),
        steps=steps,
    ), []


def _read_steps(raw: object) -> tuple[tuple[Decimal, ...], bool]:
    numbers: Sequence[Decimal | None] = [read_number(step) for step in raw] if isinstance(raw, list) else [None]
    return tuple(number for number in numbers if number is not None), None not in numbers
