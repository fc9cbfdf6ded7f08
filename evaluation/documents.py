"""The data of the evaluation report: everything it rests on, from which page, paper and digest are made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bidding.queries import opened_bids
from core.canonical import format_time
from evaluation import informing, queries
from trading import notice_data

if TYPE_CHECKING:
    from datetime import datetime

    from bidding.models import OpenedBid
    from evaluation.models import Member, Review, ScoreSheet
    from evaluation.rules.calculation import Calculation
    from trading.models import Lot


def report_document(
    lot: Lot, *, calculation: Calculation | None, few_bids_because: str, is_failed: bool, at: datetime
) -> dict[str, object]:
    """Return the whole report as canonical data: committee, bids, votes, sheets, worked calculation, outcome."""
    committee = queries.committee_of(lot)
    return notice_data.standard(lot.project, lot) | {
        "drawn_up_at": format_time(at),
        "outcome": "failed" if is_failed else "candidates",
        "few_bids_because": few_bids_because,
        "method": lot.project.method,
        "tie_rule": lot.project.tie_rule,
        "criteria": notice_data.plain(lot.project.criteria),
        "ceiling_price": notice_data.plain(lot.ceiling_price),
        "committee_ground": committee.ground if committee else "",
        "members": [_member(row) for row in queries.members_of(lot)],
        "bids": [_bid(bid) for bid in opened_bids(lot)],
        "reviews": [_review(row) for row in queries.reviews_of(lot).values()],
        "rejected": informing.rejections(lot),
        "sheets": [_sheet(sheet) for sheet in queries.sheets_of(lot) if sheet.state == "handed_in"],
        "calculation": calculation.as_json() if calculation else None,
    }


def _member(member: Member) -> dict[str, object]:
    return {
        "person": member.user.number,
        "name": member.user.name,
        "employer": member.employer.name,
        "kind": member.kind,
        "is_chair": member.is_chair,
        "declared_at": notice_data.plain(member.declared_at),
    }


def _bid(bid: OpenedBid) -> dict[str, object]:
    return {
        "bidder": bid.bidder.number,
        "name": bid.bidder.name,
        "status": bid.status,
        "outcome": bid.outcome,
        "price": notice_data.plain(bid.price),
        "currency": bid.currency,
    }


def _review(row: Review) -> dict[str, object]:
    return {
        "bidder": row.bid.bidder.number,
        "name": row.bid.bidder.name,
        "step": row.step,
        "passed": row.passed,
        "ground": row.ground_code,
        "because": row.because,
        "evidence": row.evidence,
        "votes": [{"member": member} | vote for member, vote in sorted(row.votes.items())],
    }


def _sheet(sheet: ScoreSheet) -> dict[str, object]:
    return {
        "member": sheet.member.user.number,
        "bidder": sheet.bid.bidder.number,
        "scores": sheet.scores,
        "comments": sheet.comments,
        "digest": sheet.digest,
    }
