"""What the opening hall shows to everybody, before and after the hour: one frozen picture, the same for all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bidding import queries
from bidding.models import Release
from bidding.names import OpeningStep, label
from core.reasons import Reason, reason
from trading.models import Hold, Lot, Notice
from trading.names import Code, Stage

if TYPE_CHECKING:
    from datetime import datetime

    from bidding.models import Ceremony, Deposit, KeyHolder, OpenedBid, Opening, OpeningRemark

_BEFORE = frozenset({Stage.PUBLISHED, Stage.BIDDING})


@dataclass(frozen=True)
class HolderState:
    """One key holder in the hall: ``word`` says how it stands, ``tone`` colours it."""

    holder: KeyHolder
    word: Reason
    tone: str
    rehearsed: bool
    released_at: datetime | None


@dataclass(frozen=True)
class BidState:
    """One row of the read-out."""

    bid: OpenedBid
    deposit: Deposit | None
    confirmed_at: datetime | None


@dataclass(frozen=True)
class Step:
    """One lamp of the hall's light: done, now, next, or stopped."""

    label: Reason
    state: str
    at: datetime | None = None


@dataclass(frozen=True)
class HallState:
    """The picture. ``received`` is None before the close, ``bids`` is empty before the opening."""

    lot: Lot
    version: int
    opening: Opening | None
    steps: tuple[Step, ...]
    sentence: Reason  # what happens next
    who: Reason | None
    until: datetime | None
    tone: str
    needed: int
    holders: tuple[HolderState, ...]
    received: int | None
    bids: tuple[BidState, ...]
    faults: tuple[dict[str, object], ...]
    remarks: tuple[OpeningRemark, ...]
    notice: Notice | None

    @property
    def released(self) -> int:
        return sum(holder.released_at is not None for holder in self.holders)

    @property
    def ready(self) -> int:
        return sum(holder.rehearsed for holder in self.holders)


def hall(lot: Lot, *, at: datetime) -> HallState:
    """Return what the hall of an announced lot shows at ``at``."""
    opening = queries.opening_of(lot)
    ceremony = queries.ceremony_of(lot)
    holders = _holders(lot, opening)
    sentence, who, until, tone = _next(lot, opening, ceremony, holders, at=at)
    return HallState(
        lot=lot,
        version=opening.version if opening else 0,
        opening=opening,
        steps=_steps(lot, opening),
        sentence=sentence,
        who=who,
        until=until,
        tone=tone,
        needed=ceremony.threshold if ceremony else 0,
        holders=holders,
        received=queries.bids_received(lot),
        bids=_bids(lot, opening),
        faults=tuple(opening.faults) if opening and opening.state == OpeningStep.OPENED else (),
        remarks=tuple(opening.remarks.select_related("organisation")) if opening else (),
        notice=Notice.objects.filter(lot=lot, code=Code.OPENING).order_by("-pk").first(),
    )


def _holders(lot: Lot, opening: Opening | None) -> tuple[HolderState, ...]:
    has_closed = lot.box_closed_at is not None
    is_open = opening is not None and opening.state == OpeningStep.OPENED
    is_over = is_open or opening is None or Stage(lot.stage).is_end  # no further share would open anything
    rehearsal = queries.rehearsal_of(lot)
    rehearsed = set(rehearsal.answers) if rehearsal else set()
    released = dict(Release.objects.filter(lot=lot).values_list("kid", "released_at"))
    found = []
    for holder in queries.holders_of(lot.project):
        at = released.get(holder.kid)
        if at is not None:
            word, tone = reason("share released"), "green"
        elif holder.lost_at is not None:
            word, tone = reason("key lost"), "red"
        elif has_closed:
            word, tone = (reason("share not needed"), "grey") if is_over else (reason("share awaited"), "yellow")
        else:
            is_ready = holder.kid in rehearsed
            word, tone = (reason("ready"), "green") if is_ready else (reason("key not yet tried"), "grey")
        found.append(HolderState(holder, word, tone, holder.kid in rehearsed, at))
    return tuple(found)


def _bids(lot: Lot, opening: Opening | None) -> tuple[BidState, ...]:
    if opening is None or opening.state != OpeningStep.OPENED:
        return ()
    deposits = {row.organisation_id: row for row in queries.deposits_of(lot)}
    confirmed = dict(opening.read_outs.values_list("organisation_id", "confirmed_at"))
    return tuple(
        BidState(bid, deposits.get(bid.bidder_id), confirmed.get(bid.bidder_id)) for bid in queries.opened_bids(lot)
    )


def _steps(lot: Lot, opening: Opening | None) -> tuple[Step, ...]:
    is_over = Stage(lot.stage) in (Stage.FAILED, Stage.TERMINATED) and (opening is None or not opening.digest)
    has_enough = opening is not None and opening.state in (OpeningStep.UNSEALING, OpeningStep.OPENED)
    opened = opening is not None and opening.state == OpeningStep.OPENED
    finished = opening is not None and opening.finished_at is not None
    marks = [lot.box_closed_at is not None, has_enough, opened, finished]
    now = marks.index(False) if False in marks else len(marks)
    named = (
        (reason("Bid box closed"), lot.box_closed_at),
        (reason("Key holders release"), None),
        (reason("Bids are read out"), opening.opened_at if opening else None),
        (reason("Record published"), opening.finished_at if opening else None),
    )
    words = {True: "done", False: "next"}
    return tuple(
        Step(text, ("stopped" if is_over else "now") if number == now else words[marks[number]], at)
        for number, (text, at) in enumerate(named)
    )


_Next = tuple[Reason, "Reason | None", "datetime | None", str]


def _next(
    lot: Lot, opening: Opening | None, ceremony: Ceremony | None, holders: tuple[HolderState, ...], *, at: datetime
) -> _Next:
    """Return what happens next: the sentence, who must act, until when, and its tone."""
    if _is_held(lot, at=at):
        return reason("The tender is suspended: nothing is opened until the hold is lifted."), None, None, "stopped"
    if Stage(lot.stage) in _BEFORE:
        sentence = reason("Bids are taken until the deadline; then the bid box closes and the key holders open it.")
        return sentence, None, lot.closes_at, "wait"
    if opening is None:
        return reason("This lot is not opened."), None, None, "stopped"
    if opening.state == OpeningStep.OPENED:
        return _after_reading(lot, opening)
    return _before_reading(opening, ceremony, holders)


def _before_reading(opening: Opening, ceremony: Ceremony | None, holders: tuple[HolderState, ...]) -> _Next:
    if opening.state == OpeningStep.UNSEALING:
        sentence = reason(
            "Bids that do not open yet: {count}. Other key holders or their files are awaited.",
            count=opening.pending,
        )
        return sentence, reason("key holders that have not released"), opening.rescue_until, "wait"
    return _waiting(opening, ceremony, holders)


def _after_reading(lot: Lot, opening: Opening) -> _Next:
    if opening.finished_at is not None:
        return reason("The opening is over; its record is published."), None, None, "done"
    if Stage(lot.stage).is_end and not opening.digest:
        return reason("Too few bids opened: the tender has failed and no price is read out."), None, None, "stopped"
    if still_open := opening.remarks.filter(answered_at=None).count():
        sentence = reason("Objections to the opening without an answer: {count}.", count=still_open)
        return sentence, reason("owner or agent"), None, "act"
    sentence = reason("Bidders confirm what was read out or object now; then the session is closed.")
    return sentence, reason("owner or agent"), None, "act"


def _waiting(opening: Opening, ceremony: Ceremony | None, holders: tuple[HolderState, ...]) -> _Next:
    k = ceremony.threshold if ceremony else 0
    left = sum(_may_release(holder) for holder in holders)
    missing = k - sum(holder.released_at is not None for holder in holders)
    if missing > left:
        sentence = reason(
            "Too many key holders have lost their keys: these bids can never be opened. "
            "The owner must end the tender and may announce it again."
        )
        return sentence, reason("owner"), None, "stopped"
    names = ", ".join(holder.holder.organisation.name for holder in holders if _may_release(holder))
    if opening.state == OpeningStep.POSTPONED:
        sentence = reason(
            "The opening is postponed for all bids. Releases still needed: {missing}. Awaited: {names}.",
            missing=missing,
            names=names,
        )
        return sentence, reason("key holders that have not released"), None, "stopped"
    sentence = reason("Releases still needed before any bid is opened: {missing}.", missing=missing)
    return sentence, label(OpeningStep.WAITING), opening.rescue_until, "wait"


def _may_release(holder: HolderState) -> bool:
    return holder.released_at is None and holder.holder.lost_at is None


def _is_held(lot: Lot, *, at: datetime) -> bool:
    holds = Hold.objects.filter(lot=lot, lifted_at=None)
    return any(hold.lapses_at is None or at < hold.lapses_at for hold in holds)
