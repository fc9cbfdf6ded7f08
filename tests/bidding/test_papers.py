from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from pypdf import PdfReader

from bidding import papers
from bidding.models import Receipt
from tests.stories import bidding as story
from trading.models import Notice

if TYPE_CHECKING:
    from tests.cast import Cast

URL = "https://yangguang.example/notices/1"


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


def test_the_opening_record_on_paper_holds_what_was_read_out(cast: Cast) -> None:
    story.finished(cast)
    notice = Notice.objects.get(code="OPENING")
    text = text_of(papers.opening_record_pdf(notice, url=URL, language="en"))
    compact = text.replace("\n", "")
    for price in ("¥970,000.00", "¥985,000.00", "¥1,010,000.00"):
        assert price in compact
    assert text.count("transfer") == 3  # the form in which each deposit was declared
    assert notice.number in compact
    assert notice.digest in compact


def test_the_receipt_on_paper_holds_the_signature(cast: Cast) -> None:
    tender = story.sealed(cast)
    row = Receipt.in_box.get(seal=tender.live("acme"))
    compact = text_of(papers.receipt_pdf(row, url=URL, language="en")).replace("\n", "")
    assert row.number in compact
    assert row.seal_id in compact
    assert tender.lot.number in compact


def test_a_record_with_faults_problems_and_objections_names_them_all(cast: Cast) -> None:
    from bidding import attending, opening
    from tests.bidding.spoiling import bad_wrap, release_all, spoilt

    tender = story.sealed(cast)
    spoilt(tender, "delta", bad_wrap)
    story.close(tender)
    release_all(tender)
    opening.unseal(tender.lot.pk, at=tender.deadline + story.MINUTE)
    at = tender.deadline + 2 * story.MINUTE
    row = attending.remark(tender.lot.pk, body="Please read again", actor=cast.actor("acme"), at=at)
    attending.answer_remark(row.pk, answer="Read again, correct", actor=cast.actor("owner.drafter"), at=at)
    for name in ("acme", "bolt", "cedar"):
        attending.confirm_read_out(tender.lot.pk, actor=cast.actor(name), at=at)
    opening.finish(tender.lot.pk, at=at)
    notice = Notice.objects.get(code="OPENING")
    compact = text_of(papers.opening_record_pdf(notice, url=URL, language="en")).replace("\n", " ")
    assert "the bidder dealt no proper share to “agency”" in compact
    assert "Please read again" in compact
    assert "Read again, correct" in compact
    assert "deemed to accept" not in compact


def test_a_record_of_a_failed_opening_prints_no_price(cast: Cast) -> None:
    from bidding import opening
    from tests.bidding.spoiling import bad_wrap, release_all, spoilt

    tender = story.sealed(cast, prices={"acme": "970000.00", "bolt": "985000.00"})
    spoilt(tender, "delta", bad_wrap)
    story.close(tender)
    release_all(tender)
    opening.unseal(tender.lot.pk, at=tender.deadline + story.MINUTE)
    notice = Notice.objects.get(code="OPENING")
    compact = text_of(papers.opening_record_pdf(notice, url=URL)).replace("\n", "")
    assert "970,000" not in compact
    assert notice.number in compact
