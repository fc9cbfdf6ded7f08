"""Sockets through Channels; in the one-process form pages come through the WSGI application behind a2wsgi."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from a2wsgi.wsgi_typing import WSGIApp

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from a2wsgi import WSGIMiddleware
from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator

from config.wsgi import application as pages

PAGE_THREADS = 4

from config.routing import websocket_urlpatterns  # noqa: E402  (needs the apps that the line above set up)

sockets = AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(websocket_urlpatterns)))
rooms = ProtocolTypeRouter({"websocket": sockets})  # scale-out: this process serves /ws/ only
application = ProtocolTypeRouter(
    {"http": WSGIMiddleware(cast("WSGIApp", pages), workers=PAGE_THREADS), "websocket": sockets}
)
