"""Notices: the list, each one as a page, each one on paper."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.errors import NotYours
from core.pages import verification_code
from disclosure import papers, queries
from disclosure.forms import NoticeFilter
from disclosure.notice_sheets import parts_of, title_of
from disclosure.web import lists
from disclosure.web.views import parts_as_shown, regions
from trading import access
from trading.names import Kind, label
from trading.regions import region_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from accounts.access import Request
    from trading.models import Notice


@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """List every public notice."""
    form, found = _chosen(request)
    sheet = lists.sheet_of(request, found)
    lines = [(notice, title_of(notice), label(Kind(notice.project.kind))) for notice in sheet]
    exports = [("CSV", reverse("disclosure:notices-csv"))]
    return render(
        request, "disclosure/notices.html", {"form": form, "sheet": sheet, "lines": lines, "exports": exports}
    )


@require_safe
def notices_csv(request: HttpRequest) -> HttpResponseBase:
    """Answer the same notices as a file."""
    _form, found = _chosen(request)
    heads = [
        _("Number"),
        _("Kind of notice"),
        _("Project number"),
        _("Project"),
        _("Lot number"),
        _("Kind"),
        _("Region"),
    ]
    heads += [_("Owner"), _("Published at (Beijing time)"), _("Digest (SHA-256)")]
    return lists.as_csv("notices", heads, _rows(found[: lists.MOST_EXPORTED]))


@require_safe
def notice(request: HttpRequest, number: str) -> HttpResponse:
    """Show a notice; an award letter to its addressee, its sender and the auditor."""
    found = _seen(request, number)
    context = {
        "notice": found,
        "kind": title_of(found),
        "title": found.data.get("title", found.project.title),
        "parts": parts_as_shown(parts_of(found)),
        "code": verification_code(found.number, found.digest),
    }
    return render(request, "disclosure/notice.html", context)


@require_safe
def notice_pdf(request: HttpRequest, number: str) -> HttpResponse:
    """Answer the notice on paper."""
    found = _seen(request, number)
    answer = HttpResponse(papers.notice_pdf(found), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{found.number}.pdf"'
    return answer


def _seen(request: HttpRequest, number: str) -> Notice:
    """Return the notice if this reader may see it; a notice of a project nobody knows of does not exist."""
    found = access.notice_seen_by(cast("Request", request).actor, number)
    if found.is_public and not (found.project.announced_at or found.project.intended_at):
        raise NotYours(number)
    return found


def _chosen(request: HttpRequest) -> tuple[NoticeFilter, QuerySet[Notice]]:
    form = NoticeFilter(request.GET, regions=regions())
    return form, queries.notices_matching(form.chosen(), sort=request.GET.get("sort", ""))


def _rows(found: QuerySet[Notice]) -> Iterator[list[object]]:
    for row in found.iterator(chunk_size=500):
        yield [
            row.number,
            _(title_of(row).msgid),
            row.project.number,
            row.data.get("title", ""),
            row.lot.number if row.lot else "",
            _(label(Kind(row.project.kind)).msgid),
            _(region_name(row.project.region)),
            row.project.owner.name,
            lists.time_cell(row.published_at),
            row.digest,
        ]
