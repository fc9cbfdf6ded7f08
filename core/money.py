"""Money: an amount with its currency, exact, with named rounding, in figures and in Chinese capital words.

Amounts of two currencies never meet: adding or comparing them raises :class:`CurrencyMismatch`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import NoReturn, Self

CNY = "CNY"
CENT = Decimal("0.01")
_SIGNS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£"}
_WAN = Decimal(10000)

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "兆")
_WORDS_LIMIT = Decimal(10) ** 16
_SAME_DIGIT = str.maketrans("〇○两貳參陸圓圆", "零零贰贰叁陆元元")
_EVERYDAY = str.maketrans("一二三四五六七八九十百千", "壹贰叁肆伍陆柒捌玖拾佰仟")


class CurrencyMismatch(TypeError):  # noqa: N818  (it names what happened)
    """Two amounts in different currencies were added or compared."""


def half_up(value: Decimal, places: int = 2) -> Decimal:
    """Round to ``places`` decimals, a half away from zero: the one rounding of amounts and scores."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def decimal_of(text: str) -> Decimal:
    """Read a plain decimal number; thousands commas are accepted where they belong, exponents are not."""
    if not re.fullmatch(r"-?([0-9]+|[0-9]{1,3}(,[0-9]{3})+)(\.[0-9]+)?", text):
        raise ValueError(f"not a decimal number: {text!r}")
    return Decimal(text.replace(",", ""))


@dataclass(frozen=True, slots=True)
class Money:
    """An amount of one currency (ISO 4217). Exact; round with :meth:`rounded` where the law rounds."""

    amount: Decimal
    currency: str = CNY

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal):
            raise TypeError("an amount is a Decimal")
        if not self.amount.is_finite():
            raise ValueError("an amount is a finite number")
        if not re.fullmatch(r"[A-Z]{3}", self.currency):
            raise ValueError(f"not a currency code: {self.currency!r}")

    @classmethod
    def of(cls, amount: Decimal | int | str, currency: str = CNY) -> Self:
        """Make money from a decimal, a whole number or text; a float is refused."""
        if isinstance(amount, float):
            raise TypeError("an amount is never a float")
        return cls(decimal_of(amount) if isinstance(amount, str) else Decimal(amount), currency)

    @classmethod
    def zero(cls, currency: str = CNY) -> Self:
        """Return nothing, in a currency."""
        return cls(Decimal(0), currency)

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __mul__(self, factor: Decimal | int) -> Money:
        if isinstance(factor, float):
            raise TypeError("money is multiplied by a Decimal or a whole number")
        return Money(self.amount * factor, self.currency)

    __rmul__ = __mul__

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.amount > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.amount >= self._same(other)

    def __bool__(self) -> NoReturn:
        """Zero is an amount like any other: ask ``is_zero`` or compare with None."""
        raise TypeError("ask money.is_zero, or whether it is None")

    @property
    def is_zero(self) -> bool:
        """True for exactly nothing."""
        return self.amount == 0

    def share_of(self, whole: Money) -> Decimal:
        """Return this amount over another, exact to the context's 28 digits; ZeroDivisionError if it is zero."""
        if whole.is_zero:
            raise ZeroDivisionError("a share of nothing")
        return self.amount / self._same(whole)

    def percent(self, rate: Decimal | int) -> Money:
        """Return ``rate`` percent of this amount, unrounded."""
        return Money(self.amount * Decimal(rate) / 100, self.currency)

    def rounded(self, places: int = 2) -> Money:
        """Return the amount rounded half up."""
        return Money(half_up(self.amount, places), self.currency)

    def __str__(self) -> str:
        """Return figures with the sign of the currency: ``¥1,234,567.89``; at least two decimals, none lost."""
        places = max(2, -int(self.amount.as_tuple().exponent))
        figures = f"{abs(self.amount):,.{places}f}"
        if places > len("00"):
            whole, _, fraction = figures.partition(".")
            figures = f"{whole}.{fraction.rstrip('0'):0<2}"
        sign = _SIGNS.get(self.currency) or f"{self.currency} "
        return f"{'-' if self.amount < 0 else ''}{sign}{figures}"

    def in_wan(self) -> str:
        """Return figures in units of ten thousand: ``123.456789万元``, exact."""
        figures = f"{self.amount / _WAN:,f}"
        whole, dot, fraction = figures.partition(".")
        unit = "万元" if self.currency == CNY else f"万{self.currency}"
        return f"{whole}{dot if fraction.rstrip('0') else ''}{fraction.rstrip('0')}{unit}"

    def in_words(self) -> str:
        """Return the amount in Chinese capital words (大写金额), to the fen."""
        return capital_words(self.amount)

    def _same(self, other: Money) -> Decimal:
        if not isinstance(other, Money):
            raise TypeError(f"money meets {type(other).__name__}")
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self.currency} meets {other.currency}")
        return other.amount


def capital_words(amount: Decimal) -> str:
    """Return an amount of yuan in Chinese capital words, as bank forms want them: ``壹佰元整``.

    Whole fen below ten quadrillion (10^16) yuan; ValueError outside. An inner run of zeros is read once, and
    after whole yuan or jiao stands 整.
    """
    if abs(amount) >= _WORDS_LIMIT or amount != half_up(amount):
        raise ValueError(f"not a whole number of fen below 10^16: {amount}")
    fen = int(abs(amount) * 100)
    yuan, jiao, cents = fen // 100, fen // 10 % 10, fen % 10
    words = "负" if amount < 0 else ""
    words += f"{_whole(yuan)}元" if yuan or not fen else ""
    if jiao:
        words += f"{_DIGITS[jiao]}角"
    elif cents and yuan:
        words += "零"
    return words + (f"{_DIGITS[cents]}分" if cents else "整")


def _whole(number: int) -> str:
    """Read a whole number in capital words; 0 reads 零."""
    text, gap = "", False
    for power in range(len(str(number)) - 1, -1, -1):
        digit = number // 10**power % 10
        if digit:
            text += ("零" if gap and text else "") + _DIGITS[digit] + _PLACES[power % 4]
        gap = not digit
        if power % 4 == 0 and number // 10**power % 10000:
            text += _GROUPS[power // 4]
    return text or "零"


def read_capital_words(words: str) -> Decimal:
    """Read an amount of yuan back from Chinese capital words; ValueError if they are no amount.

    Everyday digits (一二三), 圆 for 元, 正 for 整, 人民币 in front and spaces are accepted: bidders write them,
    and words prevail over figures (12号令 19).
    """
    text = re.sub(r"\s|人民币|[:：]", "", words).translate(_SAME_DIGIT).translate(_EVERYDAY)
    digit = f"[{_DIGITS}]"
    shape = re.fullmatch(rf"(负?)(?:([{_DIGITS}拾佰仟万亿兆]+)元)?零?(?:({digit})角)?零?(?:({digit})分)?[整正]?", text)
    if shape is None or not any(shape.groups()[1:]):
        raise ValueError(f"not an amount in words: {words!r}")
    minus, yuan, jiao, fen = shape.groups()
    amount = Decimal(_read_whole(yuan or "零"))
    amount += Decimal(_DIGITS.index(jiao or "零")) / 10 + Decimal(_DIGITS.index(fen or "零")) / 100
    return -amount if minus else amount


def _read_whole(text: str) -> int:
    """Read a whole number in capital words, groups of descending size."""
    total = 0
    for power in (3, 2, 1, 0):
        head, unit, rest = text.partition(_GROUPS[power]) if power else (text, "", "")
        if power and not unit:
            continue
        total += _read_group(head.lstrip("零")) * 10000**power
        text = rest
    return total


def _read_group(text: str) -> int:
    """Read up to four places: ``叁仟零伍拾``; ValueError if places are out of order."""
    shape = re.fullmatch(r"(?:(.)仟)?零?(?:(.)佰)?零?(?:(.)?拾)?零?(.)?", text)
    if shape is None or any(found and found not in _DIGITS for found in shape.groups()):
        raise ValueError(f"not a number in words: {text!r}")
    thousands, hundreds, tens, ones = (_DIGITS.index(found or "零") for found in shape.groups())
    if "拾" in text and shape.group(3) is None:
        tens = 1
    return thousands * 1000 + hundreds * 100 + tens * 10 + ones
