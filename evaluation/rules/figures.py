"""What a method looks at: the figures of each bid, and how they are read from JSON.

Amounts carry their currency; two currencies in one calculation are refused. A bid is named by a label that the
caller chooses (a public number, a code); the label is all that a result says of the bidder.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from core.reasons import Reason, reason
from evaluation.rules.exact import read_number, written

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from decimal import Decimal

MEMBER = re.compile(r"[A-Za-z0-9._-]{1,40}")
CURRENCY = re.compile(r"[A-Z]{3}")
LONGEST_LABEL = 200


@dataclass(frozen=True, kw_only=True, order=True)
class Adjustment:
    """A lump sum that the committee adds to (or, below zero, takes from) a price, on a ground of the documents."""

    ground: str
    amount: Decimal


@dataclass(frozen=True, kw_only=True, order=True)
class Score:
    """The points that one member gives a bid under one criterion."""

    criterion: str
    member: str
    points: Decimal


@dataclass(frozen=True, kw_only=True)
class BidFigures:
    """One valid bid: ``price`` in ``currency`` (ISO 4217), ``months`` of work, policy ``deductions`` it may claim.

    ``technical`` is a technical score known from elsewhere, used to break ties where nothing is scored here.
    """

    bid: str
    price: Decimal
    currency: str
    technical: Decimal | None = None
    months: Decimal | None = None
    adjustments: tuple[Adjustment, ...] = ()
    deductions: tuple[str, ...] = ()
    scores: tuple[Score, ...] = ()

    def as_json(self) -> dict[str, object]:
        """Return the bid as JSON, as :func:`read_bids` reads it: numbers as text, what is empty left out."""
        data: dict[str, object] = {"bid": self.bid, "price": written(self.price), "currency": self.currency}
        if self.technical is not None:
            data["technical"] = written(self.technical)
        if self.months is not None:
            data["months"] = written(self.months)
        if self.adjustments:
            data["adjustments"] = [{"ground": item.ground, "amount": written(item.amount)} for item in self.adjustments]
        if self.deductions:
            data["deductions"] = list(self.deductions)
        if self.scores:
            sheets: dict[str, dict[str, str]] = {}
            for score in self.scores:
                sheets.setdefault(score.criterion, {})[score.member] = written(score.points)
            data["scores"] = sheets
        return data


def in_one_order(bids: Iterable[BidFigures]) -> tuple[BidFigures, ...]:
    """Return the bids by label, and what each holds sorted, so that the order of arrival cannot matter."""
    ordered = sorted(bids, key=lambda figures: figures.bid)
    return tuple(
        replace(
            figures,
            adjustments=tuple(sorted(figures.adjustments)),
            deductions=tuple(sorted(figures.deductions)),
            scores=tuple(sorted(figures.scores)),
        )
        for figures in ordered
    )


def figures_objections(bids: Sequence[BidFigures], *, currency: str) -> tuple[Reason, ...]:
    """Return every reason why these bids cannot be compared; ``currency`` is the documents', or empty."""
    reasons = [] if bids else [reason("there is no bid to evaluate")]
    counted = Counter(figures.bid for figures in bids)
    reasons += [reason("bid {bid} appears twice", bid=bid) for bid, n in counted.items() if n > 1]
    for figures in bids:
        reasons += _bid_objections(figures)
    currencies = sorted({figures.currency for figures in bids})
    if currency and any(found != currency for found in currencies):
        reasons.append(
            reason(
                "the documents ask for {currency}, and bids are in {found}",
                currency=currency,
                found=", ".join(currencies),
            )
        )
    elif len(currencies) > 1:
        reasons.append(reason("bids in different currencies cannot be compared: {found}", found=", ".join(currencies)))
    return tuple(reasons)


def _bid_objections(figures: BidFigures) -> list[Reason]:
    reasons = []
    bid = figures.bid
    if not bid.strip() or len(bid) > LONGEST_LABEL:
        reasons.append(reason("a bid needs a label of 1 to {n} characters", n=str(LONGEST_LABEL)))
    if not CURRENCY.fullmatch(figures.currency):
        reasons.append(
            reason("bid {bid}: a currency is three capital letters, not {found}", bid=bid, found=repr(figures.currency))
        )
    known = {"price": figures.price, "months": figures.months, "technical": figures.technical}
    for name, number in known.items():
        if number is not None and read_number(number) is None:
            reasons.append(reason("bid {bid}: {name} is not a number in plain digits", bid=bid, name=name))
        elif number is not None and (number < 0 or (number == 0 and name != "technical")):
            reasons.append(reason("bid {bid}: {name} must be above zero", bid=bid, name=name))
    inner = [item.amount for item in figures.adjustments] + [score.points for score in figures.scores]
    if any(read_number(number) is None for number in inner):
        reasons.append(reason("bid {bid}: an amount or a score is not a number in plain digits", bid=bid))
    given = Counter((score.criterion, score.member) for score in figures.scores)
    reasons += [
        reason("bid {bid}: {member} scored {criterion} twice", bid=bid, member=member, criterion=criterion)
        for (criterion, member), n in given.items()
        if n > 1
    ]
    reasons += [
        reason(
            "bid {bid}: a member is named by letters, digits, dots and hyphens, not {member}",
            bid=bid,
            member=repr(member),
        )
        for member in sorted({score.member for score in figures.scores if not MEMBER.fullmatch(score.member)})
    ]
    return reasons


FIELDS = ("bid", "price", "currency", "technical", "months", "adjustments", "deductions", "scores")


def read_bids(raw: object) -> tuple[tuple[BidFigures, ...], tuple[Reason, ...]]:
    """Read a JSON list of bids; the second value is every reason why it cannot be read."""
    if not isinstance(raw, list):
        return (), (reason("bids are a list"),)
    bids: list[BidFigures] = []
    reasons: list[Reason] = []
    for position, entry in enumerate(raw, start=1):
        figures, problems = _read_bid(entry, place=str(position))
        reasons += problems
        if figures is not None:
            bids.append(figures)
    return tuple(bids), tuple(reasons)


def _read_bid(entry: object, *, place: str) -> tuple[BidFigures | None, list[Reason]]:
    if not isinstance(entry, dict):
        return None, [reason("bid no. {place} is not an object", place=place)]
    label = entry.get("bid")
    name = label if isinstance(label, str) else reason("no. {place}", place=place)
    reasons = [
        reason("bid {bid}: unknown field {field}", bid=name, field=str(key)) for key in entry if key not in FIELDS
    ]
    reasons += [
        reason("bid {bid}: {field} is a text", bid=name, field=field)
        for field in ("bid", "currency")
        if not isinstance(entry.get(field), str)
    ]
    numbers = {field: read_number(entry.get(field)) for field in ("price", "technical", "months")}
    reasons += [
        reason("bid {bid}: {name} is not a number in plain digits", bid=name, name=field)
        for field, number in numbers.items()
        if number is None and (field == "price" or entry.get(field) is not None)
    ]
    adjustments = _read_adjustments(entry.get("adjustments", []))
    deductions = entry.get("deductions", [])
    scores = _read_scores(entry.get("scores", {}))
    if adjustments is None:
        reasons.append(reason("bid {bid}: adjustments are a list of objects with ground and amount", bid=name))
    if not isinstance(deductions, list) or not all(isinstance(item, str) for item in deductions):
        reasons.append(reason("bid {bid}: deductions are a list of words", bid=name))
    if scores is None:
        reasons.append(reason("bid {bid}: scores map a criterion to members and their points", bid=name))
    price = numbers["price"]
    if reasons or price is None or adjustments is None or scores is None:
        return None, reasons
    return BidFigures(
        bid=entry["bid"],
        price=price,
        currency=entry["currency"],
        technical=numbers["technical"],
        months=numbers["months"],
        adjustments=adjustments,
        deductions=tuple(deductions),
        scores=scores,
    ), []


def _read_adjustments(raw: object) -> tuple[Adjustment, ...] | None:
    if not isinstance(raw, list):
        return None
    items: list[Adjustment] = []
    for entry in raw:
        if not isinstance(entry, dict) or set(entry) != {"ground", "amount"}:
            return None
        amount = read_number(entry["amount"])
        if amount is None or not isinstance(entry["ground"], str):
            return None
        items.append(Adjustment(ground=entry["ground"], amount=amount))
    return tuple(items)


def _read_scores(raw: object) -> tuple[Score, ...] | None:
    if not isinstance(raw, dict) or not all(isinstance(sheet, dict) for sheet in raw.values()):
        return None
    items: list[Score] = []
    for criterion, sheet in raw.items():
        for member, given in sheet.items():
            points = read_number(given)
            if points is None:
                return None
            items.append(Score(criterion=str(criterion), member=str(member), points=points))
    return tuple(items)
