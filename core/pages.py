"""The frame of every document on paper: fonts, head, foot, page x of y, number, QR code, digest of the data.

The same data give the same bytes: no time, no random identifier of the library goes into the file. Before anything
is drawn, every character is looked up in the fonts; what they lack is refused by name instead of printed as
a blank.
"""

from __future__ import annotations

import hashlib
import threading
import unicodedata
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.utils.translation import gettext, override, pgettext
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import BaseDocTemplate, CondPageBreak, Frame, NextPageTemplate, PageBreak, PageTemplate

from core import formats
from core.blocks import BOLD, REGULAR, Masthead, Rule, Square, Style, Text, grid, qr_of
from core.errors import Refused
from core.reasons import Reason, reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from reportlab.pdfgen.canvas import Canvas
    from reportlab.platypus import Flowable

    Block = Callable[[], list[Flowable]]

_FONTS = Path(__file__).resolve().parent / "fonts"
_WIDTH, _HEIGHT = A4
_SIDE, _TOP, _BOTTOM, _LATER_TOP = 18 * mm, 14 * mm, 26 * mm, 22 * mm
_COLUMN = _WIDTH - 2 * _SIDE
_KEPT = 30 * mm  # a heading does not stand at the foot of a page alone
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_LINES = frozenset("\n\t")
_drawing = threading.Lock()  # the library keeps its fonts' state in one place


class NotPrintable(Refused):
    """The fonts lack characters of the text; ``characters`` are those, each once."""

    def __init__(self, characters: str) -> None:
        self.characters = characters
        names = ", ".join(f"{c} (U+{ord(c):04X})" if c.isprintable() else f"U+{ord(c):04X}" for c in characters)
        super().__init__(reason("The fonts for documents have no character for: {characters}", characters=names))


def missing_characters(text: str) -> str:
    """Return the characters of ``text`` that the documents' fonts cannot draw, each once, in order."""
    known = _characters()
    return "".join(dict.fromkeys(c for c in text if ord(c) not in known and c not in _LINES))


def verification_code(number: str, digest: str) -> str:
    """Return the code printed on a document and shown on its public page: 16 letters bound to number and data."""
    bits = int.from_bytes(hashlib.sha256(f"paper {number} {digest}".encode()).digest()[:10])
    letters = "".join(_ALPHABET[bits >> shift & 31] for shift in range(75, -1, -5))
    return "-".join(letters[n : n + 4] for n in range(0, 16, 4))


class Paper:
    """A document in the making; every method adds to it and returns it, :meth:`render` gives the PDF.

    Labels, reasons, amounts and times are shown in ``language``; text is plain text, never markup.
    """

    def __init__(
        self, title: str, *, number: str, url: str, digest: str, made_at: datetime, language: str = "zh-hans"
    ) -> None:
        self.number, self.url, self.digest = number, url, digest
        self.made_at, self.language = made_at, language
        self.code = verification_code(number, digest)
        self._blocks: list[Block] = []
        with override(language):
            self.title = self._say(title)
        self._texts: list[str] = [self.title, number, url, digest]

    def heading(self, text: str) -> Self:
        """Begin a section."""
        return self._add(lambda: [CondPageBreak(_KEPT), Text(self._say(text), Style.HEADING)], text)

    def paragraph(self, text: str, *, is_small: bool = False) -> Self:
        """Add running text; a newline begins a new line."""
        return self._add(lambda: [Text(self._say(text), Style.SMALL if is_small else Style.BODY)], text)

    def facts(self, rows: Iterable[tuple[str, object]]) -> Self:
        """Add labels and their values."""
        kept = list(rows)

        def block() -> list[Flowable]:
            cells = [[Text(self._say(k), Style.LABEL), Text(self._say(v), Style.CELL)] for k, v in kept]
            return [grid(cells, widths=_shares([24, 76]))] if cells else []

        return self._add(block, *(part for row in kept for part in row))

    def table(
        self,
        headers: Sequence[str | tuple[str, str]],
        rows: Iterable[Sequence[object]],
        *,
        widths: Sequence[float] | None = None,
    ) -> Self:
        """Add a table whose head is repeated on every page.

        A header is a text, or a pair of text and ``number`` for figures on the right; ``widths`` are shares.
        """
        heads = [(head, "") if isinstance(head, str) else head for head in headers]
        kept = [list(row) for row in rows]
        shares = _shares(widths or [1] * len(heads))

        def block() -> list[Flowable]:
            cells = [[Text(self._say(text), Style.HEAD, align=align) for text, align in heads]]
            cells += [
                [Text(self._say(v), Style.CELL, align=align) for v, (_, align) in zip(row, heads, strict=True)]
                for row in kept
            ]
            return [grid(cells, widths=shares, has_head=True)]

        return self._add(block, *(text for text, _ in heads), *(value for row in kept for value in row))

    def items(self, texts: Iterable[str]) -> Self:
        """Add a numbered list."""
        kept = list(texts)

        def block() -> list[Flowable]:
            cells = [[Text(f"{n}.", Style.LABEL), Text(self._say(text), Style.BODY)] for n, text in enumerate(kept, 1)]
            return [grid(cells, widths=_shares([6, 94]), has_lines=False)] if cells else []

        return self._add(block, *kept)

    def signatures(self, signers: Iterable[tuple[str, str, datetime | None]]) -> Self:
        """Add who confirmed in which capacity and when; without an instant a line to sign by hand."""
        kept = list(signers)

        def block() -> list[Flowable]:
            heads = [pgettext("paper", "Capacity"), pgettext("paper", "Name"), pgettext("paper", "Confirmed")]
            cells = [[Text(text, Style.HEAD) for text in heads]]
            cells += [
                [
                    Text(self._say(capacity), Style.CELL),
                    Text(name, Style.CELL),
                    Text(formats.instant_in_words(at), Style.CELL) if at else Text("", Style.SIGNATURE),
                ]
                for capacity, name, at in kept
            ]
            return [grid(cells, widths=_shares([30, 30, 40]), has_head=True)]

        return self._add(block, *(part for signer in kept for part in signer[:2]))

    def qr_code(self, text: str) -> Self:
        """Add a QR code of a text; ValueError if it is longer than a code can hold."""
        code = qr_of(text)
        return self._add(lambda: [Square(code)])

    def page_break(self) -> Self:
        """Go on on a new page."""
        self._blocks.append(lambda: [PageBreak()])
        return self

    def render(self) -> bytes:
        """Return the PDF; :class:`NotPrintable` names every character that the fonts lack."""
        with override(self.language), _drawing:
            if lacking := missing_characters("".join(self._texts)):
                raise NotPrintable(lacking)
            _, pages = self._build(pages=0)
            return self._build(pages=pages)[0]

    def _add(self, block: Block, *values: object) -> Self:
        self._blocks.append(block)
        with override(self.language):
            self._texts += [self._say(value) for value in values]
        return self

    def _say(self, value: object) -> str:
        if isinstance(value, Reason):
            return value.translated(gettext)
        return str(value) if isinstance(value, str) else formats.plain(value)

    def _build(self, *, pages: int) -> tuple[bytes, int]:
        """Draw everything once; the number of pages is known only after the first time."""
        _characters()
        stream = BytesIO()
        document = BaseDocTemplate(
            stream,
            pagesize=A4,
            invariant=1,
            initialFontName=REGULAR,
            title=self.title,
            author=gettext("Yangguang public resource trading"),
            subject=self.number,
            creator="Yangguang",
            producer="Yangguang",
            lang=self.language,
        )

        def foot(canvas: Canvas, _document: BaseDocTemplate) -> None:
            self._draw_foot(canvas, pages)

        def head_and_foot(canvas: Canvas, _document: BaseDocTemplate) -> None:
            self._draw_head(canvas)
            self._draw_foot(canvas, pages)

        document.addPageTemplates(
            [
                PageTemplate("first", [_frame(_TOP)], onPage=foot),
                PageTemplate("later", [_frame(_LATER_TOP)], onPage=head_and_foot),
            ]
        )
        document.build([NextPageTemplate("later"), *self._masthead(), *(f for b in self._blocks for f in b())])
        return stream.getvalue(), document.page

    def _masthead(self) -> list[Flowable]:
        lines = [
            pgettext("paper", "Number") + f"  {self.number}",
            pgettext("paper", "Made at") + f"  {formats.instant_in_words(self.made_at)}",
            gettext("Verification code") + f"  {self.code}",
        ]
        brand = gettext("Yangguang public resource trading")
        if settings.YANGGUANG_DEMO:
            brand += f"  ·  {_demo_words()}"
        return [Masthead(brand, self.title, lines, self.url, pgettext("paper", "Public page")), Rule()]

    def _draw_head(self, canvas: Canvas) -> None:
        canvas.saveState()
        canvas.setFont(REGULAR, 8)
        number = self.number + (f"  ·  {_demo_words()}" if settings.YANGGUANG_DEMO else "")
        room = _COLUMN - canvas.stringWidth(number, REGULAR, 8) - 6 * mm
        title = self.title
        while canvas.stringWidth(title, REGULAR, 8) > room:
            title = f"{title.removesuffix('…')[:-1]}…"
        canvas.drawString(_SIDE, _HEIGHT - 15 * mm, title)
        canvas.drawRightString(_WIDTH - _SIDE, _HEIGHT - 15 * mm, number)
        canvas.setLineWidth(0.5)
        canvas.line(_SIDE, _HEIGHT - 17 * mm, _WIDTH - _SIDE, _HEIGHT - 17 * mm)
        canvas.restoreState()

    def _draw_foot(self, canvas: Canvas, pages: int) -> None:
        canvas.saveState()
        canvas.setLineWidth(0.5)
        canvas.line(_SIDE, 20 * mm, _WIDTH - _SIDE, 20 * mm)
        canvas.setFont(REGULAR, 7)
        canvas.drawString(_SIDE, 16.2 * mm, gettext("Digest of the data") + f"  SHA-256 {self.digest}")
        canvas.drawString(_SIDE, 12.6 * mm, gettext("Verification code") + f"  {self.code}   {self.url}")
        canvas.setFont(BOLD, 8)
        words = gettext("Page {page} of {pages}").format(page=canvas.getPageNumber(), pages=pages)
        canvas.drawRightString(_WIDTH - _SIDE, 16.2 * mm, words)
        canvas.restoreState()


def _frame(top: float) -> Frame:
    return Frame(
        _SIDE,
        _BOTTOM,
        _COLUMN,
        _HEIGHT - _BOTTOM - top,
        leftPadding=0,
        rightPadding=0,
        topPadding=0,
        bottomPadding=0,
    )


def _shares(widths: Sequence[float]) -> list[float]:
    return [_COLUMN * width / sum(widths) for width in widths]


def _demo_words() -> str:
    return gettext("Demonstration, without legal effect")


@cache
def _characters() -> frozenset[int]:
    """Register the fonts, once, and return the characters that both can draw."""
    known: list[set[int]] = []
    for name, file in ((REGULAR, "NotoSansSC-Regular.ttf"), (BOLD, "NotoSansSC-Bold.ttf")):
        font = TTFont(name, str(_FONTS / file))
        pdfmetrics.registerFont(font)
        known.append(set(font.face.charToGlyph))
    drawable = known[0] & known[1]
    return frozenset(code for code in drawable if unicodedata.category(chr(code)) not in {"Cc", "Cf", "Cs", "Co"})
