from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import transaction

from core import clock
from core.actors import SYSTEM
from core.errors import NotYours, Refused
from tests.stories import trading as story
from tests.trading.reading import entries, reasons, told
from trading import access, clarifying, concluding, ending, moves, retendering
from trading.models import FailureDecision, Lot, Project
from trading.names import AfterFailure, Kind, Move, Side, Stage, TerminationGround
from trading.procedures.choosing import PurchaseMethod
from trading.procedures.facts import BidsReceived

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cast import Cast

AT = story.ANNOUNCED + 2 * story.DAY
CANCELLED = {"ground": TerminationGround.TASK_CANCELLED, "because": "规划调整"}
CAUSE = "投标人不足,已放宽业绩要求"
UNLAWFUL = {"because": "资质条件限定特定行政区域业绩"}


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with clock.stands_at(AT):
        yield


@pytest.mark.parametrize("kind", list(Kind))
def test_a_project_is_terminated_with_its_reason_for_all_lots(cast: Cast, kind: Kind) -> None:
    project = story.announced(cast, kind, lots=2)
    who = "owner" if kind is Kind.CT else "buyer"
    ending.terminate(project.pk, actor=cast.actor(f"{who}.approver"), at=AT, **CANCELLED)
    failure = {"move": "terminate", "ground": "task_cancelled", "text": "规划调整"}
    assert [(lot.stage, lot.failure, lot.next_due_at) for lot in project.lots.all()] == [
        ("terminated", failure, None),
        ("terminated", failure, None),
    ]
    assert project.notices.filter(code="TERMINATE").count() == 1


def test_all_who_prepare_a_bid_are_told(cast: Cast) -> None:
    project = story.announced(cast)
    clarifying.obtain(project.pk, actor=cast.actor("acme"), at=AT)
    access.take_side(project, cast["bolt"], Side.BIDDING, since=AT)
    access.take_side(project, cast["acme"], Side.BIDDING, since=AT)
    ending.terminate(project.pk, actor=cast.actor("owner.approver"), at=AT, **CANCELLED)
    assert told("trading.project.ended") == ["OR-acme", "OR-bolt"]


def test_a_termination_needs_its_words_and_its_person(cast: Cast) -> None:
    project = story.announced(cast)
    with pytest.raises(Refused) as refused:
        ending.terminate(project.pk, actor=cast.actor("owner.drafter"), at=AT, **CANCELLED)
    assert reasons(refused) == ["this needs somebody who may approve for the organisation"]
    with pytest.raises(Refused) as refused:
        ending.terminate(project.pk, actor=cast.actor("agent.approver"), at=AT, **(CANCELLED | {"because": " "}))
    assert reasons(refused) == [
        "the reason of the termination must be written down",
        "“Terminate” is not taken by Procurement agent",
    ]
    for name in ("center", "acme", "buyer.approver"):
        with pytest.raises(NotYours):
            ending.terminate(project.pk, actor=cast.actor(name), at=AT, **CANCELLED)


def test_an_order_to_terminate_is_the_supervisors_and_nobody_elses(cast: Cast) -> None:
    project = story.announced(cast)
    ordered = {"ground": TerminationGround.SUPERVISOR_ORDER, "because": "滨建监〔2026〕4号"}
    for name, ground in (("owner.approver", ordered), ("supervisor", CANCELLED)):
        with pytest.raises(Refused) as refused:
            ending.terminate(project.pk, actor=cast.actor(name), at=AT, **ground)
        assert reasons(refused) == [
            "“Ordered by the supervising department” is the ground of the supervising department only"
        ]
    ending.terminate(project.pk, actor=cast.actor("supervisor"), at=AT, **ordered)
    assert Lot.objects.get().stage == "terminated"


def test_a_procurement_is_not_cancelled_for_being_stale(cast: Cast) -> None:
    project = story.announced(cast, Kind.GP_OPEN)
    with pytest.raises(Refused) as refused:
        ending.terminate(
            project.pk, actor=cast.actor("buyer.approver"), at=AT, ground=TerminationGround.STALE, because="久拖"
        )
    assert reasons(refused) == ["“Not traded in time after being urged” does not allow to cancel a procurement"]


def test_what_has_ended_is_not_ended_again(cast: Cast) -> None:
    project = story.announced(cast)
    ending.terminate(project.pk, actor=cast.actor("owner.approver"), at=AT, **CANCELLED)
    with pytest.raises(Refused) as refused:
        ending.terminate(project.pk, actor=cast.actor("owner.approver"), at=AT, **CANCELLED)
    assert reasons(refused) == ["the project has no lot that “Terminate” could move"]


def test_unlawful_documents_end_the_run_before_the_deadline_only(cast: Cast) -> None:
    project = story.announced(cast)
    with pytest.raises(Refused) as refused:
        ending.fail_documents(project.pk, actor=cast.actor("owner.approver"), at=story.DEADLINE, because=" ")
    assert reasons(refused) == [
        "the deadline for bids was 2026-03-24 09:30",
        "the reason of the failure must be written down",
    ]
    ending.fail_documents(project.pk, actor=cast.actor("owner.approver"), at=AT, **UNLAWFUL)
    lot = Lot.objects.get()
    assert (lot.stage, lot.failure["ground"]) == ("failed", "documents_unlawful")


def test_a_failed_run_is_tendered_again_as_a_linked_draft(cast: Cast) -> None:
    project = story.announced(cast, lots=2)
    ending.fail_documents(project.pk, actor=cast.actor("owner.approver"), at=AT, **UNLAWFUL)
    again = retendering.retender(project.pk, analysis=CAUSE, actor=cast.actor("owner.drafter"), at=AT)
    again = Project.objects.get(pk=again.pk)
    assert (again.previous, again.round_number, again.announced_at, again.edition) == (project, 2, None, "")
    assert [(lot.stage, lot.title, lot.closes_at) for lot in again.lots.all()] == [
        ("draft", "1标段", None),
        ("draft", "2标段", None),
    ]
    assert again.content == project.content
    assert (again.drafted_by, again.approved_by) == ("", "")


def test_only_failed_lots_are_tendered_again_and_only_once(cast: Cast) -> None:
    project = story.announced(cast)
    with pytest.raises(Refused) as refused:
        retendering.retender(project.pk, analysis=CAUSE, actor=cast.actor("owner.drafter"), at=AT)
    assert reasons(refused) == ["no lot of the project has failed"]
    ending.fail_documents(project.pk, actor=cast.actor("owner.approver"), at=AT, **UNLAWFUL)
    retendering.retender(project.pk, analysis=CAUSE, actor=cast.actor("agent.drafter"), at=AT, region="500000")
    with pytest.raises(Refused) as refused:
        retendering.retender(project.pk, analysis=CAUSE, actor=cast.actor("owner.drafter"), at=AT)
    assert reasons(refused) == ["what follows the failure has been decided already"]
    assert Project.objects.get(previous=project).region == "500000"


@pytest.mark.parametrize(
    ("kind", "choice", "method"),
    [
        (Kind.CT, AfterFailure.DROP_WITH_CONSENT, None),
        (Kind.GP_OPEN, AfterFailure.OTHER_METHOD_WITH_APPROVAL, PurchaseMethod.NEGOTIATION),
    ],
)
def test_another_way_than_a_tender_needs_its_analysis_and_its_approval(
    cast: Cast, kind: Kind, choice: AfterFailure, method: PurchaseMethod | None
) -> None:
    """E2E-CT-2; 87号令 43."""
    project = _failed(cast, kind, round_number=2)
    approver = cast.actor(f"{'owner' if kind is Kind.CT else 'buyer'}.approver")

    def decide(**given: object) -> FailureDecision:
        said = {"choice": choice, "analysis": CAUSE, "authority": "发改委", "approval": "9号", "method": method}
        return concluding.go_another_way(project.pk, **(said | given), actor=approver, at=story.DEADLINE)

    with pytest.raises(Refused) as refused:
        decide(analysis=" ", authority="", method=PurchaseMethod.SINGLE)
    assert reasons(refused) == [
        "write down why the run failed and what is done about it",
        "name the authority that approved this, and the number of its approval",
        *(["name a method whose grounds are met after a failed tender"] if method else []),
    ]
    decision = decide()
    assert (decision.choice, decision.method, decision.approval) == (choice, method or "", "9号")
    with pytest.raises(Refused) as refused:
        retendering.retender(project.pk, analysis=CAUSE, actor=approver, at=story.DEADLINE)
    assert reasons(refused) == ["what follows the failure has been decided already"]
    assert entries("trading.failure.decided")[0]["choice"] == choice


def test_after_a_first_failure_a_construction_project_is_tendered_again(cast: Cast) -> None:
    project = _failed(cast, Kind.CT, round_number=1)
    assert concluding.choices_after(project, at=story.DEADLINE) == (AfterFailure.TENDER_AGAIN,)
    given = {"choice": AfterFailure.DROP_WITH_CONSENT, "analysis": CAUSE, "authority": "发改委", "approval": "9号"}
    with pytest.raises(Refused) as refused:
        concluding.go_another_way(project.pk, **given, actor=cast.actor("owner.approver"), at=story.DEADLINE)
    assert reasons(refused) == [
        "“Go on without tendering, with the consent of the project's approver” is not open after this failure"
    ]
    with pytest.raises(Refused) as refused:
        retendering.retender(project.pk, analysis=" ", actor=cast.actor("owner.drafter"), at=story.DEADLINE)
    assert reasons(refused) == ["write down why the run failed and what is done about it"]


def _failed(cast: Cast, kind: Kind, *, round_number: int) -> Project:
    lot = story.walked(cast, kind, to=Stage.BIDDING)
    Project.objects.filter(pk=lot.project_id).update(round_number=round_number)
    known = (BidsReceived(complete=2),)
    with transaction.atomic(durable=True):
        moves.advance(lot.pk, Move.FAIL_AT_DEADLINE, actor=SYSTEM, at=story.DEADLINE, known=known)
    return Project.objects.get(pk=lot.project_id)


def test_a_new_run_decides_anew_about_its_intention(cast: Cast) -> None:
    lot = story.walked(cast, Kind.GP_OPEN, to=Stage.BIDDING)
    project = lot.project
    project.terms = project.terms | {"intention_waived_because": "应急"}
    project.save(update_fields=["terms"])
    with transaction.atomic(durable=True):
        moves.advance(lot.pk, Move.FAIL_AT_DEADLINE, actor=SYSTEM, at=story.DEADLINE, known=(BidsReceived(complete=0),))
    again = retendering.retender(project.pk, analysis=CAUSE, actor=cast.actor("buyer.drafter"), at=story.DEADLINE)
    assert "intention_waived_because" not in again.terms
    assert again.lots.get().stage == "intention"


def test_somebody_else_tenders_nothing_again(cast: Cast) -> None:
    project = story.announced(cast)
    with pytest.raises(NotYours):
        retendering.retender(project.pk, analysis=CAUSE, actor=cast.actor("buyer.drafter"), at=AT)
