"""Who may do what with a bid box: bidders their own, holders their seat, everybody else nothing before the close."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.access import approving_seat, seat_of
from accounts.models import Membership
from accounts.names import Role
from bidding.models import KeyHolder, Seal
from bidding.names import Objection, RefusalCode, SubmissionRefused
from core.errors import NotYours
from core.reasons import reason
from trading.access import take_side
from trading.models import Lot, Participation
from trading.names import Side

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import Organisation
    from core.actors import Actor
    from trading.models import Project


def bidder_seat(actor: Actor) -> Membership:
    """Return the seat of somebody who works on bids for a bidder; else NotYours."""
    return seat_of(actor, Role.BIDDER)


def signing_seat(actor: Actor) -> Membership:
    """Return the seat of somebody who may hand in and withdraw for a bidder; else NotYours or Refused."""
    return approving_seat(actor, None, Role.BIDDER)


def announced_lot(lot_id: int) -> Lot:
    """Return a lot that bidders may know of; else NotYours."""
    lot = Lot.objects.select_related("project__owner", "project__agent").filter(pk=lot_id).first()
    if lot is None or lot.project.announced_at is None:
        raise NotYours(str(lot_id))
    return lot


def lot_for_bidder(actor: Actor, number: str) -> tuple[Lot, Membership]:
    """Return the lot of a public number and the bidder's seat; else NotYours."""
    seat = bidder_seat(actor)
    lot = Lot.objects.filter(number=number, project__announced_at__isnull=False).values_list("pk", flat=True).first()
    if lot is None:
        raise NotYours(number)
    return announced_lot(lot), seat


def side_objection(project: Project, organisation: Organisation) -> Objection | None:
    """Return why an organisation may not bid here: another side, a key of its own, or a key of one of its people."""
    other = Participation.objects.filter(project=project, organisation=organisation).exclude(side=Side.BIDDING)
    holders = KeyHolder.objects.filter(project=project)
    if other.exists() or holders.filter(organisation=organisation).exists():
        why = reason("Your organisation takes part in this project on another side, so it cannot bid.")
        return Objection(RefusalCode.OTHER_SIDE, why)
    bidders = Membership.objects.filter(organisation=organisation, role=Role.BIDDER, until=None)
    if holders.filter(user__in=bidders.values("user")).exists():
        why = reason("Somebody who bids for your organisation holds a key of this project: nobody does both.")
        return Objection(RefusalCode.OTHER_SIDE, why)
    return None


def take_bidding_side(project: Project, organisation: Organisation, *, since: datetime) -> None:
    """Put an organisation on the bidding side; SubmissionRefused if it stands elsewhere."""
    if objection := side_objection(project, organisation):
        raise SubmissionRefused(objection)
    take_side(project, organisation, Side.BIDDING, since=since)


def holder_of(actor: Actor, project: Project) -> KeyHolder:
    """Return the holder's seat that the actor fills in a project; else NotYours."""
    seat = seat_of(actor, Role.KEY_HOLDER)
    holder = (
        KeyHolder.objects.select_related("user", "organisation")
        .filter(project=project, user=seat.user, organisation=seat.organisation)
        .first()
    )
    if holder is None:
        raise NotYours(project.number)
    return holder


def seals_for_release(actor: Actor, lot: Lot) -> list[Seal]:
    """Return the accepted seals, sorted by digest, for a key holder after the close; else NotYours."""
    holder_of(actor, lot.project)
    if lot.box_closed_at is None:
        raise NotYours(lot.number)
    return list(Seal.objects.filter(lot=lot, state=Seal.LIVE).order_by("digest"))


def own_seals(actor: Actor, lot: Lot) -> list[Seal]:
    """Return the seals that the actor's own organisation handed in, newest first."""
    seat = bidder_seat(actor)
    return list(
        Seal.in_box.filter(lot=lot, bidder=seat.organisation)
        .select_related("entry", "withdrawal_entry")
        .order_by("-entry_id")
    )
