from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bidding import withdrawing
from bidding.models import Receipt, Seal
from bidding.names import RefusalCode, SubmissionRefused
from bidding.rules.withdrawal import write_withdrawal
from core import clock
from core.canonical import digest
from core.errors import NotYours
from core.models import OutboxEntry
from core.notes import sign_statement
from tests.stories import bidding as story

if TYPE_CHECKING:
    from tests.cast import Cast


@pytest.fixture
def tender(cast: Cast) -> story.Tender:
    return story.sealed(cast)


def withdraw(tender: story.Tender, document: bytes, *, bidder: str = "acme", note: str | None = None) -> Receipt:
    signed = sign_statement("withdraw", digest(document), key=tender.bidders[bidder])
    with clock.stands_at(tender.deadline - story.MINUTE):
        return withdrawing.withdraw(
            tender.lot.pk, document=document, note=note or signed, actor=tender.cast.actor(bidder)
        )


def of_live(tender: story.Tender, bidder: str = "acme") -> bytes:
    live = tender.live(bidder)
    assert live is not None
    return write_withdrawal(tender=tender.lot.number, bidder=tender.cast[bidder].number, seal=live.digest).data


def refused(tender: story.Tender, document: bytes, *, bidder: str = "acme") -> tuple[str, ...]:
    with pytest.raises(SubmissionRefused) as refusal:
        withdraw(tender, document, bidder=bidder)
    entry = json.loads(bytes(OutboxEntry.objects.latest("seq").entry))
    assert (entry["t"], entry["data"]["what"]) == ("bidding.submission.refused", "withdrawal")
    assert Seal.in_box.filter(state="live").count() == 3
    return tuple(code.value for code in refusal.value.codes)


def test_a_withdrawal_is_logged_with_its_document(tender: story.Tender) -> None:
    document = of_live(tender)
    row = withdraw(tender, document).seal
    entry = json.loads(bytes(OutboxEntry.objects.get(event="bid.withdrawn").entry))
    assert entry["data"] == {"seal": row.digest, "bidder": "OR-acme", "doc": digest(document)}
    assert row.withdrawal["document"] == document.decode()


def test_the_receipt_of_a_withdrawal_proves_its_entry(tender: story.Tender) -> None:
    document = of_live(tender)
    given = withdraw(tender, document)
    proved, place = story.proved(given)
    entry = json.loads(proved.entry)
    assert (entry["t"], entry["data"]["doc"], proved.seal) == ("bid.withdrawn", digest(document), given.seal_id)
    assert OutboxEntry.objects.get(idx=place).event == "bid.withdrawn"
    assert (given.number[:8], given.is_witnessed) == ("RW-2026-", True)


def test_the_same_withdrawal_again_is_answered_the_same(tender: story.Tender) -> None:
    document = of_live(tender)
    assert withdraw(tender, document).pk == withdraw(tender, document).pk
    assert OutboxEntry.objects.filter(event="bid.withdrawn").count() == 1


def test_what_is_no_withdrawal_is_malformed(tender: story.Tender) -> None:
    assert refused(tender, b"I withdraw") == (RefusalCode.MALFORMED,)


def test_a_withdrawal_for_another_tender_and_bidder_says_both(tender: story.Tender) -> None:
    live = tender.live("acme")
    assert live is not None
    document = write_withdrawal(tender="CT-2026-000009-1", bidder="OR-acme", seal=live.digest).data
    assert refused(tender, document, bidder="bolt") == (RefusalCode.WRONG_TENDER, RefusalCode.WRONG_BIDDER)


def test_only_the_live_bid_is_withdrawn(tender: story.Tender) -> None:
    document = write_withdrawal(tender=tender.lot.number, bidder="OR-acme", seal="0" * 64).data
    assert refused(tender, document) == (RefusalCode.NOT_LIVE,)


def test_nobody_withdraws_the_bid_of_another(tender: story.Tender) -> None:
    live = tender.live("acme")
    assert live is not None
    document = write_withdrawal(tender=tender.lot.number, bidder="OR-bolt", seal=live.digest).data
    assert refused(tender, document, bidder="bolt") == (RefusalCode.NOT_LIVE,)
    with pytest.raises(NotYours):
        withdrawing.withdraw(tender.lot.pk, document=document, note="", actor=tender.cast.actor("supervisor"))
