from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from config.rehearsal.procurement import read_tenders
from config.rehearsal.source import read_folder
from core.errors import Refused

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"
LOTS = EXAMPLES / "iowa-dot-lettings"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(LOTS, tmp_path / "source")
    return tmp_path / "source"


def rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_lots_of_one_day_are_one_letting() -> None:
    lettings = read_folder(LOTS)
    assert sum(len(letting.lots) for letting in lettings) == 12
    assert [letting.date for letting in lettings] == sorted({letting.date for letting in lettings})


def test_the_first_rows_only() -> None:
    assert [lot.lot_id for letting in read_folder(LOTS, most=2) for lot in letting.lots] == [
        "20240117_06_1502_024",
        "20240117_06_c006_121",
    ]


def test_missing_files_and_columns_are_all_named(folder: Path) -> None:
    (folder / "bids.csv").unlink()
    rewrite(folder / "lots.csv", "lot_id", "lot")
    with pytest.raises(Refused) as refusal:
        read_folder(folder)
    assert refusal.value.reasons == ("lots.csv has no column lot_id", f"bids.csv is missing in {folder}")


def test_bad_values_name_their_lot(folder: Path) -> None:
    rewrite(folder / "bids.csv", "1537459.37", "much")
    rewrite(folder / "expected_awards.csv", "SIGNED CONTRACT", "PENDING")
    with pytest.raises(Refused) as refusal:
        read_folder(folder)
    assert refusal.value.reasons == ("lot 20240117_06_1502_024: bid_total is no number: 'much'",)


def test_an_empty_source_is_refused(folder: Path) -> None:
    header = (folder / "lots.csv").read_text(encoding="utf-8").splitlines()[0]
    (folder / "lots.csv").write_text(f"{header}\n", encoding="utf-8")
    with pytest.raises(Refused) as refusal:
        read_folder(folder)
    assert refusal.value.reasons == ("lots.csv has no lot",)


def test_three_purchases_are_read() -> None:
    tenders = read_tenders(EXAMPLES / "prozorro" / "tenders_with_outcome.json")
    assert [(len(tender.bids), len(tender.rejected), tender.is_complete) for tender in tenders] == [
        (5, 1, True),
        (1, 0, True),
        (0, 0, False),
    ]


def test_a_file_that_is_no_json_says_so(tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text("{", encoding="utf-8")
    with pytest.raises(Refused) as refusal:
        read_tenders(tmp_path / "bad.json")
    assert len(refusal.value.reasons) == 1
    assert refusal.value.reasons[0].startswith("bad.json cannot be read: ")


def test_every_faulty_tender_is_named(tmp_path: Path) -> None:
    (tmp_path / "odd.json").write_text(json.dumps([{"tender": {}}, {}]), encoding="utf-8")
    with pytest.raises(Refused) as refusal:
        read_tenders(tmp_path / "odd.json")
    assert [text.split(":")[0] for text in refusal.value.reasons] == ["tender no. 1", "tender no. 2"]
