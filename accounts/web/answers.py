"""How a page with a form answers: as it is, or again with every error and every reason and what was typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import render

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django import forms
    from django.http import HttpRequest, HttpResponse

UNPROCESSABLE = 422


def page(
    request: HttpRequest,
    template: str,
    *,
    form: forms.Form | None = None,
    reasons: Iterable[str] = (),
    status: int | None = None,
    **context: Any,
) -> HttpResponse:
    """Draw ``accounts/<template>.html``; 422 when there are errors or reasons, unless ``status`` says otherwise."""
    reasons = list(reasons)
    is_wrong = bool(reasons) or (form is not None and form.is_bound and not form.is_valid())
    code = status or (UNPROCESSABLE if is_wrong else 200)
    return render(request, f"accounts/{template}.html", {"form": form, "reasons": reasons, **context}, status=code)
