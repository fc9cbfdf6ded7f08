"""What documents are built of: text set by our own line breaking, grids, the masthead, the QR code."""

from __future__ import annotations

from enum import Enum
from functools import lru_cache, partial
from typing import TYPE_CHECKING, NamedTuple

from reportlab.graphics.barcode.qrencoder import QR8bitByte, QRCode, QRErrorCorrectLevel
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Flowable, Table

from core.typesetting import break_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reportlab.pdfgen.canvas import Canvas

REGULAR, BOLD = "YangguangSans", "YangguangSans-Bold"
INK, SOFT, LINE = HexColor("#17212e"), HexColor("#4b5a6b"), HexColor("#b9c2cd")
BLUE, CINNABAR = HexColor("#0f2f5c"), HexColor("#b3311d")
_QR = 25 * mm
_PADDING = 4.0
_MOST_LINES = 30  # of one row: well below the height of a page
MOST_IN_A_CODE = 2_331  # bytes in the largest code (ISO/IEC 18004, version 40, level M)
_LEAST_MODULE = 0.5 * mm
_QUIET = 4  # modules of white around a QR code (ISO/IEC 18004, 5.3.8)


class _Look(NamedTuple):
    """A font with its size and the space it takes, in points."""

    font: str
    size: float
    leading: float
    before: float
    after: float
    colour: Color


class Style(Enum):
    """The few looks that text has on paper."""

    TITLE = _Look(BOLD, 17, 24, 0, 4, INK)
    HEADING = _Look(BOLD, 11.5, 16, 9, 4, BLUE)
    BODY = _Look(REGULAR, 9.5, 15, 0, 4, INK)
    SMALL = _Look(REGULAR, 8, 12, 0, 3, SOFT)
    LABEL = _Look(REGULAR, 9, 13.5, 0, 0, SOFT)
    CELL = _Look(REGULAR, 9, 13.5, 0, 0, INK)
    HEAD = _Look(BOLD, 8.5, 13, 0, 0, INK)
    SIGNATURE = _Look(REGULAR, 9, 24, 0, 0, INK)


class Text(Flowable):  # type: ignore[misc]  # the library is untyped
    """Plain text in one look, broken into lines by our own rules."""

    def __init__(self, text: str, style: Style, *, align: str = "", lines: list[str] | None = None) -> None:
        super().__init__()
        self.text, self.style, self.align = text, style, align
        self.lines = lines

    def getSpaceBefore(self) -> float:  # noqa: N802  (the library's name)
        return self.style.value.before

    def getSpaceAfter(self) -> float:  # noqa: N802  (the library's name)
        return self.style.value.after

    def wrap(self, width: float, _height: float) -> tuple[float, float]:
        look = self.style.value
        self.width = width
        self.set = self.lines if self.lines is not None else list(_lines(self.text, self.style, width))
        self.height = len(self.set) * look.leading
        return width, self.height

    def split(self, width: float, height: float) -> list[Flowable]:
        self.wrap(width, height)
        room = int(height // self.style.value.leading)
        if room < 1:
            return []
        halves = [self.set[:room], self.set[room:]]
        return [Text(self.text, self.style, align=self.align, lines=half) for half in halves if half]

    def draw(self) -> None:
        look = self.style.value
        canvas: Canvas = self.canv
        canvas.setFont(look.font, look.size)
        canvas.setFillColor(look.colour)
        base = self.height - look.leading + (look.leading - look.size) / 2 + look.size * 0.14
        for n, line in enumerate(self.set):
            y = base - n * look.leading
            if self.align == "number":
                canvas.drawRightString(self.width, y, line)
            else:
                canvas.drawString(0, y, line)


@lru_cache(maxsize=2**14)  # a document is drawn twice, and a table measures each cell more than once
def _lines(text: str, style: Style, width: float) -> tuple[str, ...]:
    look = style.value
    return tuple(break_lines(text, width=width, measure=partial(stringWidth, fontName=look.font, fontSize=look.size)))


class Rule(Flowable):  # type: ignore[misc]  # the library is untyped
    """The line under the masthead."""

    def wrap(self, width: float, _height: float) -> tuple[float, float]:
        self.width = width
        return width, 5 * mm

    def draw(self) -> None:
        self.canv.setStrokeColor(BLUE)
        self.canv.setLineWidth(1.4)
        self.canv.line(0, 3 * mm, self.width, 3 * mm)


class Masthead(Flowable):  # type: ignore[misc]  # the library is untyped
    """The head of the first page: the mark, the title, what identifies the document, and the QR code."""

    def __init__(self, brand: str, title: str, lines: Sequence[str], url: str, caption: str) -> None:
        super().__init__()
        self.brand, self.title, self.lines_below, self.url, self.caption = brand, title, lines, url, caption

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        self.width = width
        self.heading = Text(self.title, Style.TITLE)
        _, self.title_height = self.heading.wrap(width - _QR - 8 * mm, height)
        below = len(self.lines_below) * 13
        self.height = max(10 * mm + self.title_height + 4 + below, _QR + 6 * mm)
        return width, self.height

    def draw(self) -> None:
        canvas: Canvas = self.canv
        top = self.height
        _draw_mark(canvas, 0, top - 6 * mm, 6 * mm)
        canvas.setFillColor(SOFT)
        canvas.setFont(REGULAR, 9)
        canvas.drawString(8 * mm, top - 4.2 * mm, self.brand)
        self.heading.drawOn(canvas, 0, top - 10 * mm - self.title_height)
        canvas.setFillColor(SOFT)
        canvas.setFont(REGULAR, 8.5)
        y = top - 10 * mm - self.title_height - 13
        for line in self.lines_below:
            canvas.drawString(0, y, line)
            y -= 13
        draw_qr(canvas, self.url, self.width - _QR, top - _QR, _QR)
        canvas.setFillColor(SOFT)
        canvas.setFont(REGULAR, 7.5)
        canvas.drawCentredString(self.width - _QR / 2, top - _QR - 3 * mm, self.caption)


def _draw_mark(canvas: Canvas, x: float, y: float, side: float) -> None:
    """Draw the platform's mark: a seal with the old sign of the sun."""
    canvas.setFillColor(CINNABAR)
    canvas.roundRect(x, y, side, side, side / 8, stroke=0, fill=1)
    canvas.setStrokeColor(HexColor("#ffffff"))
    canvas.setFillColor(HexColor("#ffffff"))
    canvas.setLineWidth(side * 0.085)
    canvas.circle(x + side / 2, y + side / 2, side * 0.27, stroke=1, fill=0)
    canvas.circle(x + side / 2, y + side / 2, side * 0.08, stroke=0, fill=1)


class Square(Flowable):  # type: ignore[misc]  # the library is untyped
    """A QR code of its own; ``side`` grows with what is in it, so that a telephone can read it."""

    def __init__(self, code: QRCode) -> None:
        super().__init__()
        self.code = code
        self.side = max(30 * mm, (self.code.getModuleCount() + 2 * _QUIET) * _LEAST_MODULE)

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        return self.side, self.side

    def draw(self) -> None:
        _draw_code(self.canv, self.code, 0, 0, self.side)


def qr_of(text: str, *, level: int = QRErrorCorrectLevel.L) -> QRCode:
    """Return the QR code of a text as UTF-8; ValueError if it is longer than a code can hold."""
    data = text.encode()
    if len(data) > MOST_IN_A_CODE:
        raise ValueError(f"{len(data)} bytes do not fit into a QR code")
    code = QRCode(None, level)
    code.addData(QR8bitByte(data))
    code.make()
    return code


def draw_qr(canvas: Canvas, text: str, x: float, y: float, side: float) -> None:
    """Draw a QR code of ``text`` into the square at (x, y), with its quiet zone inside the square."""
    _draw_code(canvas, qr_of(text, level=QRErrorCorrectLevel.M), x, y, side)


def _draw_code(canvas: Canvas, code: QRCode, x: float, y: float, side: float) -> None:
    count = code.getModuleCount()
    module = side / (count + 2 * _QUIET)
    canvas.setFillColor(HexColor("#000000"))
    path = canvas.beginPath()
    for row in range(count):
        for column in range(count):
            if code.isDark(row, column):
                path.rect(x + (column + _QUIET) * module, y + side - (row + _QUIET + 1) * module, module, module)
    canvas.drawPath(path, stroke=0, fill=1)


def _parted(row: list[Text], widths: Sequence[float]) -> list[list[Text]]:
    """Return the row, or, where it would be too tall for a page, several that go on from each other."""
    lines = [list(_lines(cell.text, cell.style, width - 2 * _PADDING)) for cell, width in zip(row, widths, strict=True)]
    longest = max(map(len, lines))
    if longest <= _MOST_LINES:
        return [row]
    return [
        [
            Text(cell.text, cell.style, align=cell.align, lines=texts[start : start + _MOST_LINES])
            for cell, texts in zip(row, lines, strict=True)
        ]
        for start in range(0, longest, _MOST_LINES)
    ]


def grid(cells: list[list[Text]], *, widths: Sequence[float], has_head: bool = False, has_lines: bool = True) -> Table:
    """Return a table of texts; its head is repeated on every page, a row that is too tall is parted."""
    rules: list[tuple[object, ...]] = [
        ("FONTNAME", (0, 0), (-1, -1), REGULAR),  # else the library enters a font that is not embedded
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), _PADDING),
        ("RIGHTPADDING", (0, 0), (-1, -1), _PADDING),
        ("TOPPADDING", (0, 0), (-1, -1), 3),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
    ]
    if has_lines:
        rules.append(("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE))
        rules.append(("LINEABOVE", (0, 0), (-1, 0), 0.8 if has_head else 0.4, BLUE if has_head else LINE))
    if has_head:
        rules.append(("LINEBELOW", (0, 0), (-1, 0), 0.8, BLUE))
        rules.append(("BACKGROUND", (0, 0), (-1, 0), HexColor("#eef2f8")))
    return Table(
        [[[cell] for cell in part] for row in cells for part in _parted(row, widths)],
        colWidths=list(widths),
        repeatRows=1 if has_head else 0,
        style=rules,
        spaceBefore=2 * mm,
        spaceAfter=3 * mm,  # not a spacer, which alone would begin another page
    )
