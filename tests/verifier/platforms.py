"""Platforms that cheat. Each tells a whole story; the log is signed again and all witnesses collude, unless they are
left out. A variant returns the files of its bundle and, where only the harmed bidder can prove it, its receipts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bidding.rules.opening import Status
from bidding.rules.seal_document import write_seal
from bidding.rules.withdrawal import write_withdrawal
from core.canonical import digest, format_time
from tests.verifier.judging import edited
from tests.verifier.paper import ROLES, TENDER, Paper, honest, key

if TYPE_CHECKING:
    from collections.abc import Callable

SECOND = timedelta(seconds=1)
Bundle = dict[str, bytes]


def finished(paper: Paper) -> Bundle:
    paper.release(*ROLES[:3])
    paper.open()
    return paper.bundle()


def drops_a_bid_from_the_close(paper: Paper) -> Bundle:
    del paper.live["B2"]
    paper.shut()
    return finished(paper)


def adds_a_bid_to_the_close(paper: Paper) -> Bundle:
    paper.enrol("B9", key("B9"))
    friend = paper.seal("B9").seal
    paper.signed("seals", friend.digest, "seal", friend.data, key("B9"))
    paper.live["B9"] = friend
    paper.shut()
    return finished(paper)


def changes_a_price(paper: Paper) -> Bundle:
    """Replace a bid's file by one with another price, sealed under the same secret."""
    paper.shut()
    files = finished(paper)
    sealed, other = (f"payloads/{paper.live[name].envelopes[0].sha256}.age" for name in ("B1", "B2"))
    files[sealed] = files[other]
    return paper.indexed(files)


def makes_a_bid_of_its_own_for_another(paper: Paper) -> Bundle:
    """Submit in a bidder's name what the bidder never signed."""
    forged = paper.seal("B2", "1.00", replaces=paper.live["B2"].digest).seal
    paper.take(forged)
    note = paper.files[f"seals/{forged.digest}.sig"].replace(b"/B2 ", b"/B3 ")
    paper.files[f"seals/{forged.digest}.sig"] = note
    paper.shut()
    return finished(paper)


def takes_a_bid_after_the_deadline(paper: Paper) -> Bundle:
    paper.enrol("B9", key("B9"))
    paper.take(paper.seal("B9").seal, at=paper.deadline + SECOND)
    paper.shut()
    return finished(paper)


def takes_a_bid_in_the_instant_of_the_deadline(paper: Paper) -> Bundle:
    paper.enrol("B9", key("B9"))
    paper.take(paper.seal("B9").seal, at=paper.deadline)
    paper.shut()
    return finished(paper)


def back_dates_a_bid(paper: Paper) -> Bundle:
    """Log a bid after the close with a time before the deadline."""
    paper.enrol("B9", key("B9"))
    accepted = [seal.digest for seal in paper.live.values()]
    paper.shut(accepted=accepted)
    paper.take(paper.seal("B9").seal, at=paper.deadline - SECOND)
    del paper.live["B9"]
    return finished(paper)


def back_dates_a_bid_before_the_close(paper: Paper) -> Bundle:
    """Log the late bid with an early time, before the close but long after the log had gone on."""
    paper.enrol("B9", key("B9"))
    paper.enter("clock.status", {"offset_us": 1}, at=paper.deadline + 70 * SECOND, tender="")
    paper.take(paper.seal("B9").seal, at=paper.deadline - SECOND)
    paper.shut(closed_at=paper.deadline + 80 * SECOND)
    return finished(paper)


def closes_early(paper: Paper) -> Bundle:
    early = paper.deadline - timedelta(hours=1)
    paper.deadline, deadline = early, paper.deadline
    paper.shut()
    paper.files["close.json"] = edited(paper.close.data, lambda doc: doc.update(deadline=format_time(deadline)))
    paper.log[paper.close_index] = paper.log[paper.close_index].replace(
        paper.close.digest.encode(), digest(paper.files["close.json"]).encode()
    )
    return finished(paper)


def closes_early_and_says_so(paper: Paper) -> Bundle:
    paper.deadline -= timedelta(hours=1)
    paper.shut()
    return finished(paper)


def opens_early(paper: Paper) -> Bundle:
    paper.shut()
    paper.at = paper.deadline - timedelta(hours=1)
    paper.release(*ROLES[:3], at=paper.deadline - timedelta(seconds=30))
    paper.open(at=paper.deadline + SECOND)
    return paper.bundle()


def releases_in_part(paper: Paper) -> Bundle:
    """Log a release that leaves out a bid."""
    paper.shut()
    paper.release("agency", spoil=lambda made: edited(made.data, lambda doc: doc["shares"].pop()))
    paper.release("platform", "supervisor")
    paper.open()
    return paper.bundle()


def calls_a_good_bid_unopenable(paper: Paper) -> Bundle:
    paper.shut()
    paper.release(*ROLES)
    paper.open(alter=_of("B2", lambda found: replace(found, status=Status.UNOPENABLE, secret=None, plain_sha256=None)))
    return paper.bundle()


def calls_a_good_bid_badly_dealt(paper: Paper) -> Bundle:
    paper.shut()
    paper.release(*ROLES)
    paper.open(alter=_of("B2", lambda found: replace(found, status=Status.INVALID_DEALING, plain_sha256=None)))
    return paper.bundle()


def calls_a_good_file_invalid(paper: Paper) -> Bundle:
    paper.shut()
    paper.release(*ROLES)
    paper.open(alter=_of("B2", lambda found: replace(found, status=Status.PAYLOAD_INVALID, plain_sha256=None)))
    return paper.bundle()


def loses_a_file_that_it_has(paper: Paper) -> Bundle:
    paper.shut()
    paper.release(*ROLES)
    changed = _of("B2", lambda found: replace(found, status=Status.PAYLOAD_MISSING, plain_sha256=None))
    paper.open(at=paper.deadline + timedelta(seconds=1_801), alter=changed)
    return paper.bundle()


def calls_a_friends_bad_bid_opened(paper: Paper) -> Bundle:
    """Accept a bid whose dealing is bad for one holder, and say that it opened."""
    paper.enrol("B9", key("B9"))
    made = paper.seal("B9").seal
    envelope = made.envelopes[0]
    deal = tuple(replace(one, ct=bytes(48)) if one.kid == "tenderee" else one for one in envelope.deal)
    paper.take(write_seal(ceremony=paper.ceremony, bidder="B9", cid=made.cid, envelopes=[replace(envelope, deal=deal)]))
    paper.shut()
    paper.release(*ROLES)
    opened = digest(b"whatever")
    paper.open(alter=_of("B9", lambda found: replace(found, status=Status.OPENED, plain_sha256=opened)))
    return paper.bundle()


def replaces_a_holders_key(paper: Paper) -> Bundle:
    """Run the whole tender with a holder of its own invention."""
    invented = Paper(holders={"supervisor": key("invented")})
    for bidder in ("B1", "B2", "B3"):
        invented.submit(bidder) if invented.log else (invented.publish(), invented.submit(bidder))
    invented.shut()
    return finished(invented)


def shortens_the_deadline(paper: Paper) -> Bundle:
    paper.extend(-3)
    paper.shut()
    return finished(paper)


def swaps_a_bidders_key_and_withdraws(paper: Paper) -> Bundle:
    """Enrol a key of its own for a bidder after the bid and sign a withdrawal with it, but say nothing in the list."""
    thief = key("thief")
    seal = paper.live.pop("B2")
    paper.enrol("B2", thief)
    document = write_withdrawal(tender=TENDER, bidder="B2", seal=seal.digest)
    paper.signed("withdrawals", seal.digest, "withdraw", document.data, thief)
    paper.enter("bid.withdrawn", {"seal": seal.digest, "bidder": "B2", "doc": document.digest})
    paper.shut()
    return finished(paper)


def _of(bidder: str, change: Callable) -> Callable:
    return lambda found: change(found) if found.bidder == bidder else found


def tells(variant: Callable[[Paper], Bundle], *, witnesses: int = 3) -> tuple[Paper, Bundle]:
    """Return the platform and the bundle of a variant; with fewer ``witnesses`` the others stayed honest."""
    paper = honest(until="bidding")
    paper.colluding = witnesses
    return paper, variant(paper)


VARIANTS: dict[str, Callable[[Paper], Bundle]] = {
    name.replace("_", " "): variant
    for name, variant in list(globals().items())
    if callable(variant) and getattr(variant, "__module__", "") == __name__ and name.split("_")[0] in {
        "drops", "adds", "changes", "makes", "takes", "back", "closes", "opens", "releases", "calls", "loses",
        "replaces", "shortens", "swaps",
    }
}  # fmt: skip
