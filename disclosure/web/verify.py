"""The page on which anybody checks a bundle or a receipt, in the own browser: nothing is sent here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.views.decorators.http import require_safe

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_safe
def verify(request: HttpRequest) -> HttpResponse:
    """Serve the page; everything on it happens in the script."""
    return render(request, "disclosure/verify.html")
