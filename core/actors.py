"""Who acts: a frozen value that every verb receives and every entry of the log carries as text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """A person acting in one role for one organisation; every field is text, so evidence outlives accounts."""

    person: str  # public number of the user
    name: str
    role: str
    organisation: str  # public number of the organisation

    @property
    def is_system(self) -> bool:
        return self.role == "SYSTEM"

    def as_text(self) -> str:
        return f"{self.role}:{self.organisation}:{self.person}"


SYSTEM = Actor(person="", name="Yangguang", role="SYSTEM", organisation="")
