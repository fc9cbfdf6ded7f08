from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, transaction

from core import clock
from core.actors import SYSTEM
from core.canonical import digest_of
from core.errors import Refused
from tests.stories import trading as story
from tests.trading.reading import entries, reasons
from trading import moves
from trading.models import Lot, Notice
from trading.names import Code, FailureGround, Kind, Move, Stage, TerminationGround
from trading.noticing import Draft
from trading.procedures.facts import BidsReceived, CeremonyState, FailureState, TerminationState
from trading.procedures.facts import CandidatesState as Candidates
from trading.signals import notice_published, stage_changed

if TYPE_CHECKING:
    from tests.cast import Cast

READY = (CeremonyState(signed=4, of=4, rehearsed=4, k=3),)
NEXT_DAY = story.ANNOUNCED + story.DAY


def advance(lot: Lot, move: Move, **more: object) -> None:
    with transaction.atomic(durable=True):
        moves.advance(lot.pk, move, **({"actor": SYSTEM, "at": NEXT_DAY} | more))


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_walks_from_the_announcement_to_the_contract(cast: Cast, kind: Kind) -> None:
    lot = story.walked(cast, kind, to=Stage.CONTRACTING)
    changes = [(change.move, change.to) for change in lot.changes.all()]
    assert changes[-len(story.WAYS[kind]) :] == [(stride.move, stride.to) for stride in story.WAYS[kind]]
    assert [row["to"] for row in entries("trading.lot.moved")] == [to for _, to in changes]


def test_a_move_that_the_stage_does_not_have_is_refused_by_name(cast: Cast) -> None:
    lot = story.walked(cast, to=Stage.PUBLISHED)
    with pytest.raises(Refused) as refused:
        advance(lot, Move.AWARD)
    assert reasons(refused) == ["“Determine the winner” is not possible in the stage “Announced”"]


def test_a_move_is_taken_by_those_whom_the_sheet_names(cast: Cast) -> None:
    lot = story.walked(cast, to=Stage.PUBLISHED)
    with pytest.raises(Refused) as refused:
        advance(lot, Move.OPEN_BID_BOX, actor=cast.actor("supervisor"))
    assert reasons(refused) == [
        "there is no key ceremony yet",
        "“Open the bid box” is not taken by Supervising department",
    ]


def test_a_move_writes_history_entry_and_next_due_together(cast: Cast) -> None:
    lot = story.walked(cast, to=Stage.PUBLISHED)
    advance(lot, Move.OPEN_BID_BOX, known=READY, because="演练完成")
    lot = Lot.objects.get()
    change = lot.changes.last()
    assert change is not None
    assert (lot.stage, lot.entered_at, lot.next_due_at) == ("bidding", NEXT_DAY, story.DEADLINE)
    assert (change.source, change.to, change.because, change.entry.tender) == (
        "published", "bidding", "演练完成", lot.number,
    )  # fmt: skip
    data = entries("trading.lot.moved")[-1]
    assert data | {"actor": None} == {
        "move": "open_bid_box", "from": "published", "to": "bidding", "because": digest_of("演练完成"), "actor": None,
    }  # fmt: skip


def test_a_move_that_stays_keeps_the_time_of_entry(cast: Cast) -> None:
    from trading.procedures.facts import AmendmentState

    lot = story.walked(cast, to=Stage.BIDDING)
    with transaction.atomic(durable=True):
        moves.advance_project(
            lot.project, Move.AMEND, actor=cast.actor("owner.approver"), at=NEXT_DAY + story.DAY,
            known={lot.pk: (AmendmentState(affects_bids=False),)}, drafted_by="a", approved_by="b",
        )  # fmt: skip
    assert (Lot.objects.get().entered_at, Lot.objects.get().stage) == (NEXT_DAY, "bidding")


def test_news_go_out_after_the_commit(cast: Cast, django_capture_on_commit_callbacks: object) -> None:
    lot = story.walked(cast, to=Stage.EVALUATED)
    heard: list[tuple[str, object]] = []

    def on_stage(sender: object, **news: object) -> None:
        heard.append(("stage", news["move"]))

    def on_notice(sender: object, **news: object) -> None:
        heard.append(("notice", Notice.objects.get(pk=news["notice_id"]).code))

    stage_changed.connect(on_stage)
    notice_published.connect(on_notice)
    try:
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
            advance(
                lot, Move.PUBLISH_CANDIDATES, actor=cast.actor("owner.drafter"), at=story.DEADLINE + 3 * story.DAY,
                known=(Candidates(),),
            )  # fmt: skip
            assert heard == []
    finally:
        stage_changed.disconnect(on_stage)
        notice_published.disconnect(on_notice)
    assert heard == [("stage", Move.PUBLISH_CANDIDATES), ("notice", "CANDIDATE")]


def test_a_notice_that_the_step_does_not_publish_is_a_mistake_of_the_caller(cast: Cast) -> None:
    lot = story.walked(cast, to=Stage.PUBLISHED)
    with pytest.raises(ValueError, match="open_bid_box does not publish AWARD"):
        advance(lot, Move.OPEN_BID_BOX, known=READY, notices=(Draft(Code.AWARD),))


def test_a_letter_needs_its_addressee(cast: Cast) -> None:
    lot = story.walked(cast, to=Stage.AWARDED)
    with pytest.raises(ValueError, match="AWARD_LETTER needs an addressee"):
        advance(lot, Move.NOTIFY_AWARD, actor=cast.actor("owner.drafter"), at=story.DEADLINE + 12 * story.DAY)


def test_a_letter_is_read_by_its_addressee_only_and_the_announcement_by_everybody(cast: Cast) -> None:
    lot = story.walked(cast, to=Stage.CONTRACTING)
    published = {notice.code: notice for notice in lot.notices.all()}
    assert (published["AWARD"].is_public, published["AWARD_LETTER"].is_public) == (True, False)
    assert published["AWARD_LETTER"].addressee == cast["acme"]


def test_what_ends_a_lot_keeps_its_ground(cast: Cast) -> None:
    lot = story.walked(cast, to=Stage.BIDDING)
    at = story.DEADLINE
    with clock.stands_at(at):
        advance(lot, Move.FAIL_AT_DEADLINE, at=at, known=(BidsReceived(complete=2),), because="two bids")
    lot = Lot.objects.get()
    assert lot.failure == {"move": "fail_at_deadline", "ground": "fail_at_deadline", "text": "two bids"}
    notice = lot.notices.get()
    assert (notice.code, notice.data["failure"]) == ("FAIL", lot.failure)


@pytest.mark.parametrize(
    ("move", "stage", "known"),
    [
        (Move.FAIL_AWARD, Stage.AWARD_PENDING, FailureState(ground=FailureGround.NO_CANDIDATE_LEFT, because="均放弃")),
        (Move.TERMINATE, Stage.OPENED, TerminationState(ground=TerminationGround.FORCE_MAJEURE, because="地震")),
    ],
)
def test_a_stated_ground_is_kept_in_its_words(
    cast: Cast, move: Move, stage: Stage, known: FailureState | TerminationState
) -> None:
    lot = story.walked(cast, to=stage)
    advance(lot, move, actor=cast.actor("owner.approver"), at=story.DEADLINE + 11 * story.DAY, known=(known,))
    assert Lot.objects.get().failure == {"move": move, "ground": known.ground, "text": known.because}


def test_lots_move_together_or_not_at_all(cast: Cast) -> None:
    project = story.announced(cast, lots=2)
    first, second = project.lots.all()
    with pytest.raises(Refused) as refused, transaction.atomic(durable=True):
        moves.advance_project(project, Move.OPEN_BID_BOX, actor=SYSTEM, at=NEXT_DAY, known={first.pk: READY})
    assert reasons(refused) == ["there is no key ceremony yet"]
    assert [lot.stage for lot in project.lots.all()] == ["published", "published"]
    with transaction.atomic(durable=True):
        moves.advance_project(
            project, Move.OPEN_BID_BOX, actor=SYSTEM, at=NEXT_DAY, known={second.pk: READY}, only=[second.pk]
        )
    assert [lot.stage for lot in project.lots.all()] == ["published", "bidding"]


def test_the_database_knows_the_stages_and_the_code_protects_them(cast: Cast) -> None:
    lot = story.walked(cast, to=Stage.PUBLISHED)
    with pytest.raises(AttributeError):
        lot.stage = "awarded"
    with pytest.raises(IntegrityError), transaction.atomic():
        Lot.objects.update(stage="nowhere")


def test_looking_again_waits_a_little_where_the_time_has_come(cast: Cast) -> None:
    lot = story.walked(cast, to=Stage.BIDDING)
    moves.look_again(lot.pk, at=NEXT_DAY)
    assert Lot.objects.get().next_due_at == story.DEADLINE
    moves.look_again(lot.pk, at=story.DEADLINE + story.DAY)
    assert Lot.objects.get().next_due_at == story.DEADLINE + story.DAY + moves._LATER
