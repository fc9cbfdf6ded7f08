"""Whether a project's method may be announced: its criteria, its parameters, and that both fit together.

What is not in the documents does not count (招投标法 40; 招投标条例 49), so it is checked before they are published.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import Refused
from core.money import decimal_of
from core.reasons import reason
from evaluation import draw_papers
from evaluation.rules import policy
from evaluation.rules.abnormal import LowPriceRules
from evaluation.rules.criteria import Basis, Template, read_template, scoring_parameters, template_objections
from evaluation.rules.methods import METHODS, method_named
from trading import binding
from trading.names import Category

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from core.reasons import Reason
    from evaluation.rules.definition import Method
    from trading.models import Lot, Project

BASIS_OF = {
    "lowest_evaluated_price": Basis.NONE,
    "comprehensive_evaluation": Basis.POINTS,
    "comprehensive_scoring": Basis.WEIGHTS,
    "lowest_price": Basis.NONE,
}
DRAWN_VALUES = ("reduction",)  # coefficients that may be drawn: <name>_percent from <name>_candidates
_CATEGORIES = {Category.GOODS: "goods", Category.SERVICES: "services"}


def objections_to_method(project: Project, at: datetime) -> tuple[Reason, ...]:
    """Return every reason why the method of ``project`` may not be announced; nothing while none is chosen."""
    if not project.method:
        return ()
    if project.method.partition("/")[0] not in {method.name for method in METHODS}:
        return (reason("there is no evaluation method “{name}”", name=project.method),)
    method = method_named(project.method)
    try:
        template = read_template(project.criteria)
    except Refused as refusal:
        return refusal.reasons
    reasons = [*template_objections(template)]
    if template.basis is not BASIS_OF[method.name]:
        reasons.append(
            reason("the criteria do not fit “{method}”: {sentence}", method=method.title, sentence=_BASIS[method.name])
        )
        return tuple(reasons)
    for lot in project.lots.all():
        parameters = parameters_of(project, lot, method, at=at, template=template)
        reasons += method.parameter_objections(parameters)
        reasons += _of_candidates(method, parameters)
    if not reasons:
        reasons += _out_of_range(project, at=at)
    return tuple(dict.fromkeys(reasons))


def _of_candidates(method: Method, parameters: Mapping[str, object]) -> list[Reason]:
    """Return what stands against values among which a coefficient will be drawn: each must do as its value."""
    reasons: list[Reason] = []
    for name in DRAWN_VALUES:
        candidates = parameters.get(f"{name}_candidates")
        if not isinstance(candidates, list | tuple) or not candidates:
            continue
        if f"{name}_percent" in parameters:
            reasons.append(reason("“{name}” is either stated or drawn, not both", name=f"{name}_percent"))
        for value in candidates:
            reasons += method.parameter_objections({**parameters, f"{name}_percent": value})
    return reasons


def undrawn(lot: Lot) -> tuple[str, ...]:
    """Return the coefficients that the documents leave to a draw which has not been made."""
    left = (name for name in DRAWN_VALUES if lot.project.method_parameters.get(f"{name}_candidates"))
    return tuple(name for name in left if draw_papers.drawn_value(lot, name) is None)


def parameters_of(
    project: Project, lot: Lot, method: Method, *, at: datetime, template: Template | None = None
) -> dict[str, object]:
    """Return the method's parameters as announced, with what the law, the criteria, the project and the lot fix."""
    known = {parameter.name for parameter in method.parameters} | {"currency"}
    template = template or read_template(project.criteria)
    law = _law(project, at=at)
    fixed: dict[str, object] = {name: law[key] for name, key in _UNLESS_STATED.items() if key in law}
    fixed["currency"] = project.currency
    if lot.ceiling_price is not None:
        fixed["ceiling"] = format(lot.ceiling_price, "f")
    if (category := Category(project.category)) in _CATEGORIES:
        fixed["category"] = _CATEGORIES[category]
    fixed |= scoring_parameters(template)
    fixed |= {
        f"{name}_percent": value for name in DRAWN_VALUES if (value := draw_papers.drawn_value(lot, name)) is not None
    }
    return {key: value for key, value in fixed.items() if key in known} | dict(project.method_parameters)


def low_price_rules(project: Project, *, at: datetime) -> LowPriceRules:
    """Return the tests of low prices that bind a project."""
    law = _law(project, at=at)
    return LowPriceRules(**{name: decimal_of(law[key]) for name, key in _LOW_PRICES.items() if key in law})


def _law(project: Project, *, at: datetime) -> Mapping[str, str]:
    """Return the values that bind a project, of the keys that its sheet names and its region sets."""
    bound, named = binding.parameters_of(project, at=at), binding.procedure_of(project, at=at).keys()
    return {key: bound.values[key].text for key in named if bound.is_set(key)}


def _out_of_range(project: Project, *, at: datetime) -> list[Reason]:
    law, found = _law(project, at=at), []
    for name, (least, most) in _BETWEEN.items():
        stated = project.method_parameters.get(name)
        if stated in (None, "") or least not in law:
            continue
        if not decimal_of(law[least]) <= decimal_of(str(stated)) <= decimal_of(law[most]):
            found.append(
                reason(
                    "{name} is {stated} percent, the law allows {least} to {most}",
                    name=_TITLES[name],
                    stated=stated,
                    least=law[least],
                    most=law[most],
                )
            )
    return found


# What the law says where the documents do not, between what the documents may choose, and when a price is asked about.
_UNLESS_STATED = {"trim_from": "ct.benchmark_trim_from_n", "aggregation": "ct.score_aggregation"}
_BETWEEN = {
    "small_micro_percent": ("gp.sme_deduct.goods_services.min", "gp.sme_deduct.goods_services.max"),
    "domestic_percent": ("gp.domestic_deduct", "gp.domestic_deduct"),
}
_TITLES = {parameter.name: parameter.title for parameter in policy.PARAMETERS}
_LOW_PRICES = {
    "of_mean": "gp.abnormal.mean",
    "of_second": "gp.abnormal.second",
    "of_ceiling": "gp.abnormal.ceiling",
    "security_of_ceiling": "ct.abnormal_low_trigger",
}
_BASIS: dict[str, Reason] = {
    "lowest_evaluated_price": reason("it ranks by price alone and scores nothing"),
    "comprehensive_evaluation": reason("its criteria have points that add up to the total"),
    "comprehensive_scoring": reason("its criteria have weights that add up to 1"),
    "lowest_price": reason("it ranks by price alone and scores nothing"),
}
