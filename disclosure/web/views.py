"""What several pages draw: parts of a notice, regions for a filter, where a lot stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from disclosure import queries
from disclosure.sheets import Facts, Lines, Signatures, Table, Words
from trading.regions import region_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from disclosure.sheets import Part

_SHAPES = {Facts: "facts", Table: "table", Words: "words", Signatures: "signatures", Lines: "lines"}


def parts_as_shown(parts: Iterable[Part]) -> list[dict[str, Any]]:
    """Return parts with the name of their shape, for the template that draws them."""
    return [{"shape": _SHAPES[type(part)], "part": part} for part in parts]


def regions() -> list[tuple[str, str]]:
    """Return the regions of what is public, as choices."""
    return [(code, _(region_name(code))) for code in queries.public_regions()]
