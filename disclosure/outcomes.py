"""What came out of a lot, the newest first, and the worked calculation once the result is public."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.money import Money
from core.reasons import Reason, reason
from disclosure.announcements import end
from disclosure.names import Item
from disclosure.notice_sheets import title_of
from disclosure.results import summary_of
from disclosure.rules import is_public
from disclosure.sheets import Lines, Reader, table
from evaluation.models import Calculation
from evaluation.rules.calculation import read_calculation
from trading.names import Code, RefusalGround
from trading.names import label as trading_label

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet
    from datetime import datetime

    from disclosure.names import Phase
    from disclosure.sheets import Part, Table
    from evaluation.rules.calculation import Calculation as Worked
    from trading.models import Award, Lot, Notice

# The notices that tell a result, in the order of the law.
RESULTS = (
    Code.OPENING,
    Code.CANDIDATE,
    Code.AWARD,
    Code.AWARD_FELL,
    Code.FAIL,
    Code.TERMINATE,
    Code.CONTRACT,
    Code.CONTRACT_CHANGE,
    Code.PERFORM,
)
_AFTER_AN_AWARD = frozenset({Code.AWARD, Code.CONTRACT, Code.CONTRACT_CHANGE, Code.PERFORM})


@dataclass(frozen=True)
class Outcome:
    """One published result: its notice, what it says, and whether it was overtaken."""

    title: Reason
    notice: Notice
    parts: list[Part]
    is_past: bool


def outcomes_of(lot: Lot) -> list[Outcome]:
    """Return the published results of a lot; of an award that fell it is said that it fell. Notices are prefetched."""
    found = [notice for notice in lot.notices.all() if Code(notice.code) in RESULTS]
    newest = {Code(notice.code): notice.pk for notice in found}
    fallen = [award for award in lot.awards.all() if award.fell_at is not None]
    return [
        Outcome(
            title_of(notice),
            notice,
            summary_of(notice.code, Reader(notice.data)),
            is_past=_is_past(notice, newest, fallen),
        )
        for notice in sorted(found, key=lambda notice: notice.pk, reverse=True)
    ]


def end_of(lot: Lot) -> list[Part]:
    """Return why a lot ended early where the notice of it belongs to the whole project; else nothing."""
    if not lot.failure or any(notice.code in (Code.FAIL, Code.TERMINATE) for notice in lot.notices.all()):
        return []
    return list(end(Reader({"failure": lot.failure})))


def calculation_of(lot: Lot, phases: AbstractSet[Phase]) -> list[Part]:
    """Return the worked calculation with the bidders' names, once the result is public; else nothing."""
    if not is_public(Item.CALCULATION, phases):
        return []
    row = Calculation.objects.filter(lot=lot).first()
    if row is None:
        return []
    worked, names = read_calculation(row.document), names_of(lot)
    parts: list[Part] = [_ranking(worked, names)]
    if worked.preamble:
        parts.append(Lines(reason("For all bids"), tuple(renamed(line, names) for line in worked.preamble)))
    parts += [
        Lines(names.get(bid.bid, bid.bid), tuple(renamed(line, names) for line in bid.lines)) for bid in worked.worked
    ]
    return parts


def names_of(lot: Lot) -> dict[str, str]:
    """Return the bidders' names by number, as the opening record states them."""
    records = [notice.data for notice in lot.notices.all() if notice.code == Code.OPENING]
    return {str(bid.get("bidder_number")): str(bid.get("bidder")) for data in records for bid in data.get("bids", [])}


def renamed(line: Reason, names: Mapping[str, str]) -> Reason:
    """Return a sentence with bidders' numbers replaced by their names."""
    params = {key: _renamed(value, names) for key, value in line.params.items()}
    return Reason(line.msgid, **params)


def fallen_of(lot: Lot) -> list[tuple[datetime, Reason]]:
    """Return when awards of a lot fell, and for which ground; whose they were, their announcements tell."""
    return [
        (award.fell_at, trading_label(RefusalGround(award.fell_ground)))
        for award in lot.awards.all()
        if award.fell_at is not None
    ]


def winner_of(award: Award | None) -> tuple[str, Money] | None:
    """Return winner and amount of a standing, announced award."""
    return None if award is None else (award.organisation.name, Money(award.amount, award.currency))


def _renamed(value: object, names: Mapping[str, str]) -> object:
    if isinstance(value, Reason):
        return renamed(value, names)
    return names.get(str(value), value)


def _ranking(worked: Worked, names: Mapping[str, str]) -> Table:
    heads = (
        (reason("Rank"), "number"),
        reason("Bidder"),
        (reason("Price"), "number"),
        (reason("Evaluated price"), "number"),
        (reason("Score"), "number"),
    )
    currencies = {figures.bid: figures.currency for figures in worked.inputs}
    rows = [
        (
            place.rank,
            names.get(place.bid, place.bid),
            Money(place.price, currencies[place.bid]),
            Money(place.evaluated_price, currencies[place.bid]),
            place.score,
        )
        for place in worked.ranking
    ]
    return table(reason("Ranking"), heads, rows)


def _is_past(notice: Notice, newest: Mapping[Code, int], fallen: list[Award]) -> bool:
    """Return whether an award announcement (or what followed it) belongs to an award that fell afterwards."""
    code = Code(notice.code)
    if code not in _AFTER_AN_AWARD:
        return False
    fell_later = any(award.fell_at and award.fell_at >= notice.published_at for award in fallen)
    return fell_later or (newest[code] != notice.pk and code is Code.AWARD)
