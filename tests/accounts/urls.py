"""The pages of people and of the core, without the other apps."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from accounts.access import acting, requires, requires_sign_in, requires_step_up
from accounts.names import Role

handler403 = "core.web.forbidden"
handler404 = "core.web.not_found"


@requires_sign_in
def anybody(request):
    return HttpResponse(request.actor.as_text())


@requires(Role.OWNER, Role.AGENT)
def buyers(request):
    return HttpResponse(acting(request).role)


@requires(Role.OWNER)
@requires_step_up
def grave(request):
    return HttpResponse("done")


def open_to_all(request: HttpRequest) -> HttpResponse:
    return HttpResponse(repr(request.actor))


urlpatterns = [
    path("", include("core.urls")),
    path("", include("accounts.urls")),
    path("test/anybody", anybody),
    path("test/buyers", buyers),
    path("test/grave", grave),
    path("test/open", open_to_all),
    path("test/acting", lambda request: HttpResponse(acting(request).role)),
]
