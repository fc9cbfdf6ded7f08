"""The log to be read: what is public for everybody, nearly all of it for the auditor. Nobody can change it here."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from django.http import StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from accounts.names import Role
from core.errors import NotYours
from disclosure import evidence
from disclosure.forms import AuditorFilter, EvidenceFilter
from disclosure.names import event_name
from disclosure.web import lists
from trading.names import label

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from accounts.access import Request
    from core.models import OutboxEntry


@require_safe
def entries(request: HttpRequest) -> HttpResponse:
    """List entries, newest first."""
    form, found = _chosen(request)
    sheet = lists.sheet_of(request, found)
    is_auditor = _is_auditor(request)
    context = {
        "form": form,
        "sheet": sheet,
        "lines": [(entry, event_name(entry.event), _by(entry, is_auditor=is_auditor)) for entry in sheet],
        "exports": [("JSONL", reverse("disclosure:evidence-jsonl"))],
        "is_auditor": is_auditor,
    }
    return render(request, "disclosure/evidence.html", context)


@require_safe
def entry(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """Show one entry: its canonical bytes as they were written, and their digest."""
    row = _entries(request).filter(id=entry_id).first()
    if row is None:
        raise NotYours(str(entry_id))
    text = bytes(row.entry).decode()
    is_auditor = _is_auditor(request)
    context = {
        "entry": row,
        "name": event_name(row.event),
        "by": _by(row, is_auditor=is_auditor),
        "canonical": text,
        "fields": _flat(json.loads(text)["data"]),
        "digest": evidence.digest_of(row),
        "place": row.idx,
    }
    return render(request, "disclosure/entry.html", context)


@require_safe
def entries_jsonl(request: HttpRequest) -> StreamingHttpResponse:
    """Answer the same entries as a file: each line is one entry, byte for byte as it was written."""
    _form, found = _chosen(request)
    answer = StreamingHttpResponse(_lines(found), content_type="application/jsonl; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="evidence.jsonl"'
    return answer


def _is_auditor(request: HttpRequest) -> bool:
    membership = cast("Request", request).membership
    return membership is not None and membership.role == Role.AUDIT


def _entries(request: HttpRequest) -> QuerySet[OutboxEntry]:
    return evidence.auditor_entries() if _is_auditor(request) else evidence.public_entries()


def _chosen(request: HttpRequest) -> tuple[EvidenceFilter, QuerySet[OutboxEntry]]:
    form = AuditorFilter(request.GET) if _is_auditor(request) else EvidenceFilter(request.GET)
    return form, evidence.entries_matching(_entries(request), form.chosen())


def _by(entry: OutboxEntry, *, is_auditor: bool) -> str:
    """Return who acted: the role; for the auditor also the numbers of organisation and person."""
    role, _, rest = entry.actor.partition(":")
    name = label(Role(role)).translated(gettext) if role in list(Role) else role
    numbers = " ".join(part for part in rest.split(":") if part) if is_auditor else ""
    return f"{name} {numbers}".strip() if numbers else name


def _flat(data: dict[str, Any]) -> list[tuple[str, object]]:
    """Return the fields of an entry's data, one level deep."""
    return [
        (key, json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value)
        for key, value in data.items()
    ]


def _lines(found: QuerySet[OutboxEntry]) -> Iterator[bytes]:
    for row in found.order_by("seq").iterator(chunk_size=500):
        yield bytes(row.entry) + b"\n"
