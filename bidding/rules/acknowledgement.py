"""The platform's signed answer to an accepted seal, until the log's sequencer gives a proof of inclusion."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from bidding.rules.schema import read_document
from core.canonical import digest, dumps

LIMIT: Final = 131_072


@dataclass(frozen=True)
class Acknowledgement:
    """The platform holds the seal with this digest; ``entry`` is the text of the evidence entry."""

    data: bytes
    tender: str
    seal: str
    entry: str

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the document; the platform signs ``sign("acknowledgement", …)``."""
        return digest(self.data)


def write_acknowledgement(*, tender: str, seal: str, entry: str) -> Acknowledgement:
    """Return the acknowledgement of a seal."""
    return read_acknowledgement(
        dumps({"v": "tsb/1", "type": "acknowledgement", "tender": tender, "seal": seal, "entry": entry})
    )


def read_acknowledgement(data: bytes) -> Acknowledgement:
    """Return the acknowledgement of ``data``; raises :class:`Malformed`."""
    fields = read_document(data, doc_type="acknowledgement", limit=LIMIT, required={"tender", "seal", "entry"})
    return Acknowledgement(data, fields["tender"].id(), fields["seal"].digest(), fields["entry"].text())
