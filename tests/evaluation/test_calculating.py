from __future__ import annotations

from decimal import Decimal

import pytest

from core.canonical import digest_of
from core.errors import NotYours, Tampered
from core.models import OutboxEntry
from evaluation import calculating, queries, reporting
from evaluation.names import RejectionGround
from evaluation.rules.calculation import Calculation
from evaluation.rules.methods import recomputed, verified
from tests.evaluation.refusals import reasons_of
from tests.stories import evaluation as story
from tests.stories.evaluation import AT_WORK
from trading.names import Kind

WAN = Decimal(10_000)


def calculate(case, **entered):
    return calculating.calculate(case.lot.pk, actor=case.chair, at=AT_WORK, **entered)


def ranking(case):
    return [(place.rank, place.bid.removeprefix("OR-")) for place in queries.places(case.lot).values()]


def scores(case):
    return {place.bid.removeprefix("OR-"): str(place.score) for place in queries.places(case.lot).values()}


def prices_in_wan(**prices):
    return {bidder: str(price * WAN) + ".00" for bidder, price in prices.items()}


def test_the_calculation_is_kept_with_its_inputs_and_anybody_can_make_it_again(cast):
    case = story.ranked(cast)
    row = story.calculation(case)
    kept = Calculation.from_json(row.document)
    assert ranking(case) == [(1, "bolt"), (2, "acme"), (3, "cedar")]
    assert (row.method, row.digest) == ("lowest_evaluated_price/2026-1", digest_of(row.document))
    assert recomputed(kept).as_json() == verified(kept).as_json() == row.document
    entry = OutboxEntry.objects.get(event="evaluation.ranking.calculated")
    assert row.digest.encode() in bytes(entry.entry)


def test_a_result_that_somebody_changed_is_found_out(cast):
    case = story.ranked(cast)
    row = story.calculation(case)
    row.document["ranking"][0]["bid"], row.document["ranking"][1]["bid"] = "OR-acme", "OR-bolt"
    row.save()
    with pytest.raises(Tampered):
        reporting.draw_up(case.lot.pk, actor=case.chair, at=AT_WORK)


def test_everything_that_is_missing_is_named(cast):
    case = story.evaluating(cast, **story.BENCHMARK)
    assert reasons_of(calculate, case) == (
        "bids not decided in the Qualification review: 3",
        "bids not decided in the Responsiveness review: 3",
        *(f"expert.{nth} has not handed in the score sheets" for nth in story.EXPERTS[:5]),
    )


def test_a_vacant_seat_keeps_the_committee_from_ranking_and_reporting(cast):
    from evaluation import convening

    case = story.reviewed(cast)
    convening.replace_member(
        case.lot.pk, out=case.member("expert.five").pk, draft=story.draft(case, "expert.six"), because="回避",
        actor=case.approver, at=AT_WORK,
    )  # fmt: skip
    convening.declare(case.lot.pk, has_conflict=True, text="曾任职", actor=cast.actor("expert.six"), at=AT_WORK)
    vacant = "seats on the committee that are vacant: 1"
    assert reasons_of(calculate, case) == (
        "bids not decided in the Qualification review: 3",
        "bids not decided in the Responsiveness review: 3",
        vacant,
    )
    drawing = reasons_of(reporting.draw_up, case.lot.pk, actor=case.chair, at=AT_WORK)
    assert (drawing[0], drawing[-1]) == (vacant, "the ranking has not been calculated")


def test_a_bid_above_the_ceiling_or_without_a_price_must_be_rejected_first(cast):
    case = story.reviewed(cast, prices=story.PRICES | {"delta": "29000000.01"})
    unreadable = case.bid("acme")
    unreadable.price, unreadable.form = None, {}
    unreadable.save()
    assert reasons_of(calculate, case) == (
        f"the bid of {cast['acme'].name} has no readable price and must be rejected",
        f"the bid of {cast['delta'].name} is above the ceiling and must be rejected",
    )


def test_a_bid_at_the_ceiling_is_ranked(cast):
    case = story.reviewed(cast, prices=story.PRICES | {"delta": "29000000.00"})
    calculate(case)
    assert ranking(case)[-1] == (4, "delta")


def test_when_no_bid_is_left_nothing_is_calculated(cast):
    out = dict.fromkeys(story.PRICES, (RejectionGround.COLLUSION, "串通"))
    case = story.reviewed(cast, against=out)
    assert reasons_of(calculate, case) == ("no bid is left to be ranked",)


def test_adjustments_count_and_the_bid_stays_the_price(cast):
    case = story.reviewed(cast, method_parameters={"grounds": ["付款偏差"]})
    calculate(case, adjustments={"OR-bolt": [("付款偏差", Decimal(600_000))]})
    places = queries.places(case.lot)
    assert ranking(case) == [(1, "acme"), (2, "bolt"), (3, "cedar")]
    assert (places["OR-bolt"].price, places["OR-bolt"].evaluated_price) == (
        Decimal("27500000.00"), Decimal("28100000.00"),
    )  # fmt: skip


def test_an_adjustment_on_a_ground_that_is_not_in_the_documents_is_refused(cast):
    case = story.reviewed(cast)
    reasons = reasons_of(calculate, case, adjustments={"OR-bolt": [("臆想", Decimal(1))]})
    assert len(reasons) == 1
    assert "臆想" in reasons[0]


def test_it_may_be_calculated_again_until_the_report_is_drawn_up(cast):
    case = story.ranked(cast)
    calculate(case)
    reporting.draw_up(case.lot.pk, actor=case.chair, at=AT_WORK)
    assert reasons_of(calculate, case) == ("the report is drawn up; the ranking stays as it is",)


@pytest.mark.parametrize("stranger", ["expert.six", "owner.approver", "acme"])
def test_nobody_else_calculates(cast, stranger):
    case = story.reviewed(cast)
    with pytest.raises(NotYours):
        calculating.calculate(case.lot.pk, actor=cast.actor(stranger), at=AT_WORK)


# -- worked examples through the stored calculation ----------------------------------------------------


def test_o_ct_01_and_02_late_months_are_converted_to_money(cast):
    thousand = Decimal(1_000)
    prices = {"acme": "3000000.00", "bolt": "3020000.00", "cedar": "2990000.00", "delta": "3015000.00"}
    months = {"base_months": "15", "late_per_month": "30000", "early_per_month": "20000"}
    case = story.reviewed(cast, prices=prices, method_parameters=months)
    offered = {"OR-acme": 16, "OR-bolt": 14, "OR-cedar": 17, "OR-delta": 15}
    calculate(case, months={bidder: Decimal(n) for bidder, n in offered.items()})
    evaluated = {place.bid: place.evaluated_price / thousand for place in queries.places(case.lot).values()}
    assert evaluated == {"OR-acme": 3030, "OR-bolt": 3000, "OR-cedar": 3050, "OR-delta": 3015}
    assert ranking(case)[0] == (1, "bolt")


FIVE = prices_in_wan(acme=940, bolt=980, cedar=1000, delta=1020, elm=1060)
PRICE_ONLY = {
    "basis": "points",
    "total_points": "50",
    "criteria": [
        *story.REVIEWED,
        {"code": "price", "title": "投标报价", "group": "price", "kind": "formula", "maximum": "50"},
    ],
}


def price_only(cast, **parameters):
    return story.ranked(
        cast,
        prices=FIVE,
        method="comprehensive_evaluation",
        criteria=PRICE_ONLY,
        method_parameters={"e1": "1", "e2": "0.5"} | parameters,
    )


def test_o_ct_03_deviation_from_the_benchmark(cast):
    case = price_only(cast)
    assert scores(case) == {"acme": "47.00", "bolt": "49.00", "cedar": "50.00", "delta": "48.00", "elm": "44.00"}


def test_o_ct_04_benchmark_blended_with_the_ceiling(cast):
    case = price_only(cast, ceiling_weight="0.3", ceiling="11000000")
    assert scores(case) == {"acme": "45.63", "bolt": "47.57", "cedar": "48.54", "delta": "49.51", "elm": "47.09"}


def test_points_of_members_and_price_add_up(cast):
    case = story.ranked(cast, scores=story.SCORES, **story.BENCHMARK)
    # benchmark 28,000,000: acme 50, bolt 50 - 1.7857 × 0.5, cedar 50 - 1.7857
    assert scores(case) == {"acme": "96.00", "bolt": "83.11", "cedar": "96.21"}
    assert ranking(case) == [(1, "cedar"), (2, "acme"), (3, "bolt")]


def test_o_gp_01_and_02_price_score_with_its_weight(cast):
    """950,000 / 1,000,000 / 1,187,500 at weight 30: 30.00, 28.50, 24.00; the members' points on top."""
    prices = {"acme": "950000.00", "bolt": "1000000.00", "cedar": "1187500.00"}
    given = {
        "acme": {"quality": "88", "service": "88"},
        "bolt": {"quality": "93", "service": "93"},
        "cedar": {"quality": "97", "service": "97"},
    }
    case = story.ranked(cast, Kind.GP_OPEN, prices=prices, scores=given, **story.SCORING)
    assert scores(case) == {"acme": "91.60", "bolt": "93.60", "cedar": "91.90"}
    assert ranking(case) == [(1, "bolt"), (2, "cedar"), (3, "acme")]


def test_a_small_enterprise_gets_its_deduction_and_keeps_its_price(cast):
    case = story.reviewed(cast, Kind.GP_OPEN, method_parameters={"small_micro_percent": "10"})
    calculate(case, deductions={"OR-cedar": ["small_micro_enterprise"]})
    place = queries.places(case.lot)["OR-cedar"]
    assert (place.rank, place.price, place.evaluated_price) == (1, Decimal("28500000.00"), Decimal("25650000.00"))


# -- ties ----------------------------------------------------------------------------------------------

TIED = {"acme": "28000000.00", "bolt": "28000000.00", "cedar": "27000000.00"}


def settle(case, order, because="两家报价与评审结果相同,招标人依据招标文件确定", actor=None):
    return calculating.settle_tie(case.lot.pk, order=order, because=because, actor=actor or case.approver, at=AT_WORK)


def test_a_tie_is_settled_by_the_owner_s_recorded_choice(cast):
    case = story.ranked(cast, prices=TIED)
    assert queries.open_ties(case.lot) == [("OR-acme", "OR-bolt")]
    assert ranking(case) == [(1, "cedar"), (2, "acme"), (2, "bolt")]
    row = settle(case, ["OR-bolt", "OR-acme"])
    assert ranking(case) == [(1, "cedar"), (2, "bolt"), (3, "acme")]
    assert queries.open_ties(case.lot) == []
    assert [choice["order"] for choice in row.document["choices"]] == [["OR-bolt", "OR-acme"]]
    assert verified(Calculation.from_json(row.document)).as_json() == row.document


def test_no_report_is_drawn_up_while_candidates_are_tied(cast):
    case = story.ranked(cast, prices=TIED)
    assert reasons_of(reporting.draw_up, case.lot.pk, actor=case.chair, at=AT_WORK) == (
        f"{cast['acme'].name}, {cast['bolt'].name} are tied: the owner has to record its choice",
    )
    settle(case, ["OR-bolt", "OR-acme"])
    reporting.draw_up(case.lot.pk, actor=case.chair, at=AT_WORK)
    assert [row.rank for row in queries.candidates_of(case.lot)] == [1, 2, 3]


def test_a_tie_behind_the_candidates_needs_no_choice(cast):
    case = story.ranked(cast, prices=story.PRICES | {"delta": "28800000.00", "elm": "28800000.00"})
    reporting.draw_up(case.lot.pk, actor=case.chair, at=AT_WORK)
    assert queries.open_ties(case.lot) == [("OR-delta", "OR-elm")]
    assert queries.open_ties(case.lot, among=3) == []
    assert reasons_of(settle, case, ["OR-delta", "OR-elm"]) == ("the report is drawn up; the ranking stays as it is",)


def test_a_choice_is_refused_with_everything_that_is_wrong(cast):
    case = story.reviewed(cast)
    assert reasons_of(settle, case, ["OR-acme"], because="") == (
        "there is no calculation yet",
        "write down why the tie is settled so",
    )
    calculate(case)
    assert reasons_of(settle, case, ["OR-acme", "OR-bolt"]) == (
        "OR-acme, OR-bolt are not one tie: there is nothing to choose",
    )
    assert reasons_of(settle, case, [], actor=case.drafter) == (
        "this needs somebody who may approve for the organisation",
    )
    with pytest.raises(NotYours):
        settle(case, [], actor=case.chair)
