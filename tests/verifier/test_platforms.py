"""A platform that cheats is found, even where it logs consistently and every witness colludes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from core.canonical import digest
from core.notes import sign_statement
from tests.verifier.judging import failed, judged, trust_of
from tests.verifier.paper import honest, key
from tests.verifier.platforms import VARIANTS, finished, tells

if TYPE_CHECKING:
    from tests.verifier.paper import Paper

# where each is found
FOUND = {
    "drops a bid from the close": 10,
    "adds a bid to the close": 10,
    "changes a price": 17,
    "makes a bid of its own for another": 7,
    "takes a bid after the deadline": 7,
    "takes a bid in the instant of the deadline": 7,
    "back dates a bid": 7,
    "back dates a bid before the close": 3,
    "closes early": 10,
    "closes early and says so": 10,
    "opens early": 13,
    "releases in part": 13,
    "calls a good bid unopenable": 16,
    "calls a good bid badly dealt": 16,
    "calls a good file invalid": 17,
    "loses a file that it has": 17,
    "calls a friends bad bid opened": 16,
    "replaces a holders key": 4,
    "shortens the deadline": 6,
    "swaps a bidders key and withdraws": 4,
}


@pytest.mark.parametrize("name", VARIANTS)
def test_a_platform_that_cheats_is_found(name: str) -> None:
    paper, files = tells(VARIANTS[name])
    found = failed(paper, files)
    assert found is not None
    assert found[0] == FOUND[name], found[1]


def rewritten(paper: Paper) -> dict[str, bytes]:
    """Return a history in which B2 never was: every document and every signature of the platform fits."""
    again = honest(until="bidding", bidders=1)
    again.submit("B3", "940000.00")
    again.colluding = paper.colluding
    again.shut()
    return finished(again)


def test_a_rewritten_history_lacks_its_witnesses() -> None:
    paper = honest()
    paper.colluding = 1
    assert failed(paper, rewritten(paper))[0] == 2


def test_where_all_witnesses_collude_the_receipt_of_who_was_dropped_proves_the_fork() -> None:
    paper = honest()
    seal = paper.live["B2"].digest
    true = paper.bundle()
    receipt = (true[f"receipts/{seal}.json"], true[f"receipts/{seal}.sig"])
    assert judged(true, trust_of(paper), receipts=[receipt]).fault is None
    paper.colluding = 3
    files = rewritten(paper)
    assert judged(files, trust_of(paper)).fault is None
    report = judged(files, trust_of(paper), receipts=[receipt])
    assert report.number == 20
    assert str(report.fault) in {
        "the log is another one than your receipt proves: it was forked",
        "the log is shorter than when your receipt was made",
    }


def test_a_receipt_that_nobody_signed_proves_nothing() -> None:
    paper = honest()
    files = paper.bundle()
    data = files[f"receipts/{paper.live['B2'].digest}.json"]
    note = sign_statement("receipt", digest(data), key=replace(key("platform"), secret=bytes(32))).encode()
    report = judged(files, trust_of(paper), receipts=[(data, note)])
    assert (report.number, str(report.fault)) == (20, "no known key has signed it")
