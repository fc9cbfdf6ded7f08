"""Pages and answers for scripts: passkeys are added, named and removed; sign-in, proof and signature with one."""

from __future__ import annotations

import json
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, cast

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import authenticators, entering, keeping, queries, vouching
from accounts.access import Request, SignedRequest, own_page, requires_entrance_proof, requires_sign_in
from accounts.forms import PasskeyNameForm
from accounts.throttling import TooManyAttempts
from accounts.web.answers import page
from accounts.web.passkey_words import config_of
from core.errors import NotYours, Refused
from core.reasons import Reason, reason

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

P = ParamSpec("P")
Q = TypeVar("Q", bound="HttpRequest")

UNPROCESSABLE, TOO_MANY = 422, 429
MALFORMED = reason("What arrived is not what was asked for. Load the page again.")
_SIGNED_OUT = reason("You are not signed in (any more). Sign in in another tab, then try again here.")


def for_scripts(
    view: Callable[Concatenate[Q, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Turn what a view for scripts may refuse into JSON; stands above ``requires_sign_in``."""

    @wraps(view)
    def answering(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return view(cast("Q", request), *args, **kwargs)
        except TooManyAttempts as refusal:
            return _said(refusal.reasons, status=TOO_MANY)
        except Refused as refusal:
            return _said(refusal.reasons, status=UNPROCESSABLE)
        except PermissionDenied:
            return _said((_SIGNED_OUT,), status=403)

    return never_cache(answering)


@never_cache
@requires_sign_in
@require_safe
def passkeys(request: SignedRequest) -> HttpResponseBase:
    """List one's passkeys, with what can be done about each, and how many recovery codes are left."""
    own = list(queries.passkeys_of(request.user))
    return page(
        request,
        "passkeys",
        passkeys=[(each, keeping.against_removing(request.user, each)) for each in own],
        codes=queries.unused_codes(request.user).count(),
        should_keep_two=queries.signs_with_own_key(request.user),
    )


@for_scripts
@requires_sign_in
@requires_entrance_proof
@require_http_methods(["GET", "HEAD", "POST"])
def new_passkey(request: SignedRequest) -> HttpResponseBase:
    """Show the page on which a passkey is made; its script POSTs to be told what the browser is asked."""
    if request.method == "POST":
        return JsonResponse(keeping.ask_for_new(request, at=request.at))
    config = config_of(request) | {"urls": _urls("new-passkey", "register-passkey")}
    return page(request, "passkey_new", form=PasskeyNameForm(), config=config)


@for_scripts
@requires_sign_in
@requires_entrance_proof
@require_POST
def register_passkey(request: SignedRequest) -> HttpResponseBase:
    """Take a new passkey."""
    given = _posted(request, "name", "answer")
    passkey = keeping.register(request, answer=given["answer"], name=str(given["name"]), at=request.at)
    messages.success(request, _("The passkey “{name}” is added.").format(name=passkey.name))
    return JsonResponse({"next": reverse("accounts:passkeys"), "number": passkey.number}, status=201)


@never_cache
@requires_sign_in
@requires_entrance_proof
@require_http_methods(["GET", "HEAD", "POST"])
def passkey(request: SignedRequest, number: str) -> HttpResponseBase:
    """Give one's passkey another name, or remove it."""
    own = queries.passkeys_of(request.user).filter(number=number).first()
    if own is None:
        raise NotYours(number)
    why_not = keeping.against_removing(request.user, own)
    form = PasskeyNameForm(request.POST or None, initial={"name": own.name})
    reasons: tuple[Reason, ...] = ()
    if request.method == "POST" and ("remove" in request.POST or form.is_valid()):
        try:
            return _changed(request, number, form)
        except Refused as refusal:
            reasons = refusal.reasons
    return page(request, "passkey", form=form, passkey=own, reasons=reasons, why_not=why_not)


def _changed(request: SignedRequest, number: str, form: PasskeyNameForm) -> HttpResponseBase:
    if "remove" in request.POST:
        gone = keeping.remove(request, number, at=request.at)
        messages.success(request, _("The passkey “{name}” is removed.").format(name=gone.name))
    else:
        kept = keeping.rename(request, number, name=form.cleaned_data["name"], at=request.at)
        messages.success(request, _("The passkey is called “{name}” now.").format(name=kept.name))
    return redirect("accounts:passkeys")


@never_cache
@requires_sign_in
@requires_entrance_proof
@require_POST
def codes(request: SignedRequest) -> HttpResponseBase:
    """Make a new set of recovery codes and show it, this once."""
    made = keeping.make_codes(request, at=request.at)
    return page(request, "recovery_codes", codes=made)


@for_scripts
@require_POST
def ask_who(request: Request) -> HttpResponseBase:
    """Answer with the question to whichever passkey the visitor has."""
    return JsonResponse(entering.ask_who(request, at=request.at))


@for_scripts
@require_POST
def sign_in(request: Request) -> HttpResponseBase:
    """Open a session for the owner of the passkey that answered."""
    given = _posted(request, "answer", "next")
    entering.sign_in(request, answer=given["answer"], at=request.at)
    return JsonResponse({"next": own_page(request, str(given["next"]), default=settings.LOGIN_REDIRECT_URL)})


@for_scripts
@requires_sign_in
@require_POST
def ask_again(request: SignedRequest) -> HttpResponseBase:
    """Answer with the question to the person's own passkeys before what is grave."""
    return JsonResponse(entering.ask_again(request, at=request.at))


@for_scripts
@requires_sign_in
@require_POST
def prove(request: SignedRequest) -> HttpResponseBase:
    """Take the proof."""
    given = _posted(request, "answer", "next")
    entering.prove(request, answer=given["answer"], at=request.at)
    return JsonResponse({"next": own_page(request, str(given["next"]), default=settings.LOGIN_REDIRECT_URL)})


@for_scripts
@requires_sign_in
@require_POST
def ask_to_sign(request: SignedRequest) -> HttpResponseBase:
    """Answer with the question to the person's passkeys about one document."""
    given = {name: str(text) for name, text in _posted(request, "kind", "tender", "document").items()}
    return JsonResponse(vouching.ask(request, **given, at=request.at))


@for_scripts
@requires_sign_in
@require_http_methods(["GET", "HEAD", "POST"])
def passphrases(request: SignedRequest, file: str) -> HttpResponseBase:
    """Hand back, or take, the passphrase of one key file as the owner's browser locked it with a passkey."""
    if request.method == "POST":
        given = {name: str(text) for name, text in _posted(request, "credential", "sealed").items()}
        keeping.keep_passphrase(request, file, **given, at=request.at)
        return JsonResponse({}, status=201)
    rows = queries.locked_passphrases(request.user).filter(file=file)
    return JsonResponse([{"credential": row.passkey.credential, "sealed": row.sealed} for row in rows], safe=False)


def _urls(*names: str) -> dict[str, str]:
    return {name: reverse(f"accounts:{name}") for name in names}


def _posted(request: HttpRequest, *names: str) -> dict[str, Any]:
    """Return the fields of a JSON object, exactly those named; Refused for anything else."""
    length = request.headers.get("Content-Length") or "0"
    if request.content_type != "application/json" or int(length) > authenticators.LONGEST_ANSWER:
        raise Refused(MALFORMED)
    try:
        posted = json.loads(request.body)
    except (ValueError, RecursionError):
        raise Refused(MALFORMED) from None
    if not isinstance(posted, dict) or set(posted) != set(names):
        raise Refused(MALFORMED)
    return posted


def _said(reasons: tuple[Reason, ...], *, status: int) -> JsonResponse:
    return JsonResponse({"reasons": [each.translated(_) for each in reasons]}, status=status)
