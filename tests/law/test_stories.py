"""Whole tenders against the sheets: each move with just the facts it needs, each case of fewer than three."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.money import Money
from trading.names import FailureGround, Kind, Move, PassingGround, RefusalGround, Stage
from trading.procedures import procedure_for
from trading.procedures.facts import (
    AmendmentState,
    AwardChoice,
    BidsReceived,
    CandidatesState,
    CeremonyState,
    CommitteeState,
    ContractState,
    EvaluationState,
    FailureState,
    IntentionState,
    OpeningState,
    QualificationState,
    RefusalState,
    ReportState,
    knowing,
)

from .facts import CONSTRUCTION_NOTICE, PROCUREMENT_NOTICE, at, facts, law

CT = procedure_for(Kind.CT, "2026")
GP = procedure_for(Kind.GP_OPEN, "2026")
AMOUNT = Money.of(29_000_000)

CEREMONY = CeremonyState(signed=3, of=3, rehearsed=3, k=2)
COMMITTEE = CommitteeState(size=5, experts=4, owner_reps=1, declared=5)
REPORT = ReportState(confirmed=4, of=5, candidates=3, dissenting=1)
SIGNED = ContractState(owner_signed=True, winner_signed=True, amount=AMOUNT, award_amount=AMOUNT)

ANNOUNCED = [
    (Move.SUBMIT_NOTICE, "2026-03-01 15:00"),
    (Move.RETURN_NOTICE, "2026-03-01 16:00"),
    (Move.SUBMIT_NOTICE, "2026-03-01 17:00"),
    (Move.ANNOUNCE, "2026-03-02 10:00", CEREMONY, IntentionState(published_at=at("2026-01-20"))),
    (Move.OPEN_BID_BOX, "2026-03-02 12:00", CEREMONY),
    (Move.AMEND, "2026-03-09 18:00", AmendmentState(affects_bids=True)),
    (Move.CLOSE_BIDDING, "2026-03-24 09:30", BidsReceived(complete=3)),
    (Move.FINISH_OPENING, "2026-03-24 10:30", OpeningState(pending=0, opened=3)),
]
EVALUATED = (EvaluationState(valid=3, evaluated=3, members=5), REPORT)
CONTRACTED = [
    (Move.SIGN_CONTRACT, "2026-04-20 11:00", SIGNED),
    (Move.REGISTER_CONTRACT, "2026-04-21 09:00"),
    (Move.CHANGE_CONTRACT, "2026-06-01 09:00", replace(SIGNED, additions=(Money.of(2_900_000),))),
    (Move.CLOSE, "2026-12-01 09:00", replace(SIGNED, is_accepted=True)),
]
REFUSAL = RefusalState(ground=RefusalGround.REFUSED_TO_SIGN, because="letter of 8 April")
SECOND = AwardChoice(rank=2, candidates=3, grounds={1: PassingGround.GAVE_UP})

CONSTRUCTION = [
    *ANNOUNCED,
    (Move.CONVENE, "2026-03-25 09:00", COMMITTEE),
    (Move.SIGN_REPORT, "2026-03-25 16:00", *EVALUATED),
    (Move.PUBLISH_CANDIDATES, "2026-03-27 10:00", CandidatesState()),
    (Move.END_PUBLICITY, "2026-03-31"),
    (Move.AWARD, "2026-03-31 10:00", AwardChoice(rank=1, candidates=3)),
    (Move.NOTIFY_AWARD, "2026-04-01 10:00"),
    (Move.WINNER_REFUSES, "2026-04-08 10:00", REFUSAL),
    (Move.AWARD, "2026-04-09 10:00", SECOND),
    (Move.NOTIFY_AWARD, "2026-04-09 11:00"),
    *CONTRACTED,
]
PROCUREMENT = [
    (Move.INTEND, "2026-01-20 10:00", IntentionState(published_at=at("2026-01-20 10:00"))),
    *ANNOUNCED,
    (Move.QUALIFY, "2026-03-24 14:00", QualificationState(reviewed=3, of=3, qualified=3), COMMITTEE),
    (Move.SIGN_REPORT, "2026-03-25 16:00", *EVALUATED),
    (Move.DELIVER_REPORT, "2026-03-26 16:00"),
    (Move.CONFIRM_BY_SILENCE, "2026-04-03"),
    (Move.NOTIFY_AWARD, "2026-04-03 10:00"),
    (Move.WINNER_REFUSES, "2026-04-08 10:00", REFUSAL),
    (Move.AWARD, "2026-04-09 10:00", SECOND),
    (Move.NOTIFY_AWARD, "2026-04-09 11:00"),
    *CONTRACTED,
]


@pytest.mark.parametrize(
    ("sheet", "story", "notice"),
    [
        pytest.param(CT, CONSTRUCTION, CONSTRUCTION_NOTICE, id="construction"),
        pytest.param(GP, PROCUREMENT, PROCUREMENT_NOTICE, id="procurement"),
    ],
)
def test_a_tender_runs_from_draft_to_acceptance_with_a_winner_who_refuses(sheet, story, notice):
    stage, entered = sheet.initial, {}
    for move, when, *known in story:
        announced = entered.get(Stage.PUBLISHED)
        state = facts(*known, at=at(when), stage=stage, entered_at=entered, announced_at=announced, notice=notice)
        assert (move, sheet.missing(move, state)) == (move, ())
        target = sheet.step(stage, move).target(stage)
        if target is not stage:
            stage, entered = target, entered | {target: at(when)}
    assert stage is Stage.CLOSED
    assert set(entered) == set(sheet.stages) - {Stage.FAILED, Stage.TERMINATED, Stage.INTENTION}


OPEN_AGAIN = law(ct__second_round_below_min="open")


@pytest.mark.parametrize(
    ("sheet", "stage", "known", "changes", "possible"),
    [
        pytest.param(CT, Stage.BIDDING, BidsReceived(complete=2), {}, [Move.FAIL_AT_DEADLINE], id="CT received"),
        pytest.param(
            CT, Stage.BIDDING, BidsReceived(complete=2), {"round_number": 2}, [Move.FAIL_AT_DEADLINE],
            id="CT received again, stop",
        ),
        pytest.param(
            CT, Stage.BIDDING, BidsReceived(complete=2), {"round_number": 2, "parameters": OPEN_AGAIN},
            [Move.CLOSE_BIDDING], id="CT received again, open",
        ),
        pytest.param(
            CT, Stage.BIDDING, BidsReceived(complete=0), {"round_number": 2, "parameters": OPEN_AGAIN},
            [Move.FAIL_AT_DEADLINE], id="CT none received again",
        ),
        pytest.param(CT, Stage.OPENING, OpeningState(pending=0, opened=2), {}, [Move.FAIL_AT_OPENING], id="CT opened"),
        pytest.param(CT, Stage.OPENING, OpeningState(pending=1, opened=3), {}, [], id="CT opening goes on"),
        pytest.param(GP, Stage.BIDDING, BidsReceived(complete=2), {}, [Move.FAIL_AT_DEADLINE], id="GP received"),
        pytest.param(
            GP, Stage.BIDDING, BidsReceived(complete=1), {"parameters": law(gp__min_bidders="1")},
            [Move.CLOSE_BIDDING], id="GP one is enough in a rehearsal",
        ),
        pytest.param(
            GP, Stage.OPENING, OpeningState(pending=0, opened=3, brands=("X", "X", "Y")), {}, [Move.FAIL_AT_OPENING],
            id="GP opened, one brand twice",
        ),
        pytest.param(
            GP, Stage.QUALIFICATION, QualificationState(reviewed=3, of=3, qualified=2), {}, [Move.FAIL_QUALIFICATION],
            id="GP qualified",
        ),
        pytest.param(
            GP, Stage.EVALUATING, EvaluationState(valid=2, evaluated=2), {}, [Move.FAIL_EVALUATION], id="GP conforming"
        ),
    ],
)  # fmt: skip
def test_what_fewer_than_three_means_at_each_point(sheet, stage, known, changes, possible):
    state = facts(known, at=at("2026-03-24 09:30"), stage=stage, **changes)
    platform = [step.move for step in sheet.moves_from(stage) if step.move is not Move.TERMINATE]
    assert [move for move in platform if not sheet.missing(move, state)] == possible


@pytest.mark.parametrize(
    ("evaluation", "possible"),
    [
        (EvaluationState(valid=2, evaluated=2), []),
        (EvaluationState(valid=2, evaluated=2, reasoning="the two compete"), [Move.SIGN_REPORT]),
        (
            EvaluationState(valid=2, evaluated=2, reasoning="no competition", rejects_all=True),
            [Move.SIGN_REPORT, Move.FAIL_EVALUATION],
        ),
        (EvaluationState(valid=0, evaluated=0), [Move.FAIL_EVALUATION]),
    ],
)
def test_with_two_valid_bids_the_construction_committee_decides_and_says_why(evaluation, possible):
    state = facts(evaluation, replace(REPORT, candidates=2), stage=Stage.EVALUATING)
    moves = (Move.SIGN_REPORT, Move.FAIL_EVALUATION)
    assert [move for move in moves if not CT.missing(move, state)] == possible


def test_a_construction_award_that_finds_nobody_fails_with_its_ground():
    state = facts(
        FailureState(ground=FailureGround.NO_CANDIDATE_LEFT, because="all three gave up"), stage=Stage.AWARD_PENDING
    )
    assert CT.missing(Move.FAIL_AWARD, state) == ()


@pytest.mark.parametrize(
    ("sheet", "round_number", "notice", "choices"),
    [
        (CT, 1, CONSTRUCTION_NOTICE, ["tender_again"]),
        (CT, 2, CONSTRUCTION_NOTICE, ["tender_again", "drop_with_consent"]),
        (CT, 2, replace(CONSTRUCTION_NOTICE, is_mandatory=False), ["tender_again", "drop"]),
        (GP, 1, PROCUREMENT_NOTICE, ["tender_again", "other_method_with_approval"]),
    ],
)
def test_what_may_follow_a_failed_run(sheet, round_number, notice, choices):
    assert list(sheet.after_failure(facts(round_number=round_number, notice=notice))) == choices


def test_a_refusal_names_every_reason_at_once():
    bare = facts(
        stage=Stage.NOTICE_READY,
        deadline=at("2026-03-10"),
        approved_by="Li",
        notice=replace(CONSTRUCTION_NOTICE, tie_rule=None, documents_until=None),
    )
    assert CT.missing(Move.ANNOUNCE, bare) == (
        "the documents do not say what decides between equal bids",
        "who drafted may not approve: a second person is needed",
        "the deadline for bids may not be before 2026-03-24 00:00",
        "it is not stated until when the documents are offered",
        "there is no key ceremony yet",
    )


def test_facts_are_handed_in_by_their_type():
    assert knowing(CEREMONY, COMMITTEE) == {CeremonyState: CEREMONY, CommitteeState: COMMITTEE}
