"""What becomes of a bid that does not open, and who is named for it."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from bidding.models import Payload
from bidding.queries import opened_bids
from core import storage
from core.canonical import b64u_encode, digest, dumps
from core.notes import sign_statement
from tests.bidding.spoiling import FOUR, MINUTE, bad_commitment, bad_wrap, nothing, release_all, results, spoilt, unseal
from tests.stories import bidding as story

if TYPE_CHECKING:
    from tests.cast import Cast


# -- statuses and outcomes -----------------------------------------------------------------------------


def test_a_bid_with_a_bad_wrap_is_revoked_and_the_holder_it_was_meant_for_is_named(cast: Cast) -> None:
    tender = story.sealed(cast)
    spoilt(tender, "delta", bad_wrap)
    story.close(tender)
    release_all(tender)
    unseal(tender)
    assert results(tender)["delta"] == ("invalid_dealing", "revoked")
    assert [fault["malformed_for"] for fault in tender.opening.faults] == [["agency"]]
    assert tender.bid("delta").price is None


def test_a_bid_whose_file_does_not_decrypt_is_revoked(cast: Cast) -> None:
    tender = story.sealed(cast)
    payload = story.seal(tender, "delta").payload  # sealed under other secrets than the one handed in
    spoilt(tender, "delta", nothing, payload)
    story.close(tender)
    release_all(tender)
    unseal(tender)
    assert results(tender)["delta"] == ("payload_invalid", "revoked")


def test_a_file_that_the_platform_lost_withdraws_the_bid_when_the_time_is_over(cast: Cast) -> None:
    tender = story.sealed(cast, prices=FOUR)
    storage.path_of(Payload.in_box.get(seal=tender.live("delta")).file_id).unlink()
    story.close(tender)
    release_all(tender)
    unseal(tender)
    waiting = (tender.opening.state, tender.opening.pending, list(opened_bids(tender.lot)))
    unseal(tender, after=timedelta(minutes=31))
    assert waiting == ("unsealing", 1, [])
    assert results(tender)["delta"] == ("payload_missing", "withdrawn")


def test_a_bidder_may_bring_lost_bytes_again_until_the_time_is_over(cast: Cast) -> None:
    tender = story.sealed(cast)
    sealed = story.seal(tender, "delta", "950000.00")
    story.uploaded(tender, sealed)
    story.handed_in(tender, sealed)
    storage.path_of(sealed.seal.envelopes[0].sha256).unlink()
    story.close(tender)
    release_all(tender)
    unseal(tender)
    story.uploaded(tender, sealed, at=tender.deadline + 5 * MINUTE)
    unseal(tender, after=6 * MINUTE)
    assert (tender.bid("delta").status, tender.bid("delta").price) == ("opened", Decimal("950000.00"))


def test_an_unopenable_bid_waits_for_the_last_holder_and_is_then_revoked(cast: Cast) -> None:
    tender = story.sealed(cast)
    spoilt(tender, "delta", bad_commitment)
    story.close(tender)
    release_all(tender, "agency", "platform", "tenderee")
    unseal(tender)
    waiting = (tender.opening.state, tender.opening.pending)
    release_all(tender, "supervisor")
    unseal(tender)
    assert waiting == ("unsealing", 1)
    assert results(tender)["delta"] == ("unopenable", "revoked")
    assert tender.bid("delta").secret == ""


def test_an_unopenable_bid_is_settled_when_the_time_for_waiting_is_over(cast: Cast) -> None:
    tender = story.sealed(cast)
    spoilt(tender, "delta", bad_commitment)
    story.close(tender)
    release_all(tender, "agency", "platform", "tenderee")
    unseal(tender, after=timedelta(minutes=30))
    assert results(tender)["delta"] == ("unopenable", "revoked")


def false_release(tender: story.Tender, kid: str, *, share: str | None) -> None:
    """Release wrong words for acme's bid: another share, or that its wrap does not open."""
    document, _ = story.release_document(tender, kid)
    fields = json.loads(document)
    acme = tender.live("acme")
    for item in fields["shares"]:
        if acme is not None and item["seal"] == acme.digest:
            item["share"] = share
    document = dumps(fields)
    keys = tender.holders[kid]
    from bidding import releasing

    releasing.release(
        tender.lot.pk,
        kid=kid,
        document=document,
        note=sign_statement("release", digest(document), key=keys.signing),
        actor=tender.cast.actor(keys.name),
        at=tender.deadline + MINUTE,
    )


@pytest.mark.parametrize(("share", "named"), [(b64u_encode(bytes(32)), "false_shares"), (None, "false_nulls")])
def test_a_holder_that_lies_is_named_and_cannot_stop_the_bid(cast: Cast, share: str | None, named: str) -> None:
    tender = story.closed(cast)
    false_release(tender, "agency", share=share)
    release_all(tender, "platform", "tenderee")
    unseal(tender)
    pending = tender.opening.pending
    release_all(tender, "supervisor")
    unseal(tender)
    assert pending == 1
    assert results(tender)["acme"] == ("opened", "valid")
    assert [fault[named] for fault in tender.opening.faults] == [["agency"]]


def test_an_unopenable_bid_beside_a_lying_holder_counts_as_withdrawn(cast: Cast) -> None:
    tender = story.sealed(cast, prices=FOUR)
    spoilt(tender, "elm", bad_commitment)
    story.close(tender)
    false_release(tender, "agency", share=None)
    release_all(tender, "platform", "supervisor", "tenderee")
    unseal(tender)
    assert results(tender)["elm"] == ("unopenable", "withdrawn")
