"""A draw for tests: everything fixed, with the holders of tests/bidding/rules/sealed.py as its parties."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from evaluation.rules import draw, draw_documents, vrf
from evaluation.rules.draw_manifest import Manifest, write_manifest
from tests.bidding.rules.sealed import ceremony

if TYPE_CHECKING:
    from bidding.rules.ceremony import Ceremony
    from evaluation.rules.draw_documents import Commit, Result, Reveal

SECRET = bytes(range(32))
POOL = tuple(f"{number:064x}" for number in range(1, 12))
PARTIES = ("agency", "supervisor", "tenderee")


def contribution_of(party: str) -> bytes:
    return (party.encode() * 32)[:32]


@dataclass(frozen=True)
class Drawn:
    """Every document of one draw."""

    ceremony: Ceremony
    manifest: Manifest
    commits: dict[str, Commit]
    reveals: dict[str, Reveal]
    result: Result


def manifest_of(made_for: Ceremony, **changes: object) -> Manifest:
    fields = {
        "tender": made_for.tender,
        "label": "experts/civil",
        "pick": 5,
        "pool": POOL,
        "vrf_pk": vrf.public_key_of(SECRET),
        "parties": PARTIES,
        "exclusions": {"f" * 64: "employer"},
    }
    return write_manifest(**fields | changes)


def drawn() -> Drawn:
    made_for = ceremony()
    manifest = manifest_of(made_for)
    given = {party: contribution_of(party) for party in PARTIES}
    proof = vrf.prove(SECRET, draw.alpha_of(manifest.digest, given))
    return Drawn(
        ceremony=made_for,
        manifest=manifest,
        commits={
            party: draw_documents.write_commit(manifest, party=party, contribution=value, ceremony=made_for)
            for party, value in given.items()
        },
        reveals={
            party: draw_documents.write_reveal(manifest, party=party, contribution=value)
            for party, value in given.items()
        },
        result=draw_documents.write_result(manifest, contributions=given, proof=proof),
    )
