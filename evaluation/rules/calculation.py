"""The result of a method with everything that went in, written down and read back without loss.

Stored form: JSON values only, numbers as text, sentences as message id and parameters. What cannot be read in
exactly this form raises Tampered; it is never repaired.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from core.errors import Tampered
from core.reasons import Reason
from evaluation.rules.exact import written
from evaluation.rules.figures import BidFigures, read_bids
from evaluation.rules.ties import Choice, Ranked, TieRule

if TYPE_CHECKING:
    from collections.abc import Mapping

STORED_NUMBER = re.compile(r"-?[0-9]{1,60}(\.[0-9]{1,12})?")  # sums are longer than what may be put in


@dataclass(frozen=True, kw_only=True)
class Worked:
    """The worked calculation of one bid, line by line."""

    bid: str
    lines: tuple[Reason, ...]


@dataclass(frozen=True, kw_only=True)
class Calculation:
    """A result with its inputs: ``method`` is the versioned id, ``parameters`` are complete with defaults.

    ``inputs`` are in the order of their labels; ``worked`` and ``ranking`` in the order of rank.
    """

    method: str
    parameters: Mapping[str, object]
    inputs: tuple[BidFigures, ...]
    choices: tuple[Choice, ...]
    benchmark: Decimal | None
    preamble: tuple[Reason, ...]
    worked: tuple[Worked, ...]
    ranking: tuple[Ranked, ...]

    def as_json(self) -> dict[str, object]:
        """Return the calculation as JSON values only: numbers as text, sentences with message id and parameters."""
        return written_calculation(self)

    @classmethod
    def from_json(cls, data: object) -> Calculation:
        """Read what :meth:`as_json` wrote; raises Tampered if it is anything else. It is not calculated again."""
        return read_calculation(data)

    def ties(self) -> tuple[tuple[str, ...], ...]:
        """Return the groups of bids that are still tied, best first."""
        groups = {place.rank: tuple(sorted((place.bid, *place.tied_with))) for place in self.ranking if place.tied_with}
        return tuple(groups[number] for number in sorted(groups))


def written_calculation(calculation: Calculation) -> dict[str, object]:
    """Return a calculation as JSON values (text, whole numbers, null, lists, objects)."""
    return {
        "method": calculation.method,
        "parameters": dict(calculation.parameters),
        "inputs": [figures.as_json() for figures in calculation.inputs],
        "choices": [choice.as_json() for choice in calculation.choices],
        "benchmark": _number(calculation.benchmark),
        "preamble": [written_reason(line) for line in calculation.preamble],
        "worked": [
            {"bid": worked.bid, "lines": [written_reason(line) for line in worked.lines]}
            for worked in calculation.worked
        ],
        "ranking": [_written_place(place) for place in calculation.ranking],
    }


def written_reason(sentence: Reason) -> dict[str, object]:
    """Return a sentence as its message id and parameters; a parameter is a text or again a sentence."""
    params = {
        name: written_reason(value) if isinstance(value, Reason) else str(value)
        for name, value in sentence.params.items()
    }
    return {"msgid": sentence.msgid, "params": params}


def _written_place(place: Ranked) -> dict[str, object]:
    return {
        "rank": place.rank,
        "bid": place.bid,
        "price": written(place.price),
        "evaluated_price": written(place.evaluated_price),
        "score": _number(place.score),
        "technical": _number(place.technical),
        "settled_by": None if place.settled_by is None else str(place.settled_by),
        "tied_with": list(place.tied_with),
    }


def _number(value: Decimal | None) -> str | None:
    return None if value is None else written(value)


def read_calculation(data: Any) -> Calculation:
    """Return the calculation that :func:`written_calculation` wrote; raises Tampered for anything else."""
    try:
        calculation = _calculation(data)
        same = written_calculation(calculation) == data
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise Tampered("this is not a stored calculation") from error
    if not same:
        raise Tampered("this is not a stored calculation")
    return calculation


def _calculation(data: Any) -> Calculation:
    inputs, reasons = read_bids(data["inputs"])
    if reasons:
        raise ValueError(reasons)
    return Calculation(
        method=data["method"],
        parameters=dict(data["parameters"]),
        inputs=inputs,
        choices=tuple(Choice(order=tuple(entry["order"]), ground=entry["ground"]) for entry in data["choices"]),
        benchmark=_optional(data["benchmark"]),
        preamble=tuple(read_reason(line) for line in data["preamble"]),
        worked=tuple(
            Worked(bid=entry["bid"], lines=tuple(read_reason(line) for line in entry["lines"]))
            for entry in data["worked"]
        ),
        ranking=tuple(_read_place(entry) for entry in data["ranking"]),
    )


def read_reason(data: Any) -> Reason:
    """Return the sentence that :func:`written_reason` wrote."""
    params = {name: read_reason(value) if isinstance(value, dict) else value for name, value in data["params"].items()}
    return Reason(data["msgid"], **params)


def _read_place(entry: Any) -> Ranked:
    return Ranked(
        rank=entry["rank"],
        bid=entry["bid"],
        price=_read(entry["price"]),
        evaluated_price=_read(entry["evaluated_price"]),
        score=_optional(entry["score"]),
        technical=_optional(entry["technical"]),
        settled_by=None if entry["settled_by"] is None else TieRule(entry["settled_by"]),
        tied_with=tuple(entry["tied_with"]),
    )


def _read(value: Any) -> Decimal:
    if not STORED_NUMBER.fullmatch(value):
        raise ValueError(value)
    return Decimal(value)


def _optional(value: Any) -> Decimal | None:
    return None if value is None else _read(value)
