"""The key ceremony: who holds keys, how many are needed, what may be sealed (section 3).

The deadline is not part of it, so an extension leaves every seal valid. ``read_ceremony`` decides whether the
document is one; ``policy_objections`` whether these holders may be trusted with a tender;
``scope_objections`` whether this edition of the platform can run it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Final

from bidding.rules import wrapping
from bidding.rules.schema import Node, read_document
from core.canonical import Malformed, b64u_encode, digest, dumps
from core.errors import Refused
from core.notes import VerifyKey, parse_vkey
from core.reasons import Reason, reason

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LIMIT: Final = 65_536
SUITES: Final = ("X25519", "MLKEM768-X25519", "SM2")
LAYERS: Final = ("none", "required", "recoverable")
ROLES: Final = ("tenderee", "agency", "supervisor", "platform", "other")
DEFAULT_QUORUM: Final = 2
DEFAULT_RESCUE: Final = 86_400  # seconds, where the ceremony does not say
PLATFORM_RESCUE: Final = 1_800  # seconds, written into every ceremony of this platform
MOST_HOLDERS: Final = 16
_DAY: Final = 86_400
_MONTH: Final = 31 * _DAY
_LARGEST_SIZE: Final = 2**50

_MINIMAL = {"tender", "suite", "k", "envelopes", "max_size", "holders"}
_FULL = {"stages", "layer", "grace", "quorum", "key_window", "rescue"}


@dataclass(frozen=True)
class Holder:
    """A key holder: id, X25519 key of this tender, vkey of its signatures; organisation and role in production.

    ``x`` is its coordinate in the sharing: the position in the ceremony, from 1.
    """

    kid: str
    public: bytes
    vkey: str
    org: str | None = None
    role: str | None = None
    x: int = 0

    @cached_property
    def verify_key(self) -> VerifyKey:
        """The key of the holder's signatures; raises :class:`Malformed` for the ``-`` of a test ceremony."""
        return parse_vkey(self.vkey)


@dataclass(frozen=True)
class Ceremony:
    """A valid ceremony document. ``data`` are its canonical bytes; times are seconds, sizes bytes."""

    data: bytes
    tender: str
    suite: str
    k: int
    envelopes: Mapping[str, str]
    max_size: int
    holders: tuple[Holder, ...]
    stages: tuple[tuple[str, ...], ...]
    layer: str
    k_recover: int | None
    grace: int
    quorum: int
    key_window: int
    rescue: int
    is_minimal: bool

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the document, which every seal names."""
        return digest(self.data)

    @property
    def n(self) -> int:
        """The number of holders."""
        return len(self.holders)

    def holder(self, kid: str) -> Holder:
        """Return the holder with this id; raises :class:`Malformed` for a stranger."""
        for holder in self.holders:
            if holder.kid == kid:
                return holder
        raise Malformed(reason("“{kid}” is not a key holder of this ceremony.", kid=kid))

    def stage(self, number: int) -> tuple[str, ...]:
        """Return the envelope names of a stage, counted from 1."""
        if not 1 <= number <= len(self.stages):
            raise Malformed(reason("The ceremony has no stage {number}.", number=number))
        return self.stages[number - 1]


# -- making -----------------------------------------------------------------------------


def make_ceremony(
    *,
    tender: str,
    k: int,
    holders: Sequence[Holder],
    max_size: int,
    envelopes: Mapping[str, str] | None = None,
    rescue: int = PLATFORM_RESCUE,
    quorum: int = DEFAULT_QUORUM,
) -> Ceremony:
    """Return a production ceremony of this edition; ``holders`` in any order, each with ``org`` and ``role``.

    Raises :class:`Refused` with every objection to the choice of holders.
    """
    names = dict(envelopes or {"opening": "public"})
    document = {
        "v": "tsb/1",
        "type": "ceremony",
        "tender": tender,
        "suite": "X25519",
        "k": k,
        "envelopes": names,
        "max_size": max_size,
        "holders": [_holder_fields(holder) for holder in sorted(holders, key=lambda holder: holder.kid)],
        "stages": _default_stages(names),
        "layer": "none",
        "grace": 0,
        "quorum": quorum,
        "key_window": 0,
        "rescue": rescue,
    }
    return accept_ceremony(dumps(document))


def accept_ceremony(data: bytes) -> Ceremony:
    """Return the ceremony of ``data`` if this platform may run it.

    Raises :class:`Malformed` for the document, :class:`Refused` with every objection to its content.
    """
    ceremony = read_ceremony(data)
    if objections := (*policy_objections(ceremony), *scope_objections(ceremony)):
        raise Refused(*objections)
    return ceremony


def _holder_fields(holder: Holder) -> dict[str, str]:
    fields = {"kid": holder.kid, "pk": b64u_encode(holder.public), "vkey": holder.vkey}
    if holder.org is not None:
        fields["org"] = holder.org
    if holder.role is not None:
        fields["role"] = holder.role
    return fields


# -- reading ----------------------------------------------------------------------------


@lru_cache(maxsize=512)
def read_ceremony(data: bytes) -> Ceremony:
    """Return the ceremony of ``data``, in the full form of production or the minimal form of the vectors.

    Raises :class:`Malformed`. A holder's key of low order, not canonical, or used twice is malformed too.
    """
    fields = read_document(data, doc_type="ceremony", limit=LIMIT, required=_MINIMAL, optional={*_FULL, "k_recover"})
    is_minimal = set(fields) == {"v", "type", *_MINIMAL}
    if not is_minimal and (missing := sorted(_FULL - set(fields))):
        raise Malformed(reason("The ceremony lacks “{field}”.", field=missing[0]))
    holders = _read_holders(fields["holders"], is_minimal=is_minimal)
    envelopes = _read_envelopes(fields["envelopes"])
    layer = "none" if is_minimal else fields["layer"].choice(LAYERS)
    return Ceremony(
        data=data,
        tender=fields["tender"].id(),
        suite=fields["suite"].choice(SUITES),
        k=fields["k"].integer(2, len(holders)),
        envelopes=envelopes,
        max_size=fields["max_size"].integer(1, _LARGEST_SIZE),
        holders=holders,
        stages=_read_stages(fields.get("stages"), envelopes),
        layer=layer,
        k_recover=_read_k_recover(fields, layer, len(holders)),
        grace=_seconds(fields, "grace", 0, _DAY, default=0),
        quorum=_seconds(fields, "quorum", DEFAULT_QUORUM, 1_000, default=DEFAULT_QUORUM),
        key_window=_seconds(fields, "key_window", 0, 0 if layer == "none" else _MONTH, default=0),
        rescue=_seconds(fields, "rescue", 0, _MONTH, default=DEFAULT_RESCUE),
        is_minimal=is_minimal,
    )


def _seconds(fields: Mapping[str, Node], name: str, least: int, most: int, *, default: int) -> int:
    return fields[name].integer(least, most) if name in fields else default


def _read_k_recover(fields: Mapping[str, Node], layer: str, n: int) -> int | None:
    node = fields.get("k_recover")
    if (node is not None) != (layer == "recoverable"):
        raise Malformed(reason("k_recover is present with the layer “recoverable” and only with it."))
    return None if node is None else node.integer(2, n)


def _read_holders(node: Node, *, is_minimal: bool) -> tuple[Holder, ...]:
    holders = tuple(
        _read_holder(entry, position, is_minimal=is_minimal)
        for position, entry in enumerate(node.entries(2, MOST_HOLDERS), start=1)
    )
    kids = [holder.kid for holder in holders]
    if kids != sorted(set(kids)):
        raise node.fault(reason("the holders are not sorted by id, each once"))
    if len({holder.public for holder in holders}) != len(holders):
        raise node.fault(reason("two holders have the same key"))
    return holders


def _read_holder(node: Node, position: int, *, is_minimal: bool) -> Holder:
    fields = node.fields({"kid", "pk", "vkey"} if is_minimal else {"kid", "pk", "vkey", "org", "role"})
    public = fields["pk"].octets(wrapping.KEY_LENGTH)
    fields["pk"].read(lambda _: wrapping.check_public_key(public))
    vkey = fields["vkey"].text()
    if vkey != "-" or not is_minimal:
        fields["vkey"].read(lambda _: parse_vkey(vkey))
    return Holder(
        kid=fields["kid"].kid(),
        public=public,
        vkey=vkey,
        org=None if is_minimal else fields["org"].id(),
        role=None if is_minimal else fields["role"].choice(ROLES),
        x=position,
    )


def _read_envelopes(node: Node) -> dict[str, str]:
    if not isinstance(node.value, dict) or not node.value:
        raise node.fault(reason("an object with at least one envelope is expected"))
    envelopes = {}
    for name, visibility in node.value.items():
        child = node.child(name, f".{name}")
        envelopes[child.id()] = Node(visibility, child.place).choice(("public", "restricted"))
    return envelopes


def _default_stages(envelopes: Mapping[str, str]) -> list[list[str]]:
    """Return the stages of a minimal ceremony: the public names, then the restricted ones."""
    stages = [sorted(name for name in envelopes if envelopes[name] == kind) for kind in ("public", "restricted")]
    return [stage for stage in stages if stage]


def _read_stages(node: Node | None, envelopes: Mapping[str, str]) -> tuple[tuple[str, ...], ...]:
    if node is None:
        return tuple(tuple(stage) for stage in _default_stages(envelopes))
    most = len(envelopes)
    stages = tuple(tuple(name.id() for name in stage.entries(1, most)) for stage in node.entries(1, most))
    if sorted(name for stage in stages for name in stage) != sorted(envelopes):
        raise node.fault(reason("the stages do not name every envelope exactly once"))
    if any(len({envelopes[name] for name in stage}) != 1 for stage in stages):
        raise node.fault(reason("a stage mixes public and restricted envelopes"))
    return stages


# -- judging ----------------------------------------------------------------------------


def policy_objections(ceremony: Ceremony) -> tuple[Reason, ...]:
    """Return why these holders may not hold this tender together (section 3.2); empty if they may."""
    k, objections = ceremony.k, []
    seats = Counter(holder.org for holder in ceremony.holders if holder.org is not None)
    for org, count in sorted(seats.items()):
        if count >= k:
            objections.append(
                reason("{org} alone holds {count} keys, and {k} are enough to open.", org=org, count=count, k=k)
            )
    together = sum(holder.role in {"tenderee", "agency"} for holder in ceremony.holders)
    if together >= k:
        objections.append(
            reason(
                "The tenderee and its agency hold {count} keys together, and {k} are enough to open.",
                count=together,
                k=k,
            )
        )
    vkeys = [holder.vkey for holder in ceremony.holders if holder.vkey != "-"]
    if len(set(vkeys)) != len(vkeys):
        objections.append(reason("Two holders sign with the same key."))
    return tuple(objections)


def scope_objections(ceremony: Ceremony) -> tuple[Reason, ...]:
    """Return what this edition of the platform does not run yet; empty if it runs the ceremony."""
    objections = []
    if ceremony.suite != "X25519":
        objections.append(reason("The suite {suite} is not available; X25519 is.", suite=ceremony.suite))
    if ceremony.layer != "none":
        objections.append(reason("A bidder's own key layer ({layer}) is not available.", layer=ceremony.layer))
    if len(ceremony.stages) != 1:
        objections.append(reason("Several stages of opening are not available."))
    if "restricted" in ceremony.envelopes.values():
        objections.append(reason("Restricted envelopes are not available."))
    if ceremony.grace:
        objections.append(reason("Handing in files after the deadline (grace) is not available."))
    return tuple(objections)
