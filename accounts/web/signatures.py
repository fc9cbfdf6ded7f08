"""Pages: what a person signed with a passkey, each with its evidence to keep and to check elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import queries
from accounts.access import SignedRequest, requires_sign_in
from accounts.names import SIGNED_KIND_NAMES, SignedKind
from accounts.web.answers import page
from core.errors import NotYours

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

PAGE_SIZE = 50


@never_cache
@requires_sign_in
@require_safe
def signatures(request: SignedRequest) -> HttpResponseBase:
    """List what one signed, the newest first: one's own, and of nobody else."""
    sheet = Paginator(queries.signatures_of(request.user), PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [(row, SIGNED_KIND_NAMES[SignedKind(row.kind)]) for row in sheet]
    return page(request, "signatures", sheet=sheet, rows=rows)


@never_cache
@requires_sign_in
@require_safe
def signature(request: SignedRequest, digest: str, what: str) -> HttpResponseBase:
    """Hand out the evidence of one's own signature, or the document where no other page keeps it."""
    row = queries.signatures_of(request.user).filter(digest=digest).first()
    files = {"signature.json": row.evidence, "document.json": row.content} if row else {}
    data = bytes(files.get(what, b""))
    if not data:
        raise NotYours(digest)
    headers = {
        "Content-Disposition": f'attachment; filename="{digest[:16]}-{what}"',
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(data, content_type="application/octet-stream", headers=headers)
