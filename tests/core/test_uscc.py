"""The unified social credit code (GB 32100-2015)."""

from __future__ import annotations

import pytest

from core.uscc import ALPHABET, check_character, is_valid, normalise, objection


def test_o_pf_01_the_check_character_of_the_standards_example():
    assert check_character("91350100M000100Y4") == "3"
    assert is_valid("91350100M000100Y43")


def test_a_code_is_stored_in_capitals_without_spaces():
    assert normalise(" 91350100 m000100y43 ") == "91350100M000100Y43"


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("91350100M000100Y4", "a unified social credit code has 18 characters, not 17"),
        ("91350100I000100Z43", "a unified social credit code does not contain I Z"),
        ("91350100M000100Y44", "the last character of the unified social credit code does not agree with the others"),
    ],
)
def test_a_wrong_code_is_refused_with_its_reason(code, why):
    assert objection(code) == why
    assert not is_valid(code)


def test_any_single_wrong_character_is_noticed():
    code = "91350100M000100Y43"
    slips = [code[:i] + c + code[i + 1 :] for i in range(18) for c in ALPHABET if c != code[i]]
    assert [slip for slip in slips if is_valid(slip)] == []


def test_the_check_needs_seventeen_characters():
    with pytest.raises(ValueError, match="17"):
        check_character("123")
