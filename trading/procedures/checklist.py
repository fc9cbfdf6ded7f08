"""What notices and records must contain (10号令 5-6; 濮阳条例 18; 20号令 29-32; 87号令 13)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.reasons import Reason, reason

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """One item that a notice or record must have content for: its key in the data, its name, its source."""

    key: str
    name: Reason
    source: str
    tag: str = "M"


def missing_items(items: Iterable[ChecklistItem], filled: Iterable[str]) -> tuple[Reason, ...]:
    """Return one sentence for each item whose key is not among those with content."""
    present = frozenset(filled)
    return tuple(reason("not stated: {item}", item=item.name) for item in items if item.key not in present)
