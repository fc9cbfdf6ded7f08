"""Whether a project's method may be announced: its criteria, its parameters, and that both fit together.

What is not in the documents does not count (招投标法 40; 招投标条例 49), so it is checked before they are published.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import Refused
from core.reasons import reason
from evaluation.rules.criteria import Basis, Template, read_template, scoring_parameters, template_objections
from evaluation.rules.methods import METHODS, method_named
from trading.names import Category

if TYPE_CHECKING:
    from core.reasons import Reason
    from evaluation.rules.definition import Method
    from trading.models import Lot, Project

BASIS_OF = {
    "lowest_evaluated_price": Basis.NONE,
    "comprehensive_evaluation": Basis.POINTS,
    "comprehensive_scoring": Basis.WEIGHTS,
    "lowest_price": Basis.NONE,
}
_CATEGORIES = {Category.GOODS: "goods", Category.SERVICES: "services"}


def objections_to_method(project: Project) -> tuple[Reason, ...]:
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
        reasons += method.parameter_objections(parameters_of(project, lot, method, template=template))
    return tuple(dict.fromkeys(reasons))


def parameters_of(project: Project, lot: Lot, method: Method, *, template: Template | None = None) -> dict[str, object]:
    """Return the method's parameters as announced, with what the criteria, the project and the lot fix."""
    known = {parameter.name for parameter in method.parameters} | {"currency"}
    template = template or read_template(project.criteria)
    fixed: dict[str, object] = {"currency": project.currency}
    if lot.ceiling_price is not None:
        fixed["ceiling"] = format(lot.ceiling_price, "f")
    if (category := Category(project.category)) in _CATEGORIES:
        fixed["category"] = _CATEGORIES[category]
    fixed |= scoring_parameters(template)
    return {key: value for key, value in fixed.items() if key in known} | dict(project.method_parameters)


_BASIS: dict[str, Reason] = {
    "lowest_evaluated_price": reason("it ranks by price alone and scores nothing"),
    "comprehensive_evaluation": reason("its criteria have points that add up to the total"),
    "comprehensive_scoring": reason("its criteria have weights that add up to 1"),
    "lowest_price": reason("it ranks by price alone and scores nothing"),
}
