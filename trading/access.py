"""Who stands where in a project, and what may be seen of it.

An organisation stands on one side of a project; a role is held by a person for an organisation. Both must fit:
an owner's seat counts only for the owner of this project. Whatever is not somebody's business does not exist
for them (NotYours).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from accounts.access import seat_of
from accounts.names import Role
from core.errors import NotYours, Refused
from core.reasons import reason
from trading.models import Document, Lot, Notice, Participation, Project
from trading.names import Side

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import Membership, Organisation
    from core.actors import Actor

_SIDE_OF = {
    Role.OWNER: Side.BUYING,
    Role.AGENT: Side.BUYING,
    Role.SUPERVISOR: Side.OVERSEEING,
    Role.CENTER: Side.OPERATING,
    Role.BIDDER: Side.BIDDING,
}


def side_of(actor: Actor, project: Project, *roles: Role) -> Membership:
    """Return the actor's seat if its organisation stands on the side of its role in ``project``; else NotYours."""
    seat = seat_of(actor, *roles)
    side = _SIDE_OF.get(Role(seat.role))
    stands = Participation.objects.filter(project=project, organisation=seat.organisation, side=side)
    if side is None or not stands.exists():
        raise NotYours(project.number)
    return seat


def buyer(actor: Actor, project: Project, *, approves: bool = False) -> Membership:
    """Return the seat of somebody who acts for the owner or its agent; one who may approve, if asked for."""
    seat = seat_of(actor, Role.OWNER, Role.AGENT)
    wanted = project.owner_id if seat.role == Role.OWNER else project.agent_id
    if seat.organisation_id != wanted:
        raise NotYours(project.number)
    if approves and not seat.may_approve:
        raise Refused(reason("this needs somebody who may approve for the organisation"))
    if not approves and not (seat.may_draft or seat.may_approve):
        raise Refused(reason("this needs somebody who may draft for the organisation"))
    return seat


def take_side(project: Project, organisation: Organisation, side: Side, *, since: datetime) -> None:
    """Let an organisation stand on ``side``; Refused if it stands on another side of the project already."""
    row, _ = Participation.objects.get_or_create(
        project=project, organisation=organisation, defaults={"side": side, "since": since}
    )
    if row.side != side:
        raise Refused(reason("the organisation already takes part in this project on another side"))


def visible(actor: Actor | None) -> QuerySet[Project]:
    """Return the projects whose existence ``actor`` may know: announced ones, and those it takes part in."""
    public = Q(announced_at__isnull=False) | Q(intended_at__isnull=False)
    if actor is None:
        return Project.objects.filter(public)
    if actor.role == Role.AUDIT:
        return Project.objects.all()
    own = Participation.objects.filter(organisation__number=actor.organisation).exclude(side=Side.BIDDING)
    return Project.objects.filter(public | Q(pk__in=own.values("project")))


def project_seen_by(actor: Actor | None, number: str) -> Project:
    """Return the project of a public number if ``actor`` may know of it; else NotYours."""
    project = visible(actor).select_related("owner", "agent").filter(number=number).first()
    if project is None:
        raise NotYours(number)
    return project


def lot_seen_by(actor: Actor | None, number: str) -> Lot:
    """Return the lot of a public number if ``actor`` may know of its project; else NotYours."""
    lot = Lot.objects.select_related("project__owner", "project__agent").filter(number=number).first()
    if lot is None or not visible(actor).filter(pk=lot.project_id).exists():
        raise NotYours(number)
    return lot


def notice_seen_by(actor: Actor | None, number: str) -> Notice:
    """Return a notice: a public one to everybody, a private one to its addressee, its sender and the auditor."""
    notice = Notice.objects.select_related("project", "lot", "addressee").filter(number=number).first()
    if notice is None or not (notice.is_public or _reads_letter(actor, notice)):
        raise NotYours(number)
    return notice


def documents_seen_by(actor: Actor | None, project: Project) -> QuerySet[Document]:
    """Return the documents of a project: published ones, and all of them to the buying side."""
    if actor is not None and actor.organisation in _buying(project):
        return project.documents.select_related("file")
    return project.documents.filter(published_at__isnull=False).select_related("file")


def unnamed(actor: Actor) -> Actor:
    """Return ``actor`` without person and organisation if it bids: before the opening nobody learns who takes part."""
    if actor.role != Role.BIDDER:
        return actor
    return type(actor)(person="", name="", role=actor.role, organisation="")


def _reads_letter(actor: Actor | None, notice: Notice) -> bool:
    if actor is None or notice.addressee is None:
        return False
    if actor.role == Role.AUDIT:
        return True
    return actor.organisation == notice.addressee.number or actor.organisation in _buying(notice.project)


def _buying(project: Project) -> frozenset[str]:
    return frozenset(org.number for org in (project.owner, project.agent) if org is not None)
