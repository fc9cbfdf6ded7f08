"""Holds: placing one blocks the moves of a lot; before the deadline it moves the deadline at once.

The deadline moves by the hold's longest legal time, so that nobody loses days while the matter is open. Lifting
may move it again, by the time that really passed, never back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from accounts.access import approving_seat
from accounts.names import Role
from core import audit, clock, numbering
from core.canonical import format_time
from core.errors import Refused
from core.reasons import reason
from trading import access, bid_box, binding, informing, moves, notice_data, noticing
from trading.facts import facts_of
from trading.models import Hold, Lot
from trading.names import Code, HoldGround, Stage
from trading.procedures.holding import deadline_after_lifting, deadline_after_placing, lapse_after_placing
from trading.procedures.wording import moment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from core.actors import Actor
    from core.reasons import Reason

_BEFORE_DEADLINE = frozenset({Stage.PUBLISHED, Stage.BIDDING})
_PLACED_BY = {
    HoldGround.COMPLAINT_ORDER: (Role.SUPERVISOR,),
    HoldGround.FAULT: (Role.CENTER, Role.OWNER, Role.AGENT, Role.SUPERVISOR),
    HoldGround.REPORT_CONTESTED: (Role.OWNER,),
}
ORDERED = frozenset(_PLACED_BY)  # what people order; an objection holds by itself


@transaction.atomic(savepoint=False)
def place(lot: Lot, *, actor: Actor, at: datetime, ground: HoldGround, because: str, order_number: str = "") -> Hold:
    """Place a hold on ``lot``, extend its deadline if that is still to come, and publish the suspension."""
    actor = access.unnamed(actor)
    bid_box.lock_exclusive(lot)
    lot = moves.lock(lot.pk)
    if Stage(lot.stage).is_end:
        raise Refused(reason("the project has ended; there is nothing to hold"))
    procedure = binding.procedure_of(lot.project, at=at)
    facts = facts_of(lot, at=at)
    before = lot.closes_at if _is_before_the_deadline(lot) else None
    after = deadline_after_placing(procedure, ground, facts) if before else None
    hold = Hold.objects.create(
        number=numbering.take("HO", at=at),
        lot=lot,
        ground=ground,
        because=because,
        order_number=order_number,
        placed_by=actor.as_text(),
        placed_at=at,
        lapses_at=lapse_after_placing(procedure, ground, facts),
        closed_at_before=before,
        extended_to=after if before and after and after > before else None,
    )
    if hold.extended_to is not None:
        extend(lot, hold.extended_to, actor=actor, why=f"hold {hold.number}")
    audit.append(
        "trading.hold.placed",
        tender=lot.number,
        data={"hold": hold.number, "ground": ground.value, "order": order_number},
        actor=actor,
        at=at,
    )
    data = {"hold": hold.number, "ground": ground.value, "because": because, "order": order_number}
    _publish(Code.SUSPEND, lot, data, actor=actor, at=at)
    _tell(lot, kind="trading.hold.placed", title=reason("{lot} is suspended", lot=lot.title), old=before, at=at)
    moves.reschedule(lot, at=at)
    return hold


@transaction.atomic(savepoint=False)
def lift(hold_id: int, *, actor: Actor, at: datetime, because: str) -> Hold:
    """Lift a hold and publish the resumption; what had become due is taken by the next sweep.

    A run that has ended meanwhile does not resume, and nothing says that it does.
    """
    actor = access.unnamed(actor)
    hold = Hold.objects.select_for_update(of=("self",)).select_related("lot__project").get(pk=hold_id)
    if hold.lifted_at is not None:
        raise Refused(reason("the hold was lifted on {day}", day=f"{hold.lifted_at:%Y-%m-%d}"))
    bid_box.lock_exclusive(hold.lot)
    lot = moves.lock(hold.lot_id)
    hold.lifted_at, hold.lifted_by, hold.lifted_because = at, actor.as_text(), because
    hold.save(update_fields=["lifted_at", "lifted_by", "lifted_because"])
    before = lot.closes_at
    _make_up_for(hold, lot, actor=actor, at=at)
    audit.append("trading.hold.lifted", tender=lot.number, data={"hold": hold.number}, actor=actor, at=at)
    if not Stage(lot.stage).is_end:
        _publish(Code.RESUME, lot, {"hold": hold.number, "because": because}, actor=actor, at=at)
        _tell(lot, kind="trading.hold.lifted", title=reason("{lot} goes on", lot=lot.title), old=before, at=at)
    moves.reschedule(lot, at=at)
    return hold


@transaction.atomic(durable=True)
def order(lot_id: int, *, actor: Actor, at: datetime, ground: HoldGround, because: str, order_number: str = "") -> Hold:
    """Suspend by order.

    The supervisor on a complaint, with its written order; the centre or the buying side on a fault; the purchaser
    who holds the evaluation report to be unlawful, while it has to confirm the winner.
    """
    lot = Lot.objects.select_related("project__owner", "project__agent").get(pk=lot_id)
    if ground not in ORDERED:
        raise Refused(reason("a hold on this ground is placed by what causes it, not by order"))
    access.side_of(actor, lot.project, *_PLACED_BY[ground])
    if reasons := _objections_to_order(lot, actor, ground, because=because, order_number=order_number):
        raise Refused(*reasons)
    return place(lot, actor=actor, at=at, ground=ground, because=because, order_number=order_number)


@transaction.atomic(durable=True)
def lift_order(hold_id: int, *, actor: Actor, at: datetime, because: str) -> Hold:
    """Lift a suspension that was ordered: by those who may order it, whoever of them did."""
    hold = Hold.objects.select_related("lot__project").get(pk=hold_id)
    ground = HoldGround(hold.ground)
    if ground not in ORDERED:
        raise Refused(reason("this hold ends with what caused it"))
    access.side_of(actor, hold.lot.project, *_PLACED_BY[ground])
    approving_seat(actor)
    if not because.strip():
        raise Refused(reason("say why the hold is lifted"))
    return lift(hold_id, actor=actor, at=at, because=because)


@transaction.atomic(savepoint=False)
def extend(lot: Lot, closes_at: datetime, *, actor: Actor, why: str) -> None:
    """Move the deadline of ``lot`` to a later instant, before the old one has come; the box is held alone.

    The time is read after the lock. An extension is entered before the old deadline or it does not happen.
    """
    bid_box.lock_exclusive(lot)
    now = clock.after_lock()
    old = lot.closes_at
    reasons = []
    if old is None or now >= old:
        reasons.append(reason("the deadline has passed and can no longer be moved"))
    elif closes_at <= old:
        reasons.append(reason("a deadline is only ever moved to a later time"))
    if reasons or old is None:
        raise Refused(*reasons)
    lot.closes_at = closes_at
    lot.save(update_fields=["closes_at"])
    data = {"old": format_time(old), "deadline": format_time(closes_at), "reason": why}
    audit.append("tender.extended", tender=lot.number, data=data, actor=actor, at=now)


def roles_for(ground: HoldGround) -> tuple[Role, ...]:
    """Return who may order and lift a hold on this ground; nobody where it holds by itself."""
    return _PLACED_BY.get(ground, ())


def _objections_to_order(
    lot: Lot, actor: Actor, ground: HoldGround, *, because: str, order_number: str
) -> list[Reason]:
    reasons = [] if because.strip() else [reason("say why the project is suspended")]
    if ground is HoldGround.COMPLAINT_ORDER and not order_number.strip():
        reasons.append(reason("a suspension on a complaint needs the number of the written order"))
    if ground is HoldGround.REPORT_CONTESTED and lot.stage != Stage.CONFIRMING:
        reasons.append(reason("the report is contested while the purchaser has to confirm the winner"))
    try:
        approving_seat(actor)
    except Refused as refusal:
        reasons += refusal.reasons
    return reasons


def _is_before_the_deadline(lot: Lot) -> bool:
    """Return whether the deadline can still be moved, by the time that decides; the box is held alone."""
    return Stage(lot.stage) in _BEFORE_DEADLINE and lot.closes_at is not None and clock.after_lock() < lot.closes_at


def _make_up_for(hold: Hold, lot: Lot, *, actor: Actor, at: datetime) -> None:
    """Move the deadline again if the hold lasted longer than it had been given."""
    if hold.closed_at_before is None or lot.closes_at is None or not _is_before_the_deadline(lot):
        return
    due = deadline_after_lifting(
        before=hold.closed_at_before,
        now=lot.closes_at,
        placed_at=hold.placed_at,
        lifted_at=at,
        calendar=binding.calendar_of(lot.project.region),
    )
    if due > lot.closes_at:
        extend(lot, due, actor=actor, why=f"hold {hold.number}")


def _tell(lot: Lot, *, kind: str, title: Reason, old: datetime | None, at: datetime) -> None:
    """Tell both sides, with the new deadline if it moved; the notice says the rest, and nobody is named."""
    new = lot.closes_at
    is_moved = old and new and new > old
    body = reason("The deadline for bids is now {deadline}.", deadline=moment(new)) if new and is_moved else None
    for tell_side in (informing.tell_bidding_side, informing.tell_buying_side):
        tell_side(lot.project, kind=kind, title=title, body=body, at=at)


def _publish(code: Code, lot: Lot, data: Mapping[str, object], *, actor: Actor, at: datetime) -> None:
    whole = notice_data.standard(lot.project, lot) | dict(data) | {"closes_at": notice_data.plain(lot.closes_at)}
    noticing.publish(lot.project, lot, code, whole, actor=actor, at=at)
