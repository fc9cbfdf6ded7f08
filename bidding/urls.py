from __future__ import annotations

from django.urls import path

from bidding.web import hall

app_name = "bidding"

urlpatterns = [
    path("hall/<str:number>", hall.hall, name="hall"),
]
