"""Pages: the lots of a draft with their bills of quantities, and the score sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import SeatedRequest, requires
from core.errors import Refused
from trading import checking, drafting, outlook, queries
from trading.forms.lots import LotForm, bill_text
from trading.forms.method import CriterionFormSet, TotalForm
from trading.names import Method
from trading.web.answers import page
from trading.web.creating import BUYING, steps_of
from trading.web.projects import checklist_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http.response import HttpResponseBase

    from trading.models import Lot, Project

_FIELDS = (
    "title", "description", "closes_at", "estimated_value", "budget", "ceiling_price", "deposit_amount", "duration",
    "quality",
)  # fmt: skip
# How the criteria of a template add up, by method.
_BASIS = {Method.COMPREHENSIVE_EVALUATION: "points", Method.COMPREHENSIVE_SCORING: "weights"}


@requires(*BUYING)
@require_safe
def lots(request: SeatedRequest, number: str) -> HttpResponseBase:
    """List the lots of a draft."""
    own = queries.project_of(request.membership, number)
    return page(
        request,
        "lots",
        project=own,
        lots=own.lots.all(),
        tabs=steps_of(own, "lots"),
        missing=checklist_of(request, own),
    )


@requires(*BUYING)
@require_http_methods(["GET", "HEAD", "POST"])
def add_lot(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Add a lot to a draft."""
    own = queries.project_of(request.membership, number)
    form = LotForm(request.POST or None, initial={"title": own.title})
    if request.method != "POST" or not form.is_valid():
        return _lot_page(request, own, form)
    try:
        lot = drafting.add_lot(own.pk, actor=request.actor, at=request.at, **form.cleaned_data)
    except Refused as refusal:
        return _lot_page(request, own, form, reasons=refusal.reasons)
    messages.success(request, _("Lot {number} was added.").format(number=lot.number))
    return redirect("trading:lots", number=number)


@requires(*BUYING)
@require_http_methods(["GET", "HEAD", "POST"])
def lot(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Write a lot of a draft."""
    own = queries.lot_of(request.membership, number)
    initial = {name: getattr(own, name) for name in _FIELDS} | {"bill": bill_text(own.bill)}
    form = LotForm(request.POST or None, initial=initial)
    if request.method != "POST" or not form.is_valid():
        return _lot_page(request, own.project, form, lot=own)
    try:
        drafting.edit_lot(own.pk, actor=request.actor, at=request.at, **form.cleaned_data)
    except Refused as refusal:
        return _lot_page(request, own.project, form, lot=own, reasons=refusal.reasons)
    messages.success(request, _("Saved."))
    return redirect("trading:lots", number=own.project.number)


@requires(*BUYING)
@require_POST
def remove_lot(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Take a lot out of a draft."""
    own = queries.lot_of(request.membership, number)
    drafting.remove_lot(own.pk, actor=request.actor, at=request.at)
    messages.success(request, _("Lot {number} was removed.").format(number=number))
    return redirect("trading:lots", number=own.project.number)


def _lot_page(
    request: SeatedRequest, project: Project, form: LotForm, *, lot: Lot | None = None, reasons: Sequence[str] = ()
) -> HttpResponseBase:
    earliest = outlook.earliest_deadline(lot, at=request.at) if lot and not project.announced_at else None
    return page(
        request,
        "lot",
        form=form,
        reasons=reasons,
        project=project,
        lot=lot,
        earliest=earliest,
        tabs=steps_of(project, "lots"),
    )


@requires(*BUYING)
@require_http_methods(["GET", "HEAD", "POST"])
def criteria(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Write the score sheet: what bidders must have, what is scored and with how much."""
    own = queries.project_of(request.membership, number)
    total = TotalForm(request.POST or None, initial={"total_points": own.criteria.get("total_points", "100")})
    rows = CriterionFormSet(request.POST or None, initial=_shown(own.criteria), prefix="row")
    if request.method != "POST" or not (rows.is_valid() and total.is_valid()):
        return _criteria_page(request, own, rows, total)
    template = _template(own, rows, total.cleaned_data["total_points"])
    try:
        drafting.edit_project(own.pk, actor=request.actor, at=request.at, criteria=template)
    except Refused as refusal:
        return _criteria_page(request, own, rows, total, reasons=refusal.reasons)
    messages.success(request, _("Saved."))
    return redirect("trading:criteria", number=number)


def _template(project: Project, rows: Any, total: str) -> dict[str, Any]:
    """Return the template that the rows make, in the form in which evaluation reads it."""
    made = [row for n, form in enumerate(rows, start=1) if (row := form.criterion(n))]
    basis = _BASIS.get(Method(project.method), "none") if project.method else "none"
    return {"basis": basis, "total_points": total, "criteria": made}


def _shown(template: dict[str, Any]) -> list[dict[str, Any]]:
    found = template.get("criteria", [])
    return [row | {"steps": " ".join(map(str, row.get("steps", [])))} for row in found]


def _criteria_page(
    request: SeatedRequest, project: Project, rows: Any, total: TotalForm, *, reasons: Sequence[str] = ()
) -> HttpResponseBase:
    return page(
        request,
        "criteria",
        form=total,
        rows=rows,
        reasons=reasons,
        project=project,
        basis=_BASIS.get(Method(project.method), "none") if project.method else "",
        objections=checking.objections(project, at=request.at) if project.criteria else (),
        tabs=steps_of(project, "criteria"),
        missing=checklist_of(request, project),
        method_url=reverse("trading:edit", args=[project.number, "method"]),
    )
