"""Pages: a new project, and the guided form through which its notice is written."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import queries as people
from accounts.access import SeatedRequest, requires
from accounts.names import Role
from core.errors import Refused
from trading import binding, checking, drafting, queries
from trading.facts import facts_of
from trading.forms.drafting import (
    ClausesForm,
    ConditionsForm,
    ContactForm,
    CreateForm,
    FundsForm,
    MethodForm,
    StepForm,
    SubjectForm,
)
from trading.forms.method import ParametersForm, parameter_initial
from trading.names import Kind
from trading.procedures.guards.announcing import (
    conditions_are_lawful,
    mandatory_tender_is_called_so,
    project_follows_its_approval,
)
from trading.web.answers import page
from trading.web.projects import checklist_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from django import forms
    from django.http.response import HttpResponseBase

    from accounts.models import Organisation
    from core.reasons import Reason
    from trading.models import Project

BUYING = (Role.OWNER, Role.AGENT)
_MANDATORY_UNLESS_SAID = {Kind.CT: True, Kind.GP_OPEN: False}
STEPS: dict[str, type[StepForm]] = {
    "subject": SubjectForm,
    "funds": FundsForm,
    "conditions": ConditionsForm,
    "clauses": ClausesForm,
    "contact": ContactForm,
    "method": MethodForm,
}

_BY_THE_SHEET = (FundsForm, ClausesForm, MethodForm)


def step_names() -> dict[str, str]:
    """Return the steps of the guided form in their order, by name."""
    return {
        "subject": _("Subject of the tender"),
        "funds": _("Funds and approval"),
        "conditions": _("Conditions and documents"),
        "clauses": _("Clause check"),
        "contact": _("Contact"),
        "method": _("Evaluation method"),
        "parameters": _("Parameters of the method"),
    }


@requires(*BUYING)
@require_http_methods(["GET", "HEAD", "POST"])
def create(request: SeatedRequest) -> HttpResponseBase:
    """Begin a project: kind, name and sides."""
    sides = _sides(request)
    initial = {name: found[0].number for name, found in sides.items() if len(found) == 1 and name != "agent"}
    form = CreateForm(sides, request.POST or None, initial=initial)
    if request.method != "POST" or not form.is_valid():
        return page(request, "create", form=form)
    chosen = {each.number: each for found in sides.values() for each in found}
    data = form.cleaned_data
    try:
        project = drafting.create_project(
            actor=request.actor,
            at=request.at,
            kind=Kind(data["kind"]),
            title=data["title"],
            owner=chosen[data["owner"]],
            agent=chosen.get(data["agent"]),
            supervisor=chosen[data["supervisor"]],
            center=chosen[data["center"]],
            category=data["category"],
            funds_type=data["funds_type"],
            region=data["region"],
            is_mandatory_tender=_MANDATORY_UNLESS_SAID[Kind(data["kind"])],
        )
    except Refused as refusal:
        return page(request, "create", form=form, reasons=refusal.reasons)
    messages.success(request, _("Draft {number} was made.").format(number=project.number))
    return redirect("trading:edit", number=project.number, step="subject")


def _sides(request: SeatedRequest) -> dict[str, list[Organisation]]:
    """Return who can stand where; the organisation of the seat in use stands where its role says."""
    own, role = request.membership.organisation, Role(request.membership.role)
    return {
        "owner": [own] if role is Role.OWNER else people.admitted([Role.OWNER]),
        "agent": [own] if role is Role.AGENT else people.admitted([Role.AGENT]),
        "supervisor": people.admitted([Role.SUPERVISOR]),
        "center": people.admitted([Role.CENTER]),
    }


@requires(*BUYING)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SeatedRequest, number: str, step: str) -> HttpResponseBase:
    """Write one step of the notice; the checklist beside it says what is still missing to announce."""
    own = queries.project_of(request.membership, number)
    if step not in step_names():
        raise Http404
    form = _parameters_form(request, own) if step == "parameters" else _step_form(request, own, step)
    if request.method != "POST" or not form.is_valid():
        return _edit_page(request, own, step, form)
    changes = _changes(form, own)
    try:
        drafting.edit_project(own.pk, actor=request.actor, at=request.at, **changes)
    except Refused as refusal:
        return _edit_page(request, own, step, form, reasons=refusal.reasons)
    messages.success(request, _("Saved."))
    return redirect("trading:edit", number=number, step=_following(step) if "onward" in request.POST else step)


def _step_form(request: SeatedRequest, project: Project, step: str) -> StepForm:
    made = STEPS[step]
    build: Callable[..., StepForm] = made
    if made in _BY_THE_SHEET:
        build = partial(made, binding.procedure_of(project, at=request.at))
    return build(request.POST or None, initial=made.initial_of(project))


def _parameters_form(request: SeatedRequest, project: Project) -> ParametersForm:
    wanted = checking.parameters_of_method(project.method)
    return ParametersForm(wanted, request.POST or None, initial=parameter_initial(wanted, project.method_parameters))


def _changes(form: forms.Form, project: Project) -> dict[str, Any]:
    if isinstance(form, StepForm):
        changed = form.changes(project)
        if "method" in changed and changed["method"] != project.method:
            changed["method_parameters"] = {}
        return changed
    return {"method_parameters": form.stated()} if isinstance(form, ParametersForm) else {}


def _following(step: str) -> str:
    names = list(step_names())
    return names[min(names.index(step) + 1, len(names) - 1)]


def _edit_page(
    request: SeatedRequest, project: Project, step: str, form: forms.Form, *, reasons: tuple[str, ...] = ()
) -> HttpResponseBase:
    names = step_names()
    return page(
        request,
        "edit",
        form=form,
        reasons=reasons,
        project=project,
        step=names[step],
        is_last=step == list(names)[-1],
        tabs=steps_of(project, step),
        missing=checklist_of(request, project),
        objections=_objections(request, project, step),
        is_empty=not form.fields,
    )


def _objections(request: SeatedRequest, project: Project, step: str) -> tuple[Reason, ...]:
    """Return what stands against the notice and is mended in this step."""
    if step in ("method", "parameters"):
        return checking.objections(project, at=request.at)
    procedure = binding.procedure_of(project, at=request.at)
    guards = {
        "funds": (mandatory_tender_is_called_so, project_follows_its_approval),
        "clauses": (conditions_are_lawful,),
    }
    lot = project.lots.first()
    asked = [guard for guard in guards.get(step, ()) if procedure.asks(guard)]
    if lot is None or not asked:
        return ()
    facts = facts_of(lot, at=request.at)
    return tuple(found for guard in asked for found in guard.objections(facts))


def steps_of(project: Project, here: str) -> list[dict[str, Any]]:
    """Return the steps of the guided form as tabs, with lots, criteria and documents at the end."""
    edit_tabs = [
        {"label": text, "url": reverse("trading:edit", args=[project.number, name]), "is_current": name == here}
        for name, text in step_names().items()
    ]
    more = [
        ("criteria", _("Score sheet"), reverse("trading:criteria", args=[project.number])),
        ("lots", _("Lots"), reverse("trading:lots", args=[project.number])),
        ("documents", _("Documents"), reverse("trading:documents", args=[project.number])),
    ]
    return [*edit_tabs, *({"label": text, "url": url, "is_current": name == here} for name, text, url in more)]


@requires(*BUYING)
@require_POST
def submit(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Hand the notice to the one who approves."""
    own = queries.project_of(request.membership, number)
    drafting.submit_notice(own.pk, actor=request.actor, at=request.at)
    messages.success(request, _("Handed in: a second person announces it or returns it."))
    return redirect("trading:project", number=number)
