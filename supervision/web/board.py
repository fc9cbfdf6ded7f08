"""Page: the supervisor's board. What is due in every project it oversees, by colour; reading only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import SeatedRequest, requires
from accounts.names import Role
from supervision import queries
from trading import binding, desk, outlook
from trading.names import Stage, label

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

    from core.working_days import WorkingCalendar
    from trading.models import Lot

ROWS = 50


@requires(Role.SUPERVISOR)
@require_safe
def board(request: SeatedRequest) -> HttpResponseBase:
    """Show every running lot that the department oversees, with its next step and its colour."""
    is_running = request.GET.get("show") != "ended"
    found = queries.overseen_lots(request.membership.organisation, is_running=is_running)
    sheet = Paginator(found.prefetch_related("changes", "holds"), ROWS).get_page(request.GET.get("page"))
    calendars: dict[str, WorkingCalendar] = {}
    rows = [_row(request, lot, calendars) for lot in sheet]
    return render(request, "supervision/board.html", {"sheet": sheet, "rows": rows, "is_running": is_running})


def _row(request: SeatedRequest, lot: Lot, calendars: dict[str, WorkingCalendar]) -> dict[str, object]:
    region = lot.project.region
    if region not in calendars:
        calendars[region] = binding.calendar_of(region)
    step = outlook.next_step(lot, at=request.at, calendar=calendars[region])
    colour = (
        desk.colour(since=lot.entered_at, due_at=step.until, at=request.at, calendar=calendars[region])
        if step.until
        else None
    )
    return {
        "lot": lot,
        "stage": label(Stage(lot.stage)),
        "step": step,
        "colour": desk.WORDS[colour],
        "tone": colour.value if colour else "grey",
        "is_held": any(hold.lifted_at is None for hold in lot.holds.all()),
    }
