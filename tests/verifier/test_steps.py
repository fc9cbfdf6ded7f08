"""Each step fails on a bundle that was built to violate only it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bidding.rules.close import write_close
from bidding.rules.opening import Status
from core.canonical import digest, format_time
from core.notes import sign_statement
from tests.verifier.judging import edited, failed, judged, trust_of
from tests.verifier.paper import ROLES, TENDER, Paper, honest, key

if TYPE_CHECKING:
    from collections.abc import Callable

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)

# -- files, log, keys: the bundle is spoiled after it was made, and the platform signs the index again ------------


def spoiled(path: str, change: Callable[[bytes], bytes], *, signed: bool = True) -> Callable[[], tuple[Paper, dict]]:
    def make() -> tuple[Paper, dict[str, bytes]]:
        paper = honest()
        files = paper.bundle()
        files[path] = change(files[path])
        return paper, paper.indexed(files) if signed else files

    return make


def without(path: str) -> Callable[[], tuple[Paper, dict]]:
    def make() -> tuple[Paper, dict[str, bytes]]:
        paper = honest()
        files = paper.bundle()
        name = next(one for one in files if one.startswith(path))
        del files[name]
        return paper, paper.indexed(files)

    return make


def with_file(path: str, data: bytes) -> Callable[[], tuple[Paper, dict]]:
    def make() -> tuple[Paper, dict[str, bytes]]:
        paper = honest()
        return paper, paper.indexed(paper.bundle() | {path: data})

    return make


def one_of(folder: str, change: Callable[[bytes], bytes], suffix: str = ".json") -> Callable[[], tuple[Paper, dict]]:
    def make() -> tuple[Paper, dict[str, bytes]]:
        paper = honest()
        files = paper.bundle()
        path = next(one for one in files if one.startswith(folder) and one.endswith(suffix))
        files[path] = change(files[path])
        return paper, paper.indexed(files)

    return make


FILES = {
    "a file is not the one of the index": (1, spoiled("close.json", lambda _: b"{}", signed=False)),
    "the index is signed by somebody else": (1, spoiled("bundle.sig", lambda note: note.replace(b"platform", b"other"), signed=False)),
    "the index is for another tender": (5, spoiled("bundle.json", lambda data: data)),
    "a path leaves the bundle": (1, spoiled("bundle.json", lambda data: data.replace(b'"close.json"', b'"../e.json"'), signed=False)),
    "a line of the log is cut off": (2, spoiled("log/entries.jsonl", lambda data: data[: data.rindex(b"\n", 0, -1) + 1])),
    "a line of the log does not end": (2, spoiled("log/entries.jsonl", lambda data: data[:-1])),
    "an entry is altered": (2, spoiled("log/entries.jsonl", lambda data: data.replace(b'"clock.status"', b'"clock.statue"'))),
    "too few witnesses": (2, spoiled("log/checkpoint", lambda note: b"".join(note.splitlines(keepends=True)[:-2]))),
    "a witness line is damaged": (2, spoiled("log/checkpoint", lambda note: note[:-12] + b"A" * 10 + note[-2:])),
    "no checkpoint": (2, without("log/checkpoint")),
    "a bidder's key is another one": (4, spoiled("bidders.json", lambda data: edited(data, lambda doc: doc["keys"].update(B1=doc["keys"]["B2"])))),
    "a bidder is left out": (4, spoiled("bidders.json", lambda data: edited(data, lambda doc: doc["keys"].pop("B1")))),
    "the ceremony is another one": (5, spoiled("ceremony.json", lambda data: edited(data, lambda doc: doc.update(rescue=0)))),
    "a holder has not signed": (5, spoiled("ceremony.sigs", lambda data: data[: data.index(b"\n") + 1])),
    "a rehearsal is of another ceremony": (5, one_of("rehearsals/", lambda data: edited(data, lambda doc: doc.update(ceremony="0" * 64)))),
    "a seal is another one": (7, one_of("seals/", lambda data: data + b" ")),
    "a seal's signature is another's": (7, one_of("seals/", lambda _: sign_statement("seal", "0" * 64, key=key("B1")).encode(), ".sig")),
    "a seal is missing": (7, without("seals/")),
    "a receipt is missing": (8, without("receipts/")),
    "a receipt is not signed": (8, one_of("receipts/", lambda _: b"x\n", ".sig")),
    "a withdrawal is missing": (9, without("withdrawals/")),
    "a withdrawal's signature is missing": (9, one_of("withdrawals/", lambda _: b"x\n\n\xe2\x80\x94 x AAAAAAAA\n", ".sig")),
    "the close is another one": (10, spoiled("close.json", lambda data: edited(data, lambda doc: doc.update(log_size=1)))),
    "the close is not witnessed": (11, spoiled("close.checkpoint", lambda note: b"".join(note.splitlines(keepends=True)[:-2]))),
    "a release is missing": (13, without("releases/1/agency.json")),
    "an opening is missing": (15, without("openings/")),
    "a payload is missing": (17, without("payloads/")),
    "a payload is not what its name says": (17, one_of("payloads/", lambda data: data[:-1] + bytes([data[-1] ^ 1]), ".age")),
    "a file that nobody asks for": (20, with_file("seals/note.txt", b"hello")),
}  # fmt: skip


@pytest.mark.parametrize("case", FILES)
def test_a_spoiled_file_fails_its_step(case: str) -> None:
    step, make = FILES[case]
    paper, files = make()
    if step == 5 and case.startswith("the index is for"):
        index = edited(files["bundle.json"], lambda doc: doc.update(tender="TP-2026-0001/2"))
        files |= {
            "bundle.json": index,
            "bundle.sig": sign_statement("bundle", digest(index), key=paper.keys.platform).encode(),
        }
    found = failed(paper, files)
    assert found is not None
    assert found[0] == step, found[1]


# -- acts: the platform itself does the wrong thing, and everything after it fits ---------------------------------


def act(step: int) -> Callable[[Callable[[Paper], None]], Callable[[Paper], None]]:
    def keep(function: Callable[[Paper], None]) -> Callable[[Paper], None]:
        ACTS[function.__name__.replace("_", " ")] = (step, function)
        return function

    return keep


ACTS: dict[str, tuple[int, Callable[[Paper], None]]] = {}


def opened(paper: Paper) -> None:
    paper.shut()
    paper.release(*ROLES[:3])
    paper.open()


@act(3)
def an_entry_is_more_than_a_minute_older(paper: Paper) -> None:
    paper.enter("clock.status", {}, at=paper.at - timedelta(seconds=61))
    opened(paper)


@act(5)
def the_tender_was_published_twice(paper: Paper) -> None:
    paper.enter("tender.published", {"deadline": format_time(paper.deadline), "ceremony": paper.ceremony.digest})
    opened(paper)


@act(6)
def an_extension_shortens(paper: Paper) -> None:
    paper.extend(-1)
    opened(paper)


@act(6)
def an_extension_after_the_deadline(paper: Paper) -> None:
    old = paper.deadline
    paper.deadline += HOUR
    data = {"old": format_time(old), "deadline": format_time(paper.deadline), "reason": "hold"}
    paper.enter("tender.extended", data, at=old)
    opened(paper)


@act(7)
def a_bid_in_the_second_of_the_deadline(paper: Paper) -> None:
    paper.submit("B9", at=paper.deadline)
    opened(paper)


@act(7)
def a_second_live_bid(paper: Paper) -> None:
    paper.take(paper.seal("B1").seal)
    opened(paper)


@act(8)  # it has one receipt, for one of the two entries
def the_same_bid_twice(paper: Paper) -> None:
    paper.take(paper.live["B1"])
    opened(paper)


@act(7)
def a_bid_under_a_key_enrolled_after_it(paper: Paper) -> None:
    paper.take(paper.seal("B9").seal)
    paper.enrol("B9", key("B9"))
    opened(paper)


@act(9)
def a_withdrawal_of_what_was_replaced(paper: Paper) -> None:
    live = paper.live["B2"]
    paper.submit("B2", "930000.00")
    replaced, paper.live["B2"] = paper.live["B2"], live
    paper.withdraw("B2")
    paper.live["B2"] = replaced
    opened(paper)


@act(10)
def the_close_comes_twice(paper: Paper) -> None:
    opened(paper)
    paper.enter("tender.closed", {"close": paper.close.digest})


@act(10)
def the_close_counts_a_longer_log(paper: Paper) -> None:
    paper.shut()
    paper.close = write_close(
        tender=TENDER,
        deadline=paper.deadline,
        closed_at=paper.close.closed_at,
        accepted=paper.close.accepted,
        log_size=len(paper.log) + 5,
    )
    paper.files["close.json"] = paper.close.data
    paper.log.pop()
    paper.close_index = paper.enter("tender.closed", {"close": paper.close.digest})
    paper.release(*ROLES[:3])
    paper.open()


@act(11)
def a_witness_saw_the_close_before_the_deadline(paper: Paper) -> None:
    paper.shut()
    note = paper.checkpoint(paper.close_index + 1, at=paper.deadline - SECOND)
    paper.files["close.checkpoint"] = note.encode()
    paper.release(*ROLES[:3])
    paper.open()


@act(12)
def a_bidder_hands_in_a_key_without_a_layer(paper: Paper) -> None:
    paper.shut()
    paper.enter("bid.key", {"bidder": "B1", "doc": "0" * 64})
    paper.release(*ROLES[:3])
    paper.open()


@act(13)
def a_holder_releases_twice(paper: Paper) -> None:
    paper.shut()
    paper.release(*ROLES[:3])
    paper.enter("opening.release", {"kid": "agency", "release": "0" * 64, "stage": 1, "deal": "hold"})
    paper.open()


@act(13)
def a_release_after_the_opening(paper: Paper) -> None:
    opened(paper)
    paper.release("tenderee")


@act(15)
def a_stage_is_opened_twice(paper: Paper) -> None:
    opened(paper)
    paper.enter("tender.opened", {"opening": "0" * 64, "stage": 1})


@act(16)
def a_status_is_not_the_one_that_follows(paper: Paper) -> None:
    paper.shut()
    paper.release(*ROLES[:3])
    paper.open(alter=lambda found: replace(found, status=Status.INVALID_DEALING, plain_sha256=None))


@act(16)
def a_secret_is_not_the_one_that_follows(paper: Paper) -> None:
    paper.shut()
    paper.release(*ROLES[:3])
    paper.open(alter=lambda found: replace(found, secret=bytes(32)))


@act(17)
def a_digest_of_the_content_is_another_one(paper: Paper) -> None:
    paper.shut()
    paper.release(*ROLES[:3])
    paper.open(alter=lambda found: replace(found, plain_sha256="0" * 64))


@act(18)
def a_rescue_after_its_time(paper: Paper) -> None:
    paper.shut()
    paper.release(*ROLES[:3])
    paper.enter("bid.rescued", {"bidder": "B1", "doc": "0" * 64}, at=paper.deadline + timedelta(seconds=1_801))
    paper.open()


@pytest.mark.parametrize("case", ACTS)
def test_a_wrong_act_fails_its_step(case: str) -> None:
    step, wrong = ACTS[case]
    paper = honest(until="bidding")
    wrong(paper)
    found = failed(paper, paper.bundle())
    assert found is not None
    assert found[0] == step, found[1]


def test_a_holder_that_the_reader_does_not_trust_fails_the_step_of_keys() -> None:
    paper = honest()
    trust = trust_of(paper, holders=[str(key("stranger").verify_key)])
    report = judged(paper.bundle(), trust)
    assert (report.number, str(report.fault)) == (4, "the key of holder agency is not trusted")


def test_the_larger_of_both_quorums_counts() -> None:
    paper = honest()
    files = paper.bundle()
    short = "".join(paper.checkpoint().splitlines(keepends=True)[:-1]).encode()
    files = paper.indexed(files | {"log/checkpoint": short})
    assert judged(files, trust_of(paper)).fault is None
    report = judged(files, trust_of(paper, quorum=3))
    assert (report.number, str(report.fault)) == (2, "2 witnesses have cosigned the checkpoint; 3 are needed")


def test_every_step_but_those_of_draws_has_a_bundle_that_fails_it() -> None:
    reached = {step for step, _ in [*FILES.values(), *ACTS.values()]}
    assert reached == {*range(1, 21)} - {14, 19}  # 14: write_opening refuses; see the dishonest platforms


def test_too_few_releases_fail_their_step() -> None:
    paper = honest()
    lines = [line for line in paper.log if b'"kid":"agency","release"' not in line]
    paper.log = lines
    paper.places = {
        seal: next(n for n, e in enumerate(lines) if seal.encode() in e and b"bid.sealed" in e) for seal in paper.places
    }
    paper.files = {path: data for path, data in paper.files.items() if "agency" not in path}
    paper.close_index = next(n for n, line in enumerate(lines) if b"tender.closed" in line)
    found = failed(paper, paper.bundle())
    assert found == (14, "2 holders released; 3 are needed")
