"""In the hall: objections on the spot and their answers, confirming what was read out, giving up a bid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from accounts.names import Role
from bidding import access, halls
from bidding.models import OpenedBid, Opening, OpeningRemark, ReadOut
from bidding.names import OpeningStep
from core import audit
from core.canonical import digest_of
from core.errors import NotYours, Refused
from core.reasons import reason
from trading import access as trading_access
from trading.models import Award
from trading.names import Stage

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from accounts.models import Organisation
    from core.actors import Actor

LONGEST_TEXT = 4_000
_SETTLED = frozenset({Stage.CONTRACTED, Stage.PERFORMING, Stage.CLOSED, Stage.FAILED, Stage.TERMINATED})


@transaction.atomic(durable=True)
def remark(lot_id: int, *, body: str, actor: Actor, at: datetime) -> OpeningRemark:
    """Object to the opening on the spot (招投标条例 44): a bidder whose bid was in the box, while the session lasts."""
    seat = access.bidder_seat(actor)
    opening = _session(lot_id)
    if not opening.lot.seals.filter(bidder=seat.organisation, state="live").exists():
        raise NotYours(opening.lot.number)
    row = OpeningRemark.objects.create(opening=opening, organisation=seat.organisation, body=_text(body), made_at=at)
    _record("bidding.opening.objected", opening, {"remark": row.pk, "body": digest_of(row.body)}, actor, at)
    return row


@transaction.atomic(durable=True)
def answer_remark(remark_id: int, *, answer: str, actor: Actor, at: datetime) -> OpeningRemark:
    """Answer an objection on the spot: the owner or its agent; the session does not end before."""
    row = OpeningRemark.objects.select_related("opening__lot").get(pk=remark_id)
    opening = _session(row.opening.lot_id)
    trading_access.side_of(actor, opening.lot.project, Role.OWNER, Role.AGENT)
    row = OpeningRemark.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=remark_id)
    if row.answered_at is not None:
        raise Refused(reason("This objection is answered already."))
    row.answer, row.answered_at, row.answered_by = _text(answer), at, actor.as_text()
    row.save(update_fields=["answer", "answered_at", "answered_by"])
    _record("bidding.opening.answered", opening, {"remark": row.pk, "answer": digest_of(row.answer)}, actor, at)
    return row


@transaction.atomic(durable=True)
def confirm_read_out(lot_id: int, *, actor: Actor, at: datetime) -> ReadOut:
    """Confirm what was read out of one's own bid; whoever is absent is deemed to accept it (87号令 42)."""
    seat = access.bidder_seat(actor)
    opening = _session(lot_id)
    _bid_of(opening, seat.organisation)
    row, is_new = ReadOut.objects.get_or_create(
        opening=opening, organisation=seat.organisation, defaults={"confirmed_at": at}
    )
    if is_new:
        data = {"bidder": seat.organisation.number, "opening": opening.digest}
        _record("bidding.read_out.confirmed", opening, data, actor, at)
    return row


@transaction.atomic(durable=True)
def give_up(opened_bid_id: int, *, because: str, actor: Actor, at: datetime) -> OpenedBid:
    """Give up an opened bid: it stays on record and is ranked; the award goes past it on that ground."""
    seat = access.bidder_seat(actor)
    row = (
        OpenedBid.objects.select_for_update(of=("self",))
        .select_related("opening__lot", "bidder")
        .filter(pk=opened_bid_id, bidder=seat.organisation)
        .first()
    )
    if row is None:
        raise NotYours(str(opened_bid_id))
    if row.gave_up_at is not None:
        return row
    reasons = []
    if not seat.may_approve:
        reasons.append(reason("Only somebody who may approve for the organisation may do this."))
    lot = row.opening.lot
    if Stage(lot.stage) in _SETTLED:
        reasons.append(reason("The contract is signed or the project has ended: there is nothing to give up."))
    if Award.objects.filter(lot=lot, organisation=row.bidder, fell_at=None).exists():
        reasons.append(reason("The award is yours already: the owner records a refusal of the contract."))
    if reasons:
        raise Refused(*reasons)
    row.gave_up_at, row.gave_up_because = at, _text(because)
    row.save(update_fields=["gave_up_at", "gave_up_because"])
    data = {"seal": row.seal_id, "bidder": row.bidder.number, "because": digest_of(row.gave_up_because)}
    audit.append("bidding.bid.given_up", tender=lot.number, data=data, actor=actor, at=at)
    return row


def _session(lot_id: int) -> Opening:
    """Return the opening of a lot, locked, while its session lasts; Refused before and after."""
    opening = Opening.objects.select_for_update(of=("self",)).select_related("lot__project").filter(lot=lot_id).first()
    if opening is None:
        raise NotYours(str(lot_id))
    if Stage(opening.lot.stage) is not Stage.OPENING or opening.finished_at is not None:
        raise Refused(reason("The opening session is over."))
    return opening


def _bid_of(opening: Opening, organisation: Organisation) -> OpenedBid:
    if opening.state != OpeningStep.OPENED:
        raise Refused(reason("The bids are not opened yet."))
    bid = opening.bids.filter(bidder=organisation).first()
    if bid is None:
        raise NotYours(opening.lot.number)
    return bid


def _text(body: str) -> str:
    text = body.strip()
    if not text:
        raise Refused(reason("Write what you have to say."))
    if len(text) > LONGEST_TEXT:
        raise Refused(reason("The text is longer than {most} characters.", most=LONGEST_TEXT))
    return text


def _record(event: str, opening: Opening, data: Mapping[str, object], actor: Actor, at: datetime) -> None:
    audit.append(event, tender=opening.lot.number, data=data, actor=actor, at=at)
    halls.tell(opening, fields=[])
