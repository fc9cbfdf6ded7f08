"""Random damage to a bundle, aware of its structure; the platform may sign the index again after it."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING

from core.canonical import dumps

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from tests.verifier.paper import Paper

Bundle = dict[str, bytes]
WITNESSED = re.compile(rb"^\xe2\x80\x94 \S+/witness-\d+ \S+\n", re.MULTILINE)


def damaged(files: Bundle, dice: random.Random) -> tuple[str, Bundle]:
    """Return the path that was damaged and the files with it; they differ from those given."""
    while True:
        path = dice.choice(sorted(files))
        change = dice.choice(CHANGES)
        found = change(dict(files), path, dice)
        if found != files:
            return path, found


def _bit(files: Bundle, path: str, dice: random.Random) -> Bundle:
    data = bytearray(files[path])
    data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
    return files | {path: bytes(data)}


def _cut(files: Bundle, path: str, dice: random.Random) -> Bundle:
    return files | {path: files[path][: dice.randrange(len(files[path]))]}


def _insert(files: Bundle, path: str, dice: random.Random) -> Bundle:
    place, data = dice.randrange(len(files[path]) + 1), files[path]
    return files | {path: data[:place] + dice.randbytes(dice.randrange(1, 9)) + data[place:]}


def _remove(files: Bundle, path: str, _dice: random.Random) -> Bundle:
    return {name: data for name, data in files.items() if name != path}


def _swap(files: Bundle, path: str, dice: random.Random) -> Bundle:
    folder, suffix = path.partition("/")[0], path[-4:]
    other = dice.choice([name for name in sorted(files) if name.startswith(folder) and name.endswith(suffix)])
    return files | {path: files[other], other: files[path]}


def _line(files: Bundle, path: str, dice: random.Random) -> Bundle:
    lines = files[path].splitlines(keepends=True)
    place = dice.randrange(len(lines))
    again = dice.choice([lines[:place] + lines[place + 1 :], lines[: place + 1] + lines[place:], lines[::-1]])
    return files | {path: b"".join(again)}


def _field(files: Bundle, path: str, dice: random.Random) -> Bundle:
    """Change one value of a JSON document and write it canonically again."""
    try:
        document = json.loads(files[path])
    except ValueError:
        return files
    places = list(_places(document))
    if not places:
        return files
    holder, key = dice.choice(places)
    holder[key] = _other(holder[key], dice)
    try:
        return files | {path: dumps(document)}
    except ValueError:
        return files


def _places(value: object) -> list[tuple[dict | list, str | int]]:
    found: list[tuple[dict | list, str | int]] = []
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in pairs:
        found += [(value, key), *_places(item)]
    return found


def _other(value: object, dice: random.Random) -> object:
    if isinstance(value, bool) or value is None:
        return dice.choice([True, False, None, "x"])
    if isinstance(value, int):
        return value + dice.choice([-1, 1, 60, -86_400])
    if isinstance(value, list):
        return dice.choice([value[:-1], value[::-1], [*value, *value[:1]]])
    if isinstance(value, dict):
        return dict(list(value.items())[:-1])
    return dice.choice(
        [value[:-1], value + "A", value[::-1], base64.urlsafe_b64encode(dice.randbytes(8)).decode(), None]
    )


CHANGES: list[Callable[[Bundle, str, random.Random], Bundle]] = [_bit, _cut, _insert, _remove, _swap, _line, _field]


def is_harmless(before: Bundle, after: Bundle) -> bool:
    """Whether nothing but lines of witnesses was damaged (two of three are enough), or a line stands there twice."""
    return _without_witnesses(before) == _without_witnesses(after)


def _without_witnesses(files: Bundle) -> dict[str, list[bytes]]:
    rest = {}
    for path, data in files.items():
        shown = json.loads(data)["proof"].encode() if _is_receipt(path, data) else data
        is_note = path.endswith((".sig", "checkpoint")) or shown is not data
        lines = WITNESSED.sub(b"", shown).splitlines() if is_note else [data]
        rest[path] = list(dict.fromkeys(line for line in lines if not _was_witness(line)))
    return rest


def _is_receipt(path: str, data: bytes) -> bool:
    return path.startswith("receipts/") and path.endswith(".json") and data.startswith(b'{"entry"')


def _was_witness(line: bytes) -> bool:
    """Whether a damaged line began as that of a witness: a dash, a name, base64; not the log's own."""
    return line.startswith(b"\xe2\x80\x94 ") and b"/log/1 " not in line


def resigned(paper: Paper, files: Bundle) -> Bundle:
    """Return the files under an index that the platform made and signed anew."""
    return paper.indexed(files)
