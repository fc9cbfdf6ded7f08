"""The opening of a lot: settle every status, then read out what opened, or fail without reading anything out.

Holders' releases ask for it as a job; the sweep asks again when the time for waiting is over. Whatever it finds, a
second call finds it done (docs/opening.md).
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.db import transaction

from accounts.names import Role
from accounts.telling import tell
from bidding import contents, halls, queries, reading_out, records
from bidding.models import Opening, Release
from bidding.names import ERASE, UNSEAL, OpeningStep, Outcome, label
from bidding.outcomes import faults_of
from bidding.unsealing import unsealed
from core import audit, clock, jobs
from core.actors import SYSTEM
from core.canonical import digest_of
from core.errors import Refused
from core.reasons import reason
from trading import access as trading_access
from trading import binding, informing, moves
from trading.models import Lot, Notice
from trading.names import Code, Move, Stage
from trading.noticing import Draft
from trading.procedures.facts import OpeningState

if TYPE_CHECKING:
    from datetime import datetime

    from bidding.contents import Contents
    from bidding.reading_out import Judged
    from bidding.unsealing import Unsealing
    from core.actors import Actor


log = logging.getLogger(__name__)


class _MoreCame(Exception):  # noqa: N818
    """A release came in while bids were being unsealed: what was found may be out of date."""


@jobs.job(UNSEAL)
def unseal_job(*, lot_id: int) -> None:
    unseal(lot_id, at=clock.now())


def unseal(lot_id: int, *, at: datetime) -> Opening:
    """Open a lot if k holders have released and nothing is pending; otherwise note what it waits for."""
    while True:
        opening = Opening.objects.select_related("lot__project").get(lot=lot_id)
        if opening.state == OpeningStep.OPENED or _is_held(opening.lot, at=at):
            return opening
        box = contents.of(opening.lot)
        if not box.has_enough_releases:
            return opening
        try:
            with unsealed(box, waiting_is_over=at >= opening.rescue_until) as found:
                if found.pending:
                    return _note_pending(lot_id, box, found, at=at)
                bids = reading_out.judged(found, currency=opening.lot.project.currency)
                if not _too_few(opening.lot, bids, at=at):
                    reading_out.keep_files(bids, at=at)
                return _conclude(lot_id, box, bids, at=at)
        except _MoreCame:
            continue


@transaction.atomic(durable=True)
def finish(lot_id: int, *, at: datetime, actor: Actor = SYSTEM) -> Notice:
    """End the session: the record with remarks, answers and confirmations is published, the lot goes on."""
    opening = _locked(lot_id)
    lot = opening.lot
    if not actor.is_system:
        trading_access.side_of(actor, lot.project, Role.OWNER, Role.AGENT, Role.CENTER)
    if opening.state != OpeningStep.OPENED:
        raise Refused(reason("The bids are not opened yet."))
    record = records.opening_record(opening)
    if missing := records.missing_from(record, binding.procedure_of(lot.project, at=at).opening_record):
        raise Refused(*missing)
    moves.advance(
        lot_id,
        Move.FINISH_OPENING,
        actor=actor,
        at=at,
        known=(queries.opening_state(opening),),
        notices=(Draft(Code.OPENING, record),),
    )
    opening.finished_at, opening.record_digest = at, digest_of(record)
    halls.tell(opening, fields=["finished_at", "record_digest"])
    return Notice.objects.filter(lot=lot, code=Code.OPENING).latest("pk")


@transaction.atomic(durable=True)
def postpone(lot_id: int, *, at: datetime) -> Opening:
    """Postpone the opening for all bids, naming the holders that have not released; nothing is opened in part."""
    opening = _locked(lot_id)
    missing = list(queries.missing_holders(opening.lot))
    released = Release.objects.filter(lot=lot_id).count()
    if opening.state not in (OpeningStep.WAITING, OpeningStep.UNSEALING) or at < opening.rescue_until:
        return opening
    if released >= opening.lot.ceremony.threshold:
        return opening
    opening.postpone()
    opening.postponed_at = at
    halls.tell(opening, fields=["state", "postponed_at"])
    data = {"missing": [holder.kid for holder in missing], "released": released}
    audit.append("bidding.opening.postponed", tender=opening.lot.number, data=data, actor=SYSTEM, at=at)
    names = ", ".join(holder.organisation.name for holder in missing)
    body = reason("These key holders have not released: {names}. It goes on when enough of them have.", names=names)
    for organisation in filter(None, (opening.lot.project.owner, opening.lot.project.agent)):
        tell(
            organisation,
            kind="bidding.opening.postponed",
            title=reason("The opening of {lot} is postponed for all bids", lot=opening.lot.title),
            body=body,
            project=opening.lot.project.number,
            at=at,
        )  # fmt: skip
    return opening


def take_overdue(*, at: datetime) -> int:
    """Take every opening whose time for waiting is over, or that a hold kept back; return how many."""
    lots = queries.openings_overdue(at=at)
    for lot_id in lots:
        try:
            unseal(lot_id, at=at)
            postpone(lot_id, at=at)
        except Exception:  # one lot holds up no other; it is looked at again
            log.exception("the opening of lot %s does not go on", lot_id)
    return len(lots)


@transaction.atomic(durable=True)
def _note_pending(lot_id: int, box: Contents, found: Unsealing, *, at: datetime) -> Opening:
    opening = _locked(lot_id)
    _check_current(opening, box, at=at)
    opening.begin()
    opening.pending = len(found.pending)
    halls.tell(opening, fields=["state", "pending"])
    return opening


@transaction.atomic(durable=True)
def _conclude(lot_id: int, box: Contents, bids: list[Judged], *, at: datetime) -> Opening:
    """Write down what was found: statuses first; values only if the least number of bids opened."""
    lot = moves.lock(lot_id)
    opening = _locked(lot_id)
    if opening.state == OpeningStep.OPENED:
        return opening
    _check_current(opening, box, at=at)
    fails = _too_few(lot, bids, at=at)
    opening.open()
    opening.opened_at, opening.pending = at, 0
    opening.faults = faults_of(bid.result for bid in bids)
    if fails:
        reading_out.write_statuses(opening, bids)
        _fail(lot, opening, _state_of(bids), at=at)
        _tell_of_failure(lot, at=at)
    else:
        reading_out.write_values(opening, box, bids, at=at)
    halls.tell(opening, fields=["state", "opened_at", "pending", "faults", "document", "digest", "entry"])
    _tell_those_not_opened(opening, at=at)
    jobs.ask(ERASE, at=at, lot_id=lot_id)
    return opening


def _too_few(lot: Lot, bids: list[Judged], *, at: datetime) -> bool:
    return not moves.missing_for(lot, Move.FAIL_AT_OPENING, at=at, known=(_state_of(bids),))


def _state_of(bids: list[Judged]) -> OpeningState:
    valid = [bid for bid in bids if bid.is_valid]
    return OpeningState(pending=0, opened=len(valid), brands=tuple(bid.brand for bid in valid))


def _fail(lot: Lot, opening: Opening, state: OpeningState, *, at: datetime) -> None:
    """End the run: too few bids opened, so no price is read out."""
    because = "; ".join(moves.missing_for(lot, Move.FINISH_OPENING, at=at, known=(state,)))
    moves.advance(
        lot.pk,
        Move.FAIL_AT_OPENING,
        actor=SYSTEM,
        at=at,
        known=(state,),
        because=because,
        notices=(Draft(Code.OPENING, records.opening_record(opening)),),
    )


def _locked(lot_id: int) -> Opening:
    """Return the opening with its row locked until the transaction ends."""
    return (
        Opening.objects.select_for_update(of=("self",))
        .select_related("lot__project__owner", "lot__project__agent", "lot__ceremony")
        .get(lot=lot_id)
    )


def _check_current(opening: Opening, box: Contents, *, at: datetime) -> None:
    """Refuse to write down what a release or a hold has overtaken."""
    if Release.objects.filter(lot=opening.lot_id).count() != len(box.releases):
        raise _MoreCame
    if Stage(opening.lot.stage) is not Stage.OPENING or _is_held(opening.lot, at=at):
        raise Refused(reason("The opening was stopped in the meantime."))


def _is_held(lot: Lot, *, at: datetime) -> bool:
    return Stage(lot.stage) is not Stage.OPENING or bool(moves.facts_of(lot, at=at).holds_in_force())


def _tell_of_failure(lot: Lot, *, at: datetime) -> None:
    """Tell both sides that the run is over, those whose bid could have been read out among them."""
    for tell_side in (informing.tell_bidding_side, informing.tell_buying_side):
        tell_side(
            lot.project,
            kind="bidding.tender.failed",
            title=reason("{lot} has failed", lot=lot.title),
            body=reason("Too few bids could be opened, so no price is read out. See the opening record."),
            at=at,
        )


def _tell_those_not_opened(opening: Opening, *, at: datetime) -> None:
    for bid in opening.bids.exclude(outcome=Outcome.VALID).select_related("bidder"):
        outcome = label(Outcome(bid.outcome))
        tell(
            bid.bidder,
            kind="bidding.bid.not_opened",
            title=reason("Your bid for {lot} counts as {outcome}", lot=opening.lot.title, outcome=outcome),
            body=reason("See the opening record for the reason."),
            role=Role.BIDDER,
            project=opening.lot.project.number,
            at=at,
        )
