"""What the platform is, what it publishes and when, and the rule-sheets by which it works."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import queries
from accounts.names import Role
from core.errors import NotYours
from disclosure import figures, rule_sheets, rules
from disclosure.names import PHASE_NAMES
from trading.names import Kind
from trading.procedures import EDITIONS

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """Say what this is, by whose clock it works, what becomes public when, how figures are made."""
    context = {
        "table": [(row.what, PHASE_NAMES[row.since], row.source) for row in rules.TABLE],
        "definitions": figures.DEFINITIONS,
        "sheets": list(EDITIONS.values()),
        "rescue_minutes": 30,
        "platform": settings.PLATFORM_NAME,
        "operator": _operator(),
    }
    return render(request, "disclosure/about.html", context)


def _operator() -> list[tuple[str, str]]:
    """Return who runs this platform and how to reach it, as rows: who found a weakness turns to it."""
    rows = []
    for centre in queries.admitted([Role.CENTER]):
        rows += [(_("Trading centre"), centre.name), (_("Address"), centre.address), (_("Contact"), centre.contact)]
    return rows


@require_safe
def edition(request: HttpRequest, kind: str, edition: str) -> HttpResponse:
    """Show a rule-sheet as tables: steps, what each asks, duties, parameters."""
    procedure = EDITIONS.get((Kind(kind), edition)) if kind in list(Kind) else None
    if procedure is None:
        raise NotYours(f"{kind} {edition}")
    return render(request, "disclosure/edition.html", {"procedure": procedure, **rule_sheets.described(procedure)})
