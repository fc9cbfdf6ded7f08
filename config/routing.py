"""Sockets of every app."""

from __future__ import annotations

from django.urls import path

from bidding.consumers import HallConsumer

websocket_urlpatterns = [
    path("ws/hall/<str:lot_number>", HallConsumer.as_asgi()),
]
