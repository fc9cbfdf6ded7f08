"""Objections: made in their time, answered in theirs; while one is open it holds the lot (招投标条例 22, 54).

To the documents: by who means to bid, some days before the deadline. To the result: by bidders, and by other admitted
organisations that say what their interest in it is, while the candidates are public. Who objects is not told to the
public, and before the opening to nobody in the log.
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
from supervision import queries
from supervision.models import Objection
from supervision.names import State, Subject
from trading import access as trading_access
from trading import bid_box, binding, holding, informing, moves, notice_data, noticing
from trading.models import Hold, Lot, Participation
from trading.names import Code, HoldGround, Side, Stage
from trading.procedures.objecting import objection_to_documents_is_in_time, objection_to_the_result_is_in_time

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from accounts.models import Organisation
    from core.actors import Actor
    from core.reasons import Reason

_DOCUMENTS = frozenset({Stage.PUBLISHED, Stage.BIDDING})


@transaction.atomic(durable=True)
def object_to(lot_id: int, *, body: str, interest: str = "", actor: Actor, at: datetime) -> Objection:
    """Object to the documents or to the result, whichever the stage allows; the lot is held until the answer."""
    seat = seat_of(actor, Role.BIDDER)
    lot = _locked_lot(lot_id)
    if lot.project.announced_at is None:
        raise NotYours(lot.number)
    reasons = [] if body.strip() else [reason("write what you object to, with facts and request")]
    states_interest = must_state_interest(lot, seat.organisation)
    if states_interest and not interest.strip():
        reasons.append(reason("your organisation did not bid for this lot: say what its interest in the result is"))
    reasons += objections_to_objecting(lot, seat.organisation, at=at)
    if reasons:
        raise Refused(*reasons)
    objection = Objection.objects.create(
        number=numbering.take("OB", at=at),
        lot=lot,
        organisation=seat.organisation,
        subject=subject_of(lot),
        body=body.strip(),
        interest=interest.strip() if states_interest else "",
        made_at=at,
        answer_by=_answer_by(lot, at=at),
    )
    objection.hold = holding.place(
        lot, actor=actor, at=at, ground=HoldGround.OBJECTION, because=objection.number, order_number=""
    )
    objection.save(update_fields=["hold"])
    said = {"body": digest_of(objection.body), "interest": digest_of(objection.interest)}
    data = {"objection": objection.number, "subject": objection.subject, **said}
    _record("supervision.objection.made", objection, data, actor=actor, at=at)
    _tell_buyers(objection, at=at)
    return objection


@transaction.atomic(durable=True)
def answer(objection_id: int, *, text: str, upheld: bool, actor: Actor, at: datetime) -> Objection:
    """Answer an objection; the hold is lifted, the answer published without the objector's name."""
    objection = _locked(objection_id)
    lot = objection.lot
    trading_access.buyer(actor, lot.project, approves=True)
    reasons = [] if text.strip() else [reason("write the answer")]
    if objection.state != State.OPEN:
        reasons.append(reason("the objection is closed already"))
    if reasons:
        raise Refused(*reasons)
    objection.state, objection.answer, objection.upheld = State.ANSWERED.value, text.strip(), upheld
    objection.answered_at, objection.answered_by = at, actor.as_text()
    objection.save(update_fields=["state", "answer", "upheld", "answered_at", "answered_by"])
    data = {"objection": objection.number, "upheld": upheld, "answer": digest_of(objection.answer)}
    _record("supervision.objection.answered", objection, data, actor=actor, at=at)
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
        body=reason("Whoever is not content may complain to the supervising department."),
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
    if objection.state != State.OPEN:
        raise Refused(reason("the objection is closed already"))
    objection.state = State.WITHDRAWN.value
    objection.save(update_fields=["state"])
    _record("supervision.objection.withdrawn", objection, {"objection": objection.number}, actor=actor, at=at)
    _lift(objection, actor=actor, at=at)
    title = reason("The objection {number} to {lot} was withdrawn", number=objection.number, lot=objection.lot.title)
    informing.tell_buying_side(
        objection.lot.project, kind="supervision.objection.withdrawn", title=title, at=at,
        link=f"/objections/{objection.number}",
    )  # fmt: skip
    return objection


def subject_of(lot: Lot) -> Subject:
    """Return what an objection would be about in the stage of ``lot``."""
    return Subject.DOCUMENTS if Stage(lot.stage) in _DOCUMENTS else Subject.RESULT


def must_state_interest(lot: Lot, organisation: Organisation) -> bool:
    """Say whether an organisation that did not bid objects to a result, as an interested party (招投标条例 54)."""
    is_about_result = subject_of(lot) is Subject.RESULT
    return is_about_result and not opened_bids(lot).filter(bidder=organisation).exists()


def objections_to_objecting(lot: Lot, organisation: Organisation, *, at: datetime) -> list[Reason]:
    """Return every reason why an organisation may not object now: for the verb and for the page that offers it."""
    if not knows_objections(lot, at=at):
        return [reason("this kind of procedure has no objection; use a challenge")]
    facts = moves.facts_of(lot, at=at)
    is_about_documents = subject_of(lot) is Subject.DOCUMENTS
    guard = objection_to_documents_is_in_time if is_about_documents else objection_to_the_result_is_in_time
    reasons = list(guard.objections(facts))
    sides = Participation.objects.filter(project=lot.project, organisation=organisation)
    if sides.exclude(side=Side.BIDDING).exists():
        reasons.append(reason("the organisation takes part in this project on another side"))
    if queries.open_objection(lot, organisation) is not None:
        reasons.append(reason("your earlier objection is still open"))
    return reasons


def knows_objections(lot: Lot, *, at: datetime) -> bool:
    """Say whether the procedure of ``lot`` has objections that hold it: where candidates are public before an award.

    Procurement has a challenge instead, which suspends nothing (采购法 52-53).
    """
    return Stage.PUBLICITY in binding.procedure_of(lot.project, at=at).stages


def _answer_by(lot: Lot, *, at: datetime) -> datetime:
    key = str(binding.procedure_of(lot.project, at=at).hold_extension[HoldGround.OBJECTION])
    days = binding.parameters_of(lot.project, at=at).days(key)
    return binding.calendar_of(lot.project.region).after(at, days).ends_at


def _tell_buyers(objection: Objection, *, at: datetime) -> None:
    lot = objection.lot
    informing.tell_buying_side(
        lot.project,
        kind="supervision.objection.made",
        title=reason("An objection to {lot} waits for an answer", lot=lot.title),
        body=reason("The project is on hold until it is answered."),
        link=f"/objections/{objection.number}",
        at=at,
    )


def _lift(objection: Objection, *, actor: Actor, at: datetime) -> None:
    holding.lift(Hold.objects.get(objection=objection).pk, actor=actor, at=at, because=objection.number)


def _record(event: str, objection: Objection, data: Mapping[str, object], *, actor: Actor, at: datetime) -> None:
    """Write the entry without naming a bidder: an objection to the documents would tell who means to bid."""
    audit.append(event, tender=objection.lot.number, data=data, actor=trading_access.unnamed(actor), at=at)


def _locked_lot(lot_id: int) -> Lot:
    """Return the lot with its box and its row locked, in that order: a hold may move the deadline."""
    bid_box.lock_exclusive(Lot.objects.get(pk=lot_id))
    return moves.lock(lot_id)


def _locked(objection_id: int) -> Objection:
    """Return the objection with box, lot and row locked, in that order."""
    lot = _locked_lot(Objection.objects.values_list("lot_id", flat=True).get(pk=objection_id))
    objection = Objection.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=objection_id)
    objection.lot = lot
    return objection
