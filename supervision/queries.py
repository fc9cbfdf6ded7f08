"""Named reads of supervision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Case, Count, Q, Value, When

from accounts.names import Role
from supervision.models import Objection
from supervision.names import State
from trading.models import Lot
from trading.names import END_STAGES, Side

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

    from accounts.models import Membership, Organisation

_OPEN_FIRST = Case(When(state=State.OPEN, then=Value(0)), default=Value(1))


def objections_for(seat: Membership) -> QuerySet[Objection]:
    """Return the objections that concern a seat: its own, those to its projects, all of them for the auditor."""
    found = Objection.objects.select_related("lot__project", "organisation").order_by(_OPEN_FIRST, "answer_by", "pk")
    match seat.role:
        case Role.BIDDER:
            return found.filter(organisation=seat.organisation)
        case Role.OWNER:
            return found.filter(lot__project__owner=seat.organisation)
        case Role.AGENT:
            return found.filter(lot__project__agent=seat.organisation)
        case Role.SUPERVISOR:
            return found.filter(_overseen_by(seat.organisation, "lot__project__"))
        case Role.AUDIT:
            return found
    return found.none()


def open_objection(lot: Lot, organisation: Organisation) -> Objection | None:
    return Objection.objects.filter(lot=lot, organisation=organisation, state=State.OPEN).first()


def open_objections(lots: Sequence[Lot]) -> dict[int, int]:
    """Return how many objections wait for their answer, by lot."""
    rows = Objection.objects.filter(lot__in=lots, state=State.OPEN).order_by().values("lot").annotate(n=Count("pk"))
    return {row["lot"]: row["n"] for row in rows}


def overseen_lots(organisation: Organisation, *, is_running: bool = True, words: str = "") -> QuerySet[Lot]:
    """Return the announced lots that an organisation oversees, the newest first, with what their next step needs."""
    found = Lot.objects.filter(_overseen_by(organisation, "project__"), project__announced_at__isnull=False)
    found = found.exclude(stage__in=END_STAGES) if is_running else found.filter(stage__in=END_STAGES)
    for word in words.split():
        in_title = Q(title__icontains=word) | Q(project__title__icontains=word)
        found = found.filter(in_title | Q(number__icontains=word))
    return (
        found.select_related("project__owner", "project__agent")
        .prefetch_related("changes", "holds", "project__lots")
        .order_by("-project__announced_at", "pk")
    )


def _overseen_by(organisation: Organisation, path: str) -> Q:
    return Q(**{f"{path}participations__organisation": organisation, f"{path}participations__side": Side.OVERSEEING})
