"""The trust anchors: keys that reached the reader by another way than the bundle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from verifier import canonical, signed
from verifier.schema import MIB, Value

if TYPE_CHECKING:
    from verifier.signed import Key

LIMIT: Final = MIB
_MOST: Final = 64


@dataclass(frozen=True)
class Trust:
    """Name and key of the log, key of the platform, witnesses and how many are enough, holders, authorities of time.

    ``parties`` are keys of parties to draws that hold no key of the tender and still count as independent.
    """

    origin: str
    log: Key
    platform: Key
    witnesses: tuple[Key, ...]
    quorum: int
    holders: frozenset[str]
    tsa: tuple[str, ...]
    parties: frozenset[Key] = frozenset()


def read_trust(data: bytes) -> Trust:
    """Return the trust anchors of ``trust.json``; its form is free (it is kept by people), its fields are not."""
    place = "trust.json"
    root = Value(None, place).read(lambda _: canonical.read_json(data, limit=LIMIT, canonical=False))
    fields = Value(root, place).fields(
        ["origin", "log", "platform", "witnesses", "quorum", "holders", "tsa"], ["parties"]
    )
    log = _key(fields["log"], signed.PLAIN)
    fields["origin"].is_(log.name)
    witnesses = tuple(_key(one, signed.TIMED) for one in fields["witnesses"].entries(1, _MOST))
    if len({key.name for key in witnesses}) != len(witnesses) or len({key.public for key in witnesses}) != len(
        witnesses
    ):
        raise fields["witnesses"].fault("two witnesses are the same")
    return Trust(
        origin=log.name,
        log=log,
        platform=_key(fields["platform"], signed.PLAIN),
        witnesses=witnesses,
        quorum=fields["quorum"].integer(1, len(witnesses)),
        holders=_vkeys(fields["holders"]),
        tsa=tuple(one.text() for one in fields["tsa"].entries(0, _MOST)),
        parties=frozenset(map(signed.read_key, _vkeys(fields["parties"]))) if "parties" in fields else frozenset(),
    )


def _vkeys(value: Value) -> frozenset[str]:
    found = set()
    for one in value.entries(0, 100_000):
        _key(one, signed.PLAIN)
        found.add(one.text())
    return frozenset(found)


def _key(value: Value, kind: int) -> Key:
    key = value.read(lambda _: signed.read_key(value.text()))
    if key.kind != kind:
        raise value.fault("the key is of the wrong type")
    return key
