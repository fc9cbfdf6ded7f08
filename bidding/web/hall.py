"""The opening hall: one page for everybody, complete at every reload, live while it is open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from core.errors import NotYours
from trading.models import Lot

if TYPE_CHECKING:
    from django.http import HttpRequest


@require_safe
def hall(_request: HttpRequest, number: str) -> HttpResponse:
    lot = Lot.objects.filter(number=number, project__announced_at__isnull=False).first()
    if lot is None:
        raise NotYours(number)
    return HttpResponse(lot.title)
