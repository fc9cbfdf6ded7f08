"""Money: exact amounts of one currency, figures and Chinese capital words."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import CurrencyMismatch, Money, capital_words, decimal_of, half_up, read_capital_words

YUAN = Money.of("1234567.89")
DOLLARS = Money.of("5", "USD")


def test_two_currencies_never_meet():
    for meet in (
        lambda: YUAN + DOLLARS,
        lambda: YUAN - DOLLARS,
        lambda: YUAN < DOLLARS,
        lambda: YUAN <= DOLLARS,
        lambda: YUAN > DOLLARS,
        lambda: YUAN >= DOLLARS,
        lambda: YUAN.share_of(DOLLARS),
    ):
        with pytest.raises(CurrencyMismatch, match="CNY meets USD"):
            meet()
    assert Money.of(5) != Money.of(5, "USD")


def test_arithmetic_is_exact():
    assert Money.of("0.10") + Money.of("0.20") == Money.of("0.30")
    assert Money.of("0.30") - Money.of("0.10") == Money.of("0.20")
    assert Money.of("125.50") * 80 == Money.of("10040.00")
    assert Decimal("0.5") * Money.of(3) == Money.of("1.5")
    assert -Money.of(3) == Money.of(-3)
    assert Money.of("3500000").percent(2) == Money.of("70000")
    assert Money.of(1).share_of(Money.of(8)) == Decimal("0.125")


@pytest.mark.parametrize(
    ("value", "places", "expected"),
    [("2.345", 2, "2.35"), ("-2.345", 2, "-2.35"), ("2.344999", 2, "2.34"), ("0.5", 0, "1")],
)
def test_a_half_is_rounded_away_from_zero(value, places, expected):
    assert half_up(Decimal(value), places) == Decimal(expected)
    assert Money.of(value).rounded(places) == Money.of(expected)


def test_floats_and_other_things_are_refused():
    with pytest.raises(TypeError, match="never a float"):
        Money.of(1.5)
    with pytest.raises(TypeError, match="is a Decimal"):
        Money(1.5)
    with pytest.raises(TypeError, match="multiplied by"):
        Money.of(1) * 1.5
    with pytest.raises(TypeError, match="money meets int"):
        Money.of(1) + 1


@pytest.mark.parametrize("text", ["", "1e5", "NaN", "1,23", "１２", "--1", "1.", "Infinity", " 1"])
def test_what_is_no_plain_number_is_refused(text):
    with pytest.raises(ValueError, match="not a decimal number"):
        decimal_of(text)


def test_thousands_are_read_where_they_belong():
    assert Money.of("1,234,567.89") == YUAN


def test_an_infinite_amount_and_a_wrong_currency_are_refused():
    with pytest.raises(ValueError, match="finite"):
        Money(Decimal("NaN"))
    with pytest.raises(ValueError, match="currency"):
        Money.of(1, "yuan")


def test_zero_is_an_amount_and_not_nothing():
    assert Money.zero().is_zero
    with pytest.raises(TypeError, match="is_zero"):
        bool(Money.zero())
    with pytest.raises(ZeroDivisionError):
        YUAN.share_of(Money.zero())


@pytest.mark.parametrize(
    ("money", "figures"),
    [
        (YUAN, "¥1,234,567.89"),
        (Money.of(5), "¥5.00"),
        (Money.of("-12.5", "USD"), "-$12.50"),
        (Money.of("1.2345"), "¥1.2345"),
        (Money.of("1.5000"), "¥1.50"),
        (Money.of(1200, "JPY"), "JPY 1,200.00"),
    ],
)
def test_figures_lose_nothing(money, figures):
    assert str(money) == figures


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [("1234567.89", "CNY", "123.456789万元"), ("120000", "CNY", "12万元"), ("30000", "USD", "3万USD")],
)
def test_units_of_ten_thousand(amount, currency, text):
    assert Money.of(amount, currency).in_wan() == text


WORDS = [
    ("0", "零元整"),
    ("0.05", "伍分"),
    ("0.50", "伍角整"),
    ("10", "壹拾元整"),
    ("1005", "壹仟零伍元整"),
    ("10050.07", "壹万零伍拾元零柒分"),
    ("100000", "壹拾万元整"),
    ("300000.30", "叁拾万元叁角整"),
    ("1234567.89", "壹佰贰拾叁万肆仟伍佰陆拾柒元捌角玖分"),
    ("20010000", "贰仟零壹万元整"),
    ("100000001", "壹亿零壹元整"),
    ("-3.20", "负叁元贰角整"),
]


@pytest.mark.parametrize(("amount", "words"), WORDS)
def test_amounts_in_capital_words_and_back(amount, words):
    assert capital_words(Decimal(amount)) == words
    assert read_capital_words(words) == Decimal(amount)
    assert Money.of(amount).in_words() == words


@given(st.integers(min_value=-(10**18) + 1, max_value=10**18 - 1))
def test_every_amount_reads_back_from_its_words(fen):
    amount = Decimal(fen) / 100
    assert read_capital_words(capital_words(amount)) == amount


@pytest.mark.parametrize(
    ("words", "amount"),
    [
        ("人民币：三百万圆正", "3000000"),
        ("拾元整", "10"),
        ("一千二百三十四元五角六分", "1234.56"),
        ("贰仟零壹拾万元", "20100000"),
        (" 叁 佰 元 整 ", "300"),
    ],
)
def test_words_as_bidders_write_them(words, amount):
    assert read_capital_words(words) == Decimal(amount)


@pytest.mark.parametrize(
    "words", ["", "元整", "一百", "壹贰元整", "百万美元", "拾佰元整", "整", "壹佰元整以上", "人民币"]
)
def test_what_is_no_amount_in_words_is_refused(words):
    with pytest.raises(ValueError, match="in words"):
        read_capital_words(words)


@pytest.mark.parametrize("amount", ["0.001", "10000000000000000"])
def test_what_words_cannot_say_is_refused(amount):
    with pytest.raises(ValueError, match="not a whole number of fen"):
        capital_words(Decimal(amount))
