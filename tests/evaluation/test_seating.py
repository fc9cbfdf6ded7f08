"""A draw is used as it fell: who was drawn sits, a refusal takes the next reserve, equal bids stand as drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.errors import NotYours
from core.models import OutboxEntry
from evaluation import calculating, convening, draw_papers, drawing, pooling, queries, seating, settling
from evaluation.checking import objections_to_method, parameters_of
from evaluation.models import Draw, DrawCandidate, PooledExpert
from evaluation.names import Chosen, Refusal
from evaluation.rules.methods import method_named
from tests.evaluation.refusals import reasons_of
from tests.stories import drawing as draws
from tests.stories import evaluation as story
from tests.stories.drawing import AT, PARTIES
from trading.names import Kind

if TYPE_CHECKING:
    from tests.cast import Cast
    from tests.stories.evaluation import Case


@pytest.fixture
def case(cast: Cast) -> Case:
    return draws.pooled(cast, Kind.CT)


def person_of(draw: Draw, handle: str) -> str:
    row = DrawCandidate.objects.select_related("user").get(draw=draw, handle=handle)
    return row.user.number


def seat(case: Case, **named: object):
    return seating.seat_drawn(case.lot.pk, actor=case.approver, at=AT, **named)


# -- the committee ---------------------------------------------------------------------------------------


def test_the_drawn_are_seated_in_the_order_of_the_draw_and_told(case: Case):
    draw = draws.drawn(case)
    drawn = [person_of(draw, handle) for handle in draw_papers.taken_by(draw)]
    committee = seat(case, chair=drawn[2])
    members = queries.members_of(case.lot)
    assert [row.user.number for row in members] == drawn
    assert [row.user.number for row in members if row.is_chair] == [drawn[2]]
    assert (committee.chosen, committee.ground) == (Chosen.DRAWN, f"experts/civil {draw.digest}")


def test_a_refusal_takes_the_next_reserve_and_is_logged_without_a_name(case: Case):
    draw = draws.drawn(case)
    order = draw_papers.result_of(draw).order
    seating.refuse(draw.pk, handle=order[1], code=Refusal.DECLINED, actor=case.drafter, at=AT)
    assert draw_papers.taken_by(draw) == (order[0], *order[2:6])
    entry = bytes(OutboxEntry.objects.get(event="draw.refusal").entry).decode()
    assert f'"data":{{"handle":"{order[1]}","manifest":"{draw.digest}","reason":"declined"}}' in entry
    refused = {"code": Refusal.OTHER, "because": " ", "actor": case.drafter, "at": AT}
    assert reasons_of(seating.refuse, draw.pk, handle=order[1], **refused) == (
        "only somebody who is drawn can refuse",
        "write down why the person does not serve",
    )


def test_when_the_reserves_are_used_up_nobody_is_drawn_again(case: Case):
    draw = draws.drawn(case)
    for _ in range(3):
        handle = draw_papers.taken_by(draw)[0]
        seating.refuse(draw.pk, handle=handle, code=Refusal.UNREACHABLE, actor=case.drafter, at=AT)
    assert len(draw_papers.taken_by(draw)) == 4
    assert reasons_of(seat, case) == ("“experts/civil” has no reserve left",)


def test_two_of_one_employer_do_not_sit_together(case: Case):
    PooledExpert.objects.update(employer=None)
    two = [case.cast.user(f"expert.{nth}") for nth in ("one", "two", "three")]
    PooledExpert.objects.filter(user__in=two).update(employer=case.cast["delta"])
    draw = draws.drawn(case)
    seat(case)
    assert len(queries.members_of(case.lot)) == 5
    assert sum(row.employer == case.cast["delta"] for row in queries.members_of(case.lot)) <= 1
    codes = set(draw.refusals.values_list("code", flat=True))
    assert codes <= {"employer"}


def test_experts_of_a_drawn_lot_are_not_named_by_hand(case: Case):
    draft = [story.draft(case, name) for name in case.names]
    named = {"members": draft, "ground": "x", "actor": case.approver, "at": AT}
    draws.prepared(case)
    assert reasons_of(convening.name_committee, case.lot.pk, **named) == (
        "experts are drawn for this lot: who was drawn is seated, nobody is named",
    )
    assert reasons_of(seat, case) == ("“experts/civil” is not drawn yet",)
    assert reasons_of(seat, case, owner_reps=draft[:1])[-1] == "experts are drawn, not named"


def test_without_a_draw_there_is_nobody_to_seat_and_a_committee_is_named_as_the_law_allows(case: Case):
    assert reasons_of(seat, case) == ("no experts were drawn for this lot",)
    committee = convening.name_committee(
        case.lot.pk, members=[story.draft(case, name) for name in case.names], ground="特殊项目,经批准",
        chosen=Chosen.DIRECT, actor=case.approver, at=AT,
    )  # fmt: skip
    assert committee.chosen == Chosen.DIRECT
    draw = {"stratum": "civil", "seats": 5, "left_out": {}, "parties": PARTIES, "actor": case.approver, "at": AT}
    assert reasons_of(drawing.prepare_experts, case.lot.pk, **draw) == ("the committee is named already",)


def test_the_next_reserve_takes_the_seat_of_a_member_who_leaves(case: Case):
    draw = draws.drawn(case)
    seat(case)
    order = draw_papers.result_of(draw).order
    leaving = queries.members_of(case.lot)[0]
    by_hand = {"draft": story.draft(case, "expert.one"), "because": "x", "actor": case.approver, "at": AT}
    assert "this member was drawn: the next reserve takes the seat" in reasons_of(
        convening.replace_member, case.lot.pk, out=leaving.pk, **by_hand
    )
    new = seating.replace_by_reserve(
        case.lot.pk, out=leaving.pk, code=Refusal.RECUSAL, because="与投标人有利害关系", actor=case.approver, at=AT
    )
    assert (new.user.number, new.replaces) == (person_of(draw, order[5]), leaving)
    assert person_of(draw, order[0]) not in {row.user.number for row in queries.members_of(case.lot)}


def test_a_drawn_committee_is_named_anew_only_when_its_draw_is_too_old(cast: Cast):
    """财库〔2016〕198号: experts are drawn at most two working days before the evaluation."""
    case = draws.pooled(cast, Kind.GP_OPEN)
    draws.drawn(case, seats=7)
    seat(case)
    drafts = [story.draft(case, name) for name in case.names]
    again = {"members": drafts, "ground": story.GROUND, "because": "原抽取已逾两个工作日", "actor": case.approver}
    assert reasons_of(convening.name_again, case.lot.pk, **again, at=AT) == (
        "experts are drawn for this lot: who was drawn is seated, nobody is named",
    )
    committee = convening.name_again(case.lot.pk, **again, at=AT + 7 * story.stories.DAY)
    assert (committee.chosen, committee.ground) == (Chosen.ELSEWHERE, story.GROUND)


# -- the pool --------------------------------------------------------------------------------------------


def test_the_centre_keeps_the_pool_and_a_reason_stays_with_who_left(case: Case):
    center, one = case.cast.actor("center"), case.cast.user("expert.one").number
    assert reasons_of(pooling.enter, one, stratum="civil", actor=center, at=AT) == (
        "expert.one stands in this stratum already",
    )
    assert reasons_of(pooling.enter, "PE-acme", stratum="Civil works", actor=center, at=AT) == (
        "a stratum is written in small letters, digits, dots and hyphens, at most 64",
        "PE-acme is not an expert",
    )
    row = PooledExpert.objects.get(user__number=one)
    assert reasons_of(pooling.leave, row.pk, because=" ", actor=center, at=AT) == (
        "say why the expert leaves the pool",
    )
    pooling.leave(row.pk, because="退休", actor=center, at=AT)
    assert PooledExpert.objects.get(pk=row.pk).left_because == "退休"
    with pytest.raises(NotYours):
        pooling.leave(row.pk, because="x", actor=center, at=AT)
    with pytest.raises(NotYours):
        pooling.enter(one, stratum="civil", actor=case.approver, at=AT)
    assert len(draws.prepared(case).candidates.all()) == 6


# -- equal bids ------------------------------------------------------------------------------------------

TIED = {"acme": "28000000.00", "bolt": "28000000.00", "cedar": "27000000.00"}
EVEN = {name: {"quality": "90", "service": "90"} for name in TIED}


def tied(cast: Cast, **fields: object) -> Case:
    # cedar is cheapest and ranks first; the other two are equal in everything
    case = story.ranked(cast, Kind.GP_OPEN, prices=TIED, scores=EVEN, **story.SCORING | fields)
    draws.holders_of(case)
    return case


def test_equal_bids_are_ordered_as_they_were_drawn_where_the_documents_say_so(cast: Cast):
    case = tied(cast, tie_rule="price_technical_draw")
    numbers = ["OR-acme", "OR-bolt"]
    assert reasons_of(
        calculating.settle_tie, case.lot.pk, order=numbers, because="x", actor=case.approver, at=story.AT_WORK
    ) == ("the documents say that a public draw decides between equal bids",)
    draw = drawing.prepare_tie(case.lot.pk, rank=2, parties=PARTIES, actor=case.approver, at=AT)
    drawing.publish(draw.pk)
    assert reasons_of(seating.order_tied, draw.pk, actor=case.approver, at=AT) == ("no bids were drawn here",)
    draw = draws.shown(case, draws.committed(case, draws.again(draw)))
    settling.evaluate(draw.pk)
    seating.order_tied(draw.pk, actor=case.approver, at=AT)
    order = draw_papers.result_of(draws.again(draw)).order
    first = DrawCandidate.objects.get(draw=draw, handle=order[0]).organisation.number
    places = {place.bid: place.rank for place in queries.places(case.lot).values()}
    assert places == {"OR-cedar": 1, first: 2, next(each for each in numbers if each != first): 3}
    assert draw.label == f"tie/{case.lot.number}/2"


def test_no_draw_decides_where_the_documents_do_not_say_so(cast: Cast):
    case = tied(cast)
    assert reasons_of(drawing.prepare_tie, case.lot.pk, rank=1, parties=PARTIES, actor=case.approver, at=AT) == (
        "the documents provide no draw between equal bids; demanded tenders forbid one (1117号 (2))",
        "no bids share this rank",
        "0 can be drawn, 1 are needed",
    )


# -- a coefficient ---------------------------------------------------------------------------------------

CANDIDATES = ["0", "1", "2.5"]


def test_a_coefficient_is_drawn_among_the_published_values_and_calculated_with(cast: Cast):
    stated = dict(story.BENCHMARK["method_parameters"])
    fields = story.BENCHMARK | {"method_parameters": stated | {"reduction_candidates": CANDIDATES}}
    case = story.reviewed(cast, **fields)
    draws.holders_of(case)
    assert "the coefficient “reduction” is not drawn yet" in reasons_of(
        calculating.calculate, case.lot.pk, actor=case.chair, at=story.AT_WORK
    )
    draw = drawing.prepare_value(case.lot.pk, name="reduction", parties=PARTIES, actor=case.approver, at=AT)
    drawing.publish(draw.pk)
    settling.evaluate(draws.shown(case, draws.committed(case, draws.again(draw))).pk)
    value = draw_papers.drawn_value(case.lot, "reduction")
    assert value in CANDIDATES
    assert (draw.label, draw_papers.result_of(draws.again(draw)).drawn[0].endswith(f":{value}")) == (
        f"benchmark/{case.lot.number}/reduction", True,
    )  # fmt: skip
    method = method_named(case.project.method)
    assert parameters_of(case.project, case.lot, method, at=AT)["reduction_percent"] == value
    again = {"name": "reduction", "parties": PARTIES, "actor": case.approver, "at": AT}
    assert reasons_of(drawing.prepare_value, case.lot.pk, **again) == (
        f"“benchmark/{case.lot.number}/reduction” is drawn already or being drawn: there is no second draw",
    )


def test_values_that_would_not_do_are_not_announced(cast: Cast):
    case = story.reviewed(cast, **story.BENCHMARK)
    project = case.project
    project.method_parameters |= {"reduction_candidates": ["1", "120"], "reduction_percent": "1"}
    reasons = objections_to_method(project, AT)
    assert reasons[0] == "“reduction_percent” is either stated or drawn, not both"
    assert len(reasons) == 2
    draws.holders_of(case)
    assert "the documents publish no values among which this coefficient is drawn" in reasons_of(
        drawing.prepare_value, case.lot.pk, name="reduction", parties=PARTIES, actor=case.approver, at=AT
    )
