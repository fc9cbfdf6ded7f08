"""Addresses that exist in a demonstration only (config/urls.py)."""

from __future__ import annotations

from django.urls import path

from config.demonstration import web

app_name = "demonstration"
urlpatterns = [
    path("demonstration/", web.page, name="page"),
    path("demonstration/<str:number>", web.act, name="act"),
]
