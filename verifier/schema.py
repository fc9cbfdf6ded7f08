"""Closed schemas: every field named and of one shape; a fault names the document and the field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from verifier import canonical
from verifier.words import Fault, say

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from datetime import datetime

KIB: Final = 1024
MIB: Final = 1024 * KIB
SMALL: Final = 64 * KIB
LARGE: Final = 16 * MIB

T = TypeVar("T")


@dataclass(frozen=True)
class Value:
    """A JSON value and where it stands."""

    raw: object
    place: str

    def fields(self, required: Iterable[str], optional: Collection[str] = ()) -> dict[str, Value]:
        """Return the fields of an object: all of ``required``, some of ``optional``, no others."""
        if not isinstance(self.raw, dict):
            raise self.fault("an object is expected")
        wanted = set(required)
        if missing := sorted(wanted - set(self.raw)):
            raise self.fault("the field {field} is missing", field=missing[0])
        if unknown := sorted(set(self.raw) - wanted - set(optional)):
            raise self.fault("the field {field} is unknown", field=unknown[0])
        return {name: Value(item, f"{self.place} {name}") for name, item in self.raw.items()}

    def entries(self, least: int = 0, most: int = 1_000_000) -> list[Value]:
        """Return the items of a list."""
        if not isinstance(self.raw, list):
            raise self.fault("a list is expected")
        if not least <= len(self.raw) <= most:
            raise self.fault("a list of {least} to {most} items is expected", least=least, most=most)
        return [Value(item, f"{self.place}[{number}]") for number, item in enumerate(self.raw)]

    def text(self) -> str:
        """Return a text."""
        if not isinstance(self.raw, str):
            raise self.fault("a text is expected")
        return self.raw

    def integer(self, least: int, most: int) -> int:
        """Return an integer of a range; a boolean is none."""
        if type(self.raw) is not int or not least <= self.raw <= most:
            raise self.fault("an integer from {least} to {most} is expected", least=least, most=most)
        return self.raw

    def choice(self, allowed: Iterable[str]) -> str:
        """Return a text that is one of ``allowed``."""
        if self.raw not in list(allowed) or not isinstance(self.raw, str):
            raise self.fault("one of these is expected: {allowed}", allowed=", ".join(allowed))
        return self.raw

    def is_(self, expected: object) -> None:
        """Refuse any other value than ``expected``."""
        if self.raw != expected or type(self.raw) is not type(expected):
            raise self.fault("“{expected}” is expected, not “{found}”", expected=expected, found=self.raw)

    def id(self) -> str:
        """Return an id."""
        return self._checked(canonical.is_id, "it is not an id")

    def kid(self) -> str:
        """Return the id of a key holder."""
        return self._checked(canonical.is_kid, "it is not the id of a key holder")

    def digest(self) -> str:
        """Return a digest."""
        return self._checked(canonical.is_digest, "it is not a SHA-256 digest in hex")

    def octets(self, length: int) -> bytes:
        """Return ``length`` bytes of base64url."""
        return self.read(lambda raw: canonical.from_b64u(raw, length))

    def time(self) -> datetime:
        """Return a time."""
        return self.read(canonical.read_time)

    def read(self, reader: Callable[[object], T]) -> T:
        """Return what ``reader`` makes of the value; its fault gets this place."""
        try:
            return reader(self.raw)
        except Fault as fault:
            raise Fault("{place}: {why}", place=self.place, why=fault.said) from fault

    def fault(self, sentence: str, **values: object) -> Fault:
        """Return a fault at this place."""
        return Fault("{place}: {why}", place=self.place, why=say(sentence, **values))

    def _checked(self, holds: Callable[[object], bool], sentence: str) -> str:
        if not holds(self.raw) or not isinstance(self.raw, str):
            raise self.fault(sentence)
        return self.raw


def document(data: bytes, *, of: str, place: str, limit: int, required: str, optional: str = "") -> dict[str, Value]:
    """Return the fields of a canonical document of type ``of``; field names in one text, parted by spaces."""
    try:
        raw = canonical.read_json(data, limit=limit)
    except Fault as fault:
        raise Fault("{place}: {why}", place=place, why=fault.said) from fault
    fields = Value(raw, place).fields(["v", "type", *required.split()], optional.split())
    fields["v"].is_("tsb/1")
    fields["type"].is_(of)
    return fields
