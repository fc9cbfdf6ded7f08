"""What a bidder reads about a tender: what it asks, its documents, what happens next for this bidder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import NoReverseMatch, reverse

from bidding.names import Outcome
from bidding.web import sentences
from core import formats
from core.reasons import Reason, reason
from trading.names import END_STAGES, Kind, Method, Stage, label

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from bidding.models import OpenedBid, Seal
    from trading.models import Lot

_TONES = {Stage.BIDDING: "green", Stage.OPENING: "yellow", Stage.FAILED: "red", Stage.TERMINATED: "red"}


def stage_word(lot: Lot) -> tuple[Reason, str]:
    """Return the stage of a lot in words, with its tone."""
    stage = Stage(lot.stage)
    return label(stage), _TONES.get(stage, "grey" if stage in END_STAGES else "blue")


def what_is_asked(lot: Lot) -> list[tuple[Reason, object]]:
    """Return what the tender asks of an offer, as far as it says so."""
    project = lot.project
    rows: list[tuple[Reason, object]] = [
        (reason("Project"), project.title),
        (reason("Kind of procedure"), label(Kind(project.kind))),
        (reason("Owner"), project.owner.name),
        (reason("Deadline for bids"), lot.closes_at),
        (reason("Ceiling price"), _amount(lot, lot.ceiling_price)),
        (reason("Deposit"), _amount(lot, lot.deposit_amount)),
        (reason("Time of performance"), lot.duration),
        (reason("Quality"), lot.quality),
        (reason("Qualification of bidders"), project.qualification),
        (reason("Method of evaluation"), _method(project.method)),
        (reason("Bids stay valid for (days)"), project.terms.get("bid_validity_days", "")),
    ]
    return [row for row in rows if row[1] not in (None, "")]


def documents_of(lot: Lot) -> list[dict[str, Any]]:
    """Return the published documents of the project and of this lot."""
    found = lot.project.documents.filter(published_at__isnull=False).select_related("file")
    return [
        {
            "name": row.title,
            "url": _address(lot.project.number, row.file_id),
            "size": row.file.size,
            "digest": row.file_id,
            "at": row.published_at,
        }
        for row in found
        if row.lot_id in (None, lot.pk)
    ]


def next_for_bidder(lot: Lot, mine: Seal | None, opened: OpenedBid | None, *, at: datetime) -> dict[str, Any]:
    """Return what happens next for a bidder, by whom and until when."""
    stage = Stage(lot.stage)
    if stage is Stage.PUBLISHED:
        return _said(sentences.BOX_NOT_OPEN, who=sentences.HOLDERS)
    if stage is Stage.BIDDING and lot.closes_at is not None and at < lot.closes_at:
        what = sentences.MAY_REPLACE if mine else sentences.SEAL_NOW
        return _said(what, until=lot.closes_at, tone="wait" if mine else "act")
    if opened is not None:
        return _after_the_opening(stage, opened)
    if stage in END_STAGES:
        return _said(sentences.ENDED, tone="stopped")
    return _said(sentences.OPENING_COMES if mine else sentences.WITHOUT_YOU, who=sentences.HOLDERS)


def _after_the_opening(stage: Stage, opened: OpenedBid) -> dict[str, Any]:
    if opened.outcome != Outcome.VALID:
        return _said(sentences.NOT_OPENED, tone="stopped")
    if stage is Stage.OPENING:
        return _said(sentences.CONFIRM_NOW, tone="act")
    return _said(sentences.IN_EVALUATION, tone="done")


def _said(what: Reason, *, who: Reason | str = "", until: datetime | None = None, tone: str = "wait") -> dict[str, Any]:
    return {"what": what, "who": who, "until": until, "tone": tone}


def _method(method: str) -> object:
    return label(Method(method)) if method in set(Method) else method


def _amount(lot: Lot, value: Decimal | None) -> str | None:
    return None if value is None else formats.money(value, currency=lot.project.currency)


def _address(number: str, digest: str) -> str:
    try:
        return reverse("trading:document", kwargs={"number": number, "digest": digest})
    except NoReverseMatch:
        return ""
