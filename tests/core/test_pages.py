from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from pypdf import PdfReader

from core.money import Money
from core.pages import NotPrintable, Paper, missing_characters, verification_code
from core.reasons import reason

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

AT = datetime(2026, 11, 21, 6, 30, tzinfo=UTC)
NUMBER = "CT-2026-000123-QK7M"
DIGEST = "9f2c41d07be35a86e1d4c0b7a95f3e2816dd40c9be7735f1a02c68e4d7b91f30"
URL = f"https://trade.example/projects/{NUMBER}"


def paper(title: str = "开标记录", **changes: Any) -> Paper:
    return Paper(title, **{"number": NUMBER, "url": URL, "digest": DIGEST, "made_at": AT} | changes)


def pages(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]


def fonts(pdf: bytes) -> set[tuple[str, bool]]:
    """Return the name of every font of the file and whether it is embedded."""
    found = set()
    for page in PdfReader(BytesIO(pdf)).pages:
        for entry in page["/Resources"]["/Font"].values():  # type: ignore[index]
            font = entry.get_object()
            descriptor = font.get("/FontDescriptor")
            embedded = descriptor is not None and "/FontFile2" in descriptor.get_object()
            found.add((font["/BaseFont"].partition("+")[2] or font["/BaseFont"], embedded))
    return found


def full() -> Paper:
    return (
        paper()
        .heading("一、基本情况")
        .facts([("招标人", "滨江区城市建设投资有限公司"), ("最高投标限价", Money.of("48650000")), ("开标时间", AT)])
        .table([("序号", "number"), "投标人"], [[1, "张㛃䶮建设"], [2, None]], widths=[1, 4])
        .paragraph("开标过程公开进行。", is_small=True)
        .items(["第一项", "第二项"])
        .signatures([("招标人", "陈思远", AT), ("监督部门", "李文", None)])
    )


def test_the_text_can_be_read_back() -> None:
    (page,) = pages(full().render())
    for text in (
        "开标记录",
        "滨江区城市建设投资有限公司",
        "¥48,650,000.00",
        "2026-11-21 14:30:00 北京时间",
        "张㛃䶮建设",
        "—",
        "第二项",
        "陈思远",
    ):
        assert text in page, text


def test_every_page_carries_number_digest_code_address_and_its_place() -> None:
    code = verification_code(NUMBER, DIGEST)
    read = pages(paper().paragraph("甲").page_break().paragraph("乙").page_break().paragraph("丙").render())
    assert len(read) == 3
    for n, page in enumerate(read, 1):
        assert [text for text in (NUMBER, DIGEST, code, URL, f"第 {n} 页 共 3 页") if text not in page] == []


def test_only_our_fonts_are_in_the_file_and_both_are_embedded() -> None:
    assert fonts(full().render()) == {("NotoSansSC-Regular", True), ("NotoSansSC-Bold", True)}


def test_the_same_data_give_the_same_bytes() -> None:
    assert full().render() == full().render()


def test_other_data_give_other_bytes_and_another_code() -> None:
    other = "0" * 64
    assert paper(digest=other).render() != paper().render()
    assert verification_code(NUMBER, other) != verification_code(NUMBER, DIGEST)


def test_the_code_is_bound_to_number_and_digest() -> None:
    assert verification_code(NUMBER, DIGEST) == "Q38F-7AN7-34JS-9GW3"


def test_a_character_that_the_fonts_lack_is_refused_by_name() -> None:
    with pytest.raises(NotPrintable) as refusal:
        full().paragraph("合格 ✗ 不合格 ✗").facts([("a\u200bb", 1)]).render()
    assert refusal.value.characters == "✗\u200b"
    assert refusal.value.reasons == ("The fonts for documents have no character for: ✗ (U+2717), U+200B",)


@pytest.mark.parametrize("place", ["title", "cell", "header", "signer", "item"])
def test_no_place_escapes_the_check(place: str) -> None:
    bad = "✗"
    page = paper(bad if place == "title" else "好")
    page.table([bad if place == "header" else "好"], [[bad if place == "cell" else "好"]])
    page.signatures([("甲", bad if place == "signer" else "好", None)]).items([bad if place == "item" else "好"])
    with pytest.raises(NotPrintable):
        page.render()


def test_rare_names_are_drawn() -> None:
    assert missing_characters("㛃䶮龘堃喆燚𬭳¥·—…“”①㎡") == ""


def test_a_control_character_is_missing_and_a_newline_is_not() -> None:
    assert missing_characters("甲\n\t乙\x07") == "\x07"


def test_a_long_table_repeats_its_head_on_every_page() -> None:
    read = pages(paper().table([("序号", "number"), "投标人"], [[n, "甲公司"] for n in range(100)]).render())
    assert len(read) > 2
    assert [page.count("投标人") for page in read] == [1] * len(read)
    assert sum(page.count("甲公司") for page in read) == 100


def test_a_cell_taller_than_a_page_goes_on_on_the_next() -> None:
    text = "\n".join(f"第{n}行" for n in range(200))
    read = pages(paper().table(["说明", "备注"], [[text, "尾注"]], widths=[3, 1]).render())
    assert len(read) > 2
    assert [n for n in range(200) if not any(f"第{n}行" in page for page in read)] == []
    assert sum(page.count("尾注") for page in read) == 1


def test_a_long_paragraph_goes_on_on_the_next_page() -> None:
    read = pages(paper().paragraph("公开公平公正" * 1500).render())
    assert sum(page.replace("\n", "").count("公") for page in read) >= 3000
    assert len(read) > 1


def test_a_paragraph_that_does_not_even_begin_on_a_page_begins_on_the_next() -> None:
    filled = [pages(paper().paragraph("\n".join("行" * n)).paragraph("甲\n乙").render()) for n in range(30, 46)]
    assert [read for read in filled if "".join(read).count("乙") != 1] == []


def test_a_heading_does_not_stand_alone_at_the_foot_of_a_page() -> None:
    for filler in range(28, 44):
        read = pages(paper().paragraph("\n".join("行" * filler)).heading("末节标题").paragraph("末节正文").render())
        assert [("末节标题" in page) == ("末节正文" in page) for page in read] == [True] * len(read)


def test_a_document_in_english_has_english_labels() -> None:
    (page,) = pages(paper("Opening record", language="en").facts([("Bid is valid", True)]).render())
    assert "Page 1 of 1" in page
    assert "2026-11-21 14:30:00 (Beijing time)" in page
    assert "yes" in page


def test_a_reason_is_printed_in_the_language_of_the_document() -> None:
    lacking = reason("The fonts for documents have no character for: {characters}", characters="x")
    (page,) = pages(paper().paragraph(lacking).render())
    assert "文书字体中没有以下字符：x" in page


def test_the_demonstration_says_so_on_every_page(settings: SettingsWrapper) -> None:
    settings.YANGGUANG_DEMO = True
    read = pages(paper().page_break().paragraph("乙").render())
    assert ["无法律效力" in page for page in read] == [True, True]
    settings.YANGGUANG_DEMO = False
    assert ["无法律效力" in page for page in pages(paper().render())] == [False]


def test_a_title_too_long_for_the_running_head_is_cut_there() -> None:
    title = "滨江路道路改造工程施工" * 8
    _, second = pages(paper(title).page_break().paragraph("乙").render())
    assert f"{'滨江路道路改造工程施工' * 3}" in second
    assert "…" in second


def test_empty_facts_and_items_leave_nothing() -> None:
    assert paper().facts([]).items([]).render() == paper().render()
