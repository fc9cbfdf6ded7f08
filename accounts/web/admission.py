"""Pages of the trading centre: who asks to be admitted, and what becomes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import admitting, barring, queries, seating
from accounts.access import SeatedRequest, requires, requires_step_up
from accounts.forms import AdmissionFilter, AdmissionForm, AppointForm, BecauseForm
from accounts.models import Organisation, User
from accounts.names import STATE_NAMES, OrganisationState, Role
from accounts.web.answers import page
from accounts.web.organisation import facts_of
from core.errors import NotYours, Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from django import forms
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

PAGE_SIZES = (20, 50, 100)
TONES = {
    OrganisationState.WAITING: "yellow",
    OrganisationState.ADMITTED: "green",
    OrganisationState.REFUSED: "grey",
    OrganisationState.SUSPENDED: "red",
}


@requires(Role.CENTER)
@require_safe
def admissions(request: SeatedRequest) -> HttpResponseBase:
    """List the organisations, those that wait first."""
    form = AdmissionFilter(request.GET)
    words, state = "", None
    if form.is_valid():
        words = form.cleaned_data["q"]
        state = OrganisationState(form.cleaned_data["state"]) if form.cleaned_data["state"] else None
    found = queries.organisations(state, words=words)
    sheet = Paginator(found, _size(request)).get_page(request.GET.get("page"))
    lines = [(each, STATE_NAMES[each.state], TONES[each.state]) for each in sheet]
    return page(request, "admissions", filter=form, sheet=sheet, lines=lines)


@requires(Role.CENTER)
@require_safe
def admission(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Show one organisation, its people, and what can be decided about it now."""
    return _detail(request, _organisation(number))


@requires(Role.CENTER)
@requires_step_up
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: SeatedRequest, number: str, decision: str) -> HttpResponseBase:
    """Ask for what the decision needs, then take it."""
    organisation = _organisation(number)
    form = _form_for(decision, organisation, request)
    if request.method != "POST" or not form.is_valid():
        return page(request, "decision", form=form, organisation=organisation, decision=decision)
    try:
        _take(decision, organisation, form, request)
    except Refused as refusal:
        reasons = refusal.reasons
        return page(request, "decision", form=form, organisation=organisation, decision=decision, reasons=reasons)
    messages.success(request, _("Done: {name}").format(name=organisation.name))
    return redirect("accounts:admission", number=number)


@requires(Role.CENTER)
@requires_step_up
@require_http_methods(["GET", "HEAD", "POST"])
def person(request: SeatedRequest, number: str) -> HttpResponseBase:
    """Show a person; end all sessions, keep out, or let back."""
    user = User.objects.filter(number=number).first()
    if user is None:
        raise NotYours(number)
    form = BecauseForm(request.POST if "bar" in request.POST else None)
    if request.method == "POST" and (not form.is_bound or form.is_valid()):
        try:
            _act(user, form, request)
        except Refused as refusal:
            return page(request, "person", form=form, person=user, rows=_rows(user), reasons=refusal.reasons)
        return redirect("accounts:person", number=number)
    return page(request, "person", form=form, person=user, rows=_rows(user))


def _act(user: User, form: BecauseForm, request: SeatedRequest) -> None:
    if "bar" in request.POST:
        barring.bar_person(user.number, **form.cleaned_data, actor=request.actor, at=request.at)
        messages.success(request, _("{name} is barred.").format(name=user.name))
    elif "let_back" in request.POST:
        barring.let_back(user.number, actor=request.actor, at=request.at)
        messages.success(request, _("{name} may sign in again.").format(name=user.name))
    elif "kill" in request.POST:
        barring.kill_sessions(user.number, actor=request.actor, at=request.at)
        messages.success(request, _("Every session of {name} has ended.").format(name=user.name))


def _rows(user: User) -> list[object]:
    seats = [f"{seat.get_role_display()} · {seat.organisation.name}" for seat in queries.seats_of(user)]
    return [
        (_("Number"), user.number),
        (_("Telephone"), user.phone),
        (_("E-mail"), user.email),
        (_("Seats"), "; ".join(seats)),
        (_("May sign in"), user.is_active),
        (_("Reason"), user.barred_because),
    ]


def _detail(request: SeatedRequest, organisation: Organisation) -> HttpResponseBase:
    return page(
        request,
        "admission",
        organisation=organisation,
        rows=facts_of(organisation),
        state=STATE_NAMES[organisation.state],
        tone=TONES[organisation.state],
        members=queries.members_of(organisation),
        decisions=_DECISIONS[organisation.state],
    )


# What can be decided in each state; the words stand in the template.
_DECISIONS = {
    OrganisationState.WAITING: ("admit", "refuse"),
    OrganisationState.ADMITTED: ("suspend", "appoint"),
    OrganisationState.REFUSED: (),
    OrganisationState.SUSPENDED: ("reinstate",),
}


_VERBS: dict[str, Callable[..., object]] = {
    "admit": admitting.admit,
    "refuse": admitting.refuse,
    "suspend": admitting.suspend,
    "reinstate": admitting.reinstate,
    "appoint": seating.appoint_approver,
}


def _form_for(decision: str, organisation: Organisation, request: HttpRequest) -> forms.Form:
    match decision:
        case "admit":
            return AdmissionForm(organisation, request.POST or None)
        case "appoint":
            return AppointForm(organisation, request.POST or None)
        case "refuse" | "suspend" | "reinstate":
            return BecauseForm(request.POST or None)
    raise NotYours(decision)


def _take(decision: str, organisation: Organisation, form: forms.Form, request: SeatedRequest) -> None:
    _VERBS[decision](organisation.number, **form.cleaned_data, actor=request.actor, at=request.at)


def _organisation(number: str) -> Organisation:
    found = Organisation.objects.filter(number=number).first()
    if found is None:
        raise NotYours(number)
    return found


def _size(request: HttpRequest) -> int:
    text = request.GET.get("size", "")
    return int(text) if text in {str(size) for size in PAGE_SIZES} else PAGE_SIZES[0]
