"""Addresses for the tests of what belongs to no app."""

from __future__ import annotations

from types import SimpleNamespace

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from core import web
from core.errors import NotYours, Refused
from core.reasons import reason

handler400 = "core.web.bad_request"
handler403 = "core.web.forbidden"
handler404 = "core.web.not_found"
handler500 = "core.web.server_error"


def plain(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("plain")


def refused(_request: HttpRequest) -> HttpResponse:
    raise Refused(reason("{time} (Beijing time)", time="2026-11-21 14:30:00"), "second reason")


def not_yours(_request: HttpRequest) -> HttpResponse:
    raise NotYours


def denied(_request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


def suspicious(_request: HttpRequest) -> HttpResponse:
    raise SuspiciousOperation


def faulty(_request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError


def signed_in(request: HttpRequest) -> HttpResponse:
    """Show the components to somebody whose organisation has a long name."""
    organisation = SimpleNamespace(name="滨江区城市建设投资发展集团有限责任公司道路桥梁建设管理分公司")
    seats = [SimpleNamespace(pk=n, role=role, organisation=organisation) for n, role in enumerate(("OWNER", "CENTER"))]
    request.user = SimpleNamespace(is_authenticated=True, name="陈思远", username="chen")  # type: ignore[assignment]
    request.membership, request.seats, request.inbox_unread = seats[0], seats, 12  # type: ignore[attr-defined]
    return web.style(request)


urlpatterns = [
    path("signed-in", signed_in),
    path("", include("core.urls")),
    path("", include("accounts.urls")),
    path("plain", plain),
    path("refused", refused),
    path("not-yours", not_yours),
    path("denied", denied),
    path("suspicious", suspicious),
    path("faulty", faulty),
]
