"""Pages: my organisation, who sits where, whose lost password we confirm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import queries, recovering, registering, seating
from accounts.access import SeatedRequest, SignedRequest, requires, requires_sign_in, requires_step_up
from accounts.forms import CodeForm, ContactForm, InviteForm, MemberForm, RightsForm
from accounts.names import KEY_KIND_NAMES, STATE_NAMES, KeyKind, role_name
from accounts.web.answers import page
from core.errors import NotYours, Refused
from core.reasons import reason

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http.response import HttpResponseBase

    from accounts.models import Membership, Organisation, RecoveryRequest, SigningKey

_ONLY_APPROVERS = reason("Only somebody who may approve for the organisation may do this.")


@requires_sign_in
@require_safe
def organisation(request: SignedRequest) -> HttpResponseBase:
    """Show the organisation of the seat in use; without a seat, where each of one's organisations stands."""
    if request.membership is None:
        waiting = [(each, facts_of(each)) for each in queries.organisations_of(request.user)]
        return page(request, "organisations", organisations=waiting)
    own = request.membership.organisation
    return page(
        request,
        "organisation",
        organisation=own,
        rows=facts_of(own),
        members=queries.members_of(own),
        keys=[_key_row(key) for key in queries.keys_of(own)],
        why_not=[] if request.membership.may_approve else [_ONLY_APPROVERS],
    )


@requires()
@requires_step_up
@require_http_methods(["GET", "HEAD", "POST"])
def add_member(request: SeatedRequest) -> HttpResponseBase:
    """Seat a person who has an account."""
    own = _approvers_own(request)
    form = MemberForm(own, request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return page(request, "add_member", form=form, organisation=own)
    try:
        seat = seating.add_member(own.number, **form.cleaned_data, actor=request.actor, at=request.at)
    except Refused as refusal:
        return page(request, "add_member", form=form, organisation=own, reasons=refusal.reasons)
    messages.success(request, _("{name} has a seat now.").format(name=seat.user.name))
    return redirect("accounts:organisation")


@never_cache
@requires()
@requires_step_up
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: SeatedRequest) -> HttpResponseBase:
    """Make an account for a new colleague and show, this once, the link to hand over."""
    own = _approvers_own(request)
    form = InviteForm(own, request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return page(request, "invite", form=form, organisation=own)
    rights = {name: form.cleaned_data[name] for name in ("role", "may_draft", "may_approve")}
    try:
        ticket = seating.invite(own.number, newcomer=form.newcomer(), **rights, actor=request.actor, at=request.at)
    except Refused as refusal:
        return page(request, "invite", form=form, organisation=own, reasons=refusal.reasons)
    link = request.build_absolute_uri(reverse("accounts:recovery-link", args=[ticket.token]))
    return page(request, "invited", ticket=ticket, link=link, name=form.cleaned_data["person"])


@requires()
@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: SeatedRequest) -> HttpResponseBase:
    """Change the address and the contact of one's organisation."""
    own = _approvers_own(request)
    form = ContactForm(request.POST or None, initial={"address": own.address, "contact": own.contact})
    if request.method != "POST" or not form.is_valid():
        return page(request, "contact", form=form, organisation=own)
    try:
        registering.change_contact(**form.cleaned_data, actor=request.actor, at=request.at)
    except Refused as refusal:
        return page(request, "contact", form=form, organisation=own, reasons=refusal.reasons)
    messages.success(request, _("The change is made."))
    return redirect("accounts:organisation")


@requires()
@requires_step_up
@require_http_methods(["GET", "HEAD", "POST"])
def member(request: SeatedRequest, person: str, role: str) -> HttpResponseBase:
    """Change the rights of a seat, or end it."""
    own = _approvers_own(request)
    seat = queries.members_of(own).filter(user__number=person, role=role).first()
    if seat is None:
        raise NotYours(person)
    initial = {"may_draft": seat.may_draft, "may_approve": seat.may_approve}
    form = RightsForm(request.POST or None, initial=initial)
    reasons: Iterable[str] = ()
    if request.method == "POST" and form.is_valid():
        try:
            _change(request, own, seat, form)
        except Refused as refusal:
            reasons = refusal.reasons
        else:
            messages.success(request, _("The change is made."))
            return redirect("accounts:organisation")
    return page(request, "member", form=form, seat=seat, reasons=reasons)


def _change(request: SeatedRequest, own: Organisation, seat: Membership, form: RightsForm) -> None:
    at, actor, person = request.at, request.actor, seat.user.number
    if "end" in request.POST:
        seating.end_membership(own.number, person=person, role=seat.role, actor=actor, at=at)
    else:
        seating.change_rights(own.number, person=person, role=seat.role, **form.cleaned_data, actor=actor, at=at)


@never_cache
@requires()
@requires_step_up
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_recovery(request: SeatedRequest) -> HttpResponseBase:
    """Take the check code that a colleague read out, show whose it is, and confirm it."""
    _approvers_own(request)
    form = CodeForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return page(request, "confirm_recovery", form=form)
    code = form.cleaned_data["code"]
    try:
        if request.POST.get("confirmed") != "yes":
            found = recovering.request_with_code(code, seat=request.membership, at=request.at)
            return page(request, "confirm_recovery_check", code=code, rows=_about(found))
        found = recovering.confirm(code, actor=request.actor, at=request.at)
    except Refused as refusal:
        return page(request, "confirm_recovery", form=form, reasons=refusal.reasons)
    messages.success(request, _("Confirmed. {name} can choose a new password now.").format(name=found.user.name))
    return redirect("accounts:organisation")


def facts_of(organisation: Organisation) -> list[object]:
    """Return what is known of an organisation, as rows."""
    rows: list[object] = [
        (_("Number"), organisation.number),
        (_("Code in the register"), f"{organisation.code} ({organisation.scheme})"),
        (_("Address"), organisation.address),
        (_("Contact"), organisation.contact),
        (_("Acts as"), " · ".join(_(role_name(role)) for role in organisation.roles)),
        (_("State"), STATE_NAMES[organisation.state]),
        (_("Registered at"), organisation.registered_at),
        (_("Admitted at"), organisation.admitted_at),
    ]
    if because := organisation.refusal_reason or organisation.suspension_reason:
        rows.append((_("Reason"), because))
    return rows


def _about(found: RecoveryRequest) -> list[object]:
    return [(_("Name"), found.user.name), (_("Number"), found.user.number), (_("Asked at"), found.asked_at)]


def _key_row(key: SigningKey) -> dict[str, object]:
    return {"key": key, "kind": KEY_KIND_NAMES[KeyKind(key.kind)]}


def _approvers_own(request: SeatedRequest) -> Organisation:
    if not request.membership.may_approve:
        raise Refused(_ONLY_APPROVERS)
    return request.membership.organisation
