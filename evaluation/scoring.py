"""Verbs of the score sheets: saved as drafts, handed in once, never changed after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from accounts import vouching
from accounts.names import SignedKind
from bidding.models import OpenedBid
from core import audit
from core.canonical import digest_of
from core.errors import Refused
from core.reasons import reason
from evaluation import access, queries
from evaluation.models import Member, ScoreSheet
from evaluation.names import Step
from evaluation.rules.sheets import read_marks, sheet_objections
from trading import moves

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from accounts.vouching import Vouched
    from core.actors import Actor
    from core.reasons import Reason
    from trading.models import Lot


@transaction.atomic(durable=True)
def save(
    bid_id: int,
    *,
    scores: Mapping[str, str],
    comments: Mapping[str, str] | None = None,
    actor: Actor,
    at: datetime,
) -> ScoreSheet:
    """Save a draft of one's sheet for one bid; what is unfinished is kept as it is."""
    bid = OpenedBid.objects.select_related("opening").get(pk=bid_id)
    lot = moves.lock(bid.opening.lot_id)
    member = access.working_seat(actor, lot)
    sheet = _own_sheet(member, bid)
    reasons = [] if sheet is None or sheet.state == "draft" else [reason("the sheet is handed in and stays as it is")]
    if bid.pk not in {row.pk for row in queries.bids_in_play(lot)}:
        reasons.append(reason("this bid is no longer in play"))
    if reasons:
        raise Refused(*reasons)
    codes = {criterion.code for criterion in queries.scored_template(lot).criteria}
    kept = {code: str(value).strip() for code, value in scores.items() if code in codes}
    noted = {code: str(text).strip() for code, text in (comments or {}).items() if code in codes}
    row, _ = ScoreSheet.objects.update_or_create(
        member=member, bid=bid, defaults={"scores": kept, "comments": noted, "saved_at": at}
    )
    return row


@transaction.atomic(durable=True)
def hand_in(lot_id: int, *, actor: Actor, at: datetime, signed: Vouched | None = None) -> list[ScoreSheet]:
    """Hand in all of one's sheets together; everything that is missing or out of range is named."""
    lot = moves.lock(lot_id)
    member = access.working_seat(actor, lot)
    if reasons := missing_in(lot, member):
        raise Refused(*reasons)
    sheets = _drafts(lot, member)
    document = document_of(lot, sheets)
    for sheet in sheets:
        sheet.state, sheet.handed_in_at = "handed_in", at
        sheet.digest = _digest(sheet)
        sheet.save(update_fields=["state", "handed_in_at", "digest"])
    data = {"sheets": sorted(sheet.digest for sheet in sheets)}
    audit.append("evaluation.sheets.handed_in", tender=lot.number, data=data, actor=actor, at=at)
    vouching.sign(signed, document, kind=SignedKind.SHEETS, tender=lot.number, actor=actor, at=at)
    return sheets


def to_sign(lot: Lot, member: Member) -> dict[str, object]:
    """Return what a member would sign by handing the sheets in as they are now."""
    return document_of(lot, _drafts(lot, member))


def document_of(lot: Lot, sheets: Iterable[ScoreSheet]) -> dict[str, object]:
    """Return the document that a member signs: the digests of all its sheets."""
    digests = sorted(_digest(sheet) for sheet in sheets)
    return {"v": "yangguang/1", "type": "score-sheets", "tender": lot.number, "sheets": digests}


def _drafts(lot: Lot, member: Member) -> list[ScoreSheet]:
    return list(ScoreSheet.objects.filter(member=member, bid__in=queries.bids_in_play(lot), state="draft"))


def _digest(sheet: ScoreSheet) -> str:
    return digest_of({"bid": sheet.bid.seal_id, "scores": sheet.scores, "comments": sheet.comments})


def missing_in(lot: Lot, member: Member) -> tuple[Reason, ...]:
    """Return everything that keeps a member's sheets from being handed in."""
    template = queries.scored_template(lot)
    bids = queries.bids_in_play(lot)
    sheets = queries.own_sheets(member)
    if has_handed_in(lot, member):
        return (reason("your sheets are handed in"),)
    waiting = {bid.pk for step in Step for bid in queries.undecided(lot, step)}
    review = (reason("the review of {n} bids is not finished", n=len(waiting)),) if waiting else ()
    marks = {bid.bidder.name: read_marks(template, sheets[bid.pk].scores) for bid in bids if bid.pk in sheets}
    return (*review, *sheet_objections(template, marks, bids=[bid.bidder.name for bid in bids]))


def has_handed_in(lot: Lot, member: Member) -> bool:
    """Say whether a member has handed in the sheets of every bid in play."""
    sheets, bids = queries.own_sheets(member), queries.bids_in_play(lot)
    return bool(bids) and all(bid.pk in sheets and sheets[bid.pk].state == "handed_in" for bid in bids)


def _own_sheet(member: Member, bid: OpenedBid) -> ScoreSheet | None:
    return ScoreSheet.objects.select_for_update(of=("self",)).filter(member=member, bid=bid).first()
