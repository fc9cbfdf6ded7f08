"""A reason as JSON and back: what was said is kept by its message id, to be read in any language later."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from core import formats
from core.money import Money
from core.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Mapping


def packed(said: str) -> dict[str, Any]:
    """Return the JSON of a reason (or of plain text): its message id and its parameters."""
    if not isinstance(said, Reason):
        return {"msgid": str(said), "params": {}}
    return {"msgid": said.msgid, "params": {name: _packed(value) for name, value in said.params.items()}}


def unpacked(kept: Mapping[str, Any]) -> Reason:
    """Return the reason again; an empty object is an empty sentence. Instants read in Beijing time."""
    if not kept:
        return Reason("")
    return Reason(kept["msgid"], **{name: _unpacked(value) for name, value in kept["params"].items()})


def _packed(value: object) -> object:
    match value:
        case Reason():
            return {"reason": packed(value)}
        case datetime():
            return {"instant": value.astimezone(UTC).isoformat()}
        case date():
            return {"day": value.isoformat()}
        case Money():
            return {"amount": str(value.amount), "currency": value.currency}
        case Decimal():
            return str(value)
        case bool() | int() | str():
            return value
    raise TypeError(f"a message cannot carry a {type(value).__name__}")


def _unpacked(value: Any) -> object:
    match value:
        case {"reason": dict(inner)}:
            return unpacked(inner)
        case {"instant": str(text)}:
            return formats.instant(datetime.fromisoformat(text))
        case {"day": str(text)}:
            return text
        case {"amount": str(amount), "currency": str(currency)}:
            return formats.money(Decimal(amount), currency=currency)
    return value
