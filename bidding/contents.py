"""The documents of a closed bid box as the protocol reads them: ceremony, close, accepted seals, releases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bidding.models import Ceremony, Close, Release, Seal, WitnessedClose
from bidding.rules import ceremony, close, release, seal_document
from core import storage
from core.errors import Refused
from core.reasons import reason

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

    from trading.models import Lot


NOT_WITNESSED = reason("The witnesses of the log have not signed the close yet: nothing is released before that.")


@dataclass(frozen=True)
class Contents:
    """What holders and the platform work on after the close; nothing in it is readable by itself."""

    ceremony: ceremony.Ceremony
    close: close.Close
    seals: tuple[seal_document.Seal, ...]
    releases: tuple[release.Release, ...]

    @property
    def has_enough_releases(self) -> bool:
        return len(self.releases) >= self.ceremony.k

    @property
    def has_all_releases(self) -> bool:
        return len(self.releases) == self.ceremony.n

    def in_order_of_commitment(self) -> list[seal_document.Seal]:
        """Return the seals in the order of reading out: arrival order would itself be information."""
        return sorted(self.seals, key=lambda seal: (seal.envelopes[0].commit, seal.digest))


def of(lot: Lot) -> Contents:
    """Return the contents of a lot whose box is closed; Refused before."""
    held = Close.objects.filter(lot=lot).first()
    if held is None:
        raise Refused(reason("The bid box is not closed yet."))
    if not WitnessedClose.objects.filter(close=held).exists():
        raise Refused(NOT_WITNESSED)
    signed = ceremony.read_ceremony(bytes(Ceremony.objects.get(lot=lot).document))
    closed = close.read_close(bytes(held.document))
    rows = Seal.objects.filter(lot=lot, state=Seal.LIVE).order_by("digest")
    seals = tuple(seal_document.read_seal(bytes(row.document), ceremony=signed) for row in rows)
    released = tuple(
        release.read_release(bytes(row.document), ceremony=signed, close=closed, seals=seals)
        for row in Release.objects.filter(lot=lot)
    )
    return Contents(signed, closed, seals, released)


def payload(envelope: seal_document.SealedEnvelope) -> Callable[[], BinaryIO] | None:
    """Return what opens the stored age file of an envelope; None if the platform lost it."""
    path = storage.path_of(envelope.sha256)
    return (lambda: path.open("rb")) if path.exists() else None
