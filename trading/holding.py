"""Holds: placing one blocks the moves of a lot; before the deadline it moves the deadline at once.

The deadline moves by the hold's longest legal time, so that nobody loses days while the matter is open. Lifting
may move it again, never back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from accounts.names import Role
from core import audit, clock, numbering
from core.canonical import format_time
from core.errors import Refused
from core.reasons import reason
from trading import access, bid_box, binding, moves, notice_data, noticing
from trading.models import Hold, Lot
from trading.names import Code, HoldGround, Stage

if TYPE_CHECKING:
    from datetime import datetime

    from core.actors import Actor

_BEFORE_DEADLINE = frozenset({Stage.PUBLISHED, Stage.BIDDING})


@transaction.atomic(savepoint=False)
def place(lot: Lot, *, actor: Actor, at: datetime, ground: HoldGround, because: str, order_number: str = "") -> Hold:
    """Place a hold on ``lot``, extend its deadline if that is still to come, and publish the suspension."""
    bid_box.lock_exclusive(lot)
    lot = moves.lock(lot.pk)
    if Stage(lot.stage).is_end:
        raise Refused(reason("the project has ended; there is nothing to hold"))
    procedure = binding.procedure_of(lot.project, at=at)
    hold = Hold.objects.create(
        number=numbering.take("HO", at=at),
        lot=lot,
        ground=ground,
        because=because,
        order_number=order_number,
        placed_by=actor.as_text(),
        placed_at=at,
        lapses_at=_after(lot, procedure.hold_lapse.get(ground), at),
        extended_to=_extended(lot, procedure.hold_extension.get(ground)),
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
    data = notice_data.standard(lot.project, lot) | {
        "hold": hold.number,
        "ground": ground.value,
        "because": because,
        "order": order_number,
        "closes_at": notice_data.plain(lot.closes_at),
    }
    noticing.publish(lot.project, lot, Code.SUSPEND, data, actor=actor, at=at)
    moves.reschedule(lot, at=at)
    return hold


@transaction.atomic(savepoint=False)
def lift(hold_id: int, *, actor: Actor, at: datetime, because: str) -> Hold:
    """Lift a hold and publish the resumption; what had become due is taken by the next sweep."""
    hold = Hold.objects.select_for_update(of=("self",)).select_related("lot__project").get(pk=hold_id)
    if hold.lifted_at is not None:
        raise Refused(reason("the hold was lifted on {day}", day=f"{hold.lifted_at:%Y-%m-%d}"))
    lot = moves.lock(hold.lot_id)
    hold.lifted_at, hold.lifted_by, hold.lifted_because = at, actor.as_text(), because
    hold.save(update_fields=["lifted_at", "lifted_by", "lifted_because"])
    audit.append("trading.hold.lifted", tender=lot.number, data={"hold": hold.number}, actor=actor, at=at)
    data = notice_data.standard(lot.project, lot) | {
        "hold": hold.number,
        "because": because,
        "closes_at": notice_data.plain(lot.closes_at),
    }
    noticing.publish(lot.project, lot, Code.RESUME, data, actor=actor, at=at)
    moves.reschedule(lot, at=at)
    return hold


@transaction.atomic(durable=True)
def order(lot_id: int, *, actor: Actor, at: datetime, ground: HoldGround, because: str, order_number: str = "") -> Hold:
    """Suspend by order: the supervisor on a complaint (with its written order), the centre or buyer on a fault."""
    lot = moves.lock(lot_id)
    reasons = []
    if ground is HoldGround.COMPLAINT_ORDER:
        access.side_of(actor, lot.project, Role.SUPERVISOR)
        if not order_number.strip():
            reasons.append(reason("a suspension on a complaint needs the number of the written order"))
    elif ground is HoldGround.FAULT:
        access.side_of(actor, lot.project, Role.CENTER, Role.OWNER, Role.AGENT, Role.SUPERVISOR)
    else:
        raise Refused(reason("a hold on this ground is placed by what causes it, not by order"))
    if not because.strip():
        reasons.append(reason("say why the project is suspended"))
    if reasons:
        raise Refused(*reasons)
    return place(lot, actor=actor, at=at, ground=ground, because=because, order_number=order_number)


@transaction.atomic(durable=True)
def lift_order(hold_id: int, *, actor: Actor, at: datetime, because: str) -> Hold:
    """Lift a suspension that was ordered: by a person of the organisation that ordered it."""
    hold = Hold.objects.select_related("lot__project").get(pk=hold_id)
    if hold.ground not in (HoldGround.COMPLAINT_ORDER, HoldGround.FAULT):
        raise Refused(reason("this hold ends with what caused it"))
    roles = (Role.SUPERVISOR,) if hold.ground == HoldGround.COMPLAINT_ORDER else (Role.CENTER, Role.OWNER, Role.AGENT)
    access.side_of(actor, hold.lot.project, *roles)
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


def _extended(lot: Lot, key: str | None) -> datetime | None:
    """Return the deadline after the hold's longest legal time, if the deadline is still to come."""
    if key is None or Stage(lot.stage) not in _BEFORE_DEADLINE or lot.closes_at is None:
        return None
    if clock.after_lock() >= lot.closes_at:
        return None
    return _after(lot, key, lot.closes_at, keep_hour=True)


def _after(lot: Lot, key: str | None, start: datetime, *, keep_hour: bool = False) -> datetime | None:
    if key is None:
        return None
    period = binding.parameters_of(lot.project, at=start).days(key)
    calendar = binding.calendar_of(lot.project.region)
    return calendar.shifted(start, period) if keep_hour else calendar.after(start, period).ends_at
