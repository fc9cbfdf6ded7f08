"""How the pages of evaluation answer, and whose lot a page is about: whatever is not one's business is not there."""

from __future__ import annotations

import io
from typing import IO, TYPE_CHECKING, Any

from django.http import FileResponse
from django.shortcuts import render
from django.urls import reverse

from accounts.names import Role
from core.errors import NotYours
from evaluation import access
from trading import access as trading_access
from trading.models import Lot

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.forms import BaseForm
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

    from accounts.access import SeatedRequest
    from evaluation.models import Member

UNPROCESSABLE = 422
BUYING = (Role.OWNER, Role.AGENT)
SITTING = (Role.EXPERT, Role.OWNER)


def page(
    request: HttpRequest,
    template: str,
    *,
    form: BaseForm | None = None,
    reasons: Iterable[str] = (),
    is_wrong: bool = False,
    **context: Any,
) -> HttpResponse:
    """Draw ``evaluation/<template>.html``; 422 when there are errors or reasons to read."""
    reasons = list(reasons)
    wrong = is_wrong or bool(reasons) or (form is not None and form.is_bound and not form.is_valid())
    status = UNPROCESSABLE if wrong else 200
    return render(request, f"evaluation/{template}.html", {"form": form, "reasons": reasons, **context}, status=status)


def lot_numbered(number: str) -> Lot:
    """Return a lot by its number; NotYours if there is none."""
    lot = Lot.objects.select_related("project__owner", "project__agent").filter(number=number).first()
    if lot is None:
        raise NotYours(number)
    return lot


def lot_of_buyer(request: SeatedRequest, number: str) -> Lot:
    """Return a lot for whose owner or agent the seat in use acts."""
    lot = lot_numbered(number)
    trading_access.side_of(request.actor, lot.project, *BUYING)
    return lot


def lot_of_member(request: SeatedRequest, number: str) -> tuple[Lot, Member]:
    """Return a lot on whose committee the person sits, declared or not."""
    lot = lot_numbered(number)
    return lot, access.seat_on(request.actor, lot)


def lot_at_work(request: SeatedRequest, number: str) -> tuple[Lot, Member]:
    """Return a lot whose bids the person may see: it sits there, has declared, and the work has begun."""
    lot = lot_numbered(number)
    return lot, access.declared_seat(request.actor, lot)


def all_valid(forms: Iterable[BaseForm]) -> bool:
    """Say whether every form is valid; each is looked at, so that all errors are shown at once."""
    verdicts = [form.is_valid() for form in forms]
    return all(verdicts)


def room(lot: Lot) -> str:
    return reverse("evaluation:lot", args=[lot.number])


def attached(file: IO[bytes] | bytes, *, name: str) -> HttpResponseBase:
    """Hand out a file that no browser shows as a page, whatever it says that it is."""
    content = io.BytesIO(file) if isinstance(file, bytes) else file
    response = FileResponse(content, as_attachment=True, filename=name, content_type="application/octet-stream")
    response["X-Content-Type-Options"] = "nosniff"
    return response
