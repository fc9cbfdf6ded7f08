"""How bidding answers: pages with their errors and reasons, and scripts in JSON in the reader's language."""

from __future__ import annotations

import json
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, cast

from csp.decorators import csp_update
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from bidding.names import Busy, NoReceiptYet, Objection, RefusalCode, SubmissionRefused, WrongOffset
from core.errors import NotYours, Refused
from core.reasons import Reason, reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django import forms
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

P = ParamSpec("P")
V = TypeVar("V", bound="Callable[..., HttpResponseBase]")

UNPROCESSABLE = 422
RETRY_SECONDS = 2
JSON_LIMIT = 64 * 1024  # bytes of a posted document that is neither a seal nor a part of a file

# What pages with cryptography need beside the house's policy: WebAssembly, workers, and no markup from scripts.
SEALING_POLICY = {
    "script-src": ["'wasm-unsafe-eval'"],
    "worker-src": ["'self'"],
    "require-trusted-types-for": ["'script'"],
    "trusted-types": ["tsb"],
}


def sealing_page(view: V) -> V:
    """Send a page with the policy under which keys work."""
    return cast("V", csp_update(SEALING_POLICY)(view))


class BadSubmission(SubmissionRefused):
    """A submission that is wrong before any verb can look at it; carries the status of its answer."""

    def __init__(self, status: int, code: RefusalCode, why: Reason) -> None:
        super().__init__(Objection(code, why))
        self.status = status


class Unusable(Exception):  # noqa: N818  (it says what came)
    """A request that no verb can be asked with; carries its status, its code and its sentence."""

    def __init__(self, status: int, code: str, why: Reason) -> None:
        super().__init__(code)
        self.status, self.code, self.why = status, code, why


def page(
    request: HttpRequest,
    template: str,
    *,
    form: forms.Form | None = None,
    reasons: Iterable[str] = (),
    status: int | None = None,
    **context: Any,
) -> HttpResponse:
    """Draw ``bidding/<template>.html``; 422 when there are errors or reasons, unless ``status`` says otherwise."""
    reasons = list(reasons)
    is_wrong = bool(reasons) or (form is not None and form.is_bound and not form.is_valid())
    code = status or (UNPROCESSABLE if is_wrong else 200)
    return render(request, f"bidding/{template}.html", {"form": form, "reasons": reasons, **context}, status=code)


def said(reasons: Iterable[Reason], *, code: str, status: int) -> JsonResponse:
    """Answer a script with a code and every reason in the reader's language."""
    return JsonResponse({"error": code, "reasons": [each.translated(_) for each in reasons]}, status=status)


def for_scripts(
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Turn everything that a view for scripts may raise into JSON; stands above ``requires``.

    What is not yours is answered like what does not exist. Nothing of it is kept by any cache.
    """

    @wraps(view)
    def answering(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except _ANSWERED as fault:
            return _answer(fault)

    return never_cache(answering)


def length_of(request: HttpRequest) -> int:
    """Return the stated length of the body in bytes; nothing stated is nothing sent."""
    stated = request.headers.get("Content-Length", "")
    return int(stated) if stated.isascii() and stated.isdigit() else 0


def json_fields(
    request: HttpRequest, kinds: dict[str, type], *, limit: int = JSON_LIMIT, optional: dict[str, type] | None = None
) -> dict[str, Any]:
    """Return the fields of a JSON object: those named, perhaps ``optional`` ones, each of its type; else Unusable."""
    if request.content_type != "application/json":
        raise Unusable(415, "wrong_type", _NOT_JSON)
    if length_of(request) > limit:
        raise Unusable(413, "oversized", TOO_LARGE)
    try:
        posted = json.loads(request.body)
    except (ValueError, RecursionError):
        raise Unusable(400, "malformed", _BROKEN_JSON) from None
    names = ", ".join(sorted(kinds))
    if not isinstance(posted, dict):
        raise Unusable(400, "malformed", reason("Expected is an object with these fields: {names}.", names=names))
    known = kinds | (optional or {})
    if unknown := sorted(set(posted) - set(known)):
        why = reason("Unknown field “{name}”. Expected are: {names}.", name=unknown[0][:40], names=names)
        raise Unusable(400, "unknown_field", why)
    if absent := sorted(set(kinds) - set(posted)):
        why = reason("The field “{name}” is missing. Expected are: {names}.", name=absent[0], names=names)
        raise Unusable(400, "missing_field", why)
    if wrong := [name for name in posted if type(posted[name]) is not known[name]]:
        raise Unusable(400, "malformed", reason("The field “{name}” is of the wrong type.", name=min(wrong)))
    return posted


def document(request: HttpRequest, data: bytes, *, name: str, media: str = "application/octet-stream") -> HttpResponse:
    """Hand out bytes as they are, as a file and never as a page."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    body = b"" if request.method == "HEAD" else data
    return HttpResponse(body, content_type=media, headers=headers)


def _answer(fault: Exception) -> JsonResponse:
    """Return what a script is told about a fault: the first kind that fits speaks."""
    match fault:
        case Unusable():
            return said([fault.why], code=fault.code, status=fault.status)
        case SubmissionRefused():
            status = getattr(fault, "status", _STATUS.get(fault.codes[0], UNPROCESSABLE))
            return said(fault.reasons, code=fault.codes[0].value, status=status)
        case Refused():
            return said(fault.reasons, code="refused", status=UNPROCESSABLE)
    code, status, why = next(words for kind, words in _WORDS.items() if isinstance(fault, kind))
    answer = said([why], code=code, status=status)
    if isinstance(fault, Busy | NoReceiptYet):
        answer["Retry-After"] = str(RETRY_SECONDS)
    if isinstance(fault, WrongOffset):
        answer["Upload-Offset"] = str(fault.offset)
    return answer


_BROKEN_JSON = reason("What was sent cannot be read.")
_NOT_JSON = reason("Expected is JSON (application/json).")
TOO_LARGE = reason("What was sent is too large; nothing of it was kept.")
_STATUS = {RefusalCode.OVERSIZED: 413}
_WORDS: dict[type[Exception], tuple[str, int, Reason]] = {
    Busy: (
        "busy",
        503,
        reason("Very many bids arrive at this moment. Nothing was changed; the page tries again by itself."),
    ),
    NoReceiptYet: (
        "no_receipt_yet",
        503,
        reason("What you handed in is in the box; the log is behind. The page asks for the receipt again by itself."),
    ),
    WrongOffset: (
        "wrong_offset",
        409,
        reason("This part does not continue where the file ends; the header Upload-Offset says where that is."),
    ),
    NotYours: ("not_found", 404, reason("There is nothing here for you.")),
    RequestDataTooBig: ("oversized", 413, TOO_LARGE),
    SuspiciousOperation: ("malformed", 400, _BROKEN_JSON),
    PermissionDenied: (
        "signed_out",
        403,
        reason("You are not signed in (any more). Sign in in another tab, then try again here."),
    ),
}
_ANSWERED: tuple[type[Exception], ...] = (Unusable, Refused, *_WORDS)
