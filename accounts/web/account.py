"""Pages: one's own account, the password, the inbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import queries, reading, signing_in, spoken
from accounts.access import SignedRequest, requires_sign_in
from accounts.forms import ChangePasswordForm, InboxFilter
from accounts.web.answers import page
from core.errors import NotYours, Refused

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

    from accounts.models import InboxMessage

PAGE_SIZES = (20, 50, 100)


@requires_sign_in
@require_safe
def account(request: SignedRequest) -> HttpResponseBase:
    user = request.user
    rows = [
        {"label": _("Number"), "value": user.number, "note": _("Give it to a colleague who wants to seat you.")},
        (_("User name"), user.username),
        (_("Telephone"), user.phone),
        (_("E-mail"), user.email),
        (_("Registered at"), user.registered_at),
    ]
    organisations = queries.organisations_of(user)
    return page(request, "account", rows=rows, organisations=organisations)


@sensitive_post_parameters("old", "new", "again")
@requires_sign_in
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: SignedRequest) -> HttpResponseBase:
    form = ChangePasswordForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return page(request, "password", form=form)
    data = form.cleaned_data
    try:
        signing_in.change_password(request, old=data["old"], new=data["new"], at=request.at)
    except Refused as refusal:
        return page(request, "password", form=form, reasons=refusal.reasons)
    messages.success(request, _("The password is changed; you are signed out everywhere else."))
    return redirect("accounts:account")


@requires_sign_in
@require_safe
def inbox(request: SignedRequest) -> HttpResponseBase:
    """List what the reader was told, the newest first."""
    form = InboxFilter(request.GET)
    found = queries.messages_for(request.user, request.membership)
    if form.is_valid():
        if form.cleaned_data["unread"]:
            found = found.filter(read_at=None)
        if project := form.cleaned_data["project"].strip():
            found = found.filter(project__icontains=project)
    sheet = Paginator(found, _size(request)).get_page(request.GET.get("page"))
    lines = [_line(message) for message in sheet]
    return page(request, "inbox", filter=form, sheet=sheet, lines=lines)


@requires_sign_in
@require_safe
def message(request: SignedRequest, number: str) -> HttpResponseBase:
    """Show one message; looking at it changes nothing."""
    found = queries.messages_for(request.user, request.membership).filter(number=number).first()
    if found is None:
        raise NotYours(number)
    return page(request, "message", **_line(found))


@requires_sign_in
@require_POST
def read(request: SignedRequest, number: str) -> HttpResponseBase:
    """Mark one message as read and go where it leads."""
    found = reading.read_message(number, user=request.user, seat=request.membership, at=request.at)
    return redirect(found.link or "accounts:inbox")


@requires_sign_in
@require_POST
def read_all(request: SignedRequest) -> HttpResponseBase:
    count = reading.read_all(user=request.user, seat=request.membership, at=request.at)
    said = ngettext("{n} message was marked as read.", "{n} messages were marked as read.", count)
    messages.success(request, said.format(n=count))
    return redirect("accounts:inbox")


def _line(message: InboxMessage) -> dict[str, Any]:
    return {"message": message, "title": spoken.unpacked(message.title), "body": spoken.unpacked(message.body)}


def _size(request: SignedRequest) -> int:
    text = request.GET.get("size", "")
    return int(text) if text in {str(size) for size in PAGE_SIZES} else PAGE_SIZES[0]
