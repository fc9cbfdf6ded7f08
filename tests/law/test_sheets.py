"""The rule-sheets as graphs and as documents: walked, pinned, drawn."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.names import Role
from trading.names import END_STAGES, Code, Kind, Move, RefusalGround, Stage
from trading.procedures import EDITIONS, NoSuchProcedure, procedure_for, procedure_in_force
from trading.procedures.definition import Guard, Step
from trading.procedures.drawing import page
from trading.procedures.parameter_rows import ROWS

from .facts import at, facts

SHEETS = [pytest.param(sheet, id=f"{sheet.kind} {sheet.edition}") for sheet in EDITIONS.values()]
every_sheet = pytest.mark.parametrize("sheet", SHEETS)

# A sheet that is in use is never edited: a new rule is a new edition with a line of its own.
DIGESTS = {
    ("CT", "2026"): "60af796b576a20864c06470f4999f82a5dd707ef4ec8676cb386a2e7b35a80b5",
    ("GP_OPEN", "2026"): "c86950cd41676bb0cf088b30544137b962accef826800cec604f775fec912e2c",
}
ROWS_DIGEST = "ecb43f2cc8d9faa84ef7bd5953aa9837579b886b22d74b1373556bf7af312893"


def test_an_edition_never_changes():
    assert {(sheet.kind, sheet.edition): sheet.digest() for sheet in EDITIONS.values()} == DIGESTS


def test_the_defaults_of_the_registry_never_change_without_a_new_dated_row():
    text = "\n".join(
        f"{row.key} {row.default} {row.unit} {row.hardness} {row.bound} {row.roll} {row.effective_from}" for row in ROWS
    )
    assert hashlib.sha256(text.encode()).hexdigest() == ROWS_DIGEST


@every_sheet
def test_a_changed_sheet_has_another_digest(sheet):
    shorter = replace(sheet, steps=sheet.steps[:-1])
    unguarded = replace(sheet, steps=(replace(sheet.steps[0], guards=()), *sheet.steps[1:]))
    assert len({sheet.digest(), shorter.digest(), unguarded.digest()}) == 3


@every_sheet
def test_a_sheet_says_of_every_ground_what_follows_when_a_winner_loses_its_award(sheet):
    assert [fall.ground for fall in sheet.falls] == list(RefusalGround)
    assert [sheet.fall(ground).ground for ground in RefusalGround] == list(RefusalGround)
    kept = {fall.ground.value for fall in sheet.falls if fall.consequence == "the deposit is kept"}
    assert kept == {"refused_to_sign", "no_performance_security", "gave_up"}


@every_sheet
def test_every_stage_is_reached_from_the_first(sheet):
    reached, edge = {sheet.initial}, [sheet.initial]
    while edge:
        stage = edge.pop()
        found = {step.target(stage) for step in sheet.moves_from(stage)} - reached
        reached |= found
        edge += found
    assert reached == set(sheet.stages)


@every_sheet
def test_every_stage_reaches_every_kind_of_end(sheet):
    ends = {stage: {stage} if stage.is_end else set() for stage in sheet.stages}
    for _ in sheet.stages:
        for stage in sheet.stages:
            for step in sheet.moves_from(stage):
                ends[stage] |= ends[step.target(stage)]
    late = {Stage.AWARDED, Stage.CONTRACTED, Stage.PERFORMING}
    for stage in set(sheet.stages) - END_STAGES:
        expected = {Stage.CLOSED, Stage.TERMINATED} if stage in late - {Stage.AWARDED} else END_STAGES
        assert (stage, ends[stage]) == (stage, set(expected))


@every_sheet
def test_nothing_leaves_an_end(sheet):
    assert [step.move for stage in END_STAGES for step in sheet.moves_from(stage)] == []


@every_sheet
def test_no_two_arrows_for_one_move_and_stage(sheet):
    arrows = [(stage, step.move) for step in sheet.steps for stage in step.source]
    assert sorted(arrows) == sorted(set(arrows))


@every_sheet
def test_every_step_names_its_article_and_somebody_who_may_take_it(sheet):
    assert [step.move for step in sheet.steps if not step.source_text or not step.by] == []


@every_sheet
def test_a_step_with_two_outcomes_has_guards_that_exclude_each_other(sheet):
    pairs = {
        Move.CLOSE_BIDDING: Move.FAIL_AT_DEADLINE,
        Move.FINISH_OPENING: Move.FAIL_AT_OPENING,
        Move.QUALIFY: Move.FAIL_QUALIFICATION,
    }
    by_move = {step.move: step for step in sheet.steps}
    for go_on, fail in pairs.items():
        if go_on in by_move:
            names = ({guard.function.__name__ for guard in by_move[move].guards} for move in (go_on, fail))
            ours, theirs = names
            assert {n.replace("enough", "too_few") for n in ours if n.startswith("enough")} <= theirs


@every_sheet
def test_every_due_step_is_the_platforms_and_its_guard_refuses_before_the_instant(sheet):
    entered = dict.fromkeys(sheet.stages, at("2026-03-02 10:00"))
    entered.pop(Stage.CONTRACTING)
    due = [(stage, step) for step in sheet.steps for stage in step.source if step.due]
    for stage, step in due:
        state = facts(stage=stage, entered_at=entered)
        instant = step.due(state)
        early = replace(state, at=instant - timedelta(microseconds=1))
        timed = [g for g in step.guards if not g(replace(state, at=instant)) and g(early)]
        assert (step.move, step.by, len(timed)) == (step.move, frozenset({Role.SYSTEM}), 1)
    assert {step.move for _, step in due} <= {Move.CLOSE_BIDDING, Move.END_PUBLICITY, Move.CONFIRM_BY_SILENCE}


@every_sheet
def test_under_a_hold_only_correcting_and_ending_are_possible(sheet):
    bound = {step.move for step in sheet.steps if step.guards and step.guards[0].name == "nothing_is_on_hold"}
    free = {step.move for step in sheet.steps} - bound
    assert free - {Move.INTEND} == {
        Move.SUBMIT_NOTICE,
        Move.RETURN_NOTICE,
        Move.AMEND,
        Move.TERMINATE,
    } | ({Move.FAIL_DOCUMENTS} if sheet.kind is Kind.CT else set())


@every_sheet
def test_every_failure_and_award_is_told_to_the_public(sheet):
    emitted = {step.move: step.emits for step in sheet.steps}
    failing = [step for step in sheet.steps if step.to is Stage.FAILED]
    assert [step.move for step in failing if not {Code.FAIL, Code.TERMINATE} & set(step.emits)] == []
    assert emitted[Move.ANNOUNCE] == (Code.NOTICE,)
    assert emitted[Move.AMEND] == (Code.AMEND,)
    assert emitted[Move.NOTIFY_AWARD] == (Code.AWARD, Code.AWARD_LETTER)
    assert emitted[Move.WINNER_REFUSES] == (Code.AWARD_FELL,)
    assert emitted[Move.REGISTER_CONTRACT] == (Code.CONTRACT,)
    assert emitted[Move.CLOSE] == (Code.PERFORM,)
    assert emitted[Move.TERMINATE] == (Code.TERMINATE,)


@every_sheet
def test_every_key_a_sheet_names_is_in_the_registry(sheet):
    assert set(sheet.keys()) - {row.key for row in ROWS} == set()


def test_the_docs_are_drawn_from_the_sheets():
    drawn = Path(__file__).parents[2] / "docs" / "procedures.md"
    assert drawn.read_text(encoding="utf-8") == page()


def test_the_command_writes_the_page_and_refuses_one_that_differs(settings, tmp_path):
    settings.BASE_DIR = tmp_path
    (tmp_path / "docs").mkdir()
    with pytest.raises(CommandError, match="differs from the rule-sheets"):
        call_command("draw_procedures", check=True)
    call_command("draw_procedures")
    assert (tmp_path / "docs" / "procedures.md").read_text(encoding="utf-8") == page()
    call_command("draw_procedures", check=True)
    (tmp_path / "docs" / "procedures.md").write_text("other", encoding="utf-8")
    with pytest.raises(CommandError, match="differs from the rule-sheets"):
        call_command("draw_procedures", check=True)


def test_a_sheet_is_found_by_kind_and_edition_or_by_day():
    assert procedure_for(Kind.CT, "2026").kind is Kind.CT
    assert procedure_in_force(Kind.GP_OPEN, date(2026, 3, 1)) is procedure_for(Kind.GP_OPEN, "2026")
    with pytest.raises(NoSuchProcedure, match="CT 1999"):
        procedure_for(Kind.CT, "1999")
    with pytest.raises(NoSuchProcedure, match="CT on 1999-01-01"):
        procedure_in_force(Kind.CT, date(1999, 1, 1))


def test_a_move_that_a_stage_does_not_know_is_refused_with_both_names():
    sheet = procedure_for(Kind.CT, "2026")
    assert sheet.step(Stage.DRAFT, Move.AWARD) is None
    assert sheet.missing(Move.AWARD, facts(stage=Stage.DRAFT)) == (
        "“Determine the winner” is not possible in the stage “Draft”",
    )


def test_a_reason_that_two_guards_give_is_said_once():
    twice = Guard(lambda _facts: facts_reason)
    step = Step(
        move=Move.CLOSE,
        source=frozenset({Stage.PERFORMING}),
        to=None,
        by=frozenset(),
        guards=(twice, twice),
        source_text="x",
    )
    assert step.objections(facts()) == (facts_reason,)
    assert step.target(Stage.PERFORMING) is Stage.PERFORMING


facts_reason = procedure_for(Kind.CT, "2026").title
