"""The pages of bidding with those of people and of the core, without the other apps."""

from __future__ import annotations

from django.urls import include, path

handler403 = "core.web.forbidden"
handler404 = "core.web.not_found"

urlpatterns = [
    path("", include("core.urls")),
    path("", include("accounts.urls")),
    path("", include("bidding.urls")),
]
