"""Sockets of every app."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import path, re_path

from bidding.consumers import UNKNOWN_HALL, HallConsumer
from evaluation.consumers import DrawConsumer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping


async def nowhere(
    _scope: Mapping[str, Any],
    receive: Callable[[], Awaitable[Mapping[str, Any]]],
    send: Callable[[Mapping[str, Any]], Awaitable[None]],
) -> None:
    """Answer an address that does not exist: without this, every guess would fill the log with a fault."""
    await receive()
    await send({"type": "websocket.close", "code": UNKNOWN_HALL})


websocket_urlpatterns = [
    path("ws/hall/<str:lot_number>", HallConsumer.as_asgi()),
    path("ws/draw/<str:lot_number>/<int:ordinal>", DrawConsumer.as_asgi()),
    re_path("", nowhere),  # type: ignore[arg-type]  # a socket's application, not a page
]
