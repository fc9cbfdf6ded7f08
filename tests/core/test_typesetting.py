from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from core.typesetting import break_lines


def measure(text: str) -> float:
    """A Han character is two wide, everything else one."""
    return sum(2 if ord(c) > 0x2E7F else 1 for c in text)


def lines(text: str, width: float) -> list[str]:
    return break_lines(text, width=width, measure=measure)


def test_chinese_breaks_between_any_two_characters() -> None:
    assert lines("公共资源交易平台", 6) == ["公共资", "源交易", "平台"]


def test_a_latin_word_and_a_number_stay_whole() -> None:
    assert lines("Bridge works 48650000.00", 12) == ["Bridge works", "48650000.00"]


def test_chinese_and_latin_part_from_each_other() -> None:
    assert lines("投标Bridge招标", 6) == ["投标", "Bridge", "招标"]


def test_a_closing_mark_does_not_begin_a_line() -> None:
    assert lines("开标记录。", 8) == ["开标记", "录。"]


def test_an_opening_mark_does_not_end_a_line() -> None:
    assert lines("根据《条例》", 6) == ["根据", "《条", "例》"]


def test_a_newline_ends_a_line_and_an_empty_line_stays() -> None:
    assert lines("一\n\n二", 10) == ["一", "", "二"]


def test_nothing_is_one_empty_line() -> None:
    assert lines("", 10) == [""]


def test_a_word_longer_than_the_line_is_cut() -> None:
    assert lines("9f2c41d07be3", 5) == ["9f2c4", "1d07b", "e3"]


def test_spaces_at_the_end_of_a_line_are_dropped_and_none_begins_one() -> None:
    assert lines("aaa bbb", 4) == ["aaa", "bbb"]


def test_a_character_wider_than_the_line_still_gets_its_line() -> None:
    assert lines("公共", 1) == ["公", "共"]


@given(st.text(alphabet="公共资源，。（）《》ab12 .", max_size=60), st.integers(min_value=4, max_value=30))
@example("（（（（（", 4)
def test_no_character_is_lost_and_no_line_is_too_wide(text: str, width: int) -> None:
    broken = lines(text, width)
    assert "".join(broken).replace(" ", "") == text.replace(" ", "")
    assert [line for line in broken if measure(line) > width] == []
