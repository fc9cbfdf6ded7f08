"""Finding the row that an address names, for whom it is; everybody else is told that it does not exist."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.access import seat_of
from accounts.names import Role
from bidding import access
from bidding.models import Ceremony, KeyHolder, Seal
from core.errors import NotYours
from trading import access as trading_access
from trading.models import Lot, Project

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.access import SeatedRequest
    from accounts.models import Membership

WATCHING = (Role.OWNER, Role.AGENT, Role.SUPERVISOR, Role.CENTER)
BUYING = (Role.OWNER, Role.AGENT)


def announced_lot(number: str) -> Lot:
    """Return a lot that everybody may know of."""
    lot = _lots().filter(number=number, project__announced_at__isnull=False).first()
    if lot is None:
        raise NotYours(number)
    return lot


def lot_of_side(request: SeatedRequest, number: str, *roles: Role) -> Lot:
    """Return a lot for somebody who stands on the side of one of ``roles`` in its project."""
    lot = _lots().filter(number=number).first()
    if lot is None:
        raise NotYours(number)
    _stand(request, lot.project, *roles)
    return lot


def project_of_side(request: SeatedRequest, number: str, *roles: Role) -> Project:
    project = Project.objects.select_related("owner", "agent").filter(number=number).first()
    if project is None:
        raise NotYours(number)
    _stand(request, project, *roles)
    return project


def own_holder(request: SeatedRequest, number: str) -> KeyHolder:
    """Return the seat that the person fills in the project of a number."""
    project = Project.objects.select_related("owner", "agent").filter(number=number).first()
    if project is None:
        raise NotYours(number)
    holder = access.holder_of(request.actor, project)
    holder.project = project
    return holder


def lot_of_holder(request: SeatedRequest, number: str) -> tuple[Lot, KeyHolder]:
    """Return the lot of a number and the seat that the person fills for it."""
    lot = _lots().filter(number=number).first()
    if lot is None:
        raise NotYours(number)
    return lot, access.holder_of(request.actor, lot.project)


def ceremony_of_holder(request: SeatedRequest, number: str) -> tuple[Ceremony, KeyHolder]:
    lot, holder = lot_of_holder(request, number)
    ceremony = Ceremony.objects.filter(lot=lot).first()
    if ceremony is None:
        raise NotYours(number)
    ceremony.lot = lot
    return ceremony, holder


def lot_of_bidder(request: SeatedRequest, number: str) -> tuple[Lot, Membership]:
    return access.lot_for_bidder(request.actor, number)


def own_seal(request: SeatedRequest, lot: Lot) -> Seal | None:
    """Return the valid bid of the organisation for which the person acts."""
    seat = access.bidder_seat(request.actor)
    return Seal.in_box.filter(lot=lot, bidder=seat.organisation, state=Seal.LIVE).first()


def _lots() -> QuerySet[Lot]:
    return Lot.objects.select_related("project__owner", "project__agent")


def _stand(request: SeatedRequest, project: Project, *roles: Role) -> None:
    """Let pass whoever acts for the owner or agent of this project, or stands on a watching side."""
    seat = seat_of(request.actor, *roles)
    if seat.role in BUYING:
        wanted = project.owner_id if seat.role == Role.OWNER else project.agent_id
        if seat.organisation_id != wanted:
            raise NotYours(project.number)
        return
    trading_access.side_of(request.actor, project, *roles)
