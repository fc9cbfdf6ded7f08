"""Objections: made in their time, answered in theirs; while one is open it holds the lot (招投标条例 22, 54).

To the documents: by who means to bid, some days before the deadline. To the result: by bidders and interested
parties, while the candidates are public.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from accounts.access import seat_of
from accounts.names import Role
from accounts.telling import tell
from bidding.queries import opened_bids
from core import audit, numbering
from core.canonical import digest_of
from core.errors import NotYours, Refused
from core.reasons import reason
from core.working_days import day_of
from supervision.models import Objection
from trading import access as trading_access
from trading import binding, holding, moves, notice_data, noticing
from trading.models import Participation
from trading.names import Code, HoldGround, Side, Stage

if TYPE_CHECKING:
    from datetime import datetime

    from core.actors import Actor
    from core.reasons import Reason
    from trading.models import Lot

_DOCUMENTS = frozenset({Stage.PUBLISHED, Stage.BIDDING})


@transaction.atomic(durable=True)
def object_to(lot_id: int, *, body: str, actor: Actor, at: datetime) -> Objection:
    """Object to the documents or to the result, whichever the stage allows; the lot is held until the answer."""
    seat = seat_of(actor, Role.BIDDER)
    lot = moves.lock(lot_id)
    if lot.project.announced_at is None:
        raise NotYours(lot.number)
    subject = "documents" if Stage(lot.stage) in _DOCUMENTS else "result"
    procedure = binding.procedure_of(lot.project, at=at)
    reasons = [] if body.strip() else [reason("write what you object to, with facts and request")]
    if HoldGround.OBJECTION not in procedure.hold_extension or procedure.hold_extension[HoldGround.OBJECTION] is None:
        reasons.append(reason("this kind of procedure has no objection; use a challenge"))
    elif subject == "documents":
        reasons += _late_for_documents(lot, at)
    else:
        reasons += _no_standing_for_result(lot, seat.organisation_id)
    if (
        Participation.objects.filter(project=lot.project, organisation=seat.organisation)
        .exclude(side=Side.BIDDING)
        .exists()
    ):
        reasons.append(reason("the organisation takes part in this project on another side"))
    if Objection.objects.filter(lot=lot, organisation=seat.organisation, state="open").exists():
        reasons.append(reason("your earlier objection is still open"))
    if reasons:
        raise Refused(*reasons)
    days = binding.parameters_of(lot.project, at=at).days(str(procedure.hold_extension[HoldGround.OBJECTION]))
    objection = Objection.objects.create(
        number=numbering.take("OB", at=at),
        lot=lot,
        organisation=seat.organisation,
        subject=subject,
        body=body.strip(),
        made_at=at,
        answer_by=binding.calendar_of(lot.project.region).after(at, days).ends_at,
    )
    objection.hold = holding.place(
        lot, actor=actor, at=at, ground=HoldGround.OBJECTION, because=objection.number, order_number=""
    )
    objection.save(update_fields=["hold"])
    data = {"objection": objection.number, "subject": subject, "body": digest_of(objection.body)}
    audit.append("supervision.objection.made", tender=lot.number, data=data, actor=actor, at=at)
    for buyer in (lot.project.owner, lot.project.agent):
        if buyer is not None:
            tell(
                buyer,
                kind="supervision.objection.made",
                title=reason("An objection to {lot} waits for an answer", lot=lot.title),
                body=reason("The project is on hold until it is answered."),
                at=at,
                project=lot.project.number,
                link=f"/objections/{objection.number}",
            )
    return objection


@transaction.atomic(durable=True)
def answer(objection_id: int, *, text: str, upheld: bool, actor: Actor, at: datetime) -> Objection:
    """Answer an objection; the hold is lifted, the answer published without the objector's name."""
    objection = _locked(objection_id)
    lot = moves.lock(objection.lot_id)
    trading_access.buyer(actor, lot.project, approves=True)
    reasons = [] if text.strip() else [reason("write the answer")]
    if objection.state != "open":
        reasons.append(reason("the objection is closed already"))
    if reasons:
        raise Refused(*reasons)
    objection.state, objection.answer, objection.upheld = "answered", text.strip(), upheld
    objection.answered_at, objection.answered_by = at, actor.as_text()
    objection.save(update_fields=["state", "answer", "upheld", "answered_at", "answered_by"])
    data = {"objection": objection.number, "upheld": upheld, "answer": digest_of(objection.answer)}
    audit.append("supervision.objection.answered", tender=lot.number, data=data, actor=actor, at=at)
    content = notice_data.standard(lot.project, lot) | {
        "objection": objection.number,
        "subject": objection.subject,
        "answer": objection.answer,
        "upheld": upheld,
    }
    noticing.publish(lot.project, lot, Code.OBJECTION, content, actor=actor, at=at)
    _lift(objection, actor=actor, at=at)
    tell(
        objection.organisation,
        kind="supervision.objection.answered",
        title=reason("Your objection {number} was answered", number=objection.number),
        at=at,
        role=Role.BIDDER,
        project=lot.project.number,
        link=f"/objections/{objection.number}",
    )
    return objection


@transaction.atomic(durable=True)
def withdraw(objection_id: int, *, actor: Actor, at: datetime) -> Objection:
    """Withdraw one's own objection; the hold is lifted."""
    objection = _locked(objection_id)
    seat = seat_of(actor, Role.BIDDER)
    if seat.organisation_id != objection.organisation_id:
        raise NotYours(objection.number)
    if objection.state != "open":
        raise Refused(reason("the objection is closed already"))
    objection.state = "withdrawn"
    objection.save(update_fields=["state"])
    data = {"objection": objection.number}
    audit.append("supervision.objection.withdrawn", tender=objection.lot.number, data=data, actor=actor, at=at)
    _lift(objection, actor=actor, at=at)
    return objection


def _lift(objection: Objection, *, actor: Actor, at: datetime) -> None:
    if objection.hold is not None and objection.hold.lifted_at is None:
        holding.lift(objection.hold.pk, actor=actor, at=at, because=objection.number)


def _late_for_documents(lot: Lot, at: datetime) -> list[Reason]:
    """Return why an objection to the documents comes too late (招投标条例 22: 10 days before the deadline)."""
    if lot.closes_at is None:
        return [reason("the deadline for bids is not set")]
    days = binding.parameters_of(lot.project, at=at).days("ct.objection_docs_before")
    last = binding.calendar_of(lot.project.region).before(day_of(lot.closes_at), days)
    if day_of(at) <= last:
        return []
    return [reason("objections to the documents were possible until {day}", day=last.isoformat())]


def _no_standing_for_result(lot: Lot, organisation_id: int) -> list[Reason]:
    if lot.stage != Stage.PUBLICITY:
        return [reason("objections to the result are possible while the candidates are public")]
    if not opened_bids(lot).filter(bidder_id=organisation_id).exists():
        return [reason("only who bid for this lot may object to its result here")]
    return []


def _locked(objection_id: int) -> Objection:
    return (
        Objection.objects.select_for_update(of=("self",))
        .select_related("lot__project", "hold", "organisation")
        .get(pk=objection_id)
    )
