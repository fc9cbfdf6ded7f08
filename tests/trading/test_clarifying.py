from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from core import clock, storage
from core.errors import NotYours, Refused
from core.models import OutboxEntry
from core.working_days import SHANGHAI
from tests.stories import trading as story
from tests.trading.reading import entries, reasons, told
from trading import clarifying, holding, moves
from trading.models import Amendment, Lot, Obtained, Project, Question
from trading.names import HoldGround, Kind, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cast import Cast

DURING = story.ANNOUNCED + 2 * story.DAY
FOURTEEN_DAYS_BEFORE = story.DEADLINE - 14 * story.DAY


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with clock.stands_at(DURING):
        yield


def amend(
    cast: Cast,
    project: Project,
    *,
    at: datetime = DURING,
    drafter: str = "owner.drafter",
    approver: str = "owner.approver",
    **changed: object,
) -> Amendment:
    fields: dict = {"body": "第三章第2.1条改为:质量标准为优良", "affects_bids": False} | changed
    draft = clarifying.draft_amendment(project.pk, actor=cast.actor(drafter), at=at, **fields)
    return clarifying.publish_amendment(draft.pk, actor=cast.actor(approver), at=at)


# -- questions ------------------------------------------------------------------------------------------


def test_nobody_learns_who_asks(cast: Cast) -> None:
    project = story.announced(cast)
    question = clarifying.ask(project.pk, actor=cast.actor("acme"), at=DURING, body="工程量清单第12项单位有误?")
    entry = OutboxEntry.objects.get(event="trading.question.asked")
    assert "acme" not in bytes(entry.entry).decode() + entry.actor
    assert json.loads(bytes(entry.entry))["data"]["actor"] == {"organisation": "", "person": "", "role": "BIDDER"}
    assert told("trading.question.asked") == ["OR-agent", "OR-owner"]
    assert question.asker == cast["acme"]


def test_an_answer_is_for_everybody_and_told_to_asker_and_obtainers(cast: Cast) -> None:
    project = story.announced(cast)
    clarifying.obtain(project.pk, actor=cast.actor("bolt"), at=DURING)
    clarifying.obtain(project.pk, actor=cast.actor("bolt"), at=DURING)
    question = clarifying.ask(project.pk, actor=cast.actor("acme"), at=DURING, body="单位?")
    clarifying.answer(question.pk, actor=cast.actor("agent.drafter"), at=DURING, text="单位为立方米。")
    assert told("trading.question.answered") == ["OR-acme", "OR-bolt"]
    assert Obtained.objects.count() == 1
    with pytest.raises(Refused) as refused:
        clarifying.answer(question.pk, actor=cast.actor("owner.drafter"), at=DURING, text=" ")
    assert reasons(refused) == ["write the answer", "the question is answered; a correction is an amendment"]


def test_a_question_needs_words_and_an_open_project(cast: Cast) -> None:
    project = story.announced(cast)
    with pytest.raises(Refused) as refused:
        clarifying.ask(project.pk, actor=cast.actor("acme"), at=DURING, body=" ")
    assert reasons(refused) == ["write the question"]
    with pytest.raises(Refused) as refused:
        clarifying.ask(project.pk, actor=cast.actor("acme"), at=story.DEADLINE, body="?")
    assert reasons(refused) == ["the deadline has passed: questions and amendments are no longer possible"]
    assert Question.objects.count() == 0


def test_nobody_asks_or_obtains_before_the_announcement(cast: Cast) -> None:
    project = story.submitted(cast)
    with pytest.raises(NotYours):
        clarifying.ask(project.pk, actor=cast.actor("acme"), at=DURING, body="?")
    with pytest.raises(NotYours):
        clarifying.obtain(project.pk, actor=cast.actor("acme"), at=DURING)


def test_only_bidders_ask_and_only_the_buying_side_answers(cast: Cast) -> None:
    project = story.announced(cast)
    for name in ("owner.drafter", "supervisor", "center"):
        with pytest.raises(NotYours):
            clarifying.ask(project.pk, actor=cast.actor(name), at=DURING, body="?")
    question = clarifying.ask(project.pk, actor=cast.actor("acme"), at=DURING, body="?")
    for name in ("acme", "supervisor", "buyer.drafter"):
        with pytest.raises(NotYours):
            clarifying.answer(question.pk, actor=cast.actor(name), at=DURING, text="!")


def test_an_organisation_of_another_side_does_not_ask(cast: Cast) -> None:
    agent = cast["agent"]
    agent.roles = ["AGENT", "BIDDER"]
    agent.save(update_fields=["roles"])
    seat = cast.seats["agent.rep"]
    seat.role = "BIDDER"
    seat.save(update_fields=["role"])
    project = story.announced(cast)
    with pytest.raises(Refused) as refused:
        clarifying.ask(project.pk, actor=seat.actor(), at=DURING, body="?")
    assert reasons(refused) == ["the organisation already takes part in this project on another side"]


# -- amendments -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(Kind))
def test_fourteen_days_before_the_deadline_a_change_is_refused_unless_the_deadline_moves(
    cast: Cast, kind: Kind
) -> None:
    who = "owner" if kind is Kind.CT else "buyer"
    people = {"drafter": f"{who}.drafter", "approver": f"{who}.approver"}
    project, at = story.announced(cast, kind), FOURTEEN_DAYS_BEFORE
    with pytest.raises(Refused) as refused:
        amend(cast, project, at=at, affects_bids=True, **people)
    assert reasons(refused) == ["this may affect bids: the deadline must be at least 15 days after its publication"]
    Amendment.objects.all().delete()
    later = clarifying.effect_of(project, at=at, affects_bids=True)
    assert later == datetime(2026, 3, 25, tzinfo=SHANGHAI)
    amend(cast, project, at=at, affects_bids=True, new_closes_at=later, **people)
    lot = project.lots.get()
    assert (lot.closes_at, lot.stage) == (later, "published")


def test_fifteen_days_before_the_deadline_stays(cast: Cast) -> None:
    project, at = story.announced(cast), story.DEADLINE - 15 * story.DAY
    assert clarifying.effect_of(project, at=at, affects_bids=True) is None
    amend(cast, project, at=at, affects_bids=True)
    assert project.lots.get().closes_at == story.DEADLINE


def test_what_does_not_affect_bids_leaves_the_deadline_alone(cast: Cast) -> None:
    project, at = story.announced(cast), story.DEADLINE - story.DAY
    assert clarifying.effect_of(project, at=at, affects_bids=False) is None
    amendment = amend(cast, project, at=at, affects_bids=False)
    assert (amendment.ordinal, amendment.new_closes_at, project.lots.get().closes_at) == (1, None, story.DEADLINE)


def test_an_amendment_is_published_by_a_second_person(cast: Cast) -> None:
    project = story.announced(cast)
    with pytest.raises(Refused) as refused:
        amend(cast, project, drafter="owner.approver")
    assert reasons(refused) == ["who drafted may not approve: a second person is needed"]
    draft = Amendment.objects.get()
    with pytest.raises(Refused) as refused:
        clarifying.publish_amendment(draft.pk, actor=cast.actor("owner.drafter"), at=DURING)
    assert reasons(refused) == ["this needs somebody who may approve for the organisation"]
    clarifying.publish_amendment(draft.pk, actor=cast.actor("agent.approver"), at=DURING)
    with pytest.raises(Refused) as refused:
        clarifying.publish_amendment(draft.pk, actor=cast.actor("agent.approver"), at=DURING)
    assert reasons(refused) == ["the amendment is published already"]


def test_an_amendment_reaches_those_who_obtained_the_documents(cast: Cast) -> None:
    project = story.announced(cast)
    clarifying.obtain(project.pk, actor=cast.actor("cedar"), at=DURING)
    file = storage.keep_bytes(b"%PDF-1.7 amended", at=DURING)
    amendment = amend(cast, project, files=[("补遗书", "application/pdf", file)])
    assert told("trading.amendment.published") == ["OR-cedar"]
    document = amendment.documents.get()
    assert (document.published_at, document.file_id) == (DURING, file.digest)
    notice = project.notices.first()
    assert notice is not None
    assert (notice.code, notice.data["documents"]) == ("AMEND", [{"title": "补遗书", "sha256": file.digest}])


def test_a_deadline_is_moved_for_every_lot_and_looked_at_anew(cast: Cast) -> None:
    project, later = story.announced(cast, lots=2), story.DEADLINE + 5 * story.DAY
    amend(cast, project, affects_bids=True, new_closes_at=later)
    assert [lot.closes_at for lot in project.lots.all()] == [later, later]
    number = Amendment.objects.get().number
    assert [entry["reason"] for entry in entries("tender.extended")] == [f"amendment {number}"] * 2


def test_a_deadline_that_is_running_becomes_due_later(cast: Cast) -> None:
    lot, later = story.walked(cast, to=Stage.BIDDING), story.DEADLINE + 5 * story.DAY
    assert lot.next_due_at == story.DEADLINE
    amend(cast, lot.project, affects_bids=True, new_closes_at=later)
    assert Lot.objects.get().next_due_at == later


def test_an_amendment_never_brings_the_deadline_forward(cast: Cast) -> None:
    project = story.announced(cast)
    with pytest.raises(Refused) as refused:
        amend(cast, project, body=" ", new_closes_at=story.DEADLINE - story.DAY)
    assert reasons(refused) == [
        "write what is clarified or changed",
        "the deadline may not be brought forward from 2026-03-24 09:30",
    ]


def test_a_deadline_that_a_hold_moved_further_stays_there(cast: Cast) -> None:
    project = story.announced(cast)
    draft = clarifying.draft_amendment(
        project.pk, actor=cast.actor("owner.drafter"), at=DURING, body="修改", affects_bids=True,
        new_closes_at=story.DEADLINE + story.DAY,
    )  # fmt: skip
    holding.order(
        project.lots.get().pk, actor=cast.actor("supervisor"), at=DURING, ground=HoldGround.COMPLAINT_ORDER,
        because="投诉", order_number="滨建监〔2026〕3号",
    )  # fmt: skip
    held = project.lots.get().closes_at
    clarifying.publish_amendment(draft.pk, actor=cast.actor("owner.approver"), at=DURING)
    notice = project.notices.filter(code="AMEND").get()
    assert project.lots.get().closes_at == held
    assert notice.data["closes_at"] == project.notices.filter(code="SUSPEND").get().data["closes_at"]


def test_one_draft_at_a_time_and_a_draft_can_be_dropped(cast: Cast) -> None:
    project = story.announced(cast)
    draft = clarifying.draft_amendment(
        project.pk, actor=cast.actor("owner.drafter"), at=DURING, body="修改", affects_bids=False
    )
    with pytest.raises(Refused) as refused:
        amend(cast, project)
    assert reasons(refused) == ["an amendment waits for its second person: publish or drop it first"]
    clarifying.drop_amendment(draft.pk, actor=cast.actor("owner.drafter"), at=DURING)
    assert amend(cast, project).ordinal == 1
    assert [entry["amendment"] for entry in entries("trading.amendment.dropped")] == [draft.number]
    with pytest.raises(Refused) as refused:
        clarifying.drop_amendment(Amendment.objects.get().pk, actor=cast.actor("owner.drafter"), at=DURING)
    assert reasons(refused) == ["the amendment is published already"]


def test_a_procurement_changes_neither_object_nor_qualification(cast: Cast) -> None:
    project = story.announced(cast, Kind.GP_OPEN)
    with pytest.raises(Refused) as refused:
        amend(cast, project, drafter="buyer.drafter", approver="buyer.approver", changes_object=True)
    assert reasons(refused) == ["an amendment may change neither what is bought nor who may bid"]


def test_lots_that_have_closed_are_not_amended_any_more(cast: Cast) -> None:
    project = story.announced(cast, lots=2)
    first, second = project.lots.all()
    Lot.objects.filter(pk=second.pk).update(closes_at=story.DEADLINE + 9 * story.DAY)
    at, later = story.DEADLINE + story.DAY, story.DEADLINE + 20 * story.DAY
    with clock.stands_at(at):
        amend(cast, project, at=at, affects_bids=True, new_closes_at=later)
    assert list(project.lots.values_list("closes_at", flat=True)) == [first.closes_at, later]


def test_after_the_deadline_nothing_is_amended(cast: Cast) -> None:
    project = story.announced(cast)
    draft = clarifying.draft_amendment(
        project.pk, actor=cast.actor("owner.drafter"), at=DURING, body="修改", affects_bids=False
    )
    with pytest.raises(Refused):
        clarifying.publish_amendment(draft.pk, actor=cast.actor("owner.approver"), at=story.DEADLINE)
    with pytest.raises(Refused) as refused:
        clarifying.effect_of(project, at=story.DEADLINE, affects_bids=True)
    assert reasons(refused) == ["the deadline has passed: questions and amendments are no longer possible"]


def test_a_deadline_that_passes_while_the_lock_is_waited_for_is_not_moved(cast: Cast) -> None:
    project = story.announced(cast)
    at = story.DEADLINE - timedelta(seconds=1)
    draft = clarifying.draft_amendment(
        project.pk, actor=cast.actor("owner.drafter"), at=at, body="延期", affects_bids=True,
        new_closes_at=story.DEADLINE + 30 * story.DAY,
    )  # fmt: skip
    with clock.stands_at(story.DEADLINE), pytest.raises(Refused) as refused:
        clarifying.publish_amendment(draft.pk, actor=cast.actor("owner.approver"), at=at)
    assert reasons(refused) == ["the deadline has passed and can no longer be moved"]
    assert Lot.objects.get().closes_at == story.DEADLINE
    assert moves.due_of(Lot.objects.get(), at=at) is None
