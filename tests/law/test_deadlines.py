"""Periods and obligations: the worked timelines O-CT-15 and O-GP-15, what is due, what a hold does."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from core.working_days import day_of
from trading.names import HoldGround, Kind, Move, Stage
from trading.procedures import procedure_for
from trading.procedures.deadlines import after_delivery, earliest_deadline, latest_day_before, when_silence_counts
from trading.procedures.facts import HoldFact
from trading.procedures.holding import deadline_after_lifting, deadline_after_placing, lapse_after_placing
from trading.procedures.objecting import answer_is_owed, challenge_ends
from trading.procedures.wording import moment

from .facts import CALENDAR, CONSTRUCTION_NOTICE, PROCUREMENT_NOTICE, at, facts, law

CT = procedure_for(Kind.CT, "2026")
GP = procedure_for(Kind.GP_OPEN, "2026")


def owed(procedure, stage, **entered):
    """Obligations of a stage as (what, last day)."""
    state = facts(
        stage=stage,
        entered_at={Stage(name): at(when) for name, when in entered.items()},
        notice=replace(CONSTRUCTION_NOTICE, bid_validity_days=None),
    )
    return [(owed.name, owed.deadline.day) for owed in procedure.obligations(stage, state)]


def test_o_ct_15_the_timeline_of_a_construction_tender():
    state = facts(announced_at=at("2026-03-02 10:00"))
    deadline = at("2026-03-24 09:30")
    assert earliest_deadline(state, period="ct.issue_to_deadline_min").ends_at == at("2026-03-24")
    assert latest_day_before(state, deadline, period="ct.clarify_before_deadline") == date(2026, 3, 9)
    assert latest_day_before(state, deadline, period="ct.objection_docs_before") == date(2026, 3, 14)
    assert owed(CT, Stage.EVALUATED, evaluated="2026-03-25 16:00") == [("Publish the candidates", date(2026, 3, 28))]
    published = facts(stage=Stage.PUBLICITY, entered_at={Stage.PUBLICITY: at("2026-03-27 10:00")})
    assert CT.due(Stage.PUBLICITY, published) == (at("2026-03-31"), Move.END_PUBLICITY)
    assert day_of(at("2026-03-31") - timedelta(seconds=1)) == date(2026, 3, 30)
    assert ("Sign the contract", date(2026, 5, 6)) in owed(CT, Stage.CONTRACTING, contracting="2026-04-01 09:00")
    assert owed(CT, Stage.CONTRACTED, contracted="2026-04-20 11:00") == [
        ("Return all deposits with interest", date(2026, 4, 27))
    ]


def test_o_gp_15_the_report_and_the_confirmation():
    assert owed(GP, Stage.EVALUATED, evaluated="2026-04-09 18:00") == [("Deliver the report", date(2026, 4, 13))]
    assert owed(GP, Stage.CONFIRMING, confirming="2026-04-13 10:00") == [("Determine the winner", date(2026, 4, 20))]


def test_o_gp_14_the_end_of_the_challenge_and_its_answer():
    assert challenge_ends(facts(), date(2026, 4, 21)).day == date(2026, 4, 30)
    assert answer_is_owed(facts(), at("2026-04-30 15:00"), period="gp.challenge_reply").day == date(2026, 5, 13)


def test_an_objection_is_answered_in_three_days():
    assert answer_is_owed(facts(), at("2026-03-27 10:00")).day == date(2026, 3, 30)


def test_the_award_notice_is_owed_while_bids_are_valid_and_earlier_where_the_region_says_so():
    entered = {Stage.AWARD_PENDING: at("2026-03-31"), Stage.AWARDED: at("2026-03-31 10:00")}
    state = facts(stage=Stage.AWARDED, entered_at=entered)
    local = replace(state, parameters=law(ct__award_notice_after_publicity="5"))
    limit = CT.step(Stage.AWARDED, Move.NOTIFY_AWARD).limit
    assert limit.deadline(state).day == date(2026, 6, 22)
    assert limit.deadline(local).day == date(2026, 4, 8)
    assert limit(replace(state, deadline=None)) is None


def test_obligations_come_with_the_earliest_first_and_their_source():
    state = facts(
        stage=Stage.CONTRACTED,
        entered_at={
            Stage.CONTRACTING: at("2026-04-20"),
            Stage.CONTRACTED: at("2026-04-22"),
            Stage.AWARDED: at("2026-04-16"),
        },
    )
    found = GP.obligations(Stage.CONTRACTED, state)
    assert [(o.name, o.deadline.day.isoformat(), o.source_text, o.move) for o in found] == [
        ("Register and publish the contract", "2026-04-24", "采购条例 50", Move.REGISTER_CONTRACT),
        ("Return the deposits of the losers", "2026-04-27", "采购条例 33", None),
        ("Return the deposit of the winner", "2026-04-29", "采购条例 33", None),
        ("File a copy of the contract with the finance department", "2026-05-06", "采购法 47", None),
    ]


def test_the_deadline_for_bids_is_due_to_the_second():
    state = facts(stage=Stage.BIDDING)
    assert CT.due(Stage.BIDDING, state) == (at("2026-03-24 09:30"), Move.CLOSE_BIDDING)
    assert CT.due(Stage.BIDDING, replace(state, deadline=None)) is None
    assert CT.due(Stage.OPENING, state) is None


def test_nothing_is_due_while_a_hold_stands_and_a_hold_that_lapses_delays():
    state = facts(stage=Stage.BIDDING, at=at("2026-03-23"))
    open_end = HoldFact(ground=HoldGround.OBJECTION, placed_at=at("2026-03-22"))
    lapsing = replace(open_end, lapses_at=at("2026-03-29"))
    assert CT.due(Stage.BIDDING, replace(state, holds=(open_end,))) is None
    assert CT.due(Stage.BIDDING, replace(state, holds=(lapsing,))) == (at("2026-03-29"), Move.CLOSE_BIDDING)
    early = replace(lapsing, lapses_at=at("2026-03-23 12:00"))
    assert CT.due(Stage.BIDDING, replace(state, holds=(early,))) == (at("2026-03-24 09:30"), Move.CLOSE_BIDDING)


def test_silence_counts_after_five_working_days_and_anew_after_a_hold():
    state = facts(stage=Stage.CONFIRMING, entered_at={Stage.CONFIRMING: at("2026-04-13 10:00")})
    contested = HoldFact(
        ground=HoldGround.REPORT_CONTESTED, placed_at=at("2026-04-15"), lifted_at=at("2026-04-22 15:00")
    )
    assert GP.due(Stage.CONFIRMING, state) == (at("2026-04-21"), Move.CONFIRM_BY_SILENCE)
    assert GP.due(Stage.CONFIRMING, replace(state, holds=(contested,))) == (
        at("2026-04-30"),
        Move.CONFIRM_BY_SILENCE,
    )


def test_a_purchaser_without_an_agent_confirms_within_five_working_days_of_the_evaluation():
    own = replace(PROCUREMENT_NOTICE, is_owner_run=True)
    silence = when_silence_counts.with_keys(period="gp.confirm")
    confirming = after_delivery.with_keys(period="gp.confirm")
    entered = {Stage.EVALUATED: at("2026-02-12 10:00"), Stage.CONFIRMING: at("2026-02-26 10:00")}
    for timing in (silence, confirming):
        assert timing.deadline(facts(notice=own, entered_at=entered)).day == date(2026, 2, 26)
        assert timing.deadline(facts(notice=PROCUREMENT_NOTICE, entered_at=entered)).day == date(2026, 3, 4)
    # Saturday the 28th is a make-up workday
    undelivered = {Stage.EVALUATED: at("2026-02-12 10:00")}
    assert silence.deadline(facts(notice=own, entered_at=undelivered)).day == date(2026, 2, 26)
    assert silence.deadline(facts(notice=PROCUREMENT_NOTICE, entered_at=undelivered)) is None


def test_after_a_refusal_silence_confirms_nobody():
    entered = {Stage.CONFIRMING: at("2026-05-13"), Stage.CONTRACTING: at("2026-04-22")}
    assert GP.due(Stage.CONFIRMING, facts(stage=Stage.CONFIRMING, entered_at=entered)) is None


@pytest.mark.parametrize(
    ("procedure", "ground", "deadline"),
    [
        (CT, HoldGround.OBJECTION, "2026-03-27 09:30"),
        (CT, HoldGround.COMPLAINT_ORDER, "2026-04-23 09:30"),
        (CT, HoldGround.FAULT, "2026-03-24 09:30"),
        (GP, HoldGround.OBJECTION, "2026-04-02 09:30"),
        (GP, HoldGround.COMPLAINT_ORDER, "2026-04-23 09:30"),
        (GP, HoldGround.FAULT, "2026-03-24 09:30"),
    ],
)
def test_a_hold_before_the_deadline_extends_it_at_once_by_its_longest_time(procedure, ground, deadline):
    assert deadline_after_placing(procedure, ground, facts(at=at("2026-03-20"))) == at(deadline)


def test_a_hold_after_the_deadline_or_without_one_moves_nothing():
    assert deadline_after_placing(CT, HoldGround.OBJECTION, facts(at=at("2026-03-24 09:30"))) == at("2026-03-24 09:30")
    assert deadline_after_placing(CT, HoldGround.OBJECTION, facts(deadline=None)) is None


def test_an_order_lapses_after_thirty_days_in_procurement_only():
    state = facts(at=at("2026-03-20 14:00"))
    assert lapse_after_placing(GP, HoldGround.COMPLAINT_ORDER, state) == at("2026-04-21")
    assert lapse_after_placing(CT, HoldGround.COMPLAINT_ORDER, state) is None


@pytest.mark.parametrize(
    ("lifted", "deadline"),
    [
        pytest.param("2026-03-21", "2026-03-27 09:30", id="sooner than the law's longest time: never shortened"),
        pytest.param("2026-03-30 12:00", "2026-04-03 09:30", id="later: moved again by the days that passed"),
        pytest.param("2026-03-31 12:00", "2026-04-07 09:30", id="onto a holiday: rolled"),
    ],
)
def test_lifting_a_hold_may_extend_again_and_never_shortens(lifted, deadline):
    assert deadline_after_lifting(
        before=at("2026-03-24 09:30"),
        now=at("2026-03-27 09:30"),
        placed_at=at("2026-03-20 09:00"),
        lifted_at=at(lifted),
        calendar=CALENDAR,
    ) == at(deadline)


def test_a_hold_lifted_on_its_day_or_placed_after_the_deadline_leaves_it():
    same_day = {"before": at("2026-03-24 09:30"), "now": at("2026-03-24 09:30"), "calendar": CALENDAR}
    day = {"placed_at": at("2026-03-20 09:00"), "lifted_at": at("2026-03-20 18:00")}
    late = {"placed_at": at("2026-03-25"), "lifted_at": at("2026-04-20")}
    assert deadline_after_lifting(**same_day, **day) == at("2026-03-24 09:30")
    assert deadline_after_lifting(**same_day, **late) == at("2026-03-24 09:30")


def test_a_moment_is_written_to_the_minute_and_to_the_second_where_it_has_one():
    assert (moment(at("2026-03-24 09:30")), moment(at("2026-03-24 09:30:15"))) == (
        "2026-03-24 09:30",
        "2026-03-24 09:30:15",
    )
