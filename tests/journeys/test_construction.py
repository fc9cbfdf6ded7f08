"""Construction through the pages, as far as the open bid box: draft, keys, announcement, a question and its answer."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from core import clock
from tests.journeys import drafting, sealing, tenders
from tests.stories.trading import ANNOUNCED, DAY
from trading.models import Lot
from trading.names import Stage

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cast import Cast
    from tests.journeys.visitors import Town

pytestmark = pytest.mark.journey

HOUR = timedelta(hours=1)
HOLDERS = tuple(sealing.SEATS.values())


def test_construction_from_the_draft_to_the_open_bid_box(town: Town, cast: Cast, tmp_path: Path) -> None:
    clock.move_to(ANNOUNCED - 2 * DAY)
    project = drafting.create(town, by="owner.drafter", **tenders.CONSTRUCTION)
    owner = town["owner.drafter"]
    drafting.write(owner, project, tenders.CONSTRUCTION_STEPS)
    drafting.write_criteria(owner, project, tenders.PASSED)
    lot = drafting.add_lot(owner, project, **tenders.CONSTRUCTION_LOT)
    document = tmp_path / "招标文件.pdf"
    document.write_bytes(b"%PDF-1.4\n% the tender documents\n")
    drafting.upload(owner, project, document, title="招标文件")
    drafting.hand_in(owner, project)
    clock.move_to(ANNOUNCED - 12 * HOUR)
    sealing.appoint_holders(town, project, by="owner.drafter", seats=sealing.SEATS)
    sealing.make_keys(town, project, HOLDERS)
    sealing.sign_ceremonies(town, [lot], HOLDERS)
    clock.move_to(ANNOUNCED)
    sealing.announce(town, project, by="owner.approver")
    sealing.rehearse(town, [lot], HOLDERS)
    assert Lot.objects.get(number=lot).stage == Stage.BIDDING
    clock.move_to(ANNOUNCED + DAY)
    drafting.ask(town, project, "清单第三项是否含运费?", by="bolt")
    drafting.answer(town, project, "含。", by="owner.drafter")
