"""One tender in a browser: keys, ceremony, a bill and a large file sealed on the page, release, the hall."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bidding import platform_key
from bidding.models import OpenedBid, Receipt
from bidding.rules.receipt import read_receipt
from config.due import TAKERS
from core import clock
from core.notes import parse_vkey, verify_statement
from tests.journeys import sealing
from tests.stories import trading as stories
from trading import due
from trading.models import Lot

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cast import Cast
    from tests.journeys.visitors import Town

pytestmark = [pytest.mark.journey]

MINUTE = timedelta(minutes=1)
HOLDERS = tuple(sealing.SEATS.values())
BILL = [
    {"item": "土方开挖", "unit": "m³", "quantity": "1200.5"},
    {"item": "沥青混凝土路面", "unit": "m²", "quantity": "32000"},
]
MARKER = "不得外泄的标记 canary-7f3a"
TWENTY_MEGABYTES = 20 * 1024 * 1024


def test_a_bill_and_a_large_file_are_sealed_on_the_page_and_open_in_the_hall(
    town: Town, cast: Cast, tmp_path: Path, storage: Path
) -> None:
    project, lot = _open_box(town, cast)
    plan = tmp_path / "施工组织设计.pdf"
    plan.write_bytes(MARKER.encode() + os.urandom(TWENTY_MEGABYTES))
    sealing.enrol(town, ("acme", "bolt", "cedar"))
    number = _seal_the_bill(town, lot, "acme", "143.75", [plan])
    _seal_the_bill(town, lot, "bolt", "142.10", [])
    _seal_the_bill(town, lot, "cedar", "147.00", [])

    _check_receipt(number, lot)
    assert [path.name for path in storage.rglob("*") if path.is_file() and MARKER.encode() in path.read_bytes()] == []

    watcher = sealing.watch_hall(town, lot)
    clock.move_to(stories.DEADLINE + MINUTE)
    due.take_due(TAKERS, at=clock.now())
    sealing.sees(watcher, "3 份")
    for holder in HOLDERS[:3]:
        sealing.release(town, lot, holder)
    sealing.sees(watcher, "4,642,257.60")
    watcher.look("hall-opened")
    _check_opened(lot, plan)
    sealing.lead_session(town, lot, bidder="acme", by="owner.approver")
    sealing.sees(watcher, "开标记录")
    watcher.look("hall-finished")
    assert project in watcher.page.content()


def _open_box(town: Town, cast: Cast) -> tuple[str, str]:
    project = stories.submitted(cast).number
    Lot.objects.filter(project__number=project).update(bill=BILL)
    lots = list(Lot.objects.filter(project__number=project).values_list("number", flat=True))
    clock.move_to(stories.ANNOUNCED - stories.DAY)
    sealing.appoint_holders(town, project, by="owner.drafter", seats=sealing.SEATS)
    sealing.make_keys(town, project, HOLDERS)
    sealing.sign_ceremonies(town, lots, HOLDERS)
    clock.move_to(stories.ANNOUNCED)
    sealing.announce(town, project, by="owner.approver")
    sealing.rehearse(town, lots, HOLDERS)
    clock.move_to(stories.DEADLINE - stories.DAY)
    return project, lots[0]


def _seal_the_bill(town: Town, lot: str, bidder: str, unit_price: str, files: list[Path]) -> str:
    """Price the two lines; totals, price and words follow; the files go with them. Returns the number."""
    number = sealing.seal(
        town, lot, bidder, files, unit_prices=("35.20", unit_price), manager="王工",
        manager_certificates="一级建造师 云145",
    )  # fmt: skip
    visitor = town[bidder]
    visitor.go(f"/desk/bids/{lot}", name="bid-sealed")
    visitor.go("/desk/bids", name="bids")
    return number


def _check_receipt(number: str, lot: str) -> None:
    row = Receipt.in_box.select_related("seal").get(number=number)
    document = read_receipt(bytes(row.document))
    key = parse_vkey(platform_key.vkey())
    verify_statement(row.note, doc_type="receipt", digest_hex=document.digest, key=key)
    assert (document.tender, document.seal) == (lot, row.seal.digest)
    assert json.loads(document.entry)["data"]["seal"] == row.seal.digest


def _check_opened(lot: str, plan: Path) -> None:
    """What was opened is what was typed: two lines, their sum in figures and in words, and the file whole."""
    bid = OpenedBid.objects.get(opening__lot__number=lot, bidder__number="OR-acme")
    assert [line["total"] for line in bid.form["lines"]] == ["42257.60", "4600000.00"]
    assert bid.form["price_words"] == "肆佰陆拾肆万贰仟贰佰伍拾柒元陆角整"
    kept = {file.name: file.file.size for file in bid.files.select_related("file")}
    assert kept == {"form.json": kept["form.json"], "001.pdf": plan.stat().st_size}
