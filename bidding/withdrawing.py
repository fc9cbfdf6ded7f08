"""Withdrawing a bid before the deadline: a document signed by the bidder, under the same lock as submitting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from accounts import vouching
from accounts.names import SignedKind
from bidding import access, checking, receipting, refusing
from bidding.models import Seal
from bidding.names import Objection, RefusalCode, SubmissionRefused
from bidding.rules.withdrawal import read_withdrawal, verify_withdrawal_signature
from bidding.submitting import box_objection
from core import audit, clock
from core.canonical import Malformed, digest, format_time
from core.reasons import reason
from trading import bid_box
from trading.models import Lot

if TYPE_CHECKING:
    from accounts.models import Organisation
    from accounts.vouching import Vouched
    from bidding.models import Receipt
    from bidding.rules.withdrawal import Withdrawal
    from core.actors import Actor


def withdraw(lot_id: int, *, document: bytes, note: str, actor: Actor, signed: Vouched | None = None) -> Receipt:
    """Take the live seal back and return the receipt of that; the same withdrawal again is answered the same.

    SubmissionRefused with every reason, Busy and NoReceiptYet as in submitting.
    """
    seat = access.signing_seat(actor)
    lot = access.announced_lot(lot_id)
    with refusing.on_record(lot, what="withdrawal", digest=digest(document), actor=actor):
        withdrawal = _checked(lot, seat.organisation, document=document, note=note)
        seal = _repeated(lot, seat.organisation, withdrawal) or _taken_back(
            lot, seat.organisation, withdrawal, note=note, actor=actor, signed=signed
        )
    return receipting.of_withdrawal(seal, at=clock.now())


def is_known(lot: Lot, organisation: Organisation, document: bytes) -> bool:
    """Say whether this withdrawal was taken already: a repeat, which nobody signs again."""
    try:
        return _repeated(lot, organisation, read_withdrawal(document)) is not None
    except Malformed:
        return False


def _taken_back(
    lot: Lot, organisation: Organisation, withdrawal: Withdrawal, *, note: str, actor: Actor, signed: Vouched | None
) -> Seal:
    with checking.signed_by_person():
        kind, name = SignedKind.WITHDRAWAL, withdrawal.digest
        vouching.check(signed, kind=kind, tender=lot.number, document=name, actor=actor)
    return _take_back(lot.pk, withdrawal, organisation=organisation, note=note, actor=actor, signed=signed)


def _checked(lot: Lot, organisation: Organisation, *, document: bytes, note: str) -> Withdrawal:
    try:
        withdrawal = read_withdrawal(document)
    except Malformed as error:
        raise SubmissionRefused(Objection(RefusalCode.MALFORMED, error.reason)) from error
    objections = []
    if withdrawal.tender != lot.number:
        why = reason("The withdrawal was made for another tender.")
        objections.append(Objection(RefusalCode.WRONG_TENDER, why))
    if withdrawal.bidder != organisation.number:
        why = reason("The withdrawal is made out to another bidder.")
        objections.append(Objection(RefusalCode.WRONG_BIDDER, why))
    objections += checking.signature_objections(
        organisation, lambda key: verify_withdrawal_signature(withdrawal, note=note, key=key)
    )
    if objections:
        raise SubmissionRefused(*objections)
    return withdrawal


def _repeated(lot: Lot, organisation: Organisation, withdrawal: Withdrawal) -> Seal | None:
    return Seal.in_box.filter(pk=withdrawal.seal, lot=lot, bidder=organisation, state=Seal.WITHDRAWN).first()


@transaction.atomic(durable=True)
def _take_back(
    lot_id: int,
    withdrawal: Withdrawal,
    *,
    organisation: Organisation,
    note: str,
    actor: Actor,
    signed: Vouched | None,
) -> Seal:
    bid_box.lock_shared(Lot(pk=lot_id, number=withdrawal.tender))
    at = clock.after_lock()
    lot = Lot.objects.get(pk=lot_id)
    if objection := box_objection(lot, at=at):
        raise SubmissionRefused(objection)
    statement = {"document": withdrawal.data.decode("utf-8"), "note": note, "at": format_time(at)}
    data = {"seal": withdrawal.seal, "bidder": withdrawal.bidder, "doc": withdrawal.digest}
    entry = audit.append("bid.withdrawn", tender=lot.number, data=data, actor=actor, at=at)
    live = Seal.in_box.filter(pk=withdrawal.seal, lot=lot, bidder=organisation, state=Seal.LIVE)
    if live.update(state=Seal.WITHDRAWN, withdrawal=statement, withdrawal_entry=entry) != 1:
        why = reason("The withdrawal does not name your valid bid.")
        raise SubmissionRefused(Objection(RefusalCode.NOT_LIVE, why))
    with checking.signed_by_person():
        vouching.write(signed, actor=actor, at=at)
    return Seal.in_box.get(pk=withdrawal.seal)
