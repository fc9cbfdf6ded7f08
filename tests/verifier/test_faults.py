"""Bidders and holders at fault: the bundle of an honest platform verifies, and the report names them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import combinations

import pytest

from bidding.rules.derivation import HOLD, share_info
from bidding.rules.opening import Status
from bidding.rules.seal_document import Seal, write_seal
from bidding.rules.wrapping import public_key_of, wrap
from core.canonical import b64u_encode, digest, dumps
from core.notes import sign_statement
from tests.verifier.judging import edited, failed, judged, trust_of
from tests.verifier.paper import ROLES, TENDER, Paper, holder_secret, honest, key

WAITED = timedelta(seconds=1_801)


def spoiled(paper: Paper, kid: str, **changes: bytes) -> Seal:
    """Return a new seal of B2 whose wrap for one holder is another one."""
    seal = paper.seal("B2", replaces=paper.live["B2"].digest).seal
    envelope = seal.envelopes[0]
    deal = tuple(replace(one, **changes) if one.kid == kid else one for one in envelope.deal)
    envelopes = [replace(envelope, deal=deal)]
    return write_seal(
        ceremony=paper.ceremony, bidder="B2", cid=seal.cid, envelopes=envelopes, replaces=paper.live["B2"].digest
    )


def wrong_share(paper: Paper, kid: str, seal: Seal) -> dict[str, bytes]:
    """Return a well-formed wrap of a share that was never dealt."""
    info = share_info(HOLD, seal.context(seal.envelopes[0]), kid)
    made = wrap(b"\x07" * 32, kid=kid, public=public_key_of(holder_secret(kid)), info=info, ekm=b"\x08" * 32)
    return {"enc": made.enc, "ct": made.ct}


def named(paper: Paper, *, is_public: bool = False) -> list[tuple[str, str]]:
    report = judged(paper.bundle(), trust_of(paper), is_public=is_public)
    assert report.fault is None, (report.number, str(report.fault))
    return [(one.kind, one.who) for one in report.named if one.kind != "absent"]


@pytest.mark.parametrize("kids", list(combinations(ROLES, 3)), ids=["-".join(kids) for kids in combinations(ROLES, 3)])
@pytest.mark.parametrize("is_garbage", [True, False], ids=["garbage", "a share never dealt"])
def test_a_bad_dealing_is_named_whoever_releases(kids: tuple[str, ...], *, is_garbage: bool) -> None:
    paper = honest(until="bidding")
    seal = spoiled(paper, "supervisor", ct=bytes(48))
    if not is_garbage:
        seal = spoiled(paper, "supervisor", **wrong_share(paper, "supervisor", seal))
    paper.take(seal)
    paper.shut()
    paper.release(*kids)
    if "supervisor" in kids:  # two good shares of three: everybody waits for the fourth holder
        paper.release(*(kid for kid in ROLES if kid not in kids))
    paper.open()
    assert [result.status for result in paper.results if result.seal == seal.digest] == [Status.INVALID_DEALING]
    assert named(paper) == [("dealing", "B2")]


def lying(release: object) -> bytes:
    return edited(release.data, lambda doc: doc["shares"][0].update(share=b64u_encode(b"\x05" * 32)))


def denying(release: object) -> bytes:
    return edited(release.data, lambda doc: doc["shares"][0].update(share=None))


@pytest.mark.parametrize(("spoil", "kind"), [(lying, "false_share"), (denying, "false_null")])
def test_a_lying_holder_is_named_and_the_bid_opens(spoil: object, kind: str) -> None:
    paper = honest(until="closed")
    paper.release("agency", spoil=spoil)
    paper.release(*ROLES[1:])
    paper.open()
    assert named(paper) == [(kind, "agency")]
    assert {result.status for result in paper.results} == {Status.OPENED}


def test_an_absent_holder_is_named() -> None:
    report = judged((paper := honest()).bundle(), trust_of(paper))
    assert [(one.kind, one.who, str(one.said)) for one in report.named] == [
        ("absent", "tenderee", "the holder has released nothing")
    ]


def copied(paper: Paper) -> Seal:
    """Return a seal of B9 that holds B1's dealing and file under another name."""
    theirs = paper.live["B1"].envelopes[0]
    return write_seal(ceremony=paper.ceremony, bidder="B9", cid=bytes(16), envelopes=[theirs])


def test_a_copied_bid_opens_for_nobody() -> None:
    paper = honest(until="bidding")
    paper.enrol("B9", key("B9"))
    seal = copied(paper)
    paper.take(seal)
    paper.shut()
    paper.release(*ROLES)
    paper.open()
    assert [result.status for result in paper.results if result.seal == seal.digest] == [Status.UNOPENABLE]
    assert named(paper) == [("bidder", "B9")]


def test_nothing_is_given_up_before_its_time() -> None:
    paper = honest(until="closed")
    paper.release("agency", spoil=lying)
    paper.release("platform", "supervisor")
    paper.open(at=paper.deadline + WAITED)
    assert sorted({result.status for result in paper.results}) == [Status.OPENED, Status.UNOPENABLE]
    assert [kind for kind, _ in named(paper)] == ["bidder"]
    early = honest(until="closed")
    early.release("agency", spoil=lying)
    early.release("platform", "supervisor")
    early.open(alter=lambda found: replace(found, status=Status.UNOPENABLE) if found.secret is None else found)
    step, why = failed(early, early.bundle())
    assert (step, why.endswith("was given up before its time")) == (16, True)


def test_a_lost_file_is_named_when_the_wait_is_over() -> None:
    paper = honest(until="closed")
    lost = paper.live["B2"].envelopes[0].sha256
    del paper.payloads[lost]
    paper.release(*ROLES[:3])
    paper.open(at=paper.deadline + WAITED)
    assert named(paper) == [("payload_missing", "B2")]


def test_a_file_that_does_not_open_is_opened_again_and_found_so() -> None:
    paper = honest(until="bidding")
    made = paper.seal("B2", replaces=paper.live["B2"].digest)
    envelope = made.seal.envelopes[0]
    data = paper.payloads.pop(envelope.sha256)
    broken = data[:-20] + bytes(20)
    seal = write_seal(
        ceremony=paper.ceremony,
        bidder="B2",
        cid=made.seal.cid,
        envelopes=[replace(envelope, sha256=digest(broken))],
        replaces=paper.live["B2"].digest,
    )
    paper.payloads[digest(broken)] = broken
    paper.take(seal)
    paper.shut()
    paper.release(*ROLES[:3])
    paper.open()
    assert named(paper) == [("payload_invalid", "B2")]


def rescue(paper: Paper, secret: bytes) -> None:
    seal = paper.live["B1"]
    envelope = seal.envelopes[0]
    data = dumps(
        {
            "v": "tsb/1", "type": "rescue", "tender": TENDER, "bidder": "B1", "seal": seal.digest,
            "envelope": envelope.name, "lot": envelope.lot, "s": b64u_encode(secret),
        }
    )  # fmt: skip
    name = digest(data)
    paper.files[f"rescues/{name}.json"] = data
    paper.files[f"rescues/{name}.sig"] = sign_statement("rescue", name, key=key("B1")).encode()
    paper.enter("bid.rescued", {"bidder": "B1", "doc": name})


def lie_about_b1(paper: Paper) -> object:
    place = [seal.bidder for seal in paper.accepted()].index("B1")
    return lambda made: edited(made.data, lambda doc: doc["shares"][place].update(share=b64u_encode(b"\x05" * 32)))


def test_a_rescue_opens_the_bid_and_names_the_liar() -> None:
    paper = honest(until="closed")
    secret = paper.sealed["B1"].secret.envelopes[0].secret
    paper.release("agency", spoil=lie_about_b1(paper))
    paper.release("platform", "supervisor")
    rescue(paper, secret)
    rescued = {"B1": secret}
    paper.open(
        alter=lambda found: found if found.secret else paper.opened_by(found, rescued[found.bidder]),
    )
    assert named(paper) == [("false_share", "agency")]


def test_a_rescue_that_does_not_fit_has_no_effect_and_is_told() -> None:
    paper = honest(until="closed")
    rescue(paper, b"\x09" * 32)
    paper.release(*ROLES[:3])
    paper.open()
    assert named(paper) == [("rescue", "B1")]
