"""Pages: an organisation registers; a lost password is recovered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import queries, recovering, registering, throttling, tickets
from accounts.access import PUBLIC, Request
from accounts.forms import NewPasswordForm, OrganisationForm, RegistrationForm, UsernameForm
from accounts.models import Organisation
from accounts.throttling import TooManyAttempts, gate_for
from accounts.web.answers import page
from core.errors import Refused

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.http.response import HttpResponseBase


TOO_MANY = 429
_DONE = "registered"


@sensitive_post_parameters("new", "again")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: Request) -> HttpResponseBase:
    """Register an organisation: with a new account, or for the account that is signed in."""
    return _register_another(request) if request.actor else _register_both(request)


def _register_both(request: Request) -> HttpResponse:
    form = RegistrationForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return page(request, "register", form=form)
    gate = gate_for(request, purpose="registration", name="")
    try:
        throttling.check(gate, at=request.at)
        organisation = registering.register_organisation(
            form.identity(),
            roles=form.cleaned_data["roles"],
            newcomer=form.newcomer(),
            password=form.cleaned_data["new"],
            at=request.at,
        )
    except TooManyAttempts as refusal:
        return page(request, "register", form=form, reasons=refusal.reasons, status=TOO_MANY)
    except Refused as refusal:
        if isinstance(refusal, registering.UsernameTaken):
            throttling.take_attempt(gate, at=request.at)  # names cannot be tried by the thousand
        return page(request, "register", form=form, reasons=refusal.reasons)
    return _done(request, organisation)


def _register_another(request: Request) -> HttpResponse:
    form = OrganisationForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return page(request, "register", form=form)
    try:
        organisation = registering.register_another(
            form.identity(), roles=form.cleaned_data["roles"], actor=request.actor or PUBLIC, at=request.at
        )
    except Refused as refusal:
        return page(request, "register", form=form, reasons=refusal.reasons)
    return _done(request, organisation)


def _done(request: Request, organisation: Organisation) -> HttpResponse:
    request.session[_DONE] = organisation.number
    return redirect("accounts:registered")


@never_cache
@require_http_methods(["GET", "HEAD"])
def registered(request: Request) -> HttpResponse:
    """Show what was registered to the one who has just done it."""
    organisation = Organisation.objects.filter(number=request.session.get(_DONE, "")).first()
    if organisation is None:
        return redirect("accounts:register")
    return page(request, "registered", organisation=organisation)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def recovery(request: Request) -> HttpResponse:
    """Take a user name and lead to a link, in the same way for every name."""
    form = UsernameForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return page(request, "recovery", form=form)
    try:
        ticket = recovering.ask(request, username=form.cleaned_data["username"], at=request.at)
    except TooManyAttempts as refusal:
        return page(request, "recovery", form=form, reasons=refusal.reasons, status=TOO_MANY)
    return redirect("accounts:recovery-link", token=ticket.token)


@sensitive_post_parameters("new", "again")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def recovery_link(request: Request, token: str) -> HttpResponse:
    """Wait for the confirmation, then choose the password. What nobody asked for waits for ever."""
    try:
        ticket = tickets.read(token)
    except ValueError:
        raise Http404 from None
    if queries.usable_recovery(ticket.digest, at=request.at) is None:
        return page(request, "recovery_wait", ticket=ticket, is_over=ticket.expires_at <= request.at)
    form = NewPasswordForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return page(request, "recovery_choose", form=form, ticket=ticket)
    try:
        recovering.choose_password(token, password=form.cleaned_data["new"], at=request.at)
    except Refused as refusal:
        return page(request, "recovery_choose", form=form, ticket=ticket, reasons=refusal.reasons)
    messages.success(request, _("The password is set. Sign in with it."))
    return redirect("accounts:sign-in")
