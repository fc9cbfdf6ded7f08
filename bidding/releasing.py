"""A holder releases its shares of all accepted bids, once, after the close; with the k-th release bids can open."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from accounts import vouching
from accounts.names import SignedKind
from bidding import access, contents, halls
from bidding.models import Opening, Release
from bidding.names import STAGE, UNSEAL, OpeningStep
from bidding.rules import release as rules
from core import audit, jobs
from core.canonical import Malformed, digest
from core.errors import NotYours, Refused
from core.reasons import reason
from trading.models import Lot
from trading.names import Stage
from trading.procedures.wording import moment

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.vouching import Vouched
    from bidding.contents import Contents
    from core.actors import Actor


@transaction.atomic(durable=True)
def release(
    lot_id: int,
    *,
    kid: str,
    document: bytes,
    note: str,
    actor: Actor,
    at: datetime,
    signed: Vouched | None = None,
) -> Release:
    """Take a holder's complete, signed release; the same one again is answered the same, a second is refused."""
    lot = Lot.objects.select_related("project").get(pk=lot_id)
    if access.holder_of(actor, lot.project).kid != kid:
        raise NotYours(kid)
    opening = Opening.objects.select_for_update(of=("self",)).select_related("lot").filter(lot=lot).first()
    if known := Release.objects.filter(lot=lot, kid=kid).first():
        return _same(known, document)
    box = _open_for_release(lot, opening, at=at)
    given = _checked(box, kid=kid, document=document, note=note)
    vouching.check(signed, kind=SignedKind.RELEASE, tender=lot.number, document=given.digest, actor=actor)
    row = Release.objects.create(lot=lot, kid=kid, document=document, digest=given.digest, note=note, released_at=at)
    data = {"kid": kid, "release": given.digest, "stage": STAGE, "deal": "hold"}
    audit.append("opening.release", tender=lot.number, data=data, actor=actor, at=at)
    vouching.write(signed, actor=actor, at=at)
    if opening is not None:
        _go_on(opening, box, at=at)
    return row


def _same(known: Release, document: bytes) -> Release:
    if known.digest != digest(document):
        raise Refused(reason("You have released already; a second release is not taken."))
    return known


def _open_for_release(lot: Lot, opening: Opening | None, *, at: datetime) -> Contents:
    """Return what is to be released; a lot that the law forbids to open is never released."""
    if opening is None or Stage(lot.stage) is not Stage.OPENING:
        raise Refused(reason("Shares are released after the bid box is closed, for a lot that may be opened."))
    if opening.state == OpeningStep.OPENED:
        raise Refused(reason("The bids are opened: no further release is needed."))
    if at < opening.opens_at:
        raise Refused(reason("Shares are released from {hour} on.", hour=moment(opening.opens_at)))
    return contents.of(lot)


def _checked(box: Contents, *, kid: str, document: bytes, note: str) -> rules.Release:
    try:
        given = rules.read_release(document, ceremony=box.ceremony, close=box.close, seals=box.seals)
        if given.kid != kid:
            raise Refused(reason("The release is another key holder's."))
        rules.verify_release_signature(given, note=note, key=box.ceremony.holder(kid).verify_key)
    except Malformed as error:
        raise Refused(reason("The release does not count: {why}", why=error.reason)) from error
    return given


def _go_on(opening: Opening, box: Contents, *, at: datetime) -> None:
    """Tell the hall; with enough releases ask for the unsealing. One that comes late gives the others T again."""
    count = len(box.releases) + 1
    fields = []
    if count == box.ceremony.k and at > opening.rescue_until:
        opening.rescue_until = at + timedelta(seconds=box.ceremony.rescue)
        fields.append("rescue_until")
    if count >= box.ceremony.k:
        jobs.ask(UNSEAL, at=at, lot_id=opening.lot_id)
    halls.tell(opening, fields=fields)
