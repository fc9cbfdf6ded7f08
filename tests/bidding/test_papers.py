from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from pypdf import PdfReader

from bidding import papers
from bidding.models import Acknowledgement
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
    assert notice.number in compact
    assert notice.digest in compact


def test_the_acknowledgement_on_paper_holds_the_signature(cast: Cast) -> None:
    tender = story.sealed(cast)
    row = Acknowledgement.in_box.get(seal=tender.live("acme"))
    compact = text_of(papers.acknowledgement_pdf(row, url=URL, language="en")).replace("\n", "")
    assert row.number in compact
    assert row.seal_id in compact
    assert tender.lot.number in compact
