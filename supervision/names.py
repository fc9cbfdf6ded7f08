"""The words of supervision."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from core.reasons import Reason, reason

if TYPE_CHECKING:
    from collections.abc import Mapping


class Subject(StrEnum):
    """What is objected to."""

    DOCUMENTS = "documents"
    RESULT = "result"


class State(StrEnum):
    """Where an objection stands."""

    OPEN = "open"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


_LABELS: Mapping[type[StrEnum], Mapping[StrEnum, Reason]] = {
    Subject: {
        Subject.DOCUMENTS: reason("Objection to the documents"),
        Subject.RESULT: reason("Objection to the result"),
    },
    State: {
        State.OPEN: reason("waits for an answer"),
        State.ANSWERED: reason("answered"),
        State.WITHDRAWN: reason("withdrawn"),
    },
}


def label(value: StrEnum) -> Reason:
    """Return the name of a word of this app for people; KeyError if it has none."""
    return _LABELS[type(value)][value]


def choices(words: type[StrEnum]) -> list[tuple[str, Reason]]:
    """Return (value, name) of every member, in order, as a form wants them."""
    return [(word.value, label(word)) for word in words]
