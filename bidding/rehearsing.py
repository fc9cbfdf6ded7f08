"""Rehearsing the holders' keys: a harmless secret, dealt as a bid's is; the last right answer opens the bid box."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from django.db import transaction

from bidding import access
from bidding.models import Ceremony, KeyRehearsal
from bidding.queries import ceremony_state
from bidding.rules import rehearsal as rules
from bidding.rules.ceremony import read_ceremony
from bidding.rules.derivation import CID_LENGTH, SECRET_LENGTH
from core import audit
from core.actors import SYSTEM
from core.canonical import Malformed, format_time
from core.errors import NotYours, Refused
from core.reasons import reason
from trading import access as trading_access
from trading import moves
from trading.names import Move, Stage

if TYPE_CHECKING:
    from datetime import datetime

    from core.actors import Actor
    from trading.models import Lot


@transaction.atomic(savepoint=False)
def begin(row: Ceremony, *, actor: Actor, at: datetime) -> KeyRehearsal:
    """Deal a fresh secret to all holders of a ceremony."""
    ceremony = read_ceremony(bytes(row.document))
    secret = os.urandom(SECRET_LENGTH)
    dealt = rules.write_rehearsal(ceremony, secret=secret, cid=os.urandom(CID_LENGTH))
    data = {"rehearsal": dealt.digest}
    audit.append("bidding.rehearsal.begun", tender=ceremony.tender, data=data, actor=actor, at=at)
    return KeyRehearsal.objects.create(
        ceremony=row, document=dealt.data, digest=dealt.digest, secret=secret, made_at=at
    )


@transaction.atomic(durable=True)
def again(lot_id: int, *, actor: Actor, at: datetime) -> KeyRehearsal:
    """Rehearse once more, as a day before the deadline; asked for by the buying side."""
    row = Ceremony.objects.select_related("lot__project__owner", "lot__project__agent").filter(lot=lot_id).first()
    if row is None:
        raise NotYours(str(lot_id))
    trading_access.buyer(actor, row.lot.project)
    if Stage(row.lot.stage) not in (Stage.PUBLISHED, Stage.BIDDING):
        raise Refused(reason("Keys are rehearsed between the announcement and the deadline."))
    return begin(row, actor=actor, at=at)


@transaction.atomic(durable=True)
def answer(lot_id: int, *, kid: str, document: bytes, note: str, actor: Actor, at: datetime) -> KeyRehearsal:
    """Take a holder's answer to the latest rehearsal; the last one opens the bid box if nothing else is missing."""
    lot = moves.lock(lot_id)
    row = (
        KeyRehearsal.objects.select_for_update(of=("self",)).select_related("ceremony").filter(ceremony__lot=lot).last()
    )
    if row is None:
        raise Refused(reason("There is no rehearsal to answer yet."))
    if access.holder_of(actor, lot.project).kid != kid:
        raise NotYours(kid)
    given = _checked(row, kid=kid, document=document, note=note)
    if kid in row.answers:
        return row
    row.answers = row.answers | {kid: {"document": document.decode("utf-8"), "note": note, "at": format_time(at)}}
    row.save(update_fields=["answers"])
    data = {"kid": kid, "rehearsal": row.digest, "answer": given.digest}
    audit.append("key.rehearsed", tender=lot.number, data=data, actor=actor, at=at)
    if len(row.answers) == row.ceremony.size:
        _open_if_possible(lot, at=at)
    return row


@transaction.atomic(durable=True)
def open_box(lot_id: int, *, actor: Actor, at: datetime) -> None:
    """Open the bid box where something held it back when the last answer came."""
    lot = moves.lock(lot_id)
    trading_access.buyer(actor, lot.project)
    moves.advance(lot_id, Move.OPEN_BID_BOX, actor=actor, at=at, known=(ceremony_state(lot),))


def _checked(row: KeyRehearsal, *, kid: str, document: bytes, note: str) -> rules.RehearsalAnswer:
    ceremony = read_ceremony(bytes(row.ceremony.document))
    try:
        given = rules.read_answer(document)
        if given.kid != kid:
            raise Refused(reason("The answer is another key holder's."))
        rules.verify_answer_signature(given, note=note, key=ceremony.holder(kid).verify_key)
        dealt = rules.read_rehearsal(bytes(row.document), ceremony=ceremony)
        rules.check_answer(given, rehearsal=dealt, ceremony=ceremony, secret=bytes(row.secret))
    except Malformed as error:
        raise Refused(reason("The answer does not count: {why}", why=error.reason)) from error
    return given


def _open_if_possible(lot: Lot, *, at: datetime) -> None:
    if Stage(lot.stage) is not Stage.PUBLISHED:
        return
    known = (ceremony_state(lot),)
    if not moves.missing_for(lot, Move.OPEN_BID_BOX, at=at, known=known):
        moves.advance(lot.pk, Move.OPEN_BID_BOX, actor=SYSTEM, at=at, known=known)
