from __future__ import annotations

import ast
import json
import re
import sys
import tomllib
from typing import TYPE_CHECKING

import pytest

from tests.house.house_rules import ROOT
from tests.verifier.judging import judged, trust_of, written, zipped
from tests.verifier.paper import TENDER, honest
from tests.verifier.sentences import sentences
from verifier import console
from verifier.chinese import CHINESE
from verifier.report import NOT_REACHED, PASSED, SKIPPED

if TYPE_CHECKING:
    from pathlib import Path


def outcomes(report: object) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for step in report.steps():
        found.setdefault(step.outcome, []).append(step.number)
    return found


def test_every_step_of_an_honest_tender_holds() -> None:
    paper = honest(bidders=3)
    report = judged(paper.bundle(), trust_of(paper))
    assert report.fault is None
    assert outcomes(report) == {PASSED: [*range(1, 12), 13, 14, 15, 16, 17, 20], SKIPPED: [12, 18, 19]}
    assert [(one.kind, one.who) for one in report.named] == [("absent", "tenderee")]
    assert {one.bidder for one in report.identities} == {"B1", "B2", "B3"}
    assert report.checks > 150


def test_a_tender_that_is_closed_and_not_opened_yet_verifies_as_far_as_it_goes() -> None:
    paper = honest(until="closed")
    report = judged(paper.bundle(with_payloads=False), trust_of(paper))
    assert report.fault is None
    assert outcomes(report)[SKIPPED] == [12, 13, 14, 15, 16, 17, 18, 19]


def test_entries_of_others_may_be_withheld_and_the_report_says_so() -> None:
    paper = honest()
    paper.withheld = {len(paper.log) - 1}
    report = judged(paper.bundle(), trust_of(paper))
    assert report.fault is None
    assert str(report.not_contained[0]) == "entries of the log: 1; one of them could belong to this tender"


def test_the_files_of_bids_are_asked_for_unless_the_reader_knows_that_they_are_not_public() -> None:
    paper = honest()
    files = paper.bundle(with_payloads=False)
    strict = judged(files, trust_of(paper))
    assert (strict.number, "--public" in str(strict.fault)) == (17, True)
    lenient = judged(files, trust_of(paper), is_public=True)
    assert lenient.fault is None
    assert [str(one) for one in lenient.not_contained[1:]] == ["files of bids: 3; what is in them was not checked"]
    assert lenient.identities == []


# -- the program -------------------------------------------------------------------------------------------


@pytest.fixture
def trust(tmp_path: Path) -> Path:
    path = tmp_path / "trust.json"
    path.write_text(json.dumps(honest(until="bidding").keys.trust(), indent=1))
    return path


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_program_prints_every_step_and_its_status_tells(
    tmp_path: Path, trust: Path, language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    files = honest().bundle()
    folder, archive = written(files, tmp_path / "bundle"), zipped(files, tmp_path / "bundle.zip")
    said = []
    for source in (folder, archive):
        assert console.main([str(source), "--trust", str(trust), "--lang", language]) == 0
        said.append(capsys.readouterr().out)
    assert said[0] == said[1]
    assert len(re.findall(r"^[✓–] +\d+ ", said[0], re.MULTILINE)) == 20
    assert ("VERIFIED" if language == "en" else "验证通过") in said[0]
    (folder / "close.json").write_bytes(b"{}")
    assert console.main([str(folder), "--trust", str(trust), "--lang", language]) == 1
    assert ("step 1" if language == "en" else "第 1 步") in capsys.readouterr().out.splitlines()[-1]


def test_the_report_as_json_holds_the_same(tmp_path: Path, trust: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = honest().bundle() | {"close.json": b"{}"}
    status = console.main([str(zipped(files, tmp_path / "b.zip")), "--trust", str(trust), "--json"])
    report = json.loads(capsys.readouterr().out)
    assert (status, report["verified"], report["failed"], report["tender"]) == (1, False, 1, TENDER)
    assert {step["outcome"] for step in report["steps"][1:]} == {NOT_REACHED}


def test_what_cannot_be_tried_says_why_and_never_shows_a_traceback(
    tmp_path: Path, trust: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert console.main([str(tmp_path / "nothing.zip"), "--trust", str(trust)]) == 1
    assert "the bundle cannot be opened" in capsys.readouterr().out
    trust.write_text('{"origin": "x"}')
    assert console.main([str(tmp_path), "--trust", str(trust)]) == 2
    assert capsys.readouterr().err == "trust.json: the field holders is missing\n"
    assert console.main([str(tmp_path), "--trust", str(tmp_path / "none")]) == 2
    assert "cannot be read" in capsys.readouterr().err


# -- what it is made of --------------------------------------------------------------------------------------


def test_every_sentence_has_its_chinese_and_no_other() -> None:
    found = sentences(ROOT / "verifier")
    assert set(found) == set(CHINESE)
    for sentence in found:
        assert places(sentence) == places(CHINESE[sentence])


def places(sentence: str) -> set[str]:
    return {part.partition("}")[0] for part in sentence.split("{")[1:]}


def test_it_needs_the_standard_library_and_cryptography_alone() -> None:
    roots = set()
    for file in (ROOT / "verifier").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            roots |= {name.partition(".")[0] for name in names}
    assert roots - set(sys.stdlib_module_names) == {"cryptography", "verifier"}


def test_it_is_installed_as_a_program_of_its_own() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["scripts"]["yangguang-verify"] == "verifier.console:run"
