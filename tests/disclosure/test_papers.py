from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from django.utils.translation import override
from pypdf import PdfReader

from core.pages import Paper, verification_code
from disclosure import papers
from disclosure.sheets import Lines
from tests.stories import disclosure as story
from tests.stories import trading as stories
from trading.models import Notice
from trading.names import Code, Kind

if TYPE_CHECKING:
    from django.test import Client

    from tests.cast import Cast


def text_of(notice: Notice, language: str = "zh-hans") -> str:
    with override(language):
        pages = PdfReader(BytesIO(papers.notice_pdf(notice))).pages
    return re.sub(r"\s", "", "".join(page.extract_text() for page in pages))


def words_in(value: object) -> list[str]:
    """Every text that a person wrote into a notice's data; where an organisation sits is said in the tender notice."""
    if isinstance(value, dict):
        return [word for key, item in value.items() if key not in {"address", "contact"} for word in words_in(item)]
    if isinstance(value, list):
        return [word for item in value for word in words_in(item)]
    return [value] if isinstance(value, str) and re.search("[\u4e00-\u9fff]", value) else []


@pytest.mark.parametrize("kind", list(Kind))
def test_paper_says_what_the_data_say_for_every_notice_of_a_run(cast: Cast, kind: Kind) -> None:
    story.run(cast, kind, against=story.OUT if kind is Kind.CT else None)
    for notice in Notice.objects.all():
        text = text_of(notice)
        missing = [word for word in words_in(notice.data) if re.sub(r"\s", "", word) not in text]
        assert (notice.code, missing) == (notice.code, [])
        for bound in (notice.number, notice.digest, verification_code(notice.number, notice.digest)):
            assert bound in text


def test_the_read_out_stands_on_paper_with_prices(cast: Cast) -> None:
    story.run(cast, to=story.Stage.OPENED)
    text = text_of(Notice.objects.get(code=Code.OPENING))
    assert [price for price in ("¥28,000,000.00", "¥27,500,000.00", "¥28,500,000.00") if price not in text] == []


def test_the_same_notice_gives_the_same_bytes(cast: Cast) -> None:
    stories.announced(cast)
    notice = Notice.objects.get()
    assert papers.notice_pdf(notice) == papers.notice_pdf(Notice.objects.get())


def test_paper_speaks_the_reader_s_language(cast: Cast) -> None:
    stories.announced(cast)
    notice = Notice.objects.get()
    assert "投标截止时间" in text_of(notice)
    assert "Deadlineforbids" in text_of(notice, "en")


def test_amounts_are_written_in_words_beside_the_figures(cast: Cast) -> None:
    story.run(cast, to=story.Stage.CONTRACTING)
    assert "贰仟柒佰伍拾万元整" in text_of(Notice.objects.get(code=Code.AWARD))


def test_an_opening_without_bids_prints_that(cast: Cast) -> None:
    stories.announced(cast)
    notice = Notice.objects.get()
    notice.code, notice.data = Code.OPENING, {"title": notice.data["title"], "bids": [], "currency": "CNY"}
    assert "没有收到投标。" in text_of(notice)


def test_the_address_on_paper_is_the_public_page(cast: Cast) -> None:
    stories.announced(cast)
    notice = Notice.objects.get()
    assert papers.public_address(notice) == f"http://127.0.0.1:8000/notices/{notice.number}"


def test_paper_is_served_beside_the_page(cast: Cast, public: Client) -> None:
    stories.announced(cast)
    notice = Notice.objects.get()
    answer = public.get(f"/notices/{notice.number}.pdf")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer["Content-Disposition"] == f'inline; filename="{notice.number}.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer.content.startswith(b"%PDF-")


def test_a_worked_calculation_could_stand_on_paper(cast: Cast) -> None:
    stories.announced(cast)
    notice = Notice.objects.get()
    paper = Paper("甲", number=notice.number, url="", digest=notice.digest, made_at=notice.published_at)
    papers.add_part(paper, Lines("乙", ("第一行", "第二行")))
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(paper.render())).pages)
    assert ("1.第一行" in re.sub(r"\s", "", text), "第二行" in text) == (True, True)
