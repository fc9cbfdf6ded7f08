"""The bundle of a lot as a file: for everybody, the same for everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import FileResponse
from django.views.decorators.http import require_safe

from core.errors import NotYours
from disclosure import bundles, queries, shelf

if TYPE_CHECKING:
    from django.http import HttpRequest


@require_safe
def bundle(_request: HttpRequest, number: str) -> FileResponse:
    """Hand out the bundle of a lot whose opening record is public; before that there is none to ask for."""
    found = queries.lot_for_page(number)
    if found is None or not bundles.is_there(found):
        raise NotYours(number)
    path = shelf.kept(bundles.of(found))
    return FileResponse(path.open("rb"), as_attachment=True, filename=f"{number}.zip", content_type="application/zip")
