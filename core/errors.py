"""The family of refusals: what verbs raise, and what entrances turn into an answer."""

from __future__ import annotations

from core.reasons import Reason


class Refused(Exception):  # noqa: N818  (a refusal is an answer, not a fault)
    """The law, the state or the input does not allow it; carries every reason at once."""

    def __init__(self, *reasons: str) -> None:
        if not reasons:
            raise ValueError("a refusal needs a reason")
        self.reasons: tuple[Reason, ...] = tuple(r if isinstance(r, Reason) else Reason(r) for r in reasons)
        super().__init__("; ".join(self.reasons))


class NotYours(Exception):  # noqa: N818
    """The actor may not know whether the thing exists: entrances answer 404."""


class Tampered(Exception):  # noqa: N818
    """Bytes, digest or signature do not agree; never shown as an ordinary refusal."""
