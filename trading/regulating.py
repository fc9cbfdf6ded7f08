"""What the state decrees anew: days off and transferred working days, and numbers that a region sets differently.

A decreed day changes when periods end, so what is due is reckoned again for every lot that runs. A parameter counts
for projects announced from its first day on; what was announced keeps what it was bound to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from core import audit
from core.errors import Refused
from core.models import Installation
from core.reasons import Reason, reason
from trading import moves, queries
from trading.models import CalendarDay, CalendarYear, Lot, RegionParameter
from trading.procedures import bind
from trading.regions import COUNTRY

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from core.actors import Actor


@transaction.atomic(durable=True)
def set_day(*, day: date, is_workday: bool, source: str, actor: Actor, at: datetime, region: str = COUNTRY) -> int:
    """Enter one day off or working day for the country or a region; return how many lots were reckoned again."""
    _check_source(source)
    _enter(day, region, source=source, is_workday=is_workday, actor=actor, at=at)
    data = {"day": day.isoformat(), "region": region, "is_workday": is_workday}
    audit.append("trading.calendar.changed", data=data, actor=actor, at=at)
    return _reckon_again(at)


@transaction.atomic(durable=True)
def load_year(*, year: int, days: Mapping[date, bool], source: str, actor: Actor, at: datetime) -> int:
    """Enter the decreed table of a year in full (day → works): its deadlines are no longer provisional."""
    _check_source(source)
    reasons = [reason("the table of {year} is empty", year=year)] if not days else []
    reasons += [reason("{day} is not in {year}", day=day.isoformat(), year=year) for day in days if day.year != year]
    if reasons:
        raise Refused(*reasons)
    for day, is_workday in days.items():
        _enter(day, COUNTRY, source=source, is_workday=is_workday, actor=actor, at=at)
    CalendarYear.objects.update_or_create(
        year=year, defaults={"source": source, "entered_at": at, "entered_by": actor.name or actor.as_text()}
    )
    data = {"year": year, "days": len(days), "source": source}
    audit.append("trading.calendar.loaded", data=data, actor=actor, at=at)
    return _reckon_again(at)


@transaction.atomic(durable=True)
def set_parameter(
    *,
    region: str,
    key: str,
    value: str,
    since: date,
    source: str,
    actor: Actor,
    at: datetime,
    until: date | None = None,
) -> RegionParameter:
    """Set a parameter of the law for the country or a region from a day on; the same first day is corrected."""
    _check_source(source)
    reasons: list[Reason] = []
    try:
        bind({key: value}, since, is_rehearsal=Installation.is_rehearsal())
    except ValueError as fault:
        reasons.append(reason("this value cannot be set: {fault}", fault=str(fault)))
    if until is not None and until < since:
        reasons.append(reason("the last day lies before the first"))
    if reasons:
        raise Refused(*reasons)
    row, _made = RegionParameter.objects.update_or_create(
        region=region,
        key=key,
        effective_from=since,
        defaults={
            "value": value,
            "effective_to": until,
            "source": source,
            "entered_at": at,
            "entered_by": actor.name or actor.as_text(),
        },
    )
    data = {"region": region, "key": key, "value": value, "from": since.isoformat(), "source": source}
    audit.append("trading.parameter.set", data=data, actor=actor, at=at)
    return row


def _check_source(source: str) -> None:
    if not source.strip():
        raise Refused(reason("name the decree or rule this comes from"))


def _enter(day: date, region: str, *, source: str, is_workday: bool, actor: Actor, at: datetime) -> None:
    CalendarDay.objects.update_or_create(
        date=day,
        region=region,
        defaults={
            "is_workday": is_workday,
            "source": source,
            "entered_at": at,
            "entered_by": actor.name or actor.as_text(),
        },
    )


def _reckon_again(at: datetime) -> int:
    """Write down anew when the platform must look at each lot that runs."""
    running = Lot.objects.exclude(stage__in=queries.ENDED).filter(project__announced_at__isnull=False)
    for lot_id in running.order_by("pk").values_list("pk", flat=True):
        moves.reschedule(moves.lock(lot_id), at=at)
    return running.count()
