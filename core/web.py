"""The pages that belong to no app: the server's clock, the language switch, the catalogue of components."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core import clock, showcase

_YEAR = 365 * 24 * 3600


@never_cache
@require_safe
def now(_request: HttpRequest) -> JsonResponse:
    """Tell the server's time, which every countdown follows."""
    return JsonResponse({"now": clock.now().isoformat()})


@never_cache
@require_safe
def language(request: HttpRequest) -> HttpResponse:
    """Remember the language and lead back to where the reader was; never to another host."""
    target = request.GET.get("next", "/")
    hosts = {request.get_host()}
    if not url_has_allowed_host_and_scheme(target, allowed_hosts=hosts, require_https=request.is_secure()):
        target = "/"
    response = HttpResponseRedirect(target)
    chosen = request.GET.get("to")
    if chosen in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            max_age=_YEAR,
            samesite="Lax",
            secure=request.is_secure(),
            httponly=True,
        )
    return response


@require_safe
def style(request: HttpRequest) -> HttpResponse:
    """Show every component once, in the demonstration and while developing."""
    if not (settings.DEBUG or settings.YANGGUANG_DEMO):
        raise Http404
    return render(request, "core/style.html", showcase.everything(clock.now(), query=request.GET))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  (given by keyword)
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  (given by keyword)
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  (given by keyword)
    """Answer what does not exist and what is not yours alike."""
    return render(request, "404.html", status=404)


def server_error(_request: HttpRequest) -> HttpResponse:
    """Answer a fault of the platform with a page that needs nothing else to work."""
    return HttpResponse(render_to_string("500.html", request=None), status=500)
