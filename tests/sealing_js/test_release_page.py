"""The release page: a holder's shares of every accepted bid, and not before the hour."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bidding.rules.close import write_close
from bidding.rules.release import read_release, verify_release_signature
from bidding.rules.seal_document import read_seal
from core.canonical import format_time
from tests.sealing_js.people import TENDER, WITNESS
from tests.sealing_js.platform import Platform
from tests.sealing_js.serving import Answer
from tests.sealing_js.test_crosscheck import python_bid
from tests.sealing_js.test_pages import HOLDER, complaint, downloaded, go, platform, shown, wrapped

__all__ = ["platform"]


def release_page(page, platform, site, made, *, deadline, clock=None):
    seals = [bid.seal.data for bid in made]
    close = write_close(
        tender=TENDER, deadline=deadline, closed_at=deadline, accepted=[bid.seal.digest for bid in made]
    )
    site.answer("GET", "/close", lambda _r: Answer(close.data))
    listed = [{"digest": bid.seal.digest, "seal": bid.seal.data.decode()} for bid in made]
    site.answer("GET", "/list", lambda _r: Answer(listed))
    site.answer("POST", "/release", lambda _r: Answer({}))
    site.answer("GET", "/logged", lambda _r: Answer(platform.logged(close.digest)))
    urls = {"ceremony": "/ceremony", "close": "/close", "seals": "/list", "release": "/release", "logged": "/logged"}
    config = platform.log_config() | {"kid": "tenderee", "stage": 1, "wrapped": wrapped(HOLDER), "urls": urls}
    platform.serve("page_release", config | ({"clock": {"now": format_time(clock)}} if clock else {}))
    go(page)
    return close, seals


@pytest.fixture
def bids(platform):
    return [python_bid(platform.ceremony)[0] for _ in range(5)]


def test_a_holder_releases_its_shares_of_every_accepted_bid(page, platform, site, bids):
    past = datetime(2025, 1, 2, tzinfo=UTC)
    close, seals = release_page(page, platform, site, bids, deadline=past)
    page.wait_for_selector("[data-result]:not([hidden])")
    (sent,) = site.sent("POST", "/release")
    read = [read_seal(seal, ceremony=platform.ceremony) for seal in seals]
    release = read_release(sent.json["release"].encode(), ceremony=platform.ceremony, close=close, seals=read)
    verify_release_signature(release, note=sent.json["note"], key=HOLDER.signing.verify_key)
    assert (shown(page, "count"), shown(page, "nulls")) == ("5", "0")
    assert downloaded(page, "release") == ("release.json", release.data)


def test_a_holder_does_not_release_before_the_deadline_by_its_own_clock(page, platform, site, bids):
    release_page(page, platform, site, bids, deadline=datetime(2999, 1, 1, tzinfo=UTC))
    assert complaint(page) == ["too_early"]
    assert site.sent("POST", "/release") == []


def test_where_time_is_rehearsed_the_rehearsals_clock_decides(page, platform, site, bids):
    future = datetime(2999, 1, 1, tzinfo=UTC)
    release_page(page, platform, site, bids, deadline=future, clock=future + timedelta(seconds=1))
    page.wait_for_selector("[data-result]:not([hidden])")
    assert len(site.sent("POST", "/release")) == 1


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda p: setattr(p, "cosigned_by", (WITNESS,)), "close_not_witnessed"),
        (lambda p: setattr(p, "logs", b"another entry"), "mismatch"),
        (lambda p: setattr(p, "log_signs_with", HOLDER), "signature_missing"),
        (lambda p: setattr(p, "logged", lambda _close: Platform.logged(p, "0" * 64)), "mismatch"),
    ],
    ids=["one witness", "not in the log", "another log", "another close"],
)
def test_nothing_is_released_before_the_log_and_its_witnesses_hold_the_close(
    page, platform, site, bids, *, spoil, code
):
    spoil(platform)
    release_page(page, platform, site, bids, deadline=datetime(2025, 1, 2, tzinfo=UTC))
    assert complaint(page) == [code]
    assert site.sent("POST", "/release") == []
