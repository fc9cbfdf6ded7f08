"""Everywhere a secret could have come to rest: every cell of the database, every file, the log; and its disguises."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from typing import TYPE_CHECKING
from urllib.parse import quote

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def disguises(marker: str) -> set[bytes]:
    """The marker as it is and as encodings would show it, wherever it stands in a longer text."""
    plain = marker.encode()
    found = {plain, plain.hex().encode(), plain.hex().upper().encode(), marker.encode("utf-16-le")}
    found |= {quote(marker).encode(), json.dumps(marker)[1:-1].encode()}
    for shift in range(3):  # base64 depends on where in a group of three bytes the text begins
        cut = base64.b64encode(b"\0" * shift + plain)[(4 if shift else 0) : -4]
        found |= {cut, cut.replace(b"+", b"-").replace(b"/", b"_")}
    return found


def hits(marker: str, data: bytes) -> int:
    """How often the marker stands in ``data``, also in what was merely compressed."""
    looked_at = [data, *_unpacked(data)]
    return sum(text.count(form) for text in looked_at for form in disguises(marker))


def _unpacked(data: bytes) -> Iterator[bytes]:
    for unpack in (gzip.decompress, zlib.decompress):
        try:
            yield unpack(data)
        except (OSError, EOFError, zlib.error):
            continue


def every_cell() -> bytes:
    """Every cell of every table, as bytes in a row."""
    found = bytearray()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                for cell in row:
                    found += bytes(cell) if isinstance(cell, bytes | memoryview) else str(cell).encode()
                    found += b"\0"
    return bytes(found)


def every_file(*folders: Path) -> bytes:
    """Every file below these folders: the database's own file and its journal among them."""
    return b"\0".join(
        file.name.encode() + b"\0" + file.read_bytes()
        for folder in folders
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    )
