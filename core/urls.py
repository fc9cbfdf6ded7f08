from __future__ import annotations

from django.urls import path

from core import web

app_name = "core"

urlpatterns = [
    path("now", web.now, name="now"),
    path("language", web.language, name="language"),
    path("style", web.style, name="style"),
]
