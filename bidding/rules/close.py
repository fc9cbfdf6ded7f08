"""The close of the bid box: which seals count, from when on (section 9)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from bidding.rules.schema import read_document
from core.canonical import LARGEST_INTEGER, Malformed, digest, dumps, format_time, parse_time
from core.reasons import reason

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

LIMIT: Final = 16 * 1_048_576
_MOST_SEALS: Final = 100_000


@dataclass(frozen=True)
class Close:
    """The accepted seals' digests, sorted; ``log_size`` once a sequencer numbers the entries."""

    data: bytes
    tender: str
    deadline: datetime
    closed_at: datetime
    accepted: tuple[str, ...]
    log_size: int | None

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the document, which releases and openings name."""
        return digest(self.data)


def write_close(
    *,
    tender: str,
    deadline: datetime,
    closed_at: datetime,
    accepted: Collection[str],
    log_size: int | None = None,
) -> Close:
    """Return the close over the live seals with these digests, in any order."""
    document: dict[str, object] = {
        "v": "tsb/1",
        "type": "close",
        "tender": tender,
        "deadline": format_time(deadline),
        "closed_at": format_time(closed_at),
        "accepted": sorted(accepted),
    }
    if log_size is not None:
        document["log_size"] = log_size
    return read_close(dumps(document))


def read_close(data: bytes) -> Close:
    """Return the close of ``data``; raises :class:`Malformed`, also where it closes before the deadline."""
    fields = read_document(
        data,
        doc_type="close",
        limit=LIMIT,
        required={"tender", "deadline", "closed_at", "accepted"},
        optional={"log_size"},
    )
    deadline, closed_at = fields["deadline"].read(parse_time), fields["closed_at"].read(parse_time)
    if closed_at < deadline:
        raise Malformed(reason("The bid box was closed before its deadline."))
    accepted = tuple(node.digest() for node in fields["accepted"].entries(0, _MOST_SEALS))
    if list(accepted) != sorted(set(accepted)):
        raise Malformed(reason("The accepted seals are not sorted, each once."))
    log_size = fields["log_size"].integer(0, LARGEST_INTEGER) if "log_size" in fields else None
    return Close(data, fields["tender"].id(), deadline, closed_at, accepted, log_size)
