"""Named reads of trading: which projects a seat works on, and where a project stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from accounts.names import Role
from core.errors import NotYours
from trading.models import Award, Contract, Lot, Project
from trading.names import Side, Stage

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from accounts.models import Membership

_SIDES = {Role.SUPERVISOR: Side.OVERSEEING, Role.CENTER: Side.OPERATING}
_ORDER = list(Stage)
ENDED = [stage.value for stage in Stage if stage.is_end]


def projects_of(seat: Membership) -> QuerySet[Project]:
    """Return the projects on which a seat works: as owner, agent, supervisor or trading centre; newest first."""
    role = Role(seat.role)
    found = Project.objects.select_related("owner", "agent").prefetch_related("lots").order_by("-created_at", "-pk")
    if role is Role.OWNER:
        return found.filter(owner=seat.organisation)
    if role is Role.AGENT:
        return found.filter(agent=seat.organisation)
    side = _SIDES.get(role)
    if side is None:
        return found.none()
    return found.filter(participations__organisation=seat.organisation, participations__side=side)


def project_of(seat: Membership, number: str) -> Project:
    """Return a project on which a seat works, by its number; else NotYours."""
    project = projects_of(seat).filter(number=number).first()
    if project is None:
        raise NotYours(number)
    return project


def lot_of(seat: Membership, number: str) -> Lot:
    """Return a lot of a project on which a seat works, by its number; else NotYours."""
    lots = Lot.objects.select_related("project__owner", "project__agent")
    lot = lots.filter(number=number, project__in=projects_of(seat)).first()
    if lot is None:
        raise NotYours(number)
    return lot


def matching(projects: QuerySet[Project], *, words: str = "", kind: str = "", stage: str = "") -> QuerySet[Project]:
    """Narrow projects: by words in number and title, by kind, by the stage in which a lot is."""
    for word in words.split():
        projects = projects.filter(Q(number__icontains=word) | Q(title__icontains=word))
    if kind:
        projects = projects.filter(kind=kind)
    if stage:
        projects = projects.filter(pk__in=Lot.objects.filter(stage=stage).values("project"))
    return projects


def stage_of(lots: Iterable[Lot]) -> Stage:
    """Return the stage of a project: of its lots, the one that is least far; ends count last."""
    found = sorted((Stage(lot.stage) for lot in lots), key=lambda stage: (stage.is_end, _ORDER.index(stage)))
    return found[0] if found else Stage.DRAFT


def contract_seen_by(seat: Membership, number: str) -> Contract:
    """Return a contract for the sides of its project and for the winner; else NotYours."""
    contract = (
        Contract.objects.select_related("lot__project__owner", "lot__project__agent", "award__organisation", "file")
        .prefetch_related("additions")
        .filter(number=number)
        .first()
    )
    if contract is None or not (_won(seat, contract) or projects_of(seat).filter(pk=contract.lot.project_id).exists()):
        raise NotYours(number)
    return contract


def contracts_won_by(seat: Membership) -> QuerySet[Contract]:
    """Return the contracts on awards that stand, for the organisation that won them."""
    standing = Award.objects.filter(organisation=seat.organisation, fell_at=None)
    return (
        Contract.objects.select_related("lot__project", "award")
        .filter(award__in=standing, taken_back_at=None)
        .order_by("-drafted_at")
    )


def _won(seat: Membership, contract: Contract) -> bool:
    return seat.role == Role.BIDDER and contract.award.organisation_id == seat.organisation_id
