"""The public face with the apps that its pages lead to as far as they matter here."""

from __future__ import annotations

from django.urls import include, path

handler400 = "core.web.bad_request"
handler403 = "core.web.forbidden"
handler404 = "core.web.not_found"
handler500 = "core.web.server_error"

urlpatterns = [
    path("", include("core.urls")),
    path("", include("accounts.urls")),
    path("", include("disclosure.urls")),
]
