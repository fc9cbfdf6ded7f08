"""What the steps know of one draw."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from verifier.entries import Entry
    from verifier.sharing import Wrap


@dataclass
class Draw:
    """One draw: its manifest, and what the log and the documents say of it."""

    digest: str
    entry: Entry
    label: str
    pick: int
    pool: list[str]
    vrf_pk: bytes
    parties: list[str]
    beacons: list[tuple[str, int]]
    escrow: tuple[Wrap, ...] = ()  # the dealing of the secret of its function
    commits: dict[str, tuple[Entry, str, tuple[Wrap, ...]]] = field(default_factory=dict)
    reveals: dict[str, tuple[Entry, bytes]] = field(default_factory=dict)
    contributions: dict[str, bytes] = field(default_factory=dict)  # as its result states them, once they are checked
    result: int | None = None  # index of its entry

    @property
    def folder(self) -> str:
        """Where its files are."""
        return f"draws/{self.digest}"
