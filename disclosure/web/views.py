"""What several pages draw: parts of a notice as a page shows them, regions for a filter."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from core import formats
from disclosure import queries
from disclosure.sheets import Digest, Facts, Lines, Signatures, Table, Words
from trading.regions import region_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from disclosure.sheets import Part

_SHAPES = {Facts: "facts", Table: "table", Words: "words", Signatures: "signatures", Lines: "lines"}


def parts_as_shown(parts: Iterable[Part]) -> list[dict[str, Any]]:
    """Return parts with the name of their shape, for the template that draws them."""
    return [{"shape": _SHAPES[type(part)], "part": _as_shown(part)} for part in parts]


def regions() -> list[tuple[str, str]]:
    """Return the regions of what is public, as choices."""
    return [(code, _(region_name(code))) for code in queries.public_regions()]


def _as_shown(part: Part) -> Part:
    """Return a part whose digests are short and whose times, in tables, are without their zone."""
    match part:
        case Facts():
            return replace(part, rows=tuple((label, _short(value)) for label, value in part.rows))
        case Table():
            return replace(part, rows=tuple(tuple(_in_table(value) for value in row) for row in part.rows))
    return part


def _short(value: object) -> object:
    if isinstance(value, Digest) and value:
        return render_to_string("components/digest.html", {"value": value, "algorithm": "SHA-256"})
    return value


def _in_table(value: object) -> object:
    return formats.instant(value) if isinstance(value, datetime) else _short(value)
