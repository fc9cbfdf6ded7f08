"""Time stamps of others on the close, and the bidder's own layer of a seal."""

from __future__ import annotations

import shutil
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from core.timestamps import ask_for
from tests.core.authority import make_authority
from tests.verifier.judging import edited, judged, trust_of
from tests.verifier.layered import with_bids
from tests.verifier.paper import ROLES, Paper, honest
from verifier import timestamps
from verifier.ceremony import read_ceremony
from verifier.words import Fault

if TYPE_CHECKING:
    from tests.core.authority import Authority
    from tests.verifier.layered import LayeredPaper

needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")


def stamped(paper: Paper, *authorities: Authority, text: str | None = None) -> dict[str, bytes]:
    files = paper.bundle()
    close = files["close.checkpoint"].decode().partition("\n\n")[0] + "\n"
    query = ask_for(text or close)
    for number, authority in enumerate(authorities):
        files[f"tsr/{number}.tsr"] = authority.answer(query.der)
    return paper.indexed(files)


@pytest.fixture(scope="module")
def authorities(tmp_path_factory: pytest.TempPathFactory) -> list[Authority]:
    folder = tmp_path_factory.mktemp("authorities")
    return [make_authority(folder / name, name=name) for name in ("one", "two", "stranger")]


@needs_openssl
def test_two_authorities_are_enough_and_one_is_not(authorities: list[Authority]) -> None:
    paper = honest()
    tsa = [one.pem.decode() for one in authorities[:2]]
    trust = trust_of(paper, tsa=tsa)
    report = judged(stamped(paper, *authorities[:2]), trust)
    assert (report.fault, report.not_contained) == (None, [])
    twice = judged(stamped(paper, authorities[0], authorities[0]), trust)
    assert (twice.number, str(twice.fault)) == (11, "1 authorities stamped the close; 2 are needed")
    strange = judged(stamped(paper, authorities[0], authorities[2]), trust)
    assert (strange.number, str(strange.fault)) == (11, "1 authorities stamped the close; 2 are needed")
    assert judged(stamped(paper, authorities[0]), trust_of(paper, tsa=tsa[:1])).fault is None


@needs_openssl
def test_a_stamp_on_another_checkpoint_does_not_count(authorities: list[Authority]) -> None:
    paper = honest()
    trust = trust_of(paper, tsa=[authorities[0].pem.decode()])
    report = judged(stamped(paper, authorities[0], text="trade.example/log/1\n1\nAAAA\n"), trust)
    assert (report.number, str(report.fault)) == (11, "0 authorities stamped the close; 1 are needed")


@needs_openssl
def test_a_stamp_before_the_deadline_proves_an_early_close(authorities: list[Authority]) -> None:
    paper = honest(until="bidding")
    paper.extend(24 * 365 * 50)
    paper.shut()
    trust = trust_of(paper, tsa=[authorities[0].pem.decode()])
    report = judged(stamped(paper, authorities[0]), trust)
    assert (report.number, str(report.fault)) == (11, "tsr/0.tsr saw the close before the deadline")


def test_without_openssl_stamps_cannot_be_checked_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timestamps.shutil, "which", lambda _: None)
    with pytest.raises(Fault, match="openssl is needed"):
        timestamps.stamped(b"", text="x", authorities=["x"])
    assert timestamps.stamped(b"", text="x", authorities=[]) is None


# -- the bidder's own layer ----------------------------------------------------------------------------------


def layered(layer: str, **extra: object) -> bytes:
    return edited(Paper().ceremony.data, lambda doc: doc.update(layer=layer, key_window=60, **extra))


def test_a_ceremony_with_a_layer_is_read() -> None:
    ceremony = read_ceremony(layered("recoverable", k_recover=3))
    assert (ceremony.layer, ceremony.k_recover) == ("recoverable", 3)
    with pytest.raises(Fault, match="k_recover goes with"):
        read_ceremony(layered("required", k_recover=3))
    with pytest.raises(Fault, match="k_recover goes with"):
        read_ceremony(layered("recoverable"))


def outcome(paper: LayeredPaper) -> tuple[object, list[tuple[str, str]]]:
    report = judged(paper.bundle(), trust_of(paper))
    fault = (report.number, str(report.fault)) if report.fault else None
    return fault, [(one.kind, one.who) for one in report.named if one.kind != "absent"]


def test_a_required_key_that_is_handed_in_opens_and_one_that_is_not_withholds_its_bid_alone() -> None:
    paper = with_bids("required", "B1", "B2")
    paper.hand_in("B1")
    paper.let_go(*ROLES[:3])
    paper.tell({"B2": "withheld"})
    assert outcome(paper) == (None, [])


def test_a_key_that_does_not_fit_counts_as_not_handed_in_and_is_told() -> None:
    paper = with_bids("required", "B1", "B2")
    paper.hand_in("B1")
    paper.hand_in("B2", secret=b"\x07" * 32)
    paper.let_go(*ROLES[:3])
    paper.tell({"B2": "withheld"})
    assert outcome(paper) == (None, [("bidder_key", "B2")])


def test_a_bid_whose_key_is_there_cannot_be_called_withheld() -> None:
    paper = with_bids("required", "B1", "B2")
    paper.hand_in("B1")
    paper.hand_in("B2")
    paper.let_go(*ROLES[:3])
    paper.tell({"B2": "withheld"})
    assert outcome(paper)[0] == (16, "B2: opening cannot have the status withheld")


def test_the_holders_recover_a_key_that_is_not_handed_in_and_a_liar_among_them_is_named() -> None:
    paper = with_bids("recoverable", "B1", "B2", k_recover=3)
    paper.hand_in("B1")
    paper.let_go(*ROLES[:3])
    paper.let_go("agency", dealing="recover", lies=True)
    paper.let_go(*ROLES[1:], dealing="recover")
    paper.tell({})
    assert outcome(paper) == (None, [("false_share", "agency")] * 2)


def test_fewer_holders_than_needed_recover_nothing() -> None:
    paper = with_bids("recoverable", "B1", "B2", k_recover=4)
    paper.hand_in("B1")
    paper.let_go(*ROLES[:3])
    paper.let_go(*ROLES[:3], dealing="recover")
    paper.tell({"B2": "withheld"})
    assert outcome(paper) == (None, [])


def test_a_key_after_the_first_release_is_too_late() -> None:
    paper = with_bids("required", "B1", "B2")
    paper.let_go(*ROLES[:3])
    paper.hand_in("B1")
    paper.tell({"B1": "withheld", "B2": "withheld"})
    fault, _ = outcome(paper)
    assert fault is not None
    assert fault[0] == 12


def test_nobody_releases_before_the_window_of_the_bidders_is_over() -> None:
    paper = with_bids("required", "B1", "B2")
    paper.deadline -= timedelta(seconds=30)
    paper.let_go(*ROLES[:3])
    paper.deadline += timedelta(seconds=30)
    paper.tell({"B1": "withheld", "B2": "withheld"})
    assert outcome(paper)[0] == (13, "agency released before the time of the opening")
