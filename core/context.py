"""What every page knows: who acts, in which language, the server's time, whether it is a demonstration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import get_language

from core import clock

if TYPE_CHECKING:
    from django.http import HttpRequest


def page(request: HttpRequest) -> dict[str, Any]:
    """Return the variables of ``base.html``; what the sign-in has put on the request is only passed on."""
    return {
        "actor": getattr(request, "actor", None),
        "membership": getattr(request, "membership", None),
        "seats": getattr(request, "seats", ()),
        "inbox_unread": getattr(request, "inbox_unread", 0),
        "server_now": clock.now(),
        "language": get_language() or settings.LANGUAGE_CODE,
        "languages": settings.LANGUAGES,
        "is_demo": settings.YANGGUANG_DEMO,
        "public_url": settings.PUBLIC_URL,
    }
