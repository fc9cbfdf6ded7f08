"""The law as data: one rule-sheet for each kind and edition. Pure Python; no framework, no clock.

``procedure_for(kind, edition)`` gives the sheet; :func:`bind` gives the numbers that go with it. A sheet that is
in use is never edited: a new rule is a new edition, and a test pins the digest of each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trading.procedures import construction, procurement
from trading.procedures.parameter_rows import bind, profile

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from trading.names import Kind
    from trading.procedures.definition import Procedure

EDITIONS: Mapping[tuple[Kind, str], Procedure] = {
    (sheet.kind, sheet.edition): sheet for sheet in (construction.EDITION_2026, procurement.EDITION_2026)
}


class NoSuchProcedure(LookupError):  # noqa: N818  (it names what is absent)
    """There is no rule-sheet of that kind and edition, or none in force on that day."""


def procedure_for(kind: Kind, edition: str) -> Procedure:
    """Return the rule-sheet of a kind and edition."""
    try:
        return EDITIONS[kind, edition]
    except KeyError:
        raise NoSuchProcedure(f"{kind} {edition}") from None


def procedure_in_force(kind: Kind, on: date) -> Procedure:
    """Return the newest rule-sheet of a kind that is in force on a day."""
    sheets = [sheet for sheet in EDITIONS.values() if sheet.kind == kind and sheet.in_force_from <= on]
    if not sheets:
        raise NoSuchProcedure(f"{kind} on {on}")
    return max(sheets, key=lambda sheet: sheet.in_force_from)


__all__ = ["EDITIONS", "NoSuchProcedure", "bind", "procedure_for", "procedure_in_force", "profile"]
