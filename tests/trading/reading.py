"""How tests read what a verb left behind."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from accounts.models import InboxMessage
from core.models import OutboxEntry

if TYPE_CHECKING:
    import pytest

    from core.errors import Refused


def entries(event: str) -> list[dict[str, object]]:
    """The data of the log's entries of one event, oldest first."""
    return [json.loads(bytes(row.entry))["data"] for row in OutboxEntry.objects.filter(event=event).order_by("seq")]


def events(*, after: int = 0) -> list[str]:
    return list(OutboxEntry.objects.filter(seq__gt=after).order_by("seq").values_list("event", flat=True))


def last_entry() -> int:
    return OutboxEntry.objects.order_by("-seq").values_list("seq", flat=True).first() or 0


def reasons(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [str(found) for found in refused.value.reasons]


def told(kind: str) -> list[str]:
    """The organisations that were told something of a kind, by number."""
    found = InboxMessage.objects.filter(kind=kind).order_by("organisation__number")
    return list(found.values_list("organisation__number", flat=True))
