"""Writing down what an opening found: one row for each accepted seal, in the order of commitment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from accounts.spoken import packed
from bidding import queries
from bidding.models import Deposit, OpenedBid, OpenedFile
from bidding.names import STAGE, Outcome
from bidding.outcomes import Offer, outcome_of, read_offer
from bidding.rules.opening import Status
from bidding.rules.opening_document import write_opening
from core import audit, storage
from core.actors import SYSTEM
from core.canonical import b64u_encode

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bidding.contents import Contents
    from bidding.models import Opening
    from bidding.rules.opening import Result
    from bidding.unsealing import Unsealed, Unsealing
    from core.reasons import Reason


@dataclass(frozen=True)
class Judged:
    """One bid: what came out of its envelope and what the law makes of it."""

    unsealed: Unsealed
    outcome: Outcome
    offer: Offer

    @property
    def result(self) -> Result:
        return self.unsealed.result

    @property
    def is_valid(self) -> bool:
        return self.outcome is Outcome.VALID

    @property
    def brand(self) -> str:
        return str(self.offer.fields.get("brand", ""))

    @property
    def problems(self) -> tuple[Reason, ...]:
        why = self.result.why
        return (why,) if why is not None else self.offer.problems


def judged(found: Unsealing, *, currency: str) -> list[Judged]:
    """Return every bid with its outcome, in the order of reading out."""
    a_holder_lied = any(bid.result.false_shares or bid.result.false_nulls for bid in found.bids)
    return [
        Judged(
            bid,
            outcome_of(bid.result, a_holder_lied=a_holder_lied),
            read_offer(bid.form, currency=currency) if bid.result.status is Status.OPENED else Offer(),
        )
        for bid in found.bids
    ]


@transaction.atomic(savepoint=False)
def write_statuses(opening: Opening, bids: Sequence[Judged]) -> list[OpenedBid]:
    """Write the statuses without any value: too few bids opened, so nothing is read out."""
    return OpenedBid.objects.bulk_create(_rows(opening, bids))


def keep_files(bids: Sequence[Judged], *, at: datetime) -> None:
    """Keep what opened for the committee; before the lock, because it takes as long as the files are large."""
    drafts = (bid.unsealed.folder / file.name for bid in bids for file in bid.unsealed.files)
    storage.keep_files(drafts, at=at)


@transaction.atomic(savepoint=False)
def write_values(opening: Opening, box: Contents, bids: Sequence[Judged], *, at: datetime) -> list[OpenedBid]:
    """Write opening.json and its entry, the values, the files for the committee, and the deposits."""
    results = [bid.result for bid in bids]
    document = write_opening(
        box.ceremony, close=box.close, seals=box.seals, releases=box.releases, results=results, stage=STAGE
    )
    opening.document, opening.digest = document.data, document.digest
    data = {"opening": document.digest, "stage": STAGE}
    opening.entry = audit.append("tender.opened", tender=opening.lot.number, data=data, actor=SYSTEM, at=at)
    rows = OpenedBid.objects.bulk_create(
        _with_values(row, bid) for row, bid in zip(_rows(opening, bids), bids, strict=True)
    )
    OpenedFile.objects.bulk_create(
        OpenedFile(bid=row, name=file.name, title=file.title[:300], media=file.media[:100], file_id=file.sha256)
        for row, bid in zip(rows, bids, strict=True)
        for file in bid.unsealed.files
    )
    _write_deposits(opening, rows, bids)
    return rows


def _rows(opening: Opening, bids: Sequence[Judged]) -> list[OpenedBid]:
    """Return a row for each bid, still without any value."""
    accepted = queries.accepted_seals(opening.lot)
    bidders = {seal.pk: seal.bidder for seal in accepted}
    return [
        OpenedBid(
            opening=opening,
            seal_id=bid.result.seal,
            bidder=bidders[bid.result.seal],
            ordinal=number,
            status=bid.result.status.value,
            outcome=bid.outcome,
            problems=[] if bid.is_valid else [packed(why) for why in bid.problems],
        )
        for number, bid in enumerate(bids, start=1)
    ]


def _with_values(row: OpenedBid, bid: Judged) -> OpenedBid:
    row.secret = b64u_encode(bid.result.secret) if bid.result.secret else ""
    row.plain_digest = bid.result.plain_sha256 or ""
    row.price, row.currency, row.form = bid.offer.price, bid.offer.currency, bid.offer.fields
    row.problems = [packed(why) for why in bid.problems]
    return row


def _write_deposits(opening: Opening, rows: Sequence[OpenedBid], bids: Sequence[Judged]) -> None:
    """Let the declared deposits appear; until now they would have told who bids (decision 18)."""
    lot = opening.lot
    if lot.deposit_amount is None:
        return
    Deposit.objects.bulk_create(
        Deposit(
            lot=lot,
            organisation=row.bidder,
            required=lot.deposit_amount,
            amount=bid.offer.deposit or 0,
            currency=lot.project.currency,
        )
        for row, bid in zip(rows, bids, strict=True)
        if bid.is_valid
    )
