"""Opening a bid with the Python side, from what the browser made: bytes in, files out."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bidding.rules import opening
from bidding.rules.release import write_release
from bidding.rules.seal_document import read_seal
from tests.sealing_js.people import HOLDERS, KeptFile

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bidding.rules.ceremony import Ceremony
    from bidding.rules.close import Close
    from bidding.rules.release import Release


@dataclass(frozen=True)
class Opened:
    """What came out of one envelope."""

    status: str
    files: dict[str, bytes]
    titles: list[str]
    faults: tuple[str, ...]


def open_bid(ceremony: Ceremony, *, seal: bytes, payload: bytes, releases: Iterable[Release]) -> Opened:
    read = read_seal(seal, ceremony=ceremony)
    (envelope,) = read.envelopes
    place = (read.digest, envelope.name, envelope.lot)
    shares = opening.shares_of(releases).get(place, {})
    kept: dict[str, KeptFile] = {}
    finding = opening.find(
        read,
        envelope,
        ceremony=ceremony,
        shares=shares,
        payload=lambda: io.BytesIO(payload),
        waiting_is_over=True,
    )
    result = opening.unseal(
        finding,
        payload=lambda: io.BytesIO(payload),
        keep=lambda entry: kept.setdefault(entry.name, KeptFile()),
    )
    return Opened(
        status=str(result.status),
        files={name: sink.getvalue() for name, sink in kept.items()},
        titles=[entry.title for entry in result.files],
        faults=result.malformed_for + result.false_shares + result.false_nulls,
    )


def releases_by(kids: Iterable[str], ceremony: Ceremony, *, close: Close, seals: list[bytes]) -> list[Release]:
    read = [read_seal(seal, ceremony=ceremony) for seal in seals]
    return [write_release(ceremony, close=close, seals=read, kid=kid, secret_key=HOLDERS[kid].box) for kid in kids]
