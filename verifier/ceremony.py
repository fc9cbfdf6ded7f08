"""The key ceremony and the seals made for it (sections 3.1, 3.2 and 6)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from verifier import canonical, signed
from verifier.schema import SMALL, Value, document
from verifier.sharing import SECRET, Dealing, Wrap, context
from verifier.words import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping

    from verifier.signed import Key

_P: Final = 2**255 - 19
_DAY: Final = 86_400
_MONTH: Final = 31 * _DAY
_NEEDED: Final = "tender suite k envelopes max_size holders"
_PRODUCTION: Final = "stages layer grace quorum key_window rescue"
MIN_QUORUM: Final = 2
_LARGEST: Final = 2**50


@dataclass(frozen=True)
class Holder:
    """A key holder; ``x`` is its place in the sharing, ``signs`` is None in the ceremonies of the test vectors only."""

    kid: str
    x: int
    public: bytes
    vkey: str
    org: str = ""
    role: str = ""

    @cached_property
    def key(self) -> Key:
        """The key of its signatures."""
        return signed.read_key(self.vkey)


@dataclass(frozen=True)
class Ceremony:
    """A ceremony; seconds and bytes are integers."""

    digest: str
    tender: str
    k: int
    envelopes: Mapping[str, str]
    max_size: int
    holders: tuple[Holder, ...]
    stages: tuple[tuple[str, ...], ...]
    layer: str
    k_recover: int
    grace: int
    quorum: int
    key_window: int
    rescue: int
    is_minimal: bool

    def holder(self, kid: str) -> Holder:
        """Return a holder by its id."""
        for holder in self.holders:
            if holder.kid == kid:
                return holder
        raise Fault("{kid} is not a key holder of this tender", kid=kid)

    def is_public(self, stage: int) -> bool:
        """Return whether the envelopes of a stage (from 1) are public."""
        return self.envelopes[self.stages[stage - 1][0]] == "public"


def read_ceremony(data: bytes) -> Ceremony:
    """Return the ceremony of a document, its rules on holders checked."""
    fields = document(
        data, of="ceremony", place="ceremony.json", limit=SMALL, required=_NEEDED, optional=f"{_PRODUCTION} k_recover"
    )
    is_minimal = not set(_PRODUCTION.split()) & set(fields)
    if not is_minimal:
        Value(dict.fromkeys(fields), "ceremony.json").fields(
            ["v", "type", *_NEEDED.split(), *_PRODUCTION.split()], ["k_recover"]
        )
    fields["suite"].is_("X25519")
    holders = _holders(fields["holders"], is_minimal=is_minimal)
    envelopes = _envelopes(fields["envelopes"])
    layer = "none" if is_minimal else fields["layer"].choice(["none", "required", "recoverable"])
    if ("k_recover" in fields) != (layer == "recoverable"):
        raise Value(None, "ceremony.json").fault("k_recover goes with the layer “recoverable”")
    ceremony = Ceremony(
        digest=canonical.digest(data),
        tender=fields["tender"].id(),
        k=fields["k"].integer(2, len(holders)),
        envelopes=envelopes,
        max_size=fields["max_size"].integer(1, _LARGEST),
        holders=holders,
        stages=_stages(fields.get("stages"), envelopes),
        layer=layer,
        k_recover=fields["k_recover"].integer(2, len(holders)) if layer == "recoverable" else 0,
        grace=_seconds(fields, "grace", _DAY, 0),
        quorum=fields["quorum"].integer(MIN_QUORUM, 1_000) if "quorum" in fields else MIN_QUORUM,
        key_window=_seconds(fields, "key_window", 0 if layer == "none" else _MONTH, 0),
        rescue=_seconds(fields, "rescue", _MONTH, _DAY),
        is_minimal=is_minimal,
    )
    _check_policy(ceremony)
    return ceremony


def _seconds(fields: Mapping[str, Value], name: str, most: int, default: int) -> int:
    return fields[name].integer(0, most) if name in fields else default


def _holders(value: Value, *, is_minimal: bool) -> tuple[Holder, ...]:
    holders = []
    for x, one in enumerate(value.entries(2, 16), start=1):
        fields = one.fields(["kid", "pk", "vkey"] if is_minimal else ["kid", "pk", "vkey", "org", "role"])
        public, vkey = fields["pk"].octets(32), fields["vkey"].text()
        _check_public(fields["pk"], public)
        if vkey != "-" or not is_minimal:
            fields["vkey"].read(lambda raw: signed.read_key(str(raw)))
        org = "" if is_minimal else fields["org"].id()
        roles = ["tenderee", "agency", "supervisor", "platform", "other"]
        role = "" if is_minimal else fields["role"].choice(roles)
        holders.append(Holder(fields["kid"].kid(), x, public, vkey, org, role))
    kids = [holder.kid for holder in holders]
    if kids != sorted(set(kids)) or len({holder.public for holder in holders}) != len(holders):
        raise value.fault("the holders are not in order, each once, each with a key of its own")
    return tuple(holders)


def _check_public(value: Value, public: bytes) -> None:
    try:
        X25519PrivateKey.from_private_bytes(bytes([1]) * 32).exchange(X25519PublicKey.from_public_bytes(public))
    except ValueError as error:
        raise value.fault("the key is of low order") from error
    if int.from_bytes(public, "little") >= _P:
        raise value.fault("the key is not in canonical form")


def _envelopes(value: Value) -> dict[str, str]:
    if not isinstance(value.raw, dict) or not value.raw:
        raise value.fault("an object is expected")
    return {
        Value(name, value.place).id(): Value(kind, value.place).choice(["public", "restricted"])
        for name, kind in value.raw.items()
    }


def _stages(value: Value | None, envelopes: Mapping[str, str]) -> tuple[tuple[str, ...], ...]:
    if value is None:
        kinds = (sorted(n for n in envelopes if envelopes[n] == kind) for kind in ("public", "restricted"))
        return tuple(tuple(names) for names in kinds if names)
    stages = tuple(tuple(name.id() for name in stage.entries(1)) for stage in value.entries(1))
    if sorted(name for stage in stages for name in stage) != sorted(envelopes):
        raise value.fault("the stages do not name every envelope exactly once")
    if any(len({envelopes[name] for name in stage}) > 1 for stage in stages):
        raise value.fault("a stage mixes public and restricted envelopes")
    return stages


def _check_policy(ceremony: Ceremony) -> None:
    """Refuse holders of whom one organisation, or tenderee and agency together, could open alone (section 3.2)."""
    if ceremony.is_minimal:
        return
    seats = Counter(holder.org for holder in ceremony.holders)
    together = sum(holder.role in ("tenderee", "agency") for holder in ceremony.holders)
    if max(*seats.values(), together) >= ceremony.k:
        raise Fault("one organisation, or tenderee and agency together, hold as many keys as are needed to open")
    if len({holder.vkey for holder in ceremony.holders}) != len(ceremony.holders):
        raise Fault("two holders sign with the same key")


# -- seals -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Envelope:
    """One envelope of a seal; the dealings carry the commitments."""

    name: str
    lot: str
    size: int
    sha256: str
    ctx: bytes
    hold: Dealing
    commit_b: bytes | None
    recover: Dealing | None


@dataclass(frozen=True)
class Seal:
    """A seal that fits the ceremony."""

    digest: str
    bidder: str
    cid: str
    replaces: str | None
    envelopes: tuple[Envelope, ...]


def read_seal(data: bytes, ceremony: Ceremony, place: str = "seal.json") -> Seal:
    """Return the seal of a document made for this ceremony."""
    fields = document(
        data, of="seal", place=place, limit=SMALL, required="suite tender ceremony bidder cid replaces envelopes"
    )
    fields["suite"].is_("X25519")
    fields["tender"].is_(ceremony.tender)
    fields["ceremony"].is_(ceremony.digest)
    bidder, cid = fields["bidder"].id(), canonical.b64u(fields["cid"].octets(16))
    names = {"tender": ceremony.tender, "ceremony": ceremony.digest, "bidder": bidder, "cid": cid}
    envelopes = tuple(_envelope(one, ceremony, names) for one in fields["envelopes"].entries(1, 64))
    if len({(one.name, one.lot) for one in envelopes}) != len(envelopes):
        raise fields["envelopes"].fault("the same envelope and lot twice")
    replaces = None if fields["replaces"].raw is None else fields["replaces"].digest()
    return Seal(canonical.digest(data), bidder, cid, replaces, envelopes)


def _envelope(value: Value, ceremony: Ceremony, names: Mapping[str, str]) -> Envelope:
    extra = {"none": [], "required": ["commit_b"], "recoverable": ["commit_b", "deal_b"]}[ceremony.layer]
    fields = value.fields(["name", "lot", "fmt", "size", "sha256", "commit", "deal", *extra])
    name, lot = fields["name"].choice(ceremony.envelopes), fields["lot"].id()
    fields["fmt"].is_("age/1")
    ctx = context(b"tsb/1 ctx", {**names, "envelope": name, "lot": lot})
    commit, commit_b = fields["commit"].octets(SECRET), fields["commit_b"].octets(SECRET) if extra else None
    wraps_b = read_wraps(fields["deal_b"], ceremony) if "deal_b" in extra else ()
    return Envelope(
        name=name,
        lot=lot,
        size=fields["size"].integer(1, ceremony.max_size),
        sha256=fields["sha256"].digest(),
        ctx=ctx,
        hold=Dealing("hold", ctx, ceremony.k, commit, read_wraps(fields["deal"], ceremony)),
        commit_b=commit_b,
        recover=Dealing("recover", ctx, ceremony.k_recover, commit_b, wraps_b) if commit_b and wraps_b else None,
    )


def read_wraps(value: Value, ceremony: Ceremony) -> tuple[Wrap, ...]:
    """Return the wraps of a dealing: one for each holder, in the order of the ceremony."""
    wraps = []
    for one, holder in zip(value.entries(len(ceremony.holders), len(ceremony.holders)), ceremony.holders, strict=True):
        fields = one.fields(["kid", "enc", "ct"])
        fields["kid"].is_(holder.kid)
        wraps.append(Wrap(holder.kid, fields["enc"].octets(32), fields["ct"].octets(48)))
    return tuple(wraps)
