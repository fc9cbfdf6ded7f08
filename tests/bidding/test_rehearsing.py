from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from django.db import transaction

from bidding import announcing, queries, rehearsing
from bidding.models import KeyRehearsal
from bidding.rules.rehearsal import answer_rehearsal, read_rehearsal
from core.canonical import b64u_encode, digest, dumps
from core.errors import NotYours, Refused
from core.models import OutboxEntry
from core.notes import sign_statement
from tests.stories import bidding as story
from tests.stories import trading as trading_story
from trading import holding
from trading.names import HoldGround

if TYPE_CHECKING:
    from tests.cast import Cast

AT = trading_story.ANNOUNCED + story.MINUTE


def given_answer(tender: story.Tender, kid: str) -> bytes:
    dealt = read_rehearsal(bytes(KeyRehearsal.objects.latest("pk").document), ceremony=tender.ceremony)
    keys = tender.holders[kid]
    return answer_rehearsal(dealt, ceremony=tender.ceremony, kid=kid, secret_key=keys.secret).data


def hand_in(tender: story.Tender, kid: str, document: bytes, *, signer: str | None = None) -> KeyRehearsal:
    key = tender.holders[signer or kid].signing
    note = sign_statement("rehearsal-answer", digest(document), key=key)
    actor = tender.cast.actor(tender.holders[kid].name)
    return rehearsing.answer(tender.lot.pk, kid=kid, document=document, note=note, actor=actor, at=AT)


def test_the_announcement_logs_the_ceremony_and_begins_the_rehearsal(cast: Cast) -> None:
    tender = story.announced(cast, lots=2)
    entries = [json.loads(bytes(row.entry)) for row in OutboxEntry.objects.filter(event="tender.published")]
    assert [entry["data"] for entry in entries] == [
        {"ceremony": lot.ceremony.digest, "deadline": "2026-03-24T01:30:00.000000Z"}
        for lot in tender.project.lots.order_by("pk")
    ]
    assert KeyRehearsal.objects.count() == 2
    assert tender.lot.stage == "published"


def test_without_signed_ceremonies_nothing_is_announced(cast: Cast) -> None:
    tender = story.appointed(cast)
    with pytest.raises(Refused) as refusal:
        announcing.announce(tender.project.pk, actor=cast.actor("owner.approver"), at=trading_story.ANNOUNCED)
    assert refusal.value.reasons == ("there is no key ceremony yet",)


def test_the_last_right_answer_opens_the_bid_box(cast: Cast) -> None:
    tender = story.announced(cast)
    stages = []
    for kid in sorted(tender.holders):
        story.answered(tender, kid)
        stages.append(tender.lot.stage)
    assert stages == ["published", "published", "published", "bidding"]
    assert queries.ceremony_state(tender.lot).rehearsed == 4
    assert OutboxEntry.objects.filter(event="key.rehearsed").count() == 4


def test_the_same_answer_again_is_no_second_one(cast: Cast) -> None:
    tender = story.announced(cast)
    story.answered(tender, "agency")
    story.answered(tender, "agency")
    assert OutboxEntry.objects.filter(event="key.rehearsed").count() == 1


def test_a_wrong_share_does_not_count(cast: Cast) -> None:
    tender = story.announced(cast)
    fields = json.loads(given_answer(tender, "agency"))
    with pytest.raises(Refused) as refusal:
        hand_in(tender, "agency", dumps(fields | {"share": b64u_encode(bytes(32))}))
    assert refusal.value.reasons == ("The answer does not count: The share of “agency” is not the one that was dealt.",)


def test_an_answer_that_somebody_else_signed_does_not_count(cast: Cast) -> None:
    tender = story.announced(cast)
    with pytest.raises(Refused):
        hand_in(tender, "agency", given_answer(tender, "agency"), signer="platform")
    assert KeyRehearsal.objects.get().answers == {}


def test_nobody_answers_for_another_holder(cast: Cast) -> None:
    tender = story.announced(cast)
    document = given_answer(tender, "platform")
    with pytest.raises(Refused) as refusal:
        hand_in(tender, "agency", document, signer="platform")
    with pytest.raises(NotYours):
        rehearsing.answer(
            tender.lot.pk, kid="agency", document=document, note="", actor=cast.actor("owner.holder"), at=AT
        )
    assert refusal.value.reasons == ("The answer is another key holder's.",)


def test_there_is_nothing_to_answer_before_the_announcement(cast: Cast) -> None:
    tender = story.keyed(cast)
    with pytest.raises(Refused):
        rehearsing.answer(tender.lot.pk, kid="agency", document=b"{}", note="", actor=cast.actor("agent.holder"), at=AT)


def test_a_box_that_a_hold_kept_shut_is_opened_afterwards(cast: Cast) -> None:
    tender = story.announced(cast)
    actor = cast.actor("supervisor")
    with transaction.atomic(durable=True):
        hold = holding.place(tender.lot, actor=actor, at=AT, ground=HoldGround.FAULT, because="系统故障")
    for kid in tender.holders:
        story.answered(tender, kid)
    before = tender.lot.stage
    with transaction.atomic(durable=True):
        holding.lift(hold.pk, actor=actor, at=AT, because="恢复")
    rehearsing.open_box(tender.lot.pk, actor=cast.actor("owner.drafter"), at=AT)
    assert (before, tender.lot.stage) == ("published", "bidding")


def test_keys_are_rehearsed_again_before_the_deadline(cast: Cast) -> None:
    tender = story.bidding(cast)
    rehearsing.again(tender.lot.pk, actor=cast.actor("agent.drafter"), at=tender.deadline - trading_story.DAY)
    before = queries.ceremony_state(tender.lot).rehearsed
    story.answered(tender, "agency")
    assert (before, queries.ceremony_state(tender.lot).rehearsed) == (0, 1)


def test_after_the_deadline_and_for_others_there_is_no_rehearsal(cast: Cast) -> None:
    tender = story.closed(cast)
    with pytest.raises(Refused):
        rehearsing.again(tender.lot.pk, actor=cast.actor("owner.drafter"), at=tender.deadline)
    with pytest.raises(NotYours):
        rehearsing.again(tender.lot.pk, actor=cast.actor("supervisor"), at=tender.deadline)
    with pytest.raises(NotYours):
        rehearsing.again(0, actor=cast.actor("owner.drafter"), at=tender.deadline)
