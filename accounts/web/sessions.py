"""Pages: sign in, sign out, prove again who it is, the other seat."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts import entering, queries, signing_in
from accounts.access import Request, SignedRequest, own_page, requires_sign_in
from accounts.forms import PasswordForm, RecoveryCodeForm, SignInForm
from accounts.throttling import TooManyAttempts
from accounts.web.answers import page
from accounts.web.passkey_words import config_of
from core.errors import NotYours, Refused

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

FORBIDDEN, TOO_MANY = 403, 429


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: Request) -> HttpResponse:
    """Ask for a passkey, or for user name and password; every failure of these reads the same, whatever its cause."""
    target = _target(request)
    if request.actor is not None and request.method != "POST":
        return redirect(target)
    form = SignInForm(request.POST or None)
    context: dict[str, Any] = {
        "next": target,
        "demo": demo_accounts(),
        "was_signed_out": request.was_signed_out,
        "config": _asking(request, "ask-who", "passkey-sign-in", target=target),
    }
    if request.method != "POST" or not form.is_valid():
        return page(request, "sign_in", form=form, **context)
    try:
        signing_in.sign_in(request, **form.cleaned_data, at=request.at)
    except TooManyAttempts as refusal:
        return page(request, "sign_in", form=form, reasons=refusal.reasons, status=TOO_MANY, **context)
    except Refused as refusal:
        return page(request, "sign_in", form=form, reasons=refusal.reasons, status=FORBIDDEN, **context)
    return redirect(target)


@requires_sign_in
@require_POST
def sign_out(request: SignedRequest) -> HttpResponseBase:
    signing_in.sign_out(request, at=request.at)
    messages.info(request, _("You are signed out, here and everywhere else."))
    return redirect("accounts:sign-in")


@sensitive_post_parameters("password")
@never_cache
@requires_sign_in
@require_http_methods(["GET", "HEAD", "POST"])
def step_up(request: SignedRequest) -> HttpResponseBase:
    """Ask for a passkey, or for the password of whoever has none, and lead back to the page of the action."""
    target = _target(request)
    if queries.usable_passkeys(request.user).exists():
        config = _asking(request, "ask-again", "prove", target=target)
        status = FORBIDDEN if request.method == "POST" else 200
        reasons = [signing_in.PASSKEY_NEEDED] if request.method == "POST" else []
        return page(request, "step_up_passkey", reasons=reasons, config=config, status=status)
    form = PasswordForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return page(request, "step_up", form=form, next=target)
    try:
        signing_in.step_up(request, **form.cleaned_data, at=request.at)
    except TooManyAttempts as refusal:
        return page(request, "step_up", form=form, reasons=refusal.reasons, status=TOO_MANY, next=target)
    except Refused as refusal:
        return page(request, "step_up", form=form, reasons=refusal.reasons, status=FORBIDDEN, next=target)
    return redirect(target)


@sensitive_post_parameters("code")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_with_code(request: Request) -> HttpResponse:
    """Ask for one of the codes on paper, and lead to the passkeys: what is lost is replaced first."""
    if request.actor is not None and request.method != "POST":
        return redirect("accounts:passkeys")
    form = RecoveryCodeForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return page(request, "sign_in_with_code", form=form)
    try:
        entering.sign_in_with_code(request, **form.cleaned_data, at=request.at)
    except TooManyAttempts as refusal:
        return page(request, "sign_in_with_code", form=form, reasons=refusal.reasons, status=TOO_MANY)
    except Refused as refusal:
        return page(request, "sign_in_with_code", form=form, reasons=refusal.reasons, status=FORBIDDEN)
    messages.info(
        request, _("You are signed in. Remove the passkey that is lost and add a new one, within five minutes.")
    )
    return redirect("accounts:passkeys")


@requires_sign_in
@require_POST
def role(request: SignedRequest) -> HttpResponseBase:
    """Take another of one's own seats and start at its desk, or stay where the page says so."""
    text = request.POST.get("seat", "")
    if not (text.isascii() and text.isdigit()):
        raise NotYours(text)
    signing_in.switch_role(request, seat=int(text), at=request.at)
    return redirect(_target(request))


def demo_accounts() -> list[dict[str, str]]:
    """Return the accounts of the demonstration, which lie in the data folder; elsewhere none."""
    path = Path(settings.DATA_DIR) / "demo-accounts.json"
    if not settings.YANGGUANG_DEMO or not path.exists():
        return []
    accounts: list[dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
    return accounts


def _asking(request: HttpRequest, ask: str, answer: str, *, target: str) -> dict[str, Any]:
    urls = {"ask": reverse(f"accounts:{ask}"), "answer": reverse(f"accounts:{answer}")}
    return config_of(request) | {"urls": urls, "next": target}


def _target(request: HttpRequest) -> str:
    asked = request.POST.get("next") or request.GET.get("next")
    return own_page(request, asked, default=settings.LOGIN_REDIRECT_URL)
