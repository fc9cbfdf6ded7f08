"""Pages: documents of a project by digest: upload, list, download."""

from __future__ import annotations

import mimetypes
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages
from django.http import FileResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import Request, SeatedRequest, requires
from accounts.names import Role
from core import storage
from core.errors import NotYours, Refused
from core.reasons import reason
from trading import access, clarifying, drafting, queries
from trading.forms.lots import DocumentForm
from trading.names import Stage
from trading.web.answers import page
from trading.web.creating import BUYING, steps_of
from trading.web.projects import WORKING, tabs_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.core.files.uploadedfile import UploadedFile
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from trading.models import Document, Project


@requires(*WORKING)
@require_http_methods(["GET", "HEAD", "POST"])
def documents(request: SeatedRequest, number: str) -> HttpResponseBase:
    """List the documents of a project; while it is a draft, take further ones."""
    own = queries.project_of(request.membership, number)
    if request.method == "POST" and request.membership.role not in BUYING:
        raise NotYours(number)
    may_add = _may_add(request, own)
    form = DocumentForm(own, request.POST or None, request.FILES or None) if may_add else None
    if request.method == "POST" and form is None:
        raise Refused(reason("documents of an announced project change by an amendment only"))
    if request.method != "POST" or form is None or not form.is_valid():
        return _page(request, own, form)
    data = form.cleaned_data
    lot = own.lots.filter(number=data["lot"]).first() if data["lot"] else None
    try:
        document = drafting.attach_document(
            own.pk,
            actor=request.actor,
            at=request.at,
            title=data["title"] or PurePath(data["file"].name).stem[:200],
            media=media_of(data["file"]),
            file=storage.keep_parts(data["file"].chunks(), at=request.at),
            lot=lot,
        )
    except Refused as refusal:
        return _page(request, own, form, reasons=refusal.reasons)
    messages.success(request, _("“{title}” was added.").format(title=document.title))
    return redirect("trading:documents", number=number)


@requires(*BUYING)
@require_POST
def remove_document(request: SeatedRequest, number: str, digest: str) -> HttpResponseBase:
    """Take a document out of a draft."""
    own = queries.project_of(request.membership, number)
    document = own.documents.filter(file_id=digest, published_at=None, amendment=None).first()
    if document is None:
        raise NotYours(digest)
    drafting.remove_document(document.pk, actor=request.actor, at=request.at)
    messages.success(request, _("“{title}” was removed.").format(title=document.title))
    return redirect("trading:documents", number=number)


@require_safe
def document(request: HttpRequest, number: str, digest: str) -> HttpResponseBase:
    """Send the bytes of a document: a published one to everybody, a draft's to its buying side.

    A bidder who fetches it counts as having obtained the documents, so that amendments reach it.
    """
    person: Request = _known(request)
    project = access.project_seen_by(person.actor, number)
    found = access.documents_seen_by(person.actor, project).filter(file_id=digest).first()
    if found is None:
        raise NotYours(digest)
    if person.actor and person.membership and person.membership.role == Role.BIDDER and found.published_at:
        clarifying.obtain(project.pk, actor=person.actor, at=person.at)
    return FileResponse(
        storage.open_file(digest), as_attachment=True, filename=file_name(found), content_type=found.media
    )


def file_name(document: Document) -> str:
    """Return the name under which a document is saved: its title with the ending of its type."""
    ending = mimetypes.guess_extension(document.media) or ""
    return document.title if document.title.lower().endswith(ending) else f"{document.title}{ending}"


def media_of(file: UploadedFile[bytes]) -> str:
    """Return the media type by the file's name; what the sender claims does not count."""
    guessed, _encoding = mimetypes.guess_type(file.name or "")
    return guessed or "application/octet-stream"


def rows_of(documents: Sequence[Document], number: str) -> list[dict[str, Any]]:
    """Return documents as the component draws them."""
    return [
        {
            "name": each.title,
            "url": reverse("trading:document", args=[number, each.file_id]),
            "size": each.file.size,
            "digest": each.file_id,
            "at": each.published_at,
            "kind": each.lot.title if each.lot else "",
        }
        for each in documents
    ]


def _may_add(request: SeatedRequest, project: Project) -> bool:
    drafts = {Stage.INTENTION, Stage.DRAFT}
    stages = {Stage(lot.stage) for lot in project.lots.all()}
    return request.membership.role in BUYING and stages <= drafts


def _page(
    request: SeatedRequest, project: Project, form: DocumentForm | None, *, reasons: Sequence[str] = ()
) -> HttpResponseBase:
    documents = list(access.documents_seen_by(request.actor, project).select_related("lot"))
    removable = {each.file_id for each in documents if each.published_at is None and each.amendment_id is None}
    return page(
        request,
        "documents",
        form=form,
        reasons=reasons,
        project=project,
        documents=rows_of(documents, project.number),
        removable=[each for each in documents if each.file_id in removable] if form else [],
        tabs=steps_of(project, "documents") if form else tabs_of(project, "documents", request),
    )


def _known(request: HttpRequest) -> Request:
    """Return the request as the middleware left it."""
    return cast("Request", request)
