"""What every list does: pages by the address, rows as CSV with the same filters."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.http import StreamingHttpResponse
from django.utils.translation import get_language, override

from core import formats

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from django.core.paginator import Page
    from django.db.models import QuerySet
    from django.http import HttpRequest

PAGE_SIZES = (20, 50, 100)
MOST_EXPORTED = 50_000  # rows of one file; the filters narrow down what is more
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def sheet_of(request: HttpRequest, found: QuerySet[Any]) -> Page[Any]:
    """Return the page of a list that ``page`` and ``size`` of the address name."""
    text = request.GET.get("size", "")
    size = int(text) if text in {str(size) for size in PAGE_SIZES} else PAGE_SIZES[0]
    return Paginator(found, size).get_page(request.GET.get("page"))


def as_csv(name: str, heads: Sequence[object], rows: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    """Answer rows as a CSV file that spreadsheets read as text: UTF-8 with its mark, no cell is a formula."""
    answer = StreamingHttpResponse(_lines(heads, rows, get_language() or ""), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def cell(value: object) -> str:
    """Return a value as text that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def time_cell(at: datetime | None) -> str:
    """Return an instant in Beijing time, or nothing."""
    return formats.instant(at) if at else ""


class _Line:
    """A file whose ``write`` hands back what it is given."""

    def write(self, text: str) -> str:
        return text


def _lines(heads: Sequence[object], rows: Iterable[Sequence[object]], language: str) -> Iterator[str]:
    """Yield the lines; rows are made in the reader's language, also after the answer has left the view."""
    writer, source = csv.writer(_Line()), iter(rows)
    yield "\ufeff" + str(writer.writerow([cell(head) for head in heads]))
    while True:
        with override(language):
            row = next(source, None)
        if row is None:
            return
        yield str(writer.writerow([cell(value) for value in row]))
