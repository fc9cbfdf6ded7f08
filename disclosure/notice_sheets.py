"""The sheet of a notice by its code; whatever a notice states beyond the known fields is shown all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.reasons import Reason, reason
from disclosure import announcements, results
from disclosure.sheets import Facts, Lines, Reader, Signatures, Table, Words, facts, said
from trading.names import Code, label

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from disclosure.sheets import Part
    from trading.models import Notice

_BODIES: Mapping[Code, Callable[[Reader], Iterator[Part]]] = {
    Code.PLAN: announcements.tender_notice,
    Code.NOTICE: announcements.tender_notice,
    Code.AMEND: announcements.amendment,
    Code.SUSPEND: announcements.hold,
    Code.RESUME: announcements.hold,
    Code.OPENING: results.opening_record,
    Code.CANDIDATE: results.candidates,
    Code.AWARD: results.award,
    Code.AWARD_LETTER: results.award,
    Code.AWARD_FELL: results.fall,
    Code.FAIL: announcements.end,
    Code.TERMINATE: announcements.end,
    Code.CONTRACT: results.contract,
    Code.CONTRACT_CHANGE: results.contract,
    Code.PERFORM: results.contract,
    Code.OBJECTION: announcements.answer,
}


def parts_of(notice: Notice) -> list[Part]:
    """Return what a notice says, in order; parts without content are left out."""
    read = Reader(notice.data)
    parts: list[Part] = [announcements.basics(read)]
    body = _BODIES.get(Code(notice.code))
    parts += list(body(read)) if body else []
    if Code(notice.code) in (Code.FAIL, Code.TERMINATE):
        parts += results.rejections(read)
    parts.append(facts(reason("Further particulars"), [(key, said(value)) for key, value in read.left()]))
    return [part for part in parts if _has_content(part)]


def title_of(notice: Notice) -> Reason:
    """Return the name of the notice's kind."""
    return label(Code(notice.code))


def _has_content(part: Part) -> bool:
    match part:
        case Facts() | Signatures():
            return bool(part.rows)
        case Table():
            return bool(part.rows or part.empty)
        case Words():
            return bool(part.text)
        case Lines():
            return bool(part.lines)
