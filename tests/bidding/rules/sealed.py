"""Ceremonies, seals and releases for tests: everything fixed, nothing random unless asked for."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from bidding.rules import opening
from bidding.rules.archive import FileToSeal, describe_file
from bidding.rules.ceremony import Ceremony, Holder, make_ceremony, read_ceremony
from bidding.rules.close import Close, write_close
from bidding.rules.release import Release, write_release
from bidding.rules.seal_document import Seal, SealedEnvelope, write_seal
from bidding.rules.sealing import EnvelopeToSeal, SealedBid, seal_bid
from bidding.rules.wrapping import public_key_of
from core.canonical import dumps, loads
from core.notes import SigningKey

if TYPE_CHECKING:
    from collections.abc import Callable

VECTORS = Path(__file__).parents[2] / "vectors"
DEADLINE = datetime(2026, 12, 1, 9, tzinfo=UTC)
ROLES = ("tenderee", "supervisor", "platform", "agency", "other")  # the first n hold keys


@cache
def vectors(name: str) -> dict:
    return json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))


def minimal_ceremony() -> Ceremony:
    return read_ceremony(dumps(vectors("seal")["ceremony"]))


def stream(seed: int = 0) -> Callable[[int], bytes]:
    """Return a source of bytes that differ from call to call and are the same in every run."""
    counter = iter(range(seed * 1_000, (seed + 1) * 1_000))

    def randomness(size: int) -> bytes:
        return (next(counter) + 1).to_bytes(size, "big")

    return randomness


def key_of(kid: str) -> bytes:
    return (kid.encode() * 32)[:32]


def signer(kid: str) -> SigningKey:
    return SigningKey(f"holder.example/{kid}", (b"sign" + kid.encode() * 32)[:32])


def holder(kid: str, **changes: object) -> Holder:
    made = Holder(kid, public_key_of(key_of(kid)), str(signer(kid).verify_key), f"org/{kid}", kid)
    return replace(made, **changes)


@cache
def ceremony(n: int = 4, k: int = 3) -> Ceremony:
    return make_ceremony(tender="T-1", k=k, holders=[holder(role) for role in ROLES[:n]], max_size=10_000_000)


def altered(ceremony: Ceremony, **changes: object) -> bytes:
    """Return the ceremony's document with fields changed, or left out where the change is ``...``."""
    document = loads(ceremony.data, limit=65_536) | changes
    return dumps({name: value for name, value in document.items() if value is not ...})


def file_of(content: bytes, name: str = "form.json", title: str = "报价表") -> FileToSeal:
    return describe_file(lambda: io.BytesIO(content), name=name, title=title, media="application/json")


@dataclass(frozen=True)
class Bid:
    """A sealed bid and the stored age files, by digest."""

    sealed: SealedBid
    files: dict[str, bytes]

    @property
    def seal(self) -> Seal:
        return self.sealed.seal

    @property
    def envelope(self) -> SealedEnvelope:
        return self.seal.envelopes[0]


def bid(made_for: Ceremony, bidder: str = "B1", content: bytes = b'{"price":"970000.00"}', seed: int = 0) -> Bid:
    sink = io.BytesIO()
    envelope = EnvelopeToSeal("opening", "1", [file_of(content)], sink)
    sealed = seal_bid(made_for, bidder=bidder, envelopes=[envelope], randomness=stream(seed))
    return Bid(sealed, {sealed.seal.envelopes[0].sha256: sink.getvalue()})


def with_envelope(made_for: Ceremony, seal: Seal, **changes: object) -> Seal:
    """Return the seal with its first envelope changed."""
    return write_seal(
        ceremony=made_for,
        bidder=seal.bidder,
        cid=seal.cid,
        envelopes=[replace(seal.envelopes[0], **changes), *seal.envelopes[1:]],
    )


def with_wrap(made_for: Ceremony, seal: Seal, kid: str, **changes: object) -> Seal:
    """Return the seal with one holder's wrap changed."""
    deal = tuple(replace(w, **changes) if w.kid == kid else w for w in seal.envelopes[0].deal)
    return with_envelope(made_for, seal, deal=deal)


def close_over(*seals: Seal) -> Close:
    return write_close(tender="T-1", deadline=DEADLINE, closed_at=DEADLINE, accepted=[seal.digest for seal in seals])


def releases_by(made_for: Ceremony, kids: list[str], *seals: Seal) -> list[Release]:
    close = close_over(*seals)
    return [write_release(made_for, close=close, seals=seals, kid=kid, secret_key=key_of(kid)) for kid in kids]


def true_shares(made_for: Ceremony, seal: Seal, kids: list[str]) -> dict[str, bytes | None]:
    shares = opening.shares_of(releases_by(made_for, kids, seal))
    return shares[(seal.digest, seal.envelopes[0].name, seal.envelopes[0].lot)]


def document_of(data: bytes) -> dict:
    return loads(data, limit=1_000_000)
