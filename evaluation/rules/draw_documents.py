"""The documents of a draw, as they are logged and signed: section 2 of docs/draws.md.

``manifest.json`` fixes everything before anybody contributes; ``draw-commit`` and ``draw-reveal`` are signed by their
party; ``vrf-escrow`` by the operator; ``result.json`` follows from the others. Every reader raises Malformed.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

from bidding.rules import dealing
from bidding.rules.schema import Node, read_document
from core.canonical import Malformed, b64u_decode, b64u_encode, digest, dumps
from core.notes import VerifyKey, verify_statement
from core.reasons import reason
from evaluation.rules import draw, draw_escrow, vrf
from evaluation.rules.draw_manifest import LIMIT, Manifest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bidding.rules.ceremony import Ceremony
    from bidding.rules.wrapping import Wrap

COMMIT: Final = "draw-commit"
REVEAL: Final = "draw-reveal"
VRF_ESCROW: Final = "vrf-escrow"
RESULT: Final = "draw-result"


@dataclass(frozen=True)
class _Signed:
    data: bytes = field(repr=False)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the document."""
        return digest(self.data)


@dataclass(frozen=True)
class Commit(_Signed):
    """A party's commitment (hex) to its contribution, with the contribution's dealing to the key holders."""

    party: str
    commit: str
    escrow: tuple[Wrap, ...]


@dataclass(frozen=True)
class Reveal(_Signed):
    """A party's contribution."""

    party: str
    contribution: bytes


@dataclass(frozen=True)
class VrfEscrow(_Signed):
    """The operator's enrolment of the function's key of a tender, with the dealing of its secret."""

    vrf_pk: bytes
    escrow: tuple[Wrap, ...]


@dataclass(frozen=True)
class Result(_Signed):
    """What a draw gave: contributions by party, proof, whole order, and who is drawn."""

    manifest: str
    contributions: Mapping[str, bytes]
    proof: bytes
    order: tuple[str, ...]
    drawn: tuple[str, ...]
    beacons: tuple[draw.Beacon, ...]


# -- the function's key ----------------------------------------------------------------------------------


def write_vrf_escrow(ceremony: Ceremony, *, secret: bytes) -> VrfEscrow:
    """Return the enrolment of the public key of ``secret`` (32 random bytes, fresh for this tender)."""
    public = vrf.public_key_of(secret)
    ctx = draw.vrf_context(ceremony=ceremony.digest, tender=ceremony.tender, vrf_pk=b64u_encode(public))
    dealt = draw_escrow.deal(secret, label=draw.VRF, ctx=ctx, ceremony=ceremony)
    document = {
        "v": "tsb/1",
        "type": VRF_ESCROW,
        "tender": ceremony.tender,
        "ceremony": ceremony.digest,
        "vrf_pk": b64u_encode(public),
        "escrow": dealing.write_wraps(dealt.wraps),
    }
    return read_vrf_escrow(dumps(document), ceremony=ceremony)


def read_vrf_escrow(data: bytes, *, ceremony: Ceremony) -> VrfEscrow:
    """Return the enrolment of ``data``; its key is a point of full order."""
    fields = read_document(data, doc_type=VRF_ESCROW, limit=LIMIT, required={"tender", "ceremony", "vrf_pk", "escrow"})
    fields["tender"].equal(ceremony.tender, reason("the key of the draw is for another tender"))
    fields["ceremony"].equal(ceremony.digest, reason("the key of the draw is for another key ceremony"))
    public = fields["vrf_pk"].octets(vrf.PUBLIC_LENGTH)
    vrf.read_public_key(public)
    return VrfEscrow(data, public, dealing.read_wraps(fields["escrow"], holders=ceremony.holders))


# -- commitments and contributions -----------------------------------------------------------------------


def write_commit(manifest: Manifest, *, party: str, contribution: bytes, ceremony: Ceremony) -> Commit:
    """Return ``party``'s commitment to ``contribution`` (32 random bytes, or the digest of thrown dice)."""
    ctx = draw.escrow_context(manifest=manifest.digest, party=party, tender=manifest.tender)
    dealt = draw_escrow.deal(contribution, label=draw.DRAW, ctx=ctx, ceremony=ceremony)
    document = {
        "v": "tsb/1",
        "type": COMMIT,
        "tender": manifest.tender,
        "manifest": manifest.digest,
        "party": party,
        "commit": draw.commitment(contribution),
        "escrow": dealing.write_wraps(dealt.wraps),
    }
    return read_commit(dumps(document), manifest=manifest, ceremony=ceremony)


def read_commit(data: bytes, *, manifest: Manifest, ceremony: Ceremony) -> Commit:
    """Return the commitment of ``data`` to this draw, by one of its parties."""
    fields = read_document(
        data, doc_type=COMMIT, limit=LIMIT, required={"tender", "manifest", "party", "commit", "escrow"}
    )
    party = _belongs(fields, manifest)
    wraps = dealing.read_wraps(fields["escrow"], holders=ceremony.holders)
    return Commit(data, party, fields["commit"].digest(), wraps)


def write_reveal(manifest: Manifest, *, party: str, contribution: bytes) -> Reveal:
    """Return ``party``'s contribution as a document."""
    document = {
        "v": "tsb/1",
        "type": REVEAL,
        "tender": manifest.tender,
        "manifest": manifest.digest,
        "party": party,
        "c": b64u_encode(contribution),
    }
    return read_reveal(dumps(document), manifest=manifest)


def read_reveal(data: bytes, *, manifest: Manifest) -> Reveal:
    """Return the contribution of ``data`` to this draw; whether it fits its commitment says :func:`check_reveal`."""
    fields = read_document(data, doc_type=REVEAL, limit=LIMIT, required={"tender", "manifest", "party", "c"})
    party = _belongs(fields, manifest)
    return Reveal(data, party, fields["c"].octets(draw.CONTRIBUTION_LENGTH))


def check_reveal(reveal: Reveal, commit: Commit) -> None:
    """Return if the contribution is the committed one of the same party, else raise :class:`Malformed`."""
    if reveal.party != commit.party or not hmac.compare_digest(draw.commitment(reveal.contribution), commit.commit):
        raise Malformed(reason("The contribution of “{party}” is not the one it committed to.", party=reveal.party))


def escrow_of(commit: Commit, *, manifest: Manifest) -> draw_escrow.Escrow:
    """Return what a commitment put with the key holders."""
    return draw_escrow.of_contribution(
        manifest=manifest.digest,
        party=commit.party,
        tender=manifest.tender,
        commit=commit.commit,
        wraps=commit.escrow,
    )


def verify_party_signature(document: _Signed, *, doc_type: str, note: str | bytes, key: VerifyKey) -> None:
    """Return if ``note`` is the signature of ``key`` on a document of this type, else raise :class:`Malformed`."""
    verify_statement(note, doc_type=doc_type, digest_hex=document.digest, key=key)


# -- the result ------------------------------------------------------------------------------------------


def write_result(
    manifest: Manifest,
    *,
    contributions: Mapping[str, bytes],
    proof: bytes,
    values: Mapping[tuple[str, int], bytes] | None = None,
) -> Result:
    """Return the result of a draw from all contributions, the proof, and the beacons' values by (name, round)."""
    beacons = tuple(
        draw.Beacon(beacon.name, beacon.round, (values or {})[beacon.name, beacon.round]) for beacon in manifest.beacons
    )
    order = _recomputed(manifest, contributions, proof, beacons)
    document: dict[str, object] = {
        "v": "tsb/1",
        "type": RESULT,
        "manifest": manifest.digest,
        "contributions": {party: b64u_encode(value) for party, value in contributions.items()},
        "pi": b64u_encode(proof),
        "order": list(order),
        "drawn": list(order[: manifest.pick]),
    }
    if beacons:
        document["beacons"] = [
            {"name": beacon.name, "round": beacon.round, "value": b64u_encode(beacon.value)} for beacon in beacons
        ]
    return read_result(dumps(document), manifest=manifest)


def read_result(data: bytes, *, manifest: Manifest) -> Result:
    """Return the result of ``data`` if everything in it follows from manifest and contributions, else raise."""
    required = {"manifest", "contributions", "pi", "order", "drawn"} | ({"beacons"} if manifest.beacons else set())
    fields = read_document(data, doc_type=RESULT, limit=LIMIT, required=required)
    fields["manifest"].equal(manifest.digest, reason("the result is of another draw"))
    contributions = _read_contributions(fields["contributions"], manifest)
    proof = fields["pi"].octets(vrf.PROOF_LENGTH)
    beacons = _read_values(fields["beacons"], manifest) if manifest.beacons else ()
    order = tuple(node.id() for node in fields["order"].entries(len(manifest.pool), len(manifest.pool)))
    drawn = tuple(node.id() for node in fields["drawn"].entries(manifest.pick, manifest.pick))
    if order != _recomputed(manifest, contributions, proof, beacons):
        raise fields["order"].fault(reason("the order is not the one that follows from contributions and proof"))
    if drawn != order[: manifest.pick]:
        raise fields["drawn"].fault(reason("the drawn are not the first of the order"))
    return Result(data, manifest.digest, contributions, proof, order, drawn, beacons)


def _recomputed(
    manifest: Manifest, contributions: Mapping[str, bytes], proof: bytes, beacons: Sequence[draw.Beacon]
) -> tuple[str, ...]:
    return draw.outcome(
        manifest=manifest.digest,
        label=manifest.label,
        pool=manifest.pool,
        contributions=contributions,
        public=manifest.vrf_pk,
        proof=proof,
        beacons=beacons,
    ).order


def _read_contributions(node: Node, manifest: Manifest) -> dict[str, bytes]:
    fields = node.fields(set(manifest.parties))
    return {party: value.octets(draw.CONTRIBUTION_LENGTH) for party, value in fields.items()}


def _read_values(node: Node, manifest: Manifest) -> tuple[draw.Beacon, ...]:
    found = []
    for entry, wanted in zip(node.entries(len(manifest.beacons), len(manifest.beacons)), manifest.beacons, strict=True):
        fields = entry.fields({"name", "round", "value"})
        fields["name"].equal(wanted.name, reason("another beacon than the manifest names"))
        number = fields["round"].integer(wanted.round, wanted.round)
        found.append(draw.Beacon(wanted.name, number, fields["value"].read(b64u_decode)))
    return tuple(found)


def _belongs(fields: Mapping[str, Node], manifest: Manifest) -> str:
    fields["tender"].equal(manifest.tender, reason("the document is for another tender"))
    fields["manifest"].equal(manifest.digest, reason("the document is for another draw"))
    party = fields["party"].id()
    if party not in manifest.parties:
        raise fields["party"].fault(reason("“{party}” takes no part in this draw", party=party))
    return party
