"""Time stamps of others on the close, and the bidder's own layer of a seal."""

from __future__ import annotations

import hashlib
import json
import shutil
from typing import TYPE_CHECKING

import pytest

from core.timestamps import ask_for
from tests.bidding.rules.sealed import vectors
from tests.core.authority import make_authority
from tests.verifier.judging import judged, trust_of
from tests.verifier.paper import Paper, honest
from verifier import timestamps
from verifier.ceremony import read_ceremony, read_seal
from verifier.words import Fault

if TYPE_CHECKING:

    from tests.core.authority import Authority

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
    document = vectors("seal")["ceremony"] | {
        "stages": [["opening"]], "layer": layer, "grace": 0, "quorum": 2, "key_window": 60, "rescue": 60,
    }  # fmt: skip
    roles = {"agency": "agency", "supervisor": "supervisor", "tenderee": "tenderee"}
    name = hashlib.sha256(b"x").hexdigest()[:8]
    keys = honest(until="bidding").keys.holders
    document["holders"] = [
        one | {"org": f"org/{one['kid']}", "role": roles[one["kid"]], "vkey": str(keys[one["kid"]].verify_key)}
        for one in document["holders"]
    ]
    document["k"], document["envelopes"], document["tender"] = 3, {"opening": "public"}, f"T-{name}"
    return json.dumps(document | extra, sort_keys=True, separators=(",", ":")).encode()


def test_a_ceremony_with_a_layer_is_read_and_its_seals_hold_exactly_what_the_layer_asks_for() -> None:
    ceremony = read_ceremony(layered("recoverable", k_recover=3))
    assert (ceremony.layer, ceremony.k_recover) == ("recoverable", 3)
    with pytest.raises(Fault, match="k_recover goes with"):
        read_ceremony(layered("required", k_recover=3))
    with pytest.raises(Fault, match="k_recover goes with"):
        read_ceremony(layered("recoverable"))
    with pytest.raises(Fault):
        read_seal(vectors("seal_extra")["seal_document"]["seal_json"].encode(), read_ceremony(layered("required")))
