"""Where every app's pages are mounted."""

from __future__ import annotations

from django.conf import settings
from django.urls import include, path

handler400 = "core.web.bad_request"
handler403 = "core.web.forbidden"
handler404 = "core.web.not_found"
handler500 = "core.web.server_error"

urlpatterns = [
    path("", include("core.urls")),
    path("", include("accounts.urls")),
    path("", include("trading.urls")),
    path("", include("bidding.urls")),
    path("", include("evaluation.urls")),
    path("", include("supervision.urls")),
    path("", include("disclosure.urls")),
]
if settings.YANGGUANG_DEMO:
    urlpatterns.append(path("", include("config.demonstration.urls")))
