from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bidding import releasing
from bidding.models import Release
from core.canonical import digest, dumps
from core.errors import NotYours, Refused
from core.models import Job, OutboxEntry
from core.notes import sign_statement
from tests.stories import bidding as story

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cast import Cast


@pytest.fixture
def tender(cast: Cast) -> story.Tender:
    return story.closed(cast)


def hand_in(tender: story.Tender, kid: str, document: bytes, *, signer: str = "") -> Release:
    note = sign_statement("release", digest(document), key=tender.holders[signer or kid].signing)
    return releasing.release(
        tender.lot.pk,
        kid=kid,
        document=document,
        note=note,
        actor=tender.cast.actor(tender.holders[kid].name),
        at=tender.deadline + story.MINUTE,
    )


def changed(document: bytes, change: Callable[[dict[str, object]], object]) -> bytes:
    fields = json.loads(document)
    change(fields)
    return dumps(fields)


def test_a_release_is_logged_by_digest_and_kept_closed(tender: story.Tender) -> None:
    story.release(tender, "agency")
    row = Release.objects.get()
    entry = json.loads(bytes(OutboxEntry.objects.get(event="opening.release").entry))
    assert entry["data"] == {"kid": "agency", "release": row.digest, "stage": 1, "deal": "hold"}
    assert Job.objects.count() == 0
    assert tender.opening.version == 4


def test_a_holder_releases_once_and_a_repeat_is_answered_the_same(tender: story.Tender) -> None:
    document, _ = story.release_document(tender, "agency")
    first, again = (hand_in(tender, "agency", document) for _ in range(2))
    other = changed(document, lambda fields: fields["shares"][0].update(share=None))
    with pytest.raises(Refused) as refusal:
        hand_in(tender, "agency", other)
    assert first.pk == again.pk
    assert refusal.value.reasons == ("You have released already; a second release is not taken.",)
    assert Release.objects.count() == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda fields: fields["shares"].pop(),
        lambda fields: fields["shares"].reverse(),
        lambda fields: fields.update(close="0" * 64),
        lambda fields: fields.update(tender="CT-2026-000009-XXXX-1"),
        lambda fields: fields.update(deal="recover"),
    ],
    ids=["a bid left out", "another order", "another close", "another tender", "another dealing"],
)
def test_a_release_that_is_not_complete_and_in_order_is_refused(
    tender: story.Tender, change: Callable[[dict[str, object]], object]
) -> None:
    document, _ = story.release_document(tender, "agency")
    with pytest.raises(Refused) as refusal:
        hand_in(tender, "agency", changed(document, change))
    assert len(refusal.value.reasons) == 1
    assert Release.objects.count() == 0


def test_a_release_that_somebody_else_signed_is_refused(tender: story.Tender) -> None:
    document, _ = story.release_document(tender, "agency")
    with pytest.raises(Refused):
        hand_in(tender, "agency", document, signer="platform")
    assert Release.objects.count() == 0


def test_a_release_of_another_holder_is_refused(tender: story.Tender) -> None:
    document, _ = story.release_document(tender, "platform")
    with pytest.raises(Refused) as refusal:
        hand_in(tender, "agency", document, signer="platform")
    assert refusal.value.reasons == ("The release is another key holder's.",)


def test_a_seat_releases_for_itself_only(tender: story.Tender) -> None:
    document, note = story.release_document(tender, "agency")
    for name in ("owner.holder", "owner.approver", "acme"):
        with pytest.raises(NotYours):
            releasing.release(
                tender.lot.pk,
                kid="agency",
                document=document,
                note=note,
                actor=tender.cast.actor(name),
                at=tender.deadline + story.MINUTE,
            )


def test_nothing_is_released_before_the_hour(tender: story.Tender) -> None:
    with pytest.raises(Refused) as refusal:
        story.release(tender, "agency", at=tender.deadline - timedelta(microseconds=1))
    assert refusal.value.reasons == ("Shares are released from 2026-03-24 09:30 on.",)


def test_nothing_is_released_while_the_box_is_open(cast: Cast) -> None:
    tender = story.sealed(cast)
    with pytest.raises(Refused):
        releasing.release(
            tender.lot.pk,
            kid="agency",
            document=b"{}",
            note="",
            actor=cast.actor("agent.holder"),
            at=tender.deadline,
        )


def test_after_the_bids_are_opened_no_release_is_taken(cast: Cast) -> None:
    tender = story.opened(cast)
    with pytest.raises(Refused) as refusal:
        story.release(tender, "tenderee")
    assert refusal.value.reasons == ("The bids are opened: no further release is needed.",)
