"""The log as a stranger reads it: checkpoint, tiles, entries and proofs, held against each other and the vectors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from core import clock, log_key, log_reading
from core.checkpoints import read_checkpoint, verify_proof
from core.models import OutboxEntry
from core.notes import parse_vkey
from core.tree import among, leaf_hash, node_hash, root
from disclosure import tiles
from tests.stories import bidding as story

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.test import Client

    from tests.cast import Cast

PATHS = json.loads((Path(__file__).parent.parent / "vectors" / "log.json").read_text("utf-8"))["tile_paths"]


def asked(client: Client, name: str, **where: object) -> HttpResponse:
    return client.get(reverse(f"disclosure:{name}", kwargs=where))


def vkey_and_witnesses() -> dict[str, object]:
    policy = log_reading.announced_policy()
    assert policy is not None
    return {"log": parse_vkey(log_key.vkey()), "witnesses": [one.key for one in policy.witnesses]}


def test_checkpoint_tiles_and_proofs_agree_and_are_witnessed(cast: Cast, client: Client) -> None:
    tender = story.sealed(cast)
    with clock.stands_at(tender.deadline - story.MINUTE):
        notes = [asked(client, name).content for name in ("log-checkpoint", "log-witnessed")]
        cosigned = read_checkpoint(notes[0], **vkey_and_witnesses())
        size = cosigned.checkpoint.size
        tile = asked(client, "log-tile", level=0, place=f"000.p/{size}").content
        sealed = OutboxEntry.objects.filter(event="bid.sealed").latest("seq")
        proof = asked(client, "log-proof", index=sealed.idx).content.decode()
    assert (notes[0], len(cosigned.cosignatures)) == (notes[1], 3)
    leaves = [tile[n : n + 32] for n in range(0, len(tile), 32)]
    assert root(leaves) == cosigned.checkpoint.root
    found, _ = verify_proof(proof, leaf=leaf_hash(bytes(sealed.entry)), **vkey_and_witnesses())
    assert found.index == sealed.idx


def test_an_entry_is_answered_once_it_is_public_and_a_bundle_once_all_of_it_is(cast: Cast, client: Client) -> None:
    tender = story.sealed(cast)
    public = OutboxEntry.objects.filter(event="tender.published").latest("seq")
    sealed = OutboxEntry.objects.filter(event="bid.sealed").latest("seq")
    with clock.stands_at(tender.deadline - story.MINUTE):
        assert asked(client, "log-entry", index=public.idx).content == bytes(public.entry)
        assert asked(client, "log-entry", index=sealed.idx).status_code == 404
        assert asked(client, "log-bundle", place=f"000.p/{sealed.idx + 1}").status_code == 404
        page = asked(client, "log").content.decode()
    assert log_key.vkey() in page
    assert "并不独立" in page


def test_a_bundle_is_its_entries_with_their_lengths(db: None, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import transaction

    from core import audit, waiting
    from core.actors import SYSTEM

    with transaction.atomic(durable=True):
        for _ in range(3):
            audit.append("key.enrolled", data={}, actor=SYSTEM, at=clock.now())
    waiting.nudge()
    entries = [bytes(row.entry) for row in OutboxEntry.objects.order_by("seq")]
    bundle = asked(client, "log-bundle", place="000.p/3").content
    assert bundle == b"".join(len(one).to_bytes(2, "big") + one for one in entries)
    assert asked(client, "log-bundle", place="000.p/4").status_code == 404


@pytest.mark.parametrize("name", ["log-checkpoint", "log-witnessed"])
def test_before_anything_is_signed_there_is_no_checkpoint(db: None, client: Client, name: str) -> None:
    assert asked(client, name).status_code == 404
    assert asked(client, "log-proof", index=0).status_code == 404
    assert asked(client, "log").status_code == 200


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("000", tiles.Place(0, 256)),
        ("001", tiles.Place(1, 256)),
        ("x001/001", tiles.Place(1001, 256)),
        ("x001/x234/067", tiles.Place(1_234_067, 256)),
        ("273.p/112", tiles.Place(273, 112)),
    ],
)
def test_a_tile_has_the_path_of_the_vectors(path: str, place: tiles.Place) -> None:
    assert (tiles.read_place(path), tiles.write_place(place)) == (place, path)
    assert any(known.endswith(f"/{path}") for known in PATHS.values())


@pytest.mark.parametrize("path", ["1", "0001", "x000/001", "001.p/0", "001.p/256", "001.p/01", "x001", "../001", ""])
def test_what_names_no_tile_is_refused(path: str) -> None:
    with pytest.raises(tiles.NoTile):
        tiles.read_place(path)


def test_a_tile_of_level_one_holds_the_roots_of_full_tiles() -> None:
    leaves = [leaf_hash(n.to_bytes(2, "big")) for n in range(600)]
    nodes = among(leaves)
    found = tiles.hash_tile(1, tiles.Place(0, 2), size=600, nodes=nodes)
    assert found == root(leaves[:256]) + root(leaves[256:512])
    assert node_hash(found[:32], found[32:]) == root(leaves[:512])
    for level, place in ((1, tiles.Place(0, 3)), (0, tiles.Place(2, 256)), (8, tiles.Place(0, 1))):
        with pytest.raises(tiles.NoTile):
            tiles.hash_tile(level, place, size=600, nodes=nodes)
