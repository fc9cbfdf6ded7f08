"""What every answer goes through: no writing across sites, no caching of private pages, refusals as pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.utils.cache import add_never_cache_headers

from core.errors import NotYours, Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

    Answer = Callable[[HttpRequest], HttpResponseBase]

_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_OWN_SITES = frozenset({"same-origin", "none"})


class FetchMetadataMiddleware:
    """Refuse a request that changes something when the browser says that another site sent it.

    Browsers send ``Sec-Fetch-Site`` and scripts cannot set it; programs without a browser do not send it and
    are left to the CSRF check. ``none`` is a request that the user typed or opened from outside any page.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        site = request.headers.get("Sec-Fetch-Site", "none")
        if request.method not in _SAFE and site not in _OWN_SITES:
            return render(request, "403_csrf.html", status=403)
        return self.get_response(request)


class RefusalMiddleware:
    """Turn what verbs raise into pages, and keep private pages out of every cache.

    ``NotYours`` is answered exactly like an address that does not exist. ``Refused`` reaches this place only
    where a page has no form to show the reasons in.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        user = getattr(request, "user", None)
        private = request.method not in _SAFE or (user is not None and user.is_authenticated)
        if private and not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, NotYours):
            return render(request, "404.html", status=404)
        if isinstance(exception, Refused):
            return render(request, "refused.html", {"reasons": exception.reasons}, status=409)
        return None
