from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from accounts.models import InboxMessage
from bidding import depositing
from bidding.models import Deposit, OpenedBid
from core.actors import SYSTEM
from core.errors import NotYours
from core.models import OutboxEntry, StoredFile
from core.working_days import SHANGHAI
from evaluation import awarding
from evaluation.models import Report
from evaluation.names import RejectionGround
from tests.evaluation.refusals import reasons_of
from tests.stories import evaluation as story
from trading import binding
from trading.models import Award, Document, Notice
from trading.names import Kind, PassingGround, RefusalGround, Stage

BOTH = [Kind.CT, Kind.GP_OPEN]


def award(case, rank, *, grounds=None, because="", actor=None):
    return awarding.award(
        case.lot.pk, candidate_id=case.candidate(rank).pk, grounds=grounds, because=because,
        actor=actor or case.approver, at=story.later(case),
    )  # fmt: skip


def refuse(case, *, because="放弃中标", ground=RefusalGround.REFUSED_TO_SIGN, actor=None):
    return awarding.winner_refuses(
        case.lot.pk, ground=ground, because=because, actor=actor or case.approver, at=story.later(case)
    )


@pytest.mark.parametrize("kind", BOTH)
def test_rank_one_wins_without_any_ground(cast, kind):
    case = story.decidable(cast, kind)
    given = award(case, 1)
    assert (given.organisation, given.amount, given.rank, given.ground) == (
        cast["bolt"], Decimal("27500000.00"), 1, "rank_one",
    )  # fmt: skip
    assert case.lot.stage == Stage.AWARDED


@pytest.mark.parametrize("kind", BOTH)
def test_with_state_funds_rank_two_wins_only_with_a_ground_for_rank_one(cast, kind):
    """E2E-CT-4."""
    case = story.decidable(cast, kind)
    assert reasons_of(award, case, 2, because="我们更信任甲建工") == (
        "rank 1 may be passed over only for a ground of the law",
    )
    grounds = {1: PassingGround.PROVEN_VIOLATION}
    assert reasons_of(award, case, 2, grounds=grounds) == (
        "write down what shows that a better candidate is passed over lawfully",
    )
    given = award(case, 2, grounds=grounds, because="经查实存在弄虚作假,处罚决定〔2026〕7号")
    assert (given.organisation, given.ground) == (cast["acme"], "proven_violation")


def test_with_private_funds_the_owner_chooses_among_the_candidates_and_writes_down_why(cast):
    case = story.award_pending(cast, funds_type="private", is_mandatory_tender=False)
    assert reasons_of(award, case, 2) == ("the owner must write down why it does not choose rank one",)
    assert award(case, 2, because="综合考虑履约能力").ground == "owner_choice"


@pytest.mark.parametrize("kind", BOTH)
def test_only_the_owner_awards_and_only_through_who_may_approve(cast, kind):
    case = story.decidable(cast, kind)
    assert reasons_of(award, case, 1, actor=case.drafter) == (
        "Only somebody who may approve for the organisation may do this.",
    )
    other = "owner" if kind is Kind.GP_OPEN else "buyer"
    for stranger in (f"{other}.approver", "agent.approver", "supervisor", "expert.one", "bolt"):
        with pytest.raises(NotYours):
            award(case, 1, actor=cast.actor(stranger))


def test_a_candidate_of_another_lot_is_not_there(cast):
    case = story.award_pending(cast)
    with pytest.raises(NotYours):
        awarding.award(case.lot.pk, candidate_id=0, actor=case.approver, at=story.later(case))


def test_who_gave_up_after_the_opening_is_passed_over_by_what_is_on_record(cast):
    case = story.award_pending(cast)
    bid = case.bid("bolt")
    bid.gave_up_at, bid.gave_up_because = story.AT_WORK, "无法履约"
    bid.save()
    assert reasons_of(award, case, 1) == ("this candidate has given up, lost the award or is no longer fit",)
    assert award(case, 2).ground == "gave_up"


# -- confirmed by silence ------------------------------------------------------------------------------


def test_after_five_working_days_of_silence_rank_one_counts_as_confirmed(cast):
    """E2E-GP-3."""
    case = story.confirming(cast)
    due = story.due(case)
    assert due == datetime(2026, 4, 2, 0, 0, tzinfo=SHANGHAI)  # delivered on Wednesday the 25th, 5 wd
    early = reasons_of(awarding.confirm_by_silence, case.lot.pk, SYSTEM, due - story.MINUTE)
    assert [reason.startswith("the purchaser may confirm until") for reason in early] == [True]
    assert not Award.objects.exists()
    given = awarding.confirm_by_silence(case.lot.pk, SYSTEM, due)
    assert (given.organisation, given.rank, given.ground) == (cast["bolt"], 1, "silence")
    assert case.lot.stage == Stage.AWARDED
    assert OutboxEntry.objects.filter(event="trading.award.decided", actor="SYSTEM::").count() == 1


def test_where_no_agent_delivers_the_report_silence_counts_from_the_evaluation(cast):
    """87号令 68: the report is final on Tuesday the 24th, 5 wd."""
    case = story.evaluated(cast, Kind.GP_OPEN, agent=None)
    due = story.due(case)
    assert (case.lot.stage, due) == (Stage.EVALUATED, datetime(2026, 4, 1, 0, 0, tzinfo=SHANGHAI))
    given = awarding.confirm_by_silence(case.lot.pk, SYSTEM, due)
    assert (given.rank, given.ground, case.lot.stage) == (1, "silence", Stage.AWARDED)


def test_silence_goes_past_who_gave_up(cast):
    case = story.confirming(cast)
    bid = case.bid("bolt")
    bid.gave_up_at = story.AT_WORK
    bid.save()
    assert awarding.confirm_by_silence(case.lot.pk, SYSTEM, story.due(case)).organisation == cast["acme"]


def test_silence_confirms_nobody_where_every_candidate_gave_up(cast):
    case = story.confirming(cast)
    OpenedBid.objects.update(gave_up_at=story.AT_WORK)
    assert reasons_of(awarding.confirm_by_silence, case.lot.pk, SYSTEM, story.due(case)) == (
        "there is no candidate that silence could confirm",
    )


def test_a_purchaser_that_holds_the_report_to_be_unlawful_is_not_silent(cast):
    from trading import holding
    from trading.names import HoldGround

    case = story.confirming(cast)
    due = story.due(case)
    holding.order(
        case.lot.pk, actor=case.approver, at=story.later(case), ground=HoldGround.REPORT_CONTESTED,
        because="评审未按招标文件", order_number="",
    )  # fmt: skip
    assert reasons_of(awarding.confirm_by_silence, case.lot.pk, SYSTEM, due)[0].startswith("on hold")


def test_in_construction_nothing_is_confirmed_by_silence(cast):
    case = story.award_pending(cast)
    assert case.lot.next_due_at is None
    assert (
        "is not possible in the stage"
        in reasons_of(awarding.confirm_by_silence, case.lot.pk, SYSTEM, story.later(case, story.stories.DAY * 60))[0]
    )


def test_the_report_is_delivered_to_the_purchaser_which_is_told(cast):
    case = story.confirming(cast)
    message = InboxMessage.objects.get(kind="evaluation.report.delivered")
    assert (message.organisation, message.role, message.link) == (
        cast["buyer"], "OWNER", f"/evaluation/{case.lot.number}/award",
    )  # fmt: skip
    assert Report.objects.get().delivered_at == story.AT_WORK + story.stories.DAY
    obligations = {step.move for step in _obligations(case)}
    assert "award" in obligations


def _obligations(case):
    from trading import binding, moves

    procedure = binding.procedure_of(case.project, at=story.AT_WORK)
    return procedure.obligations(Stage(case.lot.stage), moves.facts_of(case.lot, at=story.AT_WORK))


# -- told ----------------------------------------------------------------------------------------------


def told(kind="evaluation.award.notified"):
    from accounts import spoken

    return {
        message.organisation.number: (str(spoken.unpacked(message.title)), str(spoken.unpacked(message.body)))
        for message in InboxMessage.objects.filter(kind=kind)
    }


def test_winner_and_losers_are_told_with_reasons_and_their_own_result(cast):
    out = {"delta": (RejectionGround.BELOW_COST, "低于成本且不能说明")}
    prices = story.PRICES | {"delta": "20000000.00", "elm": "1"}
    case = story.notified(cast, prices=prices, against=out, revoked=["elm"])
    assert told() == {
        "OR-bolt": ("You have won 1标段", "Sign the contract within the days the law gives."),
        "OR-acme": (
            "The result of 1标段 is known",
            "Your bid was rank 2 with an evaluated price of 28,000,000.00; 乙路桥有限公司 won.",
        ),
        "OR-cedar": (
            "The result of 1标段 is known",
            "Your bid was rank 3 with an evaluated price of 28,500,000.00; 乙路桥有限公司 won.",
        ),
        "OR-delta": (
            "The result of 1标段 is known",
            "Your bid was rejected. Price below cost: 低于成本且不能说明",
        ),
        "OR-elm": (
            "The result of 1标段 is known",
            "Your bid was not opened and took no part in the evaluation; 乙路桥有限公司 won.",
        ),
    }
    assert case.lot.stage == Stage.CONTRACTING


def test_in_procurement_a_loser_learns_its_score_and_rank(cast):
    story.notified(cast, Kind.GP_OPEN, scores=story.WEIGHED, **story.SCORING)
    assert told()["OR-cedar"][1] == "Your bid was rank 3 with 83.95 points; 乙路桥有限公司 won."


def test_the_result_is_public_and_the_letter_goes_to_the_winner_alone(cast):
    case = story.notified(cast)
    result, letter = (Notice.objects.get(code=code) for code in ("AWARD", "AWARD_LETTER"))
    assert (result.is_public, letter.is_public, letter.addressee) == (True, False, cast["bolt"])
    assert (result.data["winner"]["name"], result.data["amount"], result.data["ground"]) == (
        cast["bolt"].name, "27500000.00", "rank_one",
    )  # fmt: skip
    assert result.data["committee"] == [f"expert.{nth}" for nth in story.EXPERTS[:5]]
    assert Deposit.objects.get(lot=case.lot, organisation=cast["acme"]).release_by is None


def test_the_result_names_the_published_documents_by_title_and_digest_and_no_draft(cast):
    case = story.awarded(cast)
    file = StoredFile.objects.create(digest="ab" * 32, size=3, stored_at=story.AT_WORK)
    for title, published in (("招标文件.pdf", story.OPENED), ("未发布.pdf", None)):
        Document.objects.create(
            project=case.project, title=title, media="application/pdf", file=file, added_at=story.OPENED,
            added_by="x", published_at=published,
        )  # fmt: skip
    awarding.notify_award(case.lot.pk, actor=case.drafter, at=story.later(case))
    named = {"title": "招标文件.pdf", "media": "application/pdf", "sha256": "ab" * 32}
    assert [Notice.objects.get(code=code).data["documents"] for code in ("AWARD", "AWARD_LETTER")] == [[named]] * 2


def test_in_procurement_the_losers_deposits_are_due_back_from_the_notice_on(cast):
    case = story.notified(cast, Kind.GP_OPEN)
    due = {row.organisation.number: row.release_by is not None for row in Deposit.objects.filter(lot=case.lot)}
    assert due == {"OR-acme": True, "OR-bolt": False, "OR-cedar": True}


# -- the winner refuses --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize(
    ("ground", "deposit"),
    [
        (RefusalGround.REFUSED_TO_SIGN, ("forfeited", "refused_to_sign")),
        (RefusalGround.NO_PERFORMANCE_SECURITY, ("forfeited", "no_performance_security")),
        (RefusalGround.GAVE_UP, ("forfeited", "gave_up")),
        (RefusalGround.FORCE_MAJEURE, ("locked", "")),
        (RefusalGround.PROVEN_VIOLATION, ("locked", "")),
    ],
)
def test_the_ground_decides_about_the_deposit_and_the_next_wins_with_that_ground(cast, kind, ground, deposit):
    case = story.notified(cast, kind)
    fallen = refuse(case, ground=ground)
    assert (fallen.organisation, fallen.fell_ground, fallen.fell_because) == (cast["bolt"], ground, "放弃中标")
    entry = json.loads(bytes(OutboxEntry.objects.get(event="trading.award.fell").entry))
    assert entry["data"]["ground"] == ground.value
    row = Deposit.objects.get(lot=case.lot, organisation=cast["bolt"])
    assert (row.state, row.forfeit_ground) == deposit
    notice = Notice.objects.get(code="AWARD_FELL")
    assert (notice.is_public, notice.data["winner"]["name"], notice.data["ground"], notice.data["because"]) == (
        True, cast["bolt"].name, ground.value, "放弃中标",
    )  # fmt: skip
    assert case.lot.stage == (Stage.AWARD_PENDING if kind is Kind.CT else Stage.CONFIRMING)
    assert case.lot.next_due_at is None  # silence no longer counts
    assert reasons_of(award, case, 1) == ("this candidate has given up, lost the award or is no longer fit",)
    given = award(case, 2)
    assert (given.organisation, given.ground) == (cast["acme"], ground.value)
    awarding.notify_award(case.lot.pk, actor=case.drafter, at=story.later(case))
    assert [row.organisation.number for row in Award.objects.filter(fell_at=None)] == ["OR-acme"]
    assert Notice.objects.filter(code="AWARD").latest("pk").data["ground"] == ground.value


def test_a_ground_that_the_rule_sheet_does_not_name_lets_no_award_fall(cast, monkeypatch):
    case = story.notified(cast)
    sheet = binding.procedure_of(case.project, at=story.AT_WORK)
    monkeypatch.setattr(binding, "procedure_of", lambda *_, **__: replace(sheet, falls=sheet.falls[:1]))
    assert reasons_of(refuse, case, ground=RefusalGround.FORCE_MAJEURE) == (
        "the rule-sheet names no such ground: Force majeure keeps the winner from performing",
    )
    assert Award.objects.get().fell_ground == ""


def test_a_deposit_that_is_not_kept_can_go_back(cast):
    case = story.notified(cast, Kind.GP_OPEN)
    refuse(case, ground=RefusalGround.FORCE_MAJEURE)
    row = Deposit.objects.get(lot=case.lot, organisation=cast["bolt"])
    at = story.later(case)
    given = depositing.release(row.pk, interest=Decimal(0), because="不可抗力", actor=case.approver, at=at)
    assert given.state == "released"


@pytest.mark.django_db
@pytest.mark.parametrize(("fell_at", "ground"), [(None, "gave_up"), (story.AT_WORK, "")])
def test_the_database_keeps_no_fallen_award_without_a_ground(cast, fell_at, ground):
    story.notified(cast)
    with pytest.raises(IntegrityError, match="award_falls_for_a_ground"), transaction.atomic(savepoint=True):
        Award.objects.update(fell_at=fell_at, fell_ground=ground)


def test_a_refusal_is_recorded_with_its_evidence_by_the_owner(cast):
    case = story.notified(cast)
    assert reasons_of(refuse, case, because=" ") == ("it must be written down how the winner lost the award",)
    with pytest.raises(NotYours):
        refuse(case, actor=cast.actor("agent.approver"))
    assert Award.objects.get().fell_at is None


def test_a_deposit_that_is_not_locked_is_left_to_its_own_verb(cast):
    case = story.notified(cast)
    Deposit.objects.filter(lot=case.lot).update(state="paid")
    refuse(case)
    assert Deposit.objects.get(organisation=cast["bolt"]).state == "paid"


def test_nobody_refuses_before_being_told(cast):
    case = story.award_pending(cast)
    assert reasons_of(refuse, case) == ("no award stands for this lot",)
