"""Draws in the bundle from the database: the verifier works every one out again, and finds what is not the logged one."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING

import pytest

from bidding import platform_key
from core import clock, waiting
from core.canonical import digest, dumps, loads
from evaluation import contributing, drawing, seating, settling
from evaluation.draw_papers import taken_by
from evaluation.names import Refusal
from tests.disclosure.test_bundles import finished, judged, lot_of, zipped
from tests.stories import drawing as draws
from tests.stories.drawing import AT, PARTIES

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django.fixtures import SettingsWrapper

    from tests.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _keys(tmp_path: Path, settings: SettingsWrapper) -> None:
    settings.VRF_KEYS_DIR = tmp_path / "vrf"


def members(path: Path, manifest: str) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        return sorted(name.split("/")[2] for name in archive.namelist() if name.startswith(f"draws/{manifest}/"))


def test_a_draw_given_up_a_silent_party_and_a_refusal_are_worked_out_again(cast: Cast, tmp_path: Path) -> None:
    tender = finished(cast)
    case, at = draws.opened(tender), max(AT, tender.lot.entered_at)
    with clock.stands_at(at):
        first = draws.committed(case, draws.prepared(case), PARTIES[:1])
        drawing.give_up(first.pk, because="监督部门缺席", actor=case.approver, at=at)
        draw = draws.shown(case, draws.committed(case, draws.prepared(case)), PARTIES[:2])
        waiting.nudge()
        public = zipped(lot_of(tender), tmp_path / "running.zip")
        assert judged(public).fault is None
        assert members(public, draw.digest) == ["manifest.json", "vrf-escrow.json", "vrf-escrow.sig"]
    late = at + contributing.PATIENCE
    with clock.stands_at(late):
        for kid in ("agency", "supervisor", "platform"):
            document, note = draws.release_document(case, draw, kid)
            actor = draws.holders_of(case)[kid].actor
            contributing.release(draw.pk, document=document, note=note, actor=actor, at=late)
        settling.evaluate(draw.pk)
        draw = draws.again(draw)
        seating.refuse(draw.pk, handle=taken_by(draw)[0], code=Refusal.DECLINED, actor=case.drafter, at=late)
        waiting.nudge()
    over = zipped(lot_of(tender), tmp_path / "over.zip")
    report = judged(over)
    assert report.fault is None, (report.number, str(report.fault))
    assert members(over, draw.digest) == [
        *["commits"] * 6, "manifest.checkpoint", "manifest.json", *["releases"] * 6, "result.json", *["reveals"] * 4,
        "vrf-escrow.json", "vrf-escrow.sig",
    ]  # fmt: skip
    assert members(over, first.digest)[:2] == ["commits", "commits"]
    _swap_the_pool(over, tmp_path / "swapped.zip", draw.digest)
    assert judged(tmp_path / "swapped.zip").fault is not None


def _swap_the_pool(source: Path, target: Path, manifest: str) -> None:
    """Write the bundle with another pool, its index signed anew by the platform itself."""
    path = f"draws/{manifest}/manifest.json"
    with zipfile.ZipFile(source) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    document = loads(files[path], limit=1_000_000)
    document["pool"] = document["pool"][1:]
    files[path] = dumps(document)
    index = json.loads(files["bundle.json"])
    index["files"][path] = digest(files[path])
    files["bundle.json"] = dumps(index)
    files["bundle.sig"] = platform_key.sign("bundle", digest(files["bundle.json"])).encode()
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
