"""Reading a pasted bank statement: one arrival a line, columns by tabs or commas."""

from __future__ import annotations

import csv
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from bidding.depositing import StatementRow
from core.errors import Refused
from core.formats import BEIJING
from core.reasons import Reason, reason

if TYPE_CHECKING:
    from collections.abc import Sequence

_TIMES = ("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%Y/%m/%d %H:%M", "%Y/%m/%d")
_COLUMNS = (3, 4)
MOST_ROWS = 2_000


def rows_of(text: str, *, currency: str) -> list[StatementRow]:
    """Return the arrivals of a statement; Refused with every line that cannot be read. Times are Beijing time."""
    lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if len(lines) > MOST_ROWS:
        raise Refused(reason("A statement has at most {most} lines here.", most=MOST_ROWS))
    found, objections = [], []
    for number, line in lines:
        row = _row(line, currency=currency)
        if isinstance(row, StatementRow):
            found.append(row)
        else:
            objections.append(reason("Line {number}: {why}", number=number, why=row))
    if objections:
        raise Refused(*objections)
    return found


def _row(line: str, *, currency: str) -> StatementRow | Reason:
    cells = _cells(line)
    if len(cells) not in _COLUMNS:
        return reason("three or four columns are expected: account, amount, time, reference")
    amount, arrived = _amount(cells[1]), _instant(cells[2])
    if amount is None:
        return reason("“{text}” is not an amount", text=cells[1])
    if arrived is None:
        return reason("“{text}” is not a time", text=cells[2])
    return StatementRow(cells[0], amount, currency, arrived, cells[3] if len(cells) > _COLUMNS[0] else "")


def _cells(line: str) -> Sequence[str]:
    separator = "\t" if "\t" in line else ","
    return [cell.strip() for cell in next(csv.reader([line], delimiter=separator), [])]


def _amount(text: str) -> Decimal | None:
    try:
        amount = Decimal(text.replace(",", "").removeprefix("¥"))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and amount >= 0 else None


def _instant(text: str) -> datetime | None:
    for form in _TIMES:
        try:
            return datetime.strptime(text, form).replace(tzinfo=BEIJING)
        except ValueError:
            continue
    return None
