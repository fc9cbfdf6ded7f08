from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils.translation import override

from core import formats
from core.money import Money

AT = datetime(2026, 11, 21, 6, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Money.of("1234567.89"), "¥1,234,567.89"),
        (Decimal(5), "¥5.00"),
        (0, "¥0.00"),
        ("12.345", "¥12.345"),
        (Money.of("-3.5"), "-¥3.50"),
        (Money.of(7, "UAH"), "UAH 7.00"),
    ],
)
def test_money_is_shown_exactly(value: Money | Decimal | int | str, shown: str) -> None:
    assert formats.money(value) == shown


def test_money_is_never_a_float() -> None:
    with pytest.raises(TypeError):
        formats.money(1.5)  # type: ignore[arg-type]


@pytest.mark.parametrize(("language", "shown"), [("zh-hans", "123.456789万元"), ("en", "¥1,234,567.89")])
def test_chinese_readers_get_wan(language: str, shown: str) -> None:
    with override(language):
        assert formats.wan("1234567.89") == shown


@pytest.mark.parametrize(
    ("language", "amount", "shown"),
    [
        ("zh-hans", "8234567890.12", "82.35亿元"),
        ("zh-hans", "48650000", "4,865.00万元"),
        ("zh-hans", "-48650000", "-4,865.00万元"),
        ("zh-hans", "999.999", "¥1,000.00"),
        ("en", "8234567890.12", "¥8,234.57 million"),
        ("en", "48650", "¥48,650.00"),
    ],
)
def test_a_headline_figure_is_rounded(language: str, amount: str, shown: str) -> None:
    with override(language):
        assert formats.figure(amount) == shown


def test_another_currency_has_no_wan_in_a_headline() -> None:
    with override("zh-hans"):
        assert formats.figure(Money.of("2500000", "USD")) == "$2.50 million"


def test_an_amount_reads_in_words() -> None:
    assert formats.in_words(Money.of("48650000")) == "肆仟捌佰陆拾伍万元整"


@pytest.mark.parametrize(
    ("language", "shown"),
    [("zh-hans", "2026-11-21 14:30:00 北京时间"), ("en", "2026-11-21 14:30:00 (Beijing time)")],
)
def test_an_instant_is_shown_in_beijing_time(language: str, shown: str) -> None:
    with override(language):
        assert formats.instant_in_words(AT) == shown


def test_an_instant_without_a_zone_is_an_error() -> None:
    with pytest.raises(ValueError, match="time zone"):
        formats.instant(datetime(2026, 11, 21))  # noqa: DTZ001  (the fault under test)


def test_a_day_is_the_day_in_beijing() -> None:
    late = datetime(2026, 11, 21, 16, 30, tzinfo=UTC)
    assert (formats.day(late), formats.day(date(2026, 11, 21))) == ("2026-11-22", "2026-11-21")


def test_a_digest_is_cut_visibly_and_keeps_its_name() -> None:
    assert formats.short_digest("sha256:" + "ab" * 32) == "sha256:abababababab…"
    assert formats.short_digest("abc") == "abc"


@pytest.mark.parametrize(
    ("n", "shown"),
    [(0, "0 字节"), (1023, "1023 字节"), (1024, "1.0 KB"), (4_816_233, "4.6 MB"), (3 * 2**50, "3072.0 TB")],
)
def test_a_size_is_shown_in_units(n: int, shown: str) -> None:
    with override("zh-hans"):
        assert formats.size(n) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "—"),
        ("", "—"),
        (True, "是"),
        (False, "否"),
        (AT, "2026-11-21 14:30:00 北京时间"),
        (date(2026, 11, 21), "2026-11-21"),
        (Money.of(3), "¥3.00"),
        (540, "540"),
        (Decimal("98.70"), "98.70"),
    ],
)
def test_any_value_reads_as_a_person_reads_it(value: object, shown: str) -> None:
    with override("zh-hans"):
        assert formats.plain(value) == shown
