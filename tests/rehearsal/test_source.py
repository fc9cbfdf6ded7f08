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


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("bids.csv", "1537459.37", "NaN", "bid_total is no number: 'NaN'"),
        ("bids.csv", "1537459.37", "-1", "a bid of -1 is not above zero"),
        ("bids.csv", ",false", ",perhaps", "withdrawn is true or false, not 'perhaps'"),
        (
            "expected_awards.csv",
            "20240117_06_1502_024",
            "unknown",
            "one row in expected_awards.csv is needed, there are 0",
        ),
        ("expected_awards.csv", "SIGNED CONTRACT", "PENDING", "status PENDING is not known"),
    ],
)
def test_each_fault_of_a_lot_has_its_own_sentence(folder: Path, file: str, old: str, new: str, said: str) -> None:
    rewrite(folder / file, old, new)
    with pytest.raises(Refused) as refusal:
        read_folder(folder)
    assert refusal.value.reasons == (f"lot 20240117_06_1502_024: {said}",)


def test_a_vendor_bids_once_for_a_lot(folder: Path) -> None:
    path = folder / "bids.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([lines[0], lines[1], *lines[1:]]) + "\n", encoding="utf-8")
    with pytest.raises(Refused) as refusal:
        read_folder(folder)
    assert refusal.value.reasons == ("lot 20240117_06_1502_024: a vendor bids twice",)


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


def test_a_file_without_tenders_or_with_several_lots_in_one_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "odd.json"
    file.write_text('{"releases": []}', encoding="utf-8")
    with pytest.raises(Refused) as refusal:
        read_tenders(file)
    assert refusal.value.reasons == ("odd.json has no tender",)
    file.write_text(json.dumps({"tender": {"tenderID": "UA-1", "lots": [{}, {}]}}), encoding="utf-8")
    with pytest.raises(Refused) as refusal:
        read_tenders(file)
    assert refusal.value.reasons == ("tender UA-1 has several lots; this form takes one",)
