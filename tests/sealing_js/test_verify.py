"""The check of bundles and receipts in Chromium: the same verdicts, at the same steps, as the program's."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from tests.house.house_rules import ROOT
from tests.sealing_js.serving import Answer
from tests.verifier.draw_cheats import CHEATS
from tests.verifier.draws_on_paper import DrawOnPaper
from tests.verifier.judging import judged, trust_of, zipped
from tests.verifier.paper import ROLES, honest
from tests.verifier.platforms import VARIANTS, tells
from tests.verifier.test_faults import lying, spoiled
from verifier.chinese import CHINESE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.verifier.paper import Paper

CHECK = """
const {openZip} = await import("/static/verify/files.js");
const {readTrust} = await import("/static/verify/anchors.js");
const {verifyBundle} = await import("/static/verify/verifying.js");
const {inLanguage} = await import("/static/verify/words.js");
const trust = await readTrust(c.utf8(JSON.stringify(given.trust)));
const found = [];
for (const text of given.bundles) {
  try {
    const files = await openZip(new Blob([c.fromB64(text)]));
    const report = await verifyBundle(files, trust, {isPublic: given.isPublic});
    found.push({...report, fault: report.fault && inLanguage(report.fault, "en"),
      steps: report.steps.map(({outcome}) => outcome), named: report.named.map(({kind, who}) => [kind, who])});
  } catch (error) { found.push({failed: 0, fault: error.said ? inLanguage(error.said, "en") : String(error)}); }
}
return found;
"""


def checked(run: Any, paper: Paper, *bundles: dict[str, bytes], tmp: Path, is_public: bool = False) -> list[dict]:
    texts = [base64.b64encode(zipped(files, tmp / "b.zip").read_bytes()).decode() for files in bundles]
    return run("", CHECK, {"trust": paper.keys.trust(), "bundles": texts, "isPublic": is_public})


def test_an_honest_bundle_holds_with_the_same_outcomes_as_in_the_program(run, tmp_path):
    paper = honest()
    files = paper.bundle()
    [found] = checked(run, paper, files, tmp=tmp_path)
    report = judged(files, trust_of(paper))
    assert found["fault"] is None
    assert found["steps"] == [step.outcome for step in report.steps()]
    assert found["named"] == [["absent", "tenderee"]]
    assert sorted(one["age"] for one in found["identities"]) == sorted(one.age for one in report.identities)


def test_platforms_that_cheat_are_found_at_the_same_steps(run, tmp_path):
    told = [tells(variant) for variant in VARIANTS.values()]
    wanted = [judged(files, trust_of(paper)).number for paper, files in told]
    found = checked(run, told[0][0], *(files for _, files in told), tmp=tmp_path)
    assert dict(zip(VARIANTS, [one["failed"] for one in found], strict=True)) == dict(
        zip(VARIANTS, wanted, strict=True)
    )


def test_bidders_and_holders_at_fault_are_named(run, tmp_path):
    paper = honest(until="bidding")
    paper.take(spoiled(paper, "supervisor", ct=bytes(48)))
    paper.shut()
    paper.release("agency", spoil=lying)
    paper.release(*ROLES[1:])
    paper.open(alter=lambda found: found)
    [found] = checked(run, paper, paper.bundle(), tmp=tmp_path)
    named = {tuple(one) for one in found.get("named", [])}
    wanted = {(one.kind, one.who) for one in judged(paper.bundle(), trust_of(paper)).named}
    assert named == wanted


def test_the_public_bundle_holds_and_what_was_not_checked_is_told(run, tmp_path):
    paper = honest()
    paper.withheld = {len(paper.log) - 1}
    [found] = checked(run, paper, paper.bundle(with_payloads=False), tmp=tmp_path, is_public=True)
    assert found["fault"] is None
    assert [one["sentence"].partition(":")[0] for one in found["notContained"]] == [
        "entries of the log",
        "files of bids",
    ]


def test_draws_are_recomputed_and_who_steers_one_is_found(run, tmp_path):
    paper = honest()
    draw = DrawOnPaper(paper, exclusions={"9999": "recusal"})
    draw.publish()
    draw.commit()
    draw.reveal("tenderee")
    draw.release("agency", "platform", "supervisor", "tenderee", of="supervisor", lies=True)
    draw.refuse(draw.finish().order[1])
    [found] = checked(run, paper, paper.bundle(), tmp=tmp_path)
    assert (found["fault"], found["steps"][18]) == (None, "passed")
    assert ["false_share", "agency"] in found["named"]
    steered = []
    for cheat in CHEATS.values():
        cheated = honest()
        cheat(cheated)
        steered.append(cheated.bundle())
    failed = dict(zip(CHEATS, (one["failed"] for one in checked(run, paper, *steered, tmp=tmp_path)), strict=True))
    assert failed == dict.fromkeys(CHEATS, 19)


def test_hostile_archives_are_a_named_fault(run, tmp_path):
    paper = honest(until="bidding")
    data = zipped(honest().bundle(), tmp_path / "b.zip").read_bytes()
    broken = [b"", b"x", data[:-40], data[:2_000], data.replace(b"close.json", b"../cl.json")]
    given = {
        "trust": paper.keys.trust(),
        "bundles": [base64.b64encode(one).decode() for one in broken],
        "isPublic": False,
    }
    for found in run("", CHECK, given):
        assert found["failed"] == 0
        assert re.match("the bundle cannot be opened|“.*” is not a path of a bundle", found["fault"]), found["fault"]


# -- the page --------------------------------------------------------------------------------------------------


@pytest.fixture
def verify_page(page, site):
    with translation.override("zh-hans"):
        html = render_to_string("disclosure/verify.html", request=RequestFactory().get("/verify"))
    site.serve("/verify", html)
    site.answer(
        "GET", "/now", lambda _request: Answer({"now": "2026-02-02T09:00:00.000000Z"})
    )  # the clock of every page
    page.goto("/verify")
    return page


def test_the_page_checks_a_bundle_in_chinese_and_sends_nothing(verify_page, site, tmp_path):
    paper = honest()
    (tmp_path / "trust.json").write_text(json.dumps(paper.keys.trust()))
    zipped(paper.bundle(with_payloads=False), tmp_path / "bundle.zip")
    before = len([asked for asked in site.requests if asked.method == "POST"])
    verify_page.set_input_files("[data-files]", [tmp_path / "trust.json", tmp_path / "bundle.zip"])
    verify_page.click("[data-start]")
    verify_page.wait_for_selector("[data-verdict]:not([hidden])", timeout=60_000)
    assert "就证据包所含内容验证通过" in verify_page.inner_text("[data-verdict]")
    assert verify_page.locator("[data-step]").count() == 20
    assert verify_page.locator('[data-step$="failed"]').count() == 0
    assert "保管人没有释放份额" in verify_page.inner_text("[data-named]")
    assert len([asked for asked in site.requests if asked.method == "POST"]) == before


def test_the_page_checks_a_receipt_and_says_what_is_wrong_with_another(verify_page, tmp_path):
    paper = honest()
    files, seal = paper.bundle(), paper.live["B2"].digest
    (tmp_path / "trust.json").write_text(json.dumps(paper.keys.trust()))
    for end in ("json", "sig"):
        (tmp_path / f"receipt.{end}").write_bytes(files[f"receipts/{seal}.{end}"])
    verify_page.set_input_files(
        "[data-files]", [tmp_path / name for name in ("trust.json", "receipt.json", "receipt.sig")]
    )
    verify_page.click("[data-start]")
    verify_page.wait_for_selector("[data-verdict]:not([hidden])")
    assert verify_page.inner_text("[data-verdict]").startswith("回执有效：")
    other = next(path for path in files if path.startswith("receipts/") and path.endswith(".sig") and seal not in path)
    (tmp_path / "receipt.sig").write_bytes(files[other])
    verify_page.set_input_files("[data-files]", [tmp_path / "receipt.sig"])
    verify_page.click("[data-start]")
    verify_page.wait_for_selector("[data-verdict].tone-red")
    assert "不符合协议格式" in verify_page.inner_text("[data-verdict]")


def test_its_words_are_the_programs():
    text = (ROOT / "static/verify/chinese.js").read_text(encoding="utf-8")
    table = dict(re.findall(r'^  "(.+)": "(.+)",$', text, re.MULTILINE))
    source = "".join(
        file.read_text(encoding="utf-8") for file in (ROOT / "static/verify").glob("*.js") if file.name != "chinese.js"
    )
    assert {sentence for sentence in table if f'"{sentence}"' not in source} == set()
    assert {said for said in CHINESE if f'"{said}"' in source} <= set(table)
    assert {said for said in table if said in CHINESE and table[said] != CHINESE[said]} == set()
