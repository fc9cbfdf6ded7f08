"""The board of the supervising department: every lot that it oversees, with the colours of time; it reads only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import SeatedRequest, requires
from accounts.names import Role
from supervision import queries
from supervision.forms import BoardFilter
from supervision.web.answers import page, size_of
from trading import binding, desk, outlook
from trading.names import Stage, label

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http.response import HttpResponseBase

    from core.working_days import WorkingCalendar
    from trading.models import Lot

_WORST = [desk.Colour.RED, desk.Colour.YELLOW, desk.Colour.GREEN]


@never_cache
@requires(Role.SUPERVISOR)
@require_safe
def board(request: SeatedRequest) -> HttpResponseBase:
    """Show where each lot stands, what the law wants next and by when, and what holds it."""
    form = BoardFilter(request.GET, auto_id="filter-%s")
    words, ended = ("", "") if not form.is_valid() else (form.cleaned_data["q"], form.cleaned_data["ended"])
    found = queries.overseen_lots(request.membership.organisation, is_running=not ended, words=words)
    sheet = Paginator(found, size_of(request)).get_page(request.GET.get("page"))
    lots = list(sheet)
    calendars = {region: binding.calendar_of(region) for region in {lot.project.region for lot in lots}}
    waiting = queries.open_objections(lots)
    lines = [_line(request, lot, calendars, waiting) for lot in lots]
    counts = {colour: sum(line["colour"] is colour for line in lines) for colour in _WORST}
    return page(
        request,
        "board",
        filter=form,
        sheet=sheet,
        lines=lines,
        figures=[{"label": _(desk.WORDS[colour]), "value": counts[colour]} for colour in _WORST],
    )


def _line(
    request: SeatedRequest, lot: Lot, calendars: Mapping[str, WorkingCalendar], waiting: Mapping[int, int]
) -> dict[str, Any]:
    calendar = calendars[lot.project.region]
    owed, colours = [], []
    for each in outlook.obligations_of(lot, at=request.at, calendar=calendar):
        colour = _colour(request, lot, each.deadline.ends_at)
        colours.append(colour)
        owed.append(
            {
                "name": each.name,
                "by": [label(role) for role in sorted(each.by)],
                "until": each.deadline.ends_at,
                "tone": colour.value,
                "word": desk.WORDS[colour],
            }
        )
    return {
        "lot": lot,
        "stage": label(Stage(lot.stage)),
        "step": outlook.next_step(lot, at=request.at, calendar=calendar),
        "owed": owed,
        "colour": next((colour for colour in _WORST if colour in colours), None),
        "hold": outlook.standing_hold(lot, at=request.at),
        "objections": waiting.get(lot.pk, 0),
    }


def _colour(request: SeatedRequest, lot: Lot, due_at: Any) -> desk.Colour:
    held = [(hold.placed_at, hold.lifted_at or request.at) for hold in lot.holds.all()]
    return desk.colour(since=lot.entered_at, due_at=due_at, at=request.at, suspended=held)
