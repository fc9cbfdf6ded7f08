"""The first page: what can be bid for, what is being opened, what came out, the year in figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from core import formats
from core.reasons import Reason, reason
from disclosure import addresses, figures, queries
from disclosure.notice_sheets import title_of
from trading.names import Code, Kind, label

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.access import Request
    from trading.models import Lot

_MOST = 8
_RESULTS = (Code.AWARD, Code.AWARD_FELL, Code.FAIL, Code.TERMINATE)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the platform as it is now."""
    at, counts = cast("Request", request).at, queries.count_by_kind()
    context = {
        "kinds": [_kind(kind, *counts.get(kind.value, (0, 0))) for kind in Kind],
        "closing": queries.closing_soon(at=at, most=_MOST),
        "openings": [(lot, _hall(lot)) for lot in queries.openings_now(most=_MOST)],
        "results": [(n, title_of(n)) for n in queries.latest(_RESULTS, most=_MOST)],
        "newest": [(n, title_of(n)) for n in queries.latest((Code.NOTICE, Code.PLAN, Code.AMEND), most=_MOST)],
        "figures": _figures(figures.year_to(at)),
        "year": at.astimezone(formats.BEIJING).year,
    }
    return render(request, "disclosure/home.html", context)


@require_safe
def openings(request: HttpRequest) -> HttpResponse:
    """Show the halls: what is being opened now, what will be opened next."""
    at = cast("Request", request).at
    context = {
        "openings": [(lot, _hall(lot)) for lot in queries.openings_now(most=100)],
        "coming": [(lot, _hall(lot)) for lot in queries.closing_soon(at=at, most=100)],
        "past": queries.latest((Code.OPENING,), most=20),
    }
    return render(request, "disclosure/openings.html", context)


def _kind(kind: Kind, announced: int, live: int) -> dict[str, Any]:
    return {
        "name": label(kind),
        "announced": announced,
        "live": live,
        "url": f"{reverse('disclosure:projects')}?kind={kind.value}",
        "open_url": f"{reverse('disclosure:projects')}?kind={kind.value}&stage=bidding",
    }


def _hall(lot: Lot) -> str:
    return addresses.of("bidding:hall", number=lot.number)


def _figures(year: figures.Year) -> list[dict[str, Any]]:
    values: dict[str, tuple[object, Reason | None]] = {
        "announced": (year.announced, None),
        "awarded": (year.awarded, None),
        "amount": (formats.figure(year.amount), _others(year)),
        "saved": (formats.figure(year.saved), reason("in {n} lots with a ceiling", n=year.with_ceiling)),
    }
    about = reverse("disclosure:about")
    return [
        {"label": row.name, "value": values[row.key][0], "note": values[row.key][1], "url": f"{about}#figure-{row.key}"}
        for row in figures.DEFINITIONS
    ]


def _others(year: figures.Year) -> Reason | None:
    return reason("and {amounts}", amounts=", ".join(map(str, year.others))) if year.others else None
