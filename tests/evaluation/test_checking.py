from __future__ import annotations

import pytest

from evaluation.checking import objections_to_method
from tests.evaluation.refusals import reasons_of
from tests.stories import evaluation as story
from tests.stories import trading as before
from trading import drafting
from trading.names import Kind


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (Kind.CT, {}),
        (Kind.CT, story.BENCHMARK),
        (Kind.GP_OPEN, {}),
        (Kind.GP_OPEN, story.SCORING),
        (Kind.GP_OPEN, {"method": ""}),
    ],
)
def test_what_can_be_calculated_with_may_be_announced(cast, kind, fields):
    assert objections_to_method(before.drafted(cast, kind, **fields)) == ()


def test_criteria_that_do_not_add_up_are_named(cast):
    criteria = story.POINTS | {"total_points": "90"}
    project = before.drafted(cast, **(story.BENCHMARK | {"criteria": criteria}))
    assert objections_to_method(project)[0] == "the maximum points sum to 100, not to 90"


def test_criteria_of_another_method_are_refused(cast):
    project = before.drafted(cast, **(story.BENCHMARK | {"criteria": before.CRITERIA}))
    assert objections_to_method(project) == (
        "the criteria do not fit “comprehensive evaluation method”: its criteria have points that add up to the total",
    )


def test_criteria_that_cannot_be_read_are_refused(cast):
    assert objections_to_method(before.drafted(cast, criteria={"basis": "none", "criteria": 1})) == (
        "criteria are a list",
    )


def test_parameters_that_are_missing_or_unknown_are_named(cast):
    project = before.drafted(cast, **(story.BENCHMARK | {"method_parameters": {"e1": "1", "mystery": "2"}}))
    reasons = objections_to_method(project)
    assert [word for word in ("e2", "mystery") if not any(word in reason for reason in reasons)] == []


def test_a_method_that_nobody_knows_is_refused(cast):
    project = before.drafted(cast)
    project.method = "by_feeling"
    assert objections_to_method(project) == ("there is no evaluation method “by_feeling”",)


def test_a_notice_with_such_a_method_is_not_handed_in(cast):
    project = before.drafted(cast, **(story.BENCHMARK | {"criteria": before.CRITERIA}))
    assert (
        "the criteria do not fit “comprehensive evaluation method”: its criteria have points that add up to the total"
        in reasons_of(
            drafting.submit_notice,
            project.pk,
            actor=cast.actor("owner.drafter"),
            at=before.ANNOUNCED - before.DAY,
        )
    )
