"""A draw in browsers: prepared, two parties commit and show, everybody watches it live and recomputes the result."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from accounts import enrolling
from accounts.names import KeyKind
from bidding.models import KeyHolder
from bidding.rules import age_passphrase
from core import clock
from core.canonical import b64_encode, b64u_encode, dumps
from core.notes import SigningKey
from evaluation import draw_papers
from evaluation.models import Draw
from tests.journeys.visitors import PASSPHRASE
from tests.stories import drawing as draws
from tests.stories.drawing import AT, holders_of
from trading import access
from trading.names import Kind, Side

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django.fixtures import SettingsWrapper

    from tests.cast import Cast
    from tests.journeys.visitors import Town
    from tests.stories.evaluation import Case

pytestmark = [pytest.mark.journey]

PARTIES = {"supervisor": "supervisor.holder", "tenderee": "owner.holder", "OR-acme": "acme"}
BIDDER = {"v": "tsb/1", "type": "keys", "kind": "bidder", "name": "yangguang.example/bidder/OR-acme"}


@pytest.fixture
def case(cast: Cast, tmp_path: Path, settings: SettingsWrapper) -> Case:
    settings.VRF_KEYS_DIR = tmp_path / "vrf"
    made = draws.pooled(cast, Kind.CT)
    for kid, holder in holders_of(made).items():
        secrets = {
            "v": "tsb/1", "type": "keys", "kind": "holder", "name": holder.signing.name,
            "ed25519": b64u_encode(holder.signing.secret), "x25519": b64u_encode(holder.secret),
        }  # fmt: skip
        KeyHolder.objects.filter(project=made.project, kid=kid).update(wrapped=_locked(secrets))
    signing = SigningKey(BIDDER["name"], bytes(range(32)))
    enrolling.enrol_key(
        kind=KeyKind.BIDDER,
        vkey=str(signing.verify_key),
        wrapped=_locked(BIDDER | {"ed25519": b64u_encode(signing.secret)}),
        actor=cast.actor("acme"),
        at=AT,
    )
    access.take_side(made.project, cast["acme"], Side.BIDDING, since=AT)
    return made


def _locked(secrets: dict[str, str]) -> str:
    return b64_encode(age_passphrase.encrypt(dumps(secrets), passphrase=PASSPHRASE, work_factor=10))


def test_a_draw_is_watched_live_and_recomputed_by_a_stranger(town: Town, case: Case) -> None:
    clock.move_to(AT)
    bidder = town["acme"]
    bidder.go("/draws/key", name="party-key")
    bidder.unlock()
    buyer, lot = town["owner.approver"], case.lot.number
    buyer.go(f"/evaluation/{lot}/draws", name="draws-empty")
    buyer.go(f"/evaluation/{lot}/draws/experts?stratum=civil", name="prepare-draw")
    buyer.find("[name=parties][value=agency]").uncheck()
    buyer.find("[name=parties][value=platform]").uncheck()
    buyer.press()
    assert buyer.path == f"/draws/{lot}/1"

    watcher = town["nobody"]
    watcher.go(f"/draws/{lot}/1", name="draw-waits")
    for act in ("commit", "show"):
        for name in PARTIES.values():
            party = town[name]
            party.go(f"/draws/{lot}/1/contribute", name=f"draw-{act}")
            party.unlock()
    draw = Draw.objects.get()
    order = draw_papers.result_of(draw).order

    # the watcher did nothing: the result came over the socket, and is recomputed on its own computer
    expect(watcher.find("code.handle")).to_have_text(list(order))
    watcher.find("[data-start]").click()
    expect(watcher.find("[data-verdict] p")).to_have_attribute("data-tone", "green")
    expect(watcher.find("[data-steps] li")).to_have_count(6)
    watcher.look("draw-recomputed")

    buyer.go(f"/draws/{lot}/1", name="draw-of-the-buyer")
    buyer.go(f"/draws/{lot}/1/refusals", name="draw-refusal")
    buyer.go(f"/evaluation/{lot}/draws", name="draws")
    buyer.go(f"/evaluation/{lot}/draws/seat", name="draw-seat")
    centre = town["center"]
    centre.go("/pool", name="pool")
