"""How the pages of supervision answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import render

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

PAGE_SIZES = (20, 50, 100)


def page(request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    """Draw ``supervision/<template>.html``."""
    return render(request, f"supervision/{template}.html", context)


def size_of(request: HttpRequest) -> int:
    text = request.GET.get("size", "")
    return int(text) if text in {str(size) for size in PAGE_SIZES} else PAGE_SIZES[0]
