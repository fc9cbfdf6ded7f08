"""What binds a project: the rule-sheet, the parameters and the calendar of its region.

Before the announcement these are the ones in force today; the announcement writes edition and parameters down,
and from then on only what was written counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from core.models import Installation
from core.working_days import DayKind, WorkingCalendar, day_of
from trading.models import CalendarDay, CalendarYear, RegionParameter
from trading.names import Kind
from trading.procedures import bind, procedure_for, procedure_in_force, profile
from trading.procedures.parameters import Parameters

if TYPE_CHECKING:
    from datetime import date, datetime

    from trading.models import Project
    from trading.procedures.definition import Procedure

COUNTRY = "CN"


def procedure_of(project: Project, *, at: datetime) -> Procedure:
    """Return the rule-sheet a project is bound to, or the one in force if it is not announced yet."""
    kind = Kind(project.kind)
    return procedure_for(kind, project.edition) if project.edition else procedure_in_force(kind, day_of(at))


def parameters_of(project: Project, *, at: datetime) -> Parameters:
    """Return the parameters written down at the announcement, or those of the region today."""
    if project.parameters:
        return Parameters.from_snapshot(project.parameters)
    on = day_of(at)
    return bind(overrides_of(project.region, on=on), on, is_rehearsal=Installation.is_rehearsal())


def overrides_of(region: str, *, on: date) -> dict[str, str]:
    """Return what differs from the sheet on a day: the country's rows, the region's law, then the region's rows."""
    rows = RegionParameter.objects.filter(
        Q(effective_to=None) | Q(effective_to__gte=on), region__in=[COUNTRY, region], effective_from__lte=on
    ).order_by("effective_from")
    found = {row.key: row.value for row in rows if row.region == COUNTRY} | dict(profile(region))
    return found | {row.key: row.value for row in rows if row.region == region}


def calendar_of(region: str) -> WorkingCalendar:
    """Return the seeded calendar with the days that were entered for the country and the region."""
    seeded = WorkingCalendar.seeded()
    rows = list(CalendarDay.objects.filter(region__in=[COUNTRY, region]).order_by("date"))
    years = list(CalendarYear.objects.values_list("year", flat=True))
    if not rows and not years:
        return seeded
    days: dict[date, DayKind] = {}
    for wanted in (COUNTRY, region):
        days |= {row.date: _kind(row) for row in rows if row.region == wanted}
    return seeded.with_days(days, covers=years)


def _kind(row: CalendarDay) -> DayKind:
    return DayKind.WORKDAY if row.is_workday else DayKind.HOLIDAY
