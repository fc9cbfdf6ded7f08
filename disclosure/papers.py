"""Notices on paper: the parts that the page shows, in the frame of every document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language

from core.pages import Paper
from core.reasons import reason
from disclosure.notice_sheets import parts_of, title_of
from disclosure.sheets import Facts, Lines, Signatures, Table, Words

if TYPE_CHECKING:
    from core.reasons import Reason
    from disclosure.sheets import Part
    from trading.models import Notice


def notice_pdf(notice: Notice) -> bytes:
    """Return a notice as PDF in the reader's language; the same data give the same bytes."""
    paper = Paper(
        reason("{code}: {title}", code=title_of(notice), title=notice.data.get("title", notice.project.title)),
        number=notice.number,
        url=public_address(notice),
        digest=notice.digest,
        made_at=notice.published_at,
        language=get_language() or settings.LANGUAGE_CODE,
    )
    for part in parts_of(notice):
        add_part(paper, part)
    return paper.render()


def public_address(notice: Notice) -> str:
    """Return where the notice stands in public."""
    return f"{settings.PUBLIC_URL}{reverse('disclosure:notice', kwargs={'number': notice.number})}"


def add_part(paper: Paper, part: Part) -> None:
    """Add a part with its heading; texts, tables and signatures as paper has them."""
    paper.heading(part.title)
    match part:
        case Facts():
            paper.facts((label, value) for label, value in part.rows)
        case Table():
            if part.rows:
                paper.table([_head(head) for head in part.heads], part.rows, widths=part.widths or None)
            else:
                paper.paragraph(part.empty)
        case Words():
            paper.paragraph(part.text)
        case Lines():
            paper.items(part.lines)
        case Signatures():
            paper.signatures(part.rows)


def _head(head: Reason | tuple[Reason, str]) -> str | tuple[str, str]:
    """Return a head as paper wants it: figures stand on the right, everything else on the left."""
    if isinstance(head, str):
        return head
    return head if head[1] == "number" else head[0]
