"""The file with which anybody may try a method: one JSON object with a method, parameters and bids.

Read strictly: numbers stay exact, an object may not name a field twice, unknown fields are refused, and every
fault is told at once. The format is described in ``docs/methods.md``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from core.errors import Refused
from core.reasons import Reason, reason
from evaluation.rules.figures import BidFigures, read_bids
from evaluation.rules.methods import method_named
from evaluation.rules.ties import Choice

if TYPE_CHECKING:
    from evaluation.rules.calculation import Calculation
    from evaluation.rules.definition import Method

FIELDS = ("method", "parameters", "bids", "choices")
LARGEST_FILE = 8 * 1024 * 1024  # bytes


@dataclass(frozen=True, kw_only=True)
class Request:
    """What a file asks for."""

    method: Method
    parameters: dict[str, object]
    bids: tuple[BidFigures, ...]
    choices: tuple[Choice, ...] = ()

    def answered(self) -> Calculation:
        """Return the calculation; raises Refused with every reason."""
        return self.method.calculate(self.bids, parameters=self.parameters, choices=self.choices)


def read_request(content: bytes) -> Request:
    """Read the bytes of a file (UTF-8, at most 8 MiB); raises Refused with every reason."""
    data = _object(content)
    reasons = [reason("unknown field {field}", field=name) for name in data if name not in FIELDS]
    reasons += [reason("field {field} is missing", field=name) for name in FIELDS[:3] if name not in data]
    method, problem = _method(data.get("method"))
    reasons += [problem] if problem and "method" in data else []
    parameters = data.get("parameters", {})
    if not isinstance(parameters, dict):
        reasons.append(reason("parameters are an object"))
        parameters = {}
    bids, unread = read_bids(data.get("bids", []))
    choices, unclear = _choices(data.get("choices", []))
    reasons += [*unread, *unclear]
    if method is not None and reasons:  # tell what is wrong with the parameters in the same answer
        reasons += method.parameter_objections(parameters)
    if method is None or reasons:
        raise Refused(*reasons)
    return Request(method=method, parameters=parameters, bids=bids, choices=choices)


class _TwiceError(ValueError):
    """An object names a field twice."""


def _object(content: bytes) -> dict[str, object]:
    if len(content) > LARGEST_FILE:
        raise Refused(
            reason("the file has {n} bytes, at most {most} are read", n=str(len(content)), most=str(LARGEST_FILE))
        )
    try:
        data = json.loads(
            content.decode("utf-8-sig"),
            parse_float=Decimal,
            parse_constant=str,
            object_pairs_hook=_without_repetition,
        )
    except UnicodeDecodeError as error:
        raise Refused(reason("the file is not UTF-8 text")) from error
    except _TwiceError as error:
        raise Refused(reason("an object names the field {field} twice", field=str(error))) from error
    except json.JSONDecodeError as error:
        fault = reason(
            "the file is not JSON: line {line}, column {column}", line=str(error.lineno), column=str(error.colno)
        )
        raise Refused(fault) from error
    except (RecursionError, ValueError, ArithmeticError) as error:  # nested too deep, or a number of absurd length
        raise Refused(reason("the file is not JSON that can be read")) from error
    if not isinstance(data, dict):
        raise Refused(reason("the file is one JSON object with method, parameters and bids"))
    return data


def _without_repetition(pairs: list[tuple[str, object]]) -> dict[str, object]:
    data: dict[str, object] = {}
    for name, value in pairs:
        if name in data:
            raise _TwiceError(name)
        data[name] = value
    return data


def _method(raw: object) -> tuple[Method | None, Reason | None]:
    try:
        return method_named(raw if isinstance(raw, str) else ""), None
    except Refused as refusal:
        return None, refusal.reasons[0]


def _choices(raw: object) -> tuple[tuple[Choice, ...], list[Reason]]:
    unclear = reason("choices are a list of objects with order (a list of bids) and ground (a text)")
    if not isinstance(raw, list):
        return (), [unclear]
    choices: list[Choice] = []
    for entry in raw:
        if not isinstance(entry, dict) or set(entry) != {"order", "ground"}:
            return (), [unclear]
        order, ground = entry["order"], entry["ground"]
        if not isinstance(ground, str) or not isinstance(order, list) or not all(isinstance(b, str) for b in order):
            return (), [unclear]
        choices.append(Choice(order=tuple(order), ground=ground))
    return tuple(choices), []
