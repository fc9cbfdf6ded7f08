"""Addresses for the tests of what belongs to no app."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

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


urlpatterns = [
    path("", include("core.urls")),
    path("", include("accounts.urls")),
    path("plain", plain),
    path("refused", refused),
    path("not-yours", not_yours),
    path("denied", denied),
    path("suspicious", suspicious),
    path("faulty", faulty),
]
