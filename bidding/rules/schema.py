"""Reading closed schemas: every field named, every field of one shape, the place of a fault in the reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from core import canonical
from core.canonical import Json, Malformed
from core.reasons import reason

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

PROTOCOL = "tsb/1"

T = TypeVar("T")


@dataclass(frozen=True)
class Node:
    """A JSON value with its place in the document (``envelopes[0].deal[1].enc``)."""

    value: Json
    place: str = "document"

    def fields(self, required: Collection[str], optional: Collection[str] = ()) -> dict[str, Node]:
        """Return the fields of an object that has all ``required`` ones and no others but ``optional`` ones."""
        if not isinstance(self.value, dict):
            raise self.fault(reason("an object is expected"))
        if missing := sorted(set(required) - set(self.value)):
            raise self.fault(reason("the field “{field}” is missing", field=missing[0]))
        if unknown := sorted(set(self.value) - set(required) - set(optional)):
            raise self.fault(reason("the field “{field}” is unknown", field=unknown[0]))
        return {name: self.child(item, f".{name}") for name, item in self.value.items()}

    def entries(self, least: int, most: int) -> list[Node]:
        """Return the items of an array of ``least`` to ``most`` items."""
        if not isinstance(self.value, list):
            raise self.fault(reason("an array is expected"))
        if len(self.value) != least == most:
            raise self.fault(reason("{found} entries instead of {expected}", found=len(self.value), expected=most))
        if not least <= len(self.value) <= most:
            raise self.fault(
                reason("{found} entries instead of {least} to {most}", found=len(self.value), least=least, most=most)
            )
        return [self.child(item, f"[{number}]") for number, item in enumerate(self.value)]

    def text(self) -> str:
        """Return a string."""
        if not isinstance(self.value, str):
            raise self.fault(reason("a text is expected"))
        return self.value

    def integer(self, least: int, most: int) -> int:
        """Return an integer from ``least`` to ``most``; a boolean is none."""
        if type(self.value) is not int:
            raise self.fault(reason("an integer is expected"))
        if not least <= self.value <= most:
            raise self.fault(
                reason("{found} is not between {least} and {most}", found=self.value, least=least, most=most)
            )
        return self.value

    def choice(self, allowed: Collection[str]) -> str:
        """Return a string that is one of ``allowed``."""
        text = self.text()
        if text not in allowed:
            raise self.fault(reason("“{found}” is not one of: {allowed}", found=text[:80], allowed=", ".join(allowed)))
        return text

    def equal(self, expected: str, what: str) -> str:
        """Return a string that must be ``expected``; ``what`` says whose value that is."""
        text = self.text()
        if text != expected:
            raise self.fault(what)
        return text

    def id(self) -> str:
        """Return an id."""
        return self.read(canonical.check_id)

    def kid(self) -> str:
        """Return a key holder's id."""
        return self.read(canonical.check_kid)

    def digest(self) -> str:
        """Return a SHA-256 digest in hex."""
        return self.read(canonical.check_digest)

    def octets(self, length: int) -> bytes:
        """Return the ``length`` bytes of a base64url text."""
        return self.read(lambda value: canonical.b64u_decode(value, length=length))

    def read(self, reader: Callable[[Json], T]) -> T:
        """Return what ``reader`` makes of the value; its fault gets this place."""
        try:
            return reader(self.value)
        except Malformed as error:
            raise self.fault(error.reason) from error

    def child(self, value: Json, step: str) -> Node:
        """Return the node one step deeper."""
        return Node(value, (self.place + step).removeprefix("document."))

    def fault(self, why: str) -> Malformed:
        """Return the error that names this place."""
        return Malformed(reason("{place}: {why}", place=self.place, why=why))


def read_document(
    data: bytes, *, doc_type: str, limit: int, required: Collection[str], optional: Collection[str] = ()
) -> dict[str, Node]:
    """Return the fields of a canonical TSB/1 document of type ``doc_type``; ``v`` and ``type`` are checked here."""
    root = Node(canonical.loads(data, limit=limit))
    fields = root.fields({"v", "type", *required}, optional)
    fields["v"].equal(PROTOCOL, reason("another version of the protocol than tsb/1"))
    fields["type"].equal(doc_type, reason("another type of document than “{expected}”", expected=doc_type))
    return fields
