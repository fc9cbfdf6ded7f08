"""The manifest of a draw: pool, seats, parties and key, all fixed before anybody contributes (section 2).

The label says what is drawn: ``experts/<stratum>``, ``agency/<id>``, ``lottery/<lot>``, ``tie/<lot>``,
``benchmark/<lot>/<name>``. Several strata are several manifests.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

from bidding.rules.schema import Node, read_document
from core.canonical import LARGEST_INTEGER, Malformed, b64u_encode, digest, dumps
from core.reasons import reason
from evaluation.rules import vrf
from evaluation.rules.draw import Beacon

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LIMIT: Final = 16 * 1_048_576
SALT_LENGTH: Final = 16
CODES: Final = ("recusal", "employer", "prior-contact", "suspended", "other")
FEWEST_PARTIES: Final = 2
_MOST: Final = 100_000  # handles of one pool


@dataclass(frozen=True)
class Exclusion:
    """Somebody who is not in the pool, and why: a code; names and sentences stay out of the log."""

    handle: str
    code: str


@dataclass(frozen=True)
class Manifest:
    """A valid manifest. ``pool`` and ``parties`` are sorted bytewise; ``vrf_pk`` has 32 bytes."""

    data: bytes = field(repr=False)
    tender: str
    label: str
    pick: int
    pool: tuple[str, ...]
    vrf_pk: bytes
    parties: tuple[str, ...]
    exclusions: tuple[Exclusion, ...] = ()
    beacons: tuple[Beacon, ...] = ()
    is_minimal: bool = False

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the document, which every other document of the draw names."""
        return digest(self.data)


def blinded(number: str, salt: bytes) -> str:
    """Return the handle of somebody whose name stays secret: SHA-256 of a salt of 16 bytes and its id, in hex."""
    if len(salt) != SALT_LENGTH:
        raise ValueError("a salt has 16 bytes")
    return hashlib.sha256(salt + number.encode()).hexdigest()


def numbered(values: Sequence[str]) -> tuple[str, ...]:
    """Return the handles of candidate values: a serial keeps equal values distinct (``1:0.950``)."""
    return tuple(f"{serial}:{value}" for serial, value in enumerate(values, start=1))


def write_manifest(
    *,
    tender: str,
    label: str,
    pick: int,
    pool: Sequence[str],
    vrf_pk: bytes,
    parties: Sequence[str],
    exclusions: Mapping[str, str] | None = None,
    beacons: Sequence[Beacon] = (),
) -> Manifest:
    """Return a production manifest; ``pool`` and ``parties`` in any order, ``exclusions`` as code by handle."""
    document = {
        "v": "tsb/1",
        "type": "draw",
        "tender": tender,
        "label": label,
        "pick": pick,
        "pool": sorted(pool, key=str.encode),
        "vrf_pk": b64u_encode(vrf_pk),
        "parties": sorted(parties, key=str.encode),
        "exclusions": [{"handle": handle, "code": code} for handle, code in sorted((exclusions or {}).items())],
        "beacons": [{"name": beacon.name, "round": beacon.round} for beacon in beacons],
    }
    return read_manifest(dumps(document))


def read_manifest(data: bytes) -> Manifest:
    """Return the manifest of ``data``; raises :class:`Malformed`."""
    fields = read_document(
        data,
        doc_type="draw",
        limit=LIMIT,
        required={"tender", "label", "pick", "pool", "vrf_pk", "parties"},
        optional={"exclusions", "beacons"},
    )
    if ("exclusions" in fields) != ("beacons" in fields):
        raise Malformed(reason("A manifest has both exclusions and beacons, or neither."))
    pool = _sorted_ids(fields["pool"], least=1)
    public = fields["vrf_pk"].octets(vrf.PUBLIC_LENGTH)
    vrf.read_public_key(public)
    is_minimal = "exclusions" not in fields
    exclusions = () if is_minimal else _exclusions(fields["exclusions"], pool)
    return Manifest(
        data=data,
        tender=fields["tender"].id(),
        label=fields["label"].id(),
        pick=fields["pick"].integer(1, len(pool)),
        pool=pool,
        vrf_pk=public,
        parties=_sorted_ids(fields["parties"], least=FEWEST_PARTIES),
        exclusions=exclusions,
        beacons=() if is_minimal else tuple(_beacon(node) for node in fields["beacons"].entries(0, _MOST)),
        is_minimal=is_minimal,
    )


def _sorted_ids(node: Node, *, least: int) -> tuple[str, ...]:
    found = [entry.id() for entry in node.entries(least, _MOST)]
    if found != sorted(set(found), key=str.encode):
        raise node.fault(reason("the entries are not sorted, or one stands twice"))
    return tuple(found)


def _exclusions(node: Node, pool: Sequence[str]) -> tuple[Exclusion, ...]:
    found = []
    for entry in node.entries(0, _MOST):
        fields = entry.fields({"handle", "code"})
        found.append(Exclusion(fields["handle"].id(), fields["code"].choice(CODES)))
    handles = [exclusion.handle for exclusion in found]
    if len(set(handles)) != len(handles):
        raise node.fault(reason("somebody is excluded twice"))
    if set(handles) & set(pool):
        raise node.fault(reason("somebody who is excluded stands in the pool"))
    return tuple(found)


def _beacon(node: Node) -> Beacon:
    fields = node.fields({"name", "round"})
    return Beacon(fields["name"].id(), fields["round"].integer(0, LARGEST_INTEGER))
