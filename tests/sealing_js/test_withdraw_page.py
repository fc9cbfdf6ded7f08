"""Taking a bid back, under the sealing page's policy, against the Python side as the platform."""

from __future__ import annotations

import pytest

from bidding.rules.withdrawal import read_withdrawal, verify_withdrawal_signature
from core.canonical import format_time
from tests.sealing_js.people import BIDDER, TENDER, ceremony_of
from tests.sealing_js.platform import DEADLINE, Platform
from tests.sealing_js.test_pages import complaint, downloaded, go


@pytest.fixture
def platform(site):
    return Platform(site, ceremony_of())


def test_a_bidder_withdraws_with_its_signature(page, platform, site):
    config = platform.log_config() | {
        "deadline": format_time(DEADLINE),
        "tender": TENDER,
        "bidder": "B-1",
        "seal": "ab" * 32,
        "urls": {"wrapped": "/wrapped", "withdraw": "/withdraw"},
    }
    platform.serve("page_withdraw", config)
    go(page)
    page.wait_for_selector("[data-result]:not([hidden])")
    (sent,) = site.sent("POST", "/withdraw")
    withdrawal = read_withdrawal(sent.json["doc"].encode())
    verify_withdrawal_signature(withdrawal, note=sent.json["note"], key=BIDDER.signing.verify_key)
    assert (withdrawal.tender, withdrawal.bidder, withdrawal.seal) == (TENDER, "B-1", "ab" * 32)
    assert page.inner_text('[data-show="place"]') == "3"
    assert downloaded(page, "receipt")[0] == "receipt.json"


def test_a_withdrawal_without_a_receipt_of_it_is_not_believed(page, platform):
    config = platform.log_config() | {
        "deadline": format_time(DEADLINE),
        "tender": TENDER,
        "bidder": "B-1",
        "seal": "ab" * 32,
        "urls": {"wrapped": "/wrapped", "withdraw": "/withdraw"},
    }
    platform.receipt = lambda event, data: Platform.receipt(platform, "bid.sealed", data | {"replaces": None})
    platform.serve("page_withdraw", config)
    go(page)
    assert complaint(page) == ["malformed"]
    assert page.locator("[data-result]").is_hidden()
