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


def test_all_bad_values_are_named_with_file_and_line(folder: Path) -> None:
    rewrite(folder / "bids.csv", "1537459.37", "much")
    rewrite(folder / "expected_awards.csv", "SIGNED CONTRACT", "PENDING")
    with pytest.raises(Refused) as refusal:
        read_folder(folder)
    assert refusal.value.reasons == (
        "bids.csv line 2: bid_total is no number: 'much'",
        "expected_awards.csv line 2: status 'PENDING' is not known",
    )


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("bids.csv", "1537459.37", "NaN", "bids.csv line 2: bid_total is no number: 'NaN'"),
        ("bids.csv", "1537459.37", "1e999999", "bids.csv line 2: bid_total is no number: '1e999999'"),
        ("bids.csv", "1537459.37", "-1", "bids.csv line 2: a bid of -1 is not above zero"),
        ("bids.csv", ",false", ",perhaps", "bids.csv line 2: withdrawn is true or false, not 'perhaps'"),
        ("bids.csv", "IO081", "", "bids.csv line 2: vendor_code is empty"),
        ("bids.csv", "TA060", "IO081", "bids.csv line 3: vendor IO081 bids twice for the lot"),
        ("bids.csv", ",1537459.37,false", ",1537459.37", "bids.csv line 2: 4 fields, but the header has 5"),
        ("bids.csv", ",1537459.37,false", ",1,537,false", "bids.csv line 2: 6 fields, but the header has 5"),
        ("bids.csv", 'L.C."', 'L.C."x', "bids.csv line 2: this is not CSV: ',' expected after '\"'"),
        ("bids.csv", "20240117_06_1502_024", "unknown", "bids.csv line 2: lot unknown is not in lots.csv"),
        ("lots.csv", ",2024-01-17,", ",,", "lots.csv line 2: letting_date is empty"),
        (
            "lots.csv",
            "20240117_06_c006_121",
            "20240117_06_c006_122",
            "lots.csv line 4: lot 20240117_06_c006_122 is there twice",
        ),
        (
            "expected_ranking.csv",
            ",1,CO040",
            ",1.5,CO040",
            "expected_ranking.csv line 2: rank is no whole number: '1.5'",
        ),
        (
            "expected_awards.csv",
            "SIGNED CONTRACT",
            "PENDING",
            "expected_awards.csv line 2: status 'PENDING' is not known",
        ),
        (
            "expected_awards.csv",
            "20240117_06_1502_024",
            "20240117_06_c006_121",
            "lots.csv line 2: one row in expected_awards.csv is needed for lot 20240117_06_1502_024, there are 0",
        ),
    ],
)
def test_each_fault_of_a_source_has_its_own_sentence(folder: Path, file: str, old: str, new: str, said: str) -> None:
    rewrite(folder / file, old, new)
    with pytest.raises(Refused) as refusal:
        read_folder(folder)
    assert refusal.value.reasons[0] == said


def test_a_table_that_is_not_utf_8_names_the_line(folder: Path) -> None:
    path = folder / "bids.csv"
    path.write_bytes(path.read_bytes().replace(b"TAYLOR", "T\xe4YLOR".encode("latin-1"), 1))
    with pytest.raises(Refused) as refusal:
        read_folder(folder)
    assert refusal.value.reasons == ("bids.csv line 3: this is not UTF-8",)


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
    assert [text.split(":")[0] for text in refusal.value.reasons] == ["odd.json tender no. 1", "odd.json tender no. 2"]


@pytest.mark.parametrize(("text", "said"), [("[]", "has no tender"), ("5", "is no release and no list of releases")])
def test_a_file_without_tenders_is_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "odd.json").write_text(text, encoding="utf-8")
    with pytest.raises(Refused) as refusal:
        read_tenders(tmp_path / "odd.json")
    assert refusal.value.reasons == (f"odd.json {said}",)


def test_all_faults_of_a_tender_are_named_before_it_runs(tmp_path: Path) -> None:
    data = json.loads((EXAMPLES / "prozorro" / "tenders_with_outcome.json").read_text(encoding="utf-8"))
    release = data["releases"][0] if isinstance(data, dict) else data[0]
    release["tender"] |= {"lots": [{}, {}], "tenderID": "UA-1"}
    bids = release["bids"]["details"]
    bids[0]["value"]["amount"] = -5
    bids[1]["tenderers"][0]["id"] = bids[0]["tenderers"][0]["id"] = "X"
    (tmp_path / "odd.json").write_text(json.dumps([release]), encoding="utf-8")
    with pytest.raises(Refused) as refusal:
        read_tenders(tmp_path / "odd.json")
    assert refusal.value.reasons == (
        "odd.json tender no. 1: tender UA-1 has several lots; this form takes one",
        "odd.json tender no. 1: supplier X bids twice",
        "odd.json tender no. 1: an amount of -5 is not above zero",
    )
