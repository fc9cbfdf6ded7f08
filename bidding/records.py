"""The opening record as data: what was received when, what came out of it, who said what (20号令 29-32).

Page, paper and the OPENING notice are made from it. Times are canonical texts, amounts decimal texts; reasons are
kept by their message id, to be read in any language later.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bidding.models import Ceremony, Close, Deposit, OpenedBid, Release
from bidding.names import Outcome
from bidding.queries import holders_of
from core.canonical import format_time
from trading.notice_data import plain
from trading.procedures.checklist import missing_items

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bidding.models import Opening
    from core.reasons import Reason
    from trading.models import Lot
    from trading.procedures.checklist import ChecklistItem

_OF_EVERY_BID = ("bidder", "received_at", "decrypt_result")
_OF_THE_SESSION = ("lot", "signatures", "timestamp")


def opening_record(opening: Opening) -> dict[str, object]:
    """Return the record of an opening whose statuses are settled; values only if enough bids opened."""
    lot = opening.lot
    bids = list(opening.bids.select_related("bidder", "seal").order_by("ordinal"))
    deposits = {row.organisation_id: row for row in Deposit.objects.filter(lot=lot)}
    confirmed = {row.organisation_id: format_time(row.confirmed_at) for row in opening.read_outs.all()}
    close = Close.objects.get(lot=lot)
    return {
        "lot": lot.number,
        "lot_title": lot.title,
        "currency": lot.project.currency,
        "deadline": plain(lot.closes_at),
        "closed_at": format_time(close.closed_at),
        "close": close.digest,
        "received": close.accepted,
        "opened_at": plain(opening.opened_at),
        "opening": opening.digest,
        "ceiling": plain(lot.ceiling_price),
        "owner_estimate": plain(lot.estimated_value),
        "deposit_required": plain(lot.deposit_amount),
        "bids": [_bid(bid, deposits.get(bid.bidder_id), confirmed.get(bid.bidder_id)) for bid in bids],
        "faults": plain(opening.faults),
        "objections": [
            {
                "by": remark.organisation.name,
                "body": remark.body,
                "made_at": format_time(remark.made_at),
                "answer": remark.answer,
                "answered_at": plain(remark.answered_at),
            }
            for remark in opening.remarks.select_related("organisation")
        ],
        "signatures": _signatures(lot),
        "timestamp": _entry(opening),
    }


def missing_from(record: Mapping[str, Any], items: Iterable[ChecklistItem]) -> tuple[Reason, ...]:
    """Return what the record lacks of the rule-sheet's items, held against every bid of it.

    An item is stated by the record or by each of its bids, be it that there is none of it; what makes a bid's row a
    row must have content.
    """
    bids = record["bids"]
    stated = set(record).union(*bids[:1])
    stated -= {key for bid in bids for key in _wanted_of(bid) if not bid.get(key)}
    stated -= {key for key in stated - set(record) if not all(key in bid for bid in bids)}
    stated -= {key for key in _OF_THE_SESSION if not record.get(key)}
    return missing_items(items, stated)


def _wanted_of(bid: Mapping[str, Any]) -> tuple[str, ...]:
    """Return which items of a bid's row must have content.

    A valid bid has a price, or problems that say why not: nobody stops the session with a form that cannot be read.
    """
    if bid["outcome"] != Outcome.VALID:
        return _OF_EVERY_BID
    return (*_OF_EVERY_BID, "decrypted_at") if bid["problems"] else (*_OF_EVERY_BID, "decrypted_at", "price")


def _bid(bid: OpenedBid, deposit: Deposit | None, confirmed_at: str | None) -> dict[str, object]:
    """Return one row: an absent bidder is deemed to accept what was read out (87号令 42)."""
    return {
        "ordinal": bid.ordinal,
        "bidder": bid.bidder.name,
        "bidder_number": bid.bidder.number,
        "seal": bid.seal_id,
        "received_at": format_time(bid.seal.received_at),
        "decrypted_at": plain(bid.opening.opened_at) if bid.secret else None,
        "decrypt_result": bid.status,
        "outcome": bid.outcome,
        "problems": bid.problems,
        "price": plain(bid.price),
        "price_words": bid.form.get("price_words", ""),
        "duration": bid.form.get("duration", ""),
        "quality": bid.form.get("quality", ""),
        "manager": bid.form.get("manager", ""),
        "deposit": plain(deposit.amount) if deposit else None,
        "deposit_form": bid.form.get("deposit_form", ""),
        "confirmed_at": confirmed_at,
    }


def _signatures(lot: Lot) -> list[dict[str, object]]:
    """Return whose signed releases opened the lot: the signatures under the record."""
    at = dict(Release.objects.filter(lot=lot).values_list("kid", "released_at"))
    digests = dict(Release.objects.filter(lot=lot).values_list("kid", "digest"))
    return [
        {
            "kid": holder.kid,
            "seat": holder.seat,
            "organisation": holder.organisation.name,
            "released_at": plain(at.get(holder.kid)),
            "release": digests.get(holder.kid, ""),
            "lost": holder.lost_at is not None,
        }
        for holder in holders_of(lot.project)
    ]


def _entry(opening: Opening) -> dict[str, object]:
    """Return the evidence entry that dates the opening; there is no outside time stamp yet (decision 11)."""
    ceremony = Ceremony.objects.get(lot=opening.lot)
    at = format_time(opening.entry.at) if opening.entry else None
    return {"entry": str(opening.entry.id) if opening.entry else "", "at": at, "ceremony": ceremony.digest}
