"""How values read, on a page and on paper alike: money, instants, durations, digests, sizes."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils.translation import get_language, gettext, ngettext

from core.money import CNY, Money

BEIJING = ZoneInfo("Asia/Shanghai")
_KIB = 1024
_UNITS = ("KB", "MB", "GB", "TB")


def money(value: Money | Decimal | int | str, *, currency: str = CNY) -> str:
    """Return ``¥1,234,567.89``; other currencies by their sign or code; a float is an error."""
    return str(_as_money(value, currency))


def wan(value: Money | Decimal | int | str, *, currency: str = CNY) -> str:
    """Return ``123.4567万元``, exact, for readers who speak so: in Chinese; elsewhere the plain amount."""
    amount = _as_money(value, currency)
    return amount.in_wan() if (get_language() or "").startswith("zh") else str(amount)


def figure(value: Money | Decimal | int | str, *, currency: str = CNY) -> str:
    """Return an amount rounded for a headline: ``82.35亿元``, in English ``¥8,234.57 million``; never in a record."""
    money_ = _as_money(value, currency)
    chinese = money_.currency == CNY and (get_language() or "").startswith("zh")
    for unit, power in (("亿元", 8), ("万元", 4)) if chinese else ((" million", 6),):
        if abs(money_.amount) >= Decimal(10) ** power:
            shifted = Money(money_.amount.scaleb(-power), money_.currency).rounded()
            return f"{shifted.amount:,.2f}{unit}" if chinese else f"{shifted}{unit}"
    return str(money_.rounded())


def in_words(value: Money | Decimal | int | str) -> str:
    """Return an amount of yuan in Chinese capital words, as formal documents want it beside the figures."""
    return _as_money(value, CNY).in_words()


def _as_money(value: Money | Decimal | int | str, currency: str) -> Money:
    return value if isinstance(value, Money) else Money.of(value, currency)


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
    power = min((n.bit_length() - 1) // 10, len(_UNITS))
    return f"{n / _KIB**power:.1f} {_UNITS[power - 1]}"


def plain(value: object) -> str:
    """Return any value as a person reads it: yes and no, instants with their zone, a dash for nothing."""
    match value:
        case None | "":
            return "—"
        case bool():
            return gettext("yes") if value else gettext("no")
        case datetime():
            return instant_in_words(value)
        case date():
            return day(value)
        case _:
            return str(value)
