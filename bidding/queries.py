"""Named reads of bidding. Before the close none of them lists, counts or times a bid, except to its own bidder."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, F, Max, Q

from bidding.models import Ceremony, Close, Deposit, KeyHolder, KeyRehearsal, OpenedBid, Opening, Release, Seal
from bidding.names import OpeningStep, Outcome, Seat
from bidding.rules.ceremony_signatures import write_signatures
from trading.models import Lot
from trading.names import Side, Stage
from trading.procedures.facts import CeremonyState, OpeningState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.db.models import QuerySet

    from accounts.models import Organisation, User
    from bidding.models import OpenedFile
    from core.models import OutboxEntry
    from trading.models import Project

# Entries of the log that tell who bids, or that somebody does: hidden until the opening of their tender.
SECRET_EVENTS = ("bid.sealed", "bid.withdrawn", "opening.release", "payload.stored")
_JOB_TIME = timedelta(minutes=1)  # what a job gets before the sweep looks after it
# Never shown to the public: somebody tried.
REFUSALS = ("bidding.submission.refused",)


# -- keys ----------------------------------------------------------------------------------------------


def usual_seats(project: Project) -> dict[Seat, Organisation]:
    """Return the usual seats and whose they are: owner, agent, supervising department, trading centre."""
    rows = project.participations.select_related("organisation").order_by("-pk")
    first = {row.side: row.organisation for row in rows}  # another trusted organisation oversees too, but came later
    found = {
        Seat.TENDEREE: project.owner,
        Seat.AGENCY: project.agent,
        Seat.SUPERVISOR: first.get(Side.OVERSEEING),
        Seat.PLATFORM: first.get(Side.OPERATING),
    }
    return {seat: organisation for seat, organisation in found.items() if organisation is not None}


def ceremony_of(lot: Lot) -> Ceremony | None:
    return Ceremony.objects.filter(lot=lot).first()


def ceremony_state(lot: Lot) -> CeremonyState:
    """Return how far the ceremony of a lot is: signed, and rehearsed in the latest rehearsal."""
    row = ceremony_of(lot)
    if row is None:
        return CeremonyState(signed=0, of=0, rehearsed=0, k=0)
    rehearsal = rehearsal_of(lot)
    rehearsed = len(rehearsal.answers) if rehearsal else 0
    return CeremonyState(signed=len(row.notes), of=row.size, rehearsed=rehearsed, k=row.threshold)


def signatures_of(ceremony: Ceremony) -> bytes:
    """Return ``ceremony.sigs``: one line for each holder that has signed."""
    return write_signatures(ceremony.notes)


def rehearsal_of(lot: Lot) -> KeyRehearsal | None:
    return KeyRehearsal.objects.select_related("ceremony").filter(ceremony__lot=lot).last()


def holders_of(project: Project) -> QuerySet[KeyHolder]:
    return KeyHolder.objects.filter(project=project).select_related("organisation", "user").order_by("kid")


def holder_seats(user: User) -> QuerySet[KeyHolder]:
    """Return the seats a person fills, those of the newest projects first."""
    seats = KeyHolder.objects.filter(user=user).select_related("project", "organisation")
    return seats.order_by("-project_id", "kid")


# -- bids before the opening ---------------------------------------------------------------------------


def live_seal(lot: Lot, organisation: Organisation) -> Seal | None:
    """Return an organisation's own valid bid."""
    return Seal.in_box.filter(lot=lot, bidder=organisation, state=Seal.LIVE).first()


def bids_received(lot: Lot) -> int | None:
    """Return how many bids the close accepted; None before it, whoever asks."""
    close = Close.objects.filter(lot=lot).first()
    return None if close is None else close.accepted


def accepted_seals(lot: Lot) -> QuerySet[Seal]:
    """Return the seals that the close accepted, sorted by digest; none before it."""
    return Seal.objects.filter(lot=lot, state=Seal.LIVE).select_related("bidder").order_by("digest")


# -- the opening ---------------------------------------------------------------------------------------


def opening_of(lot: Lot) -> Opening | None:
    return Opening.objects.select_related("lot").filter(lot=lot).first()


def releases_of(lot: Lot) -> list[tuple[str, datetime]]:
    """Return who has released and when; what was released stays closed until the opening."""
    return list(Release.objects.filter(lot=lot).order_by("released_at", "kid").values_list("kid", "released_at"))


def missing_holders(lot: Lot) -> QuerySet[KeyHolder]:
    """Return the holders that have not released."""
    done = Release.objects.filter(lot=lot).values("kid")
    return holders_of(lot.project).exclude(kid__in=done)


def published_releases(lot: Lot) -> QuerySet[Release]:
    """Return the releases as the public may read them: none before the bids are opened."""
    return Release.objects.filter(lot=lot, lot__opening__state=OpeningStep.OPENED, lot__opening__digest__gt="")


def opened_bids(lot: Lot) -> QuerySet[OpenedBid]:
    """Return what came out of every accepted seal, in the order of reading out; none before the opening."""
    found = OpenedBid.objects.filter(opening__lot=lot, opening__state=OpeningStep.OPENED)
    return found.select_related("bidder", "seal", "opening").order_by("ordinal")


def valid_bids(lot: Lot) -> QuerySet[OpenedBid]:
    """Return the opened bids that go into the evaluation, given up or not."""
    return opened_bids(lot).filter(outcome=Outcome.VALID)


def bid_of(lot: Lot, organisation: Organisation) -> OpenedBid | None:
    return opened_bids(lot).filter(bidder=organisation).first()


def opened_files(bid: OpenedBid) -> QuerySet[OpenedFile]:
    """Return the files out of an opened envelope; who may read them is for the caller to know."""
    return bid.files.select_related("file")


def opening_state(opening: Opening) -> OpeningState:
    """Return the opening as the rule-sheet wants to know it."""
    valid = list(opening.bids.filter(outcome=Outcome.VALID))
    return OpeningState(
        pending=opening.pending,
        opened=len(valid),
        objections_open=opening.remarks.filter(answered_at=None).count(),
        brands=tuple(str(bid.form.get("brand", "")) for bid in valid),
    )


def deposits_of(lot: Lot) -> QuerySet[Deposit]:
    """Return the deposits of a lot; they come to light with the opening."""
    return Deposit.objects.filter(lot=lot).select_related("organisation").order_by("organisation__name", "pk")


# -- the log -------------------------------------------------------------------------------------------


def visible_entries(entries: QuerySet[OutboxEntry], *, is_auditor: bool = False) -> QuerySet[OutboxEntry]:
    """Leave out of ``entries`` what would tell before the opening that somebody bids; also for the auditor.

    Refusals are for the auditor, and not before the box is closed.
    """
    opened = Lot.objects.filter(opening__state=OpeningStep.OPENED).values("number")
    closed = Lot.objects.filter(box_closed_at__isnull=False).values("number")
    hidden = Q(event__in=SECRET_EVENTS) & ~Q(tender__in=opened)
    hidden |= (Q(event__in=REFUSALS) & ~Q(tender__in=closed)) if is_auditor else Q(event__in=REFUSALS)
    return entries.exclude(hidden)


def openings_overdue(*, at: datetime) -> Sequence[int]:
    """Return the lots whose time for waiting (O + T) is over, and those that have all they need and do not go on.

    The latter were on hold, or their job was lost.
    """
    running = Opening.objects.filter(lot__stage=Stage.OPENING)
    waiting = Q(rescue_until__lte=at, state__in=[OpeningStep.WAITING, OpeningStep.UNSEALING])
    ready = Q(state__in=[OpeningStep.WAITING, OpeningStep.POSTPONED], released__gte=F("lot__ceremony__threshold"))
    ready &= Q(last__lte=at - _JOB_TIME)
    counted = running.annotate(released=Count("lot__releases"), last=Max("lot__releases__released_at"))
    return list(counted.filter(waiting | ready).order_by("rescue_until", "pk").values_list("lot_id", flat=True))
