"""Tables of a source: CSV files whose rows know where they stand, so that every fault names file and line."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from core.reasons import Reason, reason

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

_MOST_DIGITS = 18


@dataclass(frozen=True)
class Row:
    """One row of a table: its file, the line on which it ends, its fields by column.

    Whatever is wrong is added to ``faults``, which all rows of a source share; a value that is wrong reads as empty,
    so that reading can go on.
    """

    file: str
    line: int
    fields: Mapping[str, str]
    faults: list[Reason] = field(repr=False, compare=False)

    def __getitem__(self, column: str) -> str:
        return self.fields[column]

    def is_faulty(self, why: Reason) -> None:
        """Note that something is wrong with this row."""
        self.faults.append(_at(self.file, self.line, why))

    def text(self, column: str) -> str:
        """Return the text of a column that must not be empty."""
        if not self[column].strip():
            self.is_faulty(reason("{column} is empty", column=column))
        return self[column]

    def number(self, column: str) -> Decimal:
        """Return the finite number of a column."""
        try:
            number = Decimal(self[column])
        except InvalidOperation:
            number = Decimal("NaN")
        if number.is_finite() and abs(number.adjusted()) <= _MOST_DIGITS:
            return number
        self.is_faulty(reason("{column} is no number: {text}", column=column, text=repr(self[column])))
        return Decimal(0)

    def whole(self, column: str) -> int:
        """Return the whole number of a column."""
        number = self.number(column)
        if number != number.to_integral_value():
            self.is_faulty(reason("{column} is no whole number: {text}", column=column, text=repr(self[column])))
        return int(number)


def read_table(path: Path, columns: Collection[str], faults: list[Reason]) -> list[Row]:
    """Return the rows of a CSV file in UTF-8; everything that is wrong with its form is added to ``faults``."""
    if not path.is_file():
        faults.append(reason("{file} is missing in {folder}", file=path.name, folder=str(path.parent)))
        return []
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        faults.append(_at(path.name, data.count(b"\n", 0, fault.start) + 1, reason("this is not UTF-8")))
        return []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[Row] = []
    try:
        header = next(reader, [])
        if absent := [column for column in columns if column not in header]:
            faults += [reason("{file} has no column {column}", file=path.name, column=column) for column in absent]
            return []
        for fields in filter(None, reader):  # an empty line is no row
            rows.append(Row(path.name, reader.line_num, dict(zip(header, fields, strict=False)), faults))
            if len(fields) != len(header):
                why = reason("{n} fields, but the header has {wanted}", n=len(fields), wanted=len(header))
                rows.pop().is_faulty(why)
    except csv.Error as fault:
        faults.append(_at(path.name, reader.line_num, reason("this is not CSV: {why}", why=str(fault))))
    return rows


def _at(file: str, line: int, why: Reason) -> Reason:
    return reason("{file} line {line}: {why}", file=file, line=line, why=why)
