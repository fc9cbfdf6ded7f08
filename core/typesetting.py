"""Where a line of Chinese and Latin text may end.

Han characters may be parted anywhere, Latin words and numbers nowhere; closing marks do not begin a line and
opening marks do not end one (GB/T 15834-2011, 5.1). A word longer than the line, such as a digest, is cut.
"""

from __future__ import annotations

import unicodedata
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Measure = Callable[[str], float]

_NEVER_FIRST = frozenset("，。、；：？！）》〉」』】〕”’％‰℃…—～·,.;:?!)]}%°′″")
_NEVER_LAST = frozenset("（《〈「『【〔“‘([{¥￥$€№")


def break_lines(text: str, *, width: float, measure: Measure) -> list[str]:
    """Return the lines of ``text`` for a column of ``width``.

    ``measure`` tells the width of a piece of text in the unit of ``width``. A newline ends a line, an empty
    line stays one; spaces at the end of a line are dropped.
    """
    return [line for paragraph in text.split("\n") for line in _fill(_pieces(paragraph), width, measure)]


def _fill(pieces: Iterator[str], width: float, measure: Measure) -> list[str]:
    lines, line, used = [], "", 0.0
    for piece in pieces:
        size = measure(piece)
        if line and used + measure(piece.rstrip()) > width:
            lines.append(line.rstrip())
            line, used = "", 0.0
            piece = piece.lstrip()  # noqa: PLW2901  (a line does not begin with a space)
            size = measure(piece)
        while measure(piece.rstrip()) > width and len(piece) > 1:
            head = _fitting(piece, width, measure)
            lines.append(piece[:head])
            piece = piece[head:]  # noqa: PLW2901  (what did not fit goes on)
            size = measure(piece)
        line, used = line + piece, used + size
    return [*lines, line.rstrip()] if line.rstrip() or not lines else lines


def _fitting(piece: str, width: float, measure: Measure) -> int:
    """Return how many characters of a piece that is too long fit into a line; at least one."""
    return max(1, sum(used <= width for used in accumulate(map(measure, piece))))


def _pieces(paragraph: str) -> Iterator[str]:
    """Cut a paragraph into what must stay together."""
    piece = ""
    for character in paragraph.replace("\t", " "):
        if piece and _may_part(piece[-1], character):
            yield piece
            piece = ""
        piece += character
    if piece:
        yield piece


def _may_part(before: str, after: str) -> bool:
    if after in _NEVER_FIRST or before in _NEVER_LAST or after == " ":
        return False
    return before == " " or _is_wide(before) or _is_wide(after) or before in _NEVER_FIRST - set(",.:'-%)")


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in {"W", "F"}
