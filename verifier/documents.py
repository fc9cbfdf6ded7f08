"""The documents from the close on: close, release, opening, withdrawal, bidder's key, rescue, receipt, rehearsal."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from verifier import canonical
from verifier.ceremony import read_wraps
from verifier.schema import LARGE, SMALL, Value, document
from verifier.sharing import SECRET

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from verifier.ceremony import Ceremony, Envelope, Seal

STATUSES: Final = ("unopenable", "invalid_dealing", "withheld", "payload_missing", "payload_invalid", "opened")
RECEIPT_LIMIT: Final = 131_072
Item = tuple["Seal", "Envelope"]


@dataclass(frozen=True)
class Close:
    """Which seals count, from when on, and how many entries the log had."""

    digest: str
    deadline: datetime
    closed_at: datetime
    accepted: tuple[str, ...]
    log_size: int


@dataclass(frozen=True)
class Release:
    """The shares of one holder, in the order of the items; None says that a wrap does not open."""

    kid: str
    stage: int
    deal: str
    shares: tuple[bytes | None, ...] = field(repr=False)


@dataclass(frozen=True)
class Result:
    """What is published of one envelope."""

    seal: str
    bidder: str
    envelope: str
    lot: str
    status: str
    secret: bytes | None = field(repr=False)
    plain: str | None


@dataclass(frozen=True)
class Receipt:
    """A receipt: the entry's text and the text of its proof."""

    tender: str
    seal: str
    entry: str
    proof: str


@dataclass(frozen=True)
class Rescue:
    """A secret that the bidder itself gives."""

    bidder: str
    seal: str
    envelope: str
    lot: str
    secret: bytes = field(repr=False)


def read_close(data: bytes, tender: str) -> Close:
    """Return the close of a tender."""
    fields = document(
        data, of="close", place="close.json", limit=LARGE, required="tender deadline closed_at accepted log_size"
    )
    fields["tender"].is_(tender)
    accepted = tuple(one.digest() for one in fields["accepted"].entries())
    if list(accepted) != sorted(set(accepted)):
        raise fields["accepted"].fault("the list is not sorted, each once")
    return Close(
        canonical.digest(data),
        fields["deadline"].time(),
        fields["closed_at"].time(),
        accepted,
        fields["log_size"].integer(0, canonical.LARGEST),
    )


def read_release(data: bytes, ceremony: Ceremony, close: Close, items: Sequence[Item], *, place: str) -> Release:
    """Return a release that is complete and in order; ``items`` are those of its stage."""
    extra = "" if ceremony.is_minimal else " stage deal"
    fields = document(data, of="release", place=place, limit=LARGE, required=f"tender kid close shares{extra}")
    fields["tender"].is_(ceremony.tender)
    fields["close"].is_(close.digest)
    shares = fields["shares"].entries(len(items), len(items))
    return Release(
        ceremony.holder(fields["kid"].kid()).kid,
        fields["stage"].integer(1, len(ceremony.stages)) if extra else 1,
        fields["deal"].choice(["hold", "recover"]) if extra else "hold",
        tuple(_share(one, item) for one, item in zip(shares, items, strict=True)),
    )


def _share(value: Value, item: Item) -> bytes | None:
    fields = value.fields(["seal", "envelope", "lot", "share"])
    _check_item(fields, item)
    return None if fields["share"].raw is None else fields["share"].octets(SECRET)


def _check_item(fields: dict[str, Value], item: Item) -> None:
    seal, envelope = item
    fields["seal"].is_(seal.digest)
    fields["envelope"].is_(envelope.name)
    fields["lot"].is_(envelope.lot)


def read_opening(data: bytes, ceremony: Ceremony, close: Close, *, stage: int, place: str) -> list[Value]:
    """Return the results of an opening, unread, once everything around them is right."""
    extra = "" if ceremony.is_minimal else " stage"
    fields = document(data, of="opening", place=place, limit=LARGE, required=f"tender close results{extra}")
    fields["tender"].is_(ceremony.tender)
    fields["close"].is_(close.digest)
    if extra:
        fields["stage"].is_(stage)
    return fields["results"].entries()


def read_results(values: Sequence[Value], items: Sequence[Item], *, place: str) -> list[Result]:
    """Return the results: one for each item, in the same order."""
    if (count := len(items)) != len(values):
        raise Value(None, place).fault("a list of {least} to {most} items is expected", least=count, most=count)
    found = []
    for value, item in zip(values, items, strict=True):
        fields = value.fields(["seal", "bidder", "envelope", "lot", "status", "s", "plain_sha256"])
        _check_item(fields, item)
        secret, plain = fields["s"], fields["plain_sha256"]
        status = fields["status"].choice(STATUSES)
        if (secret.raw is None) != (status == "unopenable") or (plain.raw is None) != (status != "opened"):
            raise value.fault("secret and digest do not go with the status")
        found.append(
            Result(
                seal=item[0].digest,
                bidder=fields["bidder"].id(),
                envelope=item[1].name,
                lot=item[1].lot,
                status=status,
                secret=None if secret.raw is None else secret.octets(SECRET),
                plain=None if plain.raw is None else plain.digest(),
            )
        )
    return found


def check_withdrawal(data: bytes, *, tender: str, bidder: str, seal: str, place: str) -> None:
    """Return if the document takes back this seal of this bidder."""
    fields = document(data, of="withdraw", place=place, limit=SMALL, required="tender bidder seal")
    fields["tender"].is_(tender)
    fields["bidder"].is_(bidder)
    fields["seal"].is_(seal)


def read_bidder_key(
    data: bytes, *, tender: str, bidder: str, close: Close, place: str
) -> dict[tuple[str, str, str], bytes]:
    """Return the secrets that a bidder hands in, by seal, envelope and lot."""
    fields = document(data, of="bidder-key", place=place, limit=SMALL, required="tender bidder close keys")
    fields["tender"].is_(tender)
    fields["bidder"].is_(bidder)
    fields["close"].is_(close.digest)
    keys = {}
    for one in fields["keys"].entries(1):
        key = one.fields(["seal", "envelope", "lot", "b"])
        keys[key["seal"].digest(), key["envelope"].id(), key["lot"].id()] = key["b"].octets(SECRET)
    return keys


def read_rescue(data: bytes, *, tender: str, bidder: str, place: str) -> Rescue:
    """Return a rescue of this bidder."""
    fields = document(data, of="rescue", place=place, limit=SMALL, required="tender bidder seal envelope lot s")
    fields["tender"].is_(tender)
    fields["bidder"].is_(bidder)
    names = (fields["seal"].digest(), fields["envelope"].id(), fields["lot"].id())
    return Rescue(bidder, *names, fields["s"].octets(SECRET))


def read_receipt(data: bytes, place: str = "receipt.json") -> Receipt:
    """Return a receipt."""
    fields = document(data, of="receipt", place=place, limit=RECEIPT_LIMIT, required="tender seal entry proof")
    return Receipt(fields["tender"].id(), fields["seal"].digest(), fields["entry"].text(), fields["proof"].text())


def check_rehearsal(data: bytes, ceremony: Ceremony, *, place: str) -> None:
    """Return if the document is a rehearsal of the keys of this ceremony."""
    fields = document(data, of="rehearsal", place=place, limit=SMALL, required="tender ceremony cid commit deal")
    fields["tender"].is_(ceremony.tender)
    fields["ceremony"].is_(ceremony.digest)
    fields["cid"].octets(16)
    fields["commit"].octets(SECRET)
    read_wraps(fields["deal"], ceremony)


def read_bidders(data: bytes, tender: str) -> dict[str, str]:
    """Return the keys of the bidders as the bundle states them."""
    fields = document(data, of="bidders", place="bidders.json", limit=LARGE, required="tender keys")
    fields["tender"].is_(tender)
    keys = fields["keys"]
    if not isinstance(keys.raw, dict):
        raise keys.fault("an object is expected")
    return {Value(bidder, keys.place).id(): Value(vkey, keys.place).text() for bidder, vkey in keys.raw.items()}


def read_index(data: bytes) -> tuple[str, dict[str, str]]:
    """Return the tender of a bundle and the digests of its files by path."""
    fields = document(data, of="bundle", place="bundle.json", limit=LARGE, required="tender files")
    files = fields["files"]
    if not isinstance(files.raw, dict):
        raise files.fault("an object is expected")
    return fields["tender"].id(), {path: Value(found, path).digest() for path, found in files.raw.items()}
