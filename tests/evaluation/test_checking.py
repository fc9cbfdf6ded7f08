from __future__ import annotations

from datetime import date

import pytest

from evaluation.checking import objections_to_method, parameters_of
from evaluation.rules.methods import method_named
from tests.evaluation.refusals import reasons_of
from tests.stories import evaluation as story
from tests.stories import trading as before
from trading import drafting
from trading.models import RegionParameter
from trading.names import Kind

AT = before.ANNOUNCED


def set_by_the_region(key, value):
    RegionParameter.objects.create(
        region="530000", key=key, value=value, effective_from=date(2026, 1, 1), source="云岭条例", entered_at=AT,
        entered_by="x",
    )  # fmt: skip


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
    assert objections_to_method(before.drafted(cast, kind, **fields), AT) == ()


def test_criteria_that_do_not_add_up_are_named(cast):
    criteria = story.POINTS | {"total_points": "90"}
    project = before.drafted(cast, **(story.BENCHMARK | {"criteria": criteria}))
    assert objections_to_method(project, AT)[0] == "the maximum points sum to 100, not to 90"


def test_criteria_of_another_method_are_refused(cast):
    project = before.drafted(cast, **(story.BENCHMARK | {"criteria": before.CRITERIA}))
    assert objections_to_method(project, AT) == (
        "the criteria do not fit “comprehensive evaluation method”: its criteria have points that add up to the total",
    )


def test_criteria_that_cannot_be_read_are_refused(cast):
    assert objections_to_method(before.drafted(cast, criteria={"basis": "none", "criteria": 1}), AT) == (
        "criteria are a list",
    )


def test_parameters_that_are_missing_or_unknown_are_named(cast):
    project = before.drafted(cast, **(story.BENCHMARK | {"method_parameters": {"e1": "1", "mystery": "2"}}))
    reasons = objections_to_method(project, AT)
    assert [word for word in ("e2", "mystery") if not any(word in reason for reason in reasons)] == []


def test_a_method_that_nobody_knows_is_refused(cast):
    project = before.drafted(cast)
    project.method = "by_feeling"
    assert objections_to_method(project, AT) == ("there is no evaluation method “by_feeling”",)


def test_a_region_s_range_is_asked_beside_the_method_s_own(cast):
    set_by_the_region("gp.sme_deduct.goods_services.min", "15")
    project = before.drafted(cast, Kind.GP_OPEN, region="530000", method_parameters={"small_micro_percent": "12"})
    assert objections_to_method(project, AT) == (
        "price deduction for small and micro enterprises, in percent is 12 percent, the law allows 15 to 20",
    )


def test_what_the_documents_leave_open_the_law_of_the_region_fixes(cast):
    set_by_the_region("ct.benchmark_trim_from_n", "7")
    set_by_the_region("ct.score_aggregation", "trimmed_mean")
    project = before.drafted(cast, **(story.BENCHMARK | {"region": "530000"}))
    method, lot = method_named(project.method), project.lots.get()
    told = parameters_of(project, lot, method, at=AT)
    assert (told["trim_from"], told["aggregation"]) == ("7", "trimmed_mean")


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
