"""What a method may be told: declared names with types, defaults and bounds, read strictly.

A parameter that nobody declared is refused, because what is not in the documents does not count (招标投标法 40).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from core.reasons import Reason, reason
from evaluation.rules.criteria import Criterion, read_criteria
from evaluation.rules.exact import read_number, written

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Value: TypeAlias = "Decimal | int | str | tuple[str, ...] | tuple[Criterion, ...] | None"


class Shape(StrEnum):
    """The type of a parameter's value."""

    NUMBER = "number"  # a decimal number; in JSON best written as text
    WHOLE = "whole"  # a whole number
    WORD = "word"  # one of the declared words
    TEXT = "text"  # a short text
    TEXTS = "texts"  # a list of different texts
    CRITERIA = "criteria"  # a list of scored criteria


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One declared parameter: ``minimum`` and ``maximum`` are legal bounds, both included."""

    name: str
    title: Reason
    shape: Shape
    required: bool = False
    default: Value = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    words: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True)
class Values:
    """The parameters of one calculation, complete with defaults; a getter fails on a wrong name or type."""

    pairs: tuple[tuple[str, Value], ...]

    def _of(self, name: str) -> Value:
        return dict(self.pairs)[name]

    def number(self, name: str) -> Decimal:
        """Return a number that is set; raises TypeError if it is not."""
        value = self._of(name)
        if not isinstance(value, Decimal):
            raise TypeError(name)
        return value

    def number_or_none(self, name: str) -> Decimal | None:
        """Return a number, or None where the documents do not set it."""
        return None if self._of(name) is None else self.number(name)

    def whole(self, name: str) -> int:
        """Return a whole number; raises TypeError if it is not set."""
        value = self._of(name)
        if not isinstance(value, int):
            raise TypeError(name)
        return value

    def word(self, name: str) -> str:
        """Return a word or a text; the empty text where it is not set."""
        return str(self._of(name) or "")

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts."""
        return tuple(text for text in self._items(name) if isinstance(text, str))

    def criteria(self, name: str) -> tuple[Criterion, ...]:
        """Return a list of criteria."""
        return tuple(criterion for criterion in self._items(name) if isinstance(criterion, Criterion))

    def _items(self, name: str) -> tuple[object, ...]:
        value = self._of(name)
        if not isinstance(value, tuple):
            raise TypeError(name)
        return value

    def as_json(self) -> dict[str, object]:
        """Return every value as JSON, numbers as text and None as null, in the declared order."""
        return {name: _as_json(value) for name, value in self.pairs}


def _as_json(value: Value) -> object:
    if isinstance(value, Decimal):
        return written(value)
    if isinstance(value, tuple):
        return [item.as_json() if isinstance(item, Criterion) else item for item in value]
    return value


def read_parameters(declared: Iterable[Parameter], raw: Mapping[str, object]) -> tuple[Values, tuple[Reason, ...]]:
    """Read ``raw`` (JSON values or their Python types) against the declarations.

    Returns the values, complete with defaults, and every reason why they may not be used. A null is the same as
    leaving the parameter out. With any reason the values are incomplete and must not be calculated with.
    """
    known = tuple(declared)
    names = {parameter.name for parameter in known}
    reasons = [reason("unknown parameter {name}", name=str(name)) for name in raw if name not in names]
    pairs: list[tuple[str, Value]] = []
    for parameter in known:
        given = raw.get(parameter.name)
        if given is None:
            pairs.append((parameter.name, parameter.default))
            if parameter.required:
                reasons.append(
                    reason("parameter {name} is missing: {title}", name=parameter.name, title=parameter.title)
                )
            continue
        value, problems = _read(parameter, given)
        pairs.append((parameter.name, value))
        reasons += [reason("parameter {name}: {problem}", name=parameter.name, problem=problem) for problem in problems]
    return Values(tuple(pairs)), tuple(reasons)


def _read(parameter: Parameter, given: object) -> tuple[Value, tuple[Reason, ...]]:
    match parameter.shape:
        case Shape.NUMBER:
            return _read_within(parameter, read_number(given))
        case Shape.WHOLE:
            return _read_whole(parameter, read_number(given))
        case Shape.WORD:
            return _read_word(parameter, given)
        case Shape.TEXT:
            return _read_text(given)
        case Shape.TEXTS:
            return _read_texts(given)
        case _:  # criteria
            return read_criteria(given)


def _read_whole(parameter: Parameter, number: Decimal | None) -> tuple[int | None, tuple[Reason, ...]]:
    bounded, problems = _read_within(parameter, number)
    if bounded is None or bounded == int(bounded):
        return None if bounded is None else int(bounded), problems
    return None, (*problems, reason("it is not a whole number"))


def _read_word(parameter: Parameter, given: object) -> tuple[str | None, tuple[Reason, ...]]:
    if isinstance(given, str) and given in parameter.words:
        return given, ()
    return None, (reason("it is one of {known}", known=", ".join(parameter.words)),)


def _read_text(given: object) -> tuple[str | None, tuple[Reason, ...]]:
    text = given.strip() if isinstance(given, str) else ""
    return (text, ()) if text else (None, (reason("it is a text that is not empty"),))


def _read_within(parameter: Parameter, number: Decimal | None) -> tuple[Decimal | None, tuple[Reason, ...]]:
    if number is None:
        return None, (reason("it is not a number in plain digits"),)
    reasons = []
    if parameter.minimum is not None and number < parameter.minimum:
        reasons.append(
            reason(
                "{number} is below {bound}{source}",
                number=written(number),
                bound=written(parameter.minimum),
                source=_cited(parameter),
            )
        )
    if parameter.maximum is not None and number > parameter.maximum:
        reasons.append(
            reason(
                "{number} is above {bound}{source}",
                number=written(number),
                bound=written(parameter.maximum),
                source=_cited(parameter),
            )
        )
    return number, tuple(reasons)


def _cited(parameter: Parameter) -> str:
    return f" ({parameter.source})" if parameter.source else ""


def _read_texts(given: object) -> tuple[tuple[str, ...], tuple[Reason, ...]]:
    items = list(given) if isinstance(given, list | tuple) else [None]
    texts = tuple(item.strip() for item in items if isinstance(item, str) and item.strip())
    if len(texts) != len(items) or len(set(texts)) != len(texts):
        return (), (reason("it is a list of different texts"),)
    return texts, ()
