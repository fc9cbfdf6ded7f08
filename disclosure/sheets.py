"""A notice as parts to be read: page and paper are drawn from the same ones, and both from its data alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from core.canonical import Malformed, parse_time
from core.money import Money
from core.reasons import Reason, reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

Data = dict[str, Any]


class Digest(str):
    """A digest or a hash: whole on paper, short with the whole on demand on a page."""

    __slots__ = ()


NOT_STATED = reason("not stated")


@dataclass(frozen=True)
class Facts:
    """Labels with their values."""

    title: Reason | str
    rows: tuple[tuple[Reason | str, object], ...]


@dataclass(frozen=True)
class Table:
    """A table; a head is a text, or a pair of text and ``number``; ``widths`` are shares on paper."""

    title: Reason | str
    heads: tuple[Reason | tuple[Reason, str], ...]
    rows: tuple[tuple[object, ...], ...]
    widths: tuple[int, ...] = ()
    empty: Reason | str = ""


@dataclass(frozen=True)
class Words:
    """Running text."""

    title: Reason | str
    text: str


@dataclass(frozen=True)
class Signatures:
    """Who stands for the record: capacity, name, when."""

    title: Reason | str
    rows: tuple[tuple[str, str, datetime | None], ...]


@dataclass(frozen=True)
class Lines:
    """Sentences in order, one a line."""

    title: Reason | str
    lines: tuple[str, ...]


Part = Facts | Table | Words | Signatures | Lines


@dataclass
class Reader:
    """Reads the data of a notice and remembers which keys were read, so that nothing published goes unshown."""

    data: Data
    seen: set[str] = field(default_factory=set)

    def text(self, key: str) -> str:
        """Return a text; nothing for what is absent."""
        value = self._take(key)
        return "" if value is None else str(value)

    def words(self, key: str) -> object:
        """Return a text, or that it is not stated."""
        return self.text(key) or NOT_STATED

    def instant(self, key: str) -> datetime | None:
        """Return the instant of a canonical time."""
        return instant(self._take(key))

    def amount(self, key: str, *, currency: str = "") -> Money | None:
        """Return an amount in the currency given, or in the notice's own."""
        return money(self._take(key), currency or self.text("currency") or "CNY")

    def rows(self, key: str) -> list[Data]:
        """Return a list of objects; empty for anything else."""
        value = self._take(key)
        return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []

    def items(self, key: str) -> list[object]:
        """Return a list; empty for anything else."""
        value = self._take(key)
        return value if isinstance(value, list) else []

    def mapping(self, key: str) -> Data:
        """Return an object; empty for anything else."""
        value = self._take(key)
        return value if isinstance(value, dict) else {}

    def flag(self, key: str) -> bool | None:
        """Return yes or no, None for what is absent."""
        value = self._take(key)
        return value if isinstance(value, bool) else None

    def known(self, *keys: str) -> None:
        """Count ``keys`` as read: what they say is shown by another key, or beside the sheet."""
        self.seen.update(keys)

    def has(self, key: str) -> bool:
        """Return whether the notice states something under ``key``."""
        return self.data.get(key) not in (None, "", [], {})

    def left(self) -> list[tuple[str, object]]:
        """Return what has content and was not read."""
        return [(key, self.data[key]) for key in self.data if key not in self.seen and self.has(key)]

    def _take(self, key: str) -> Any:
        self.seen.add(key)
        return self.data.get(key)


def instant(value: object) -> datetime | None:
    """Return the instant of a canonical time; None for anything else."""
    if not isinstance(value, str) or not value:
        return None
    try:
        return parse_time(value)
    except Malformed:
        return None


def money(value: object, currency: str) -> Money | None:
    """Return the amount that a decimal text names; None for anything else."""
    if value is None or value == "" or isinstance(value, bool | float):
        return None
    try:
        return Money(Decimal(str(value)), currency)
    except InvalidOperation:
        return None


def named(value: object, names: Mapping[str, Reason]) -> str:
    """Return the name of a stored word; a word of another edition stays as it is."""
    return names.get(str(value)) or str(value) if value not in (None, "") else NOT_STATED


def organisation(row: object) -> str:
    """Return an organisation as one line: name, scheme and code."""
    if not isinstance(row, dict):
        return ""
    code = f"（{row['scheme']} {row['code']}）" if row.get("code") else ""
    return f"{row.get('name', '')}{code}"


def facts(title: Reason | str, rows: Iterable[tuple[Reason | str, object]]) -> Facts:
    """Return facts without the rows that say nothing."""
    return Facts(title, tuple((label, value) for label, value in rows if value not in (None, "")))


def said(value: object) -> str:
    """Return any plain value as one text: lists by comma, objects by key."""
    if isinstance(value, dict):
        return "; ".join(f"{key}: {said(item)}" for key, item in value.items())
    if isinstance(value, list):
        return ", ".join(said(item) for item in value)
    return str(value)


def table(
    title: Reason | str,
    heads: Sequence[Reason | tuple[Reason, str]],
    rows: Iterable[Sequence[object]],
    *,
    widths: Sequence[int] = (),
    empty: Reason | str = "",
) -> Table:
    """Return a table."""
    return Table(title, tuple(heads), tuple(tuple(row) for row in rows), tuple(widths), empty)
