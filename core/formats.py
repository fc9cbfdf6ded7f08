"""How values read, on a page and on paper alike: money, instants, durations, digests, sizes."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Protocol, runtime_checkable
from zoneinfo import ZoneInfo

from django.utils.translation import gettext, ngettext

BEIJING = ZoneInfo("Asia/Shanghai")
_SYMBOLS = {"CNY": "¥"}
_WAN = 4  # 万 = 10^4
_CENTS = -2
_KIB = 1024


@runtime_checkable
class HasCurrency(Protocol):
    """An amount that knows its currency."""

    @property
    def amount(self) -> Decimal: ...
    @property
    def currency(self) -> str: ...


def _parts(value: object, currency: str) -> tuple[Decimal, str]:
    if isinstance(value, HasCurrency):
        return value.amount, value.currency
    if isinstance(value, float):
        raise TypeError("money is never a float")
    return Decimal(str(value)), currency


def _grouped(amount: Decimal) -> str:
    """Return the exact decimal with thousands separators: nothing is rounded away."""
    return f"{amount:,f}"


def money(value: object, *, currency: str = "CNY") -> str:
    """Return ``¥1,234,567.89``; at least two places, more if the amount has them; other currencies by code."""
    amount, currency = _parts(value, currency)
    exponent = amount.as_tuple().exponent
    if isinstance(exponent, int) and exponent > _CENTS:
        amount = amount.quantize(Decimal("0.01"))
    sign, digits = ("-", _grouped(-amount)) if amount < 0 else ("", _grouped(amount))
    symbol = _SYMBOLS.get(currency, f"{currency}\N{NO-BREAK SPACE}")
    return f"{sign}{symbol}{digits}"


def wan(value: object, *, currency: str = "CNY") -> str:
    """Return ``123.4567 万元``, exact, in Chinese; elsewhere, and for other currencies, the plain amount."""
    amount, currency = _parts(value, currency)
    unit = gettext("CNY 10,000")
    if currency != "CNY" or unit == "CNY 10,000":
        return money(amount, currency=currency)
    shifted = amount.scaleb(-_WAN).normalize()
    if shifted == shifted.to_integral_value():
        shifted = shifted.quantize(Decimal(1))
    return f"{_grouped(shifted)}\N{NO-BREAK SPACE}{unit}"


def instant(at: datetime) -> str:
    """Return ``2026-11-21 14:30:00`` in Beijing time; a time without a zone is an error."""
    if at.tzinfo is None:
        raise ValueError("an instant needs its time zone")
    return at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")


def instant_in_words(at: datetime) -> str:
    """Return the instant with its zone: ``2026-11-21 14:30:00 北京时间``."""
    return gettext("{time} (Beijing time)").format(time=instant(at))


def day(on: date) -> str:
    """Return ``2026-11-21``; an instant is taken as its day in Beijing."""
    return (on.astimezone(BEIJING) if isinstance(on, datetime) else on).strftime("%Y-%m-%d")


def short_digest(digest: str, *, length: int = 12) -> str:
    """Return the first characters of a digest, marked as cut; whatever stands before a colon is kept."""
    name, colon, value = digest.rpartition(":")
    return f"{name}{colon}{value[:length]}…" if len(value) > length else digest


def size(n: int) -> str:
    """Return a file's size: ``1.4 MB`` with 1 MB = 1024 KB."""
    if n < _KIB:
        return ngettext("{n} byte", "{n} bytes", n).format(n=n)
    amount = float(n)
    for unit in ("KB", "MB", "GB", "TB"):
        amount /= _KIB
        if amount < _KIB or unit == "TB":
            break
    return f"{amount:.1f} {unit}"
