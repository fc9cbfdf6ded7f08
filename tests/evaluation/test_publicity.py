from __future__ import annotations

from datetime import datetime

import pytest

from accounts.models import InboxMessage
from core.actors import SYSTEM
from core.errors import NotYours
from core.working_days import SHANGHAI
from evaluation import publicity
from evaluation.models import Review
from evaluation.names import RejectionGround
from tests.evaluation.refusals import reasons_of
from tests.stories import evaluation as story
from tests.stories.evaluation import AT_WORK
from trading import binding, notice_data
from trading.models import Notice
from trading.names import Kind, Stage

DAY = story.stories.DAY


def publish(case, *, actor=None, at=AT_WORK + DAY):
    publicity.publish_candidates(case.lot.pk, actor=actor or case.approver, at=at)


def test_the_candidates_are_published_with_everything_the_checklist_asks(cast):
    out = {"delta": (RejectionGround.NOT_QUALIFIED, "资质不符")}
    case = story.evaluated(cast, prices=story.PRICES | {"delta": "27000000.00"}, against=out)
    publish(case)
    notice = Notice.objects.get(code="CANDIDATE")
    checklist = binding.procedure_of(case.project, at=AT_WORK).candidate_checklist
    filled = notice_data.filled(notice.data)
    assert [item.key for item in checklist if item.key not in filled] == []
    assert [
        (row["rank"], row["bidder"]["name"], row["price"], row["manager"], row["manager_certificates"])
        for row in notice.data["candidates"]
    ] == [
        (1, cast["bolt"].name, "27500000.00", "王工", "一级建造师 云145"),
        (2, cast["acme"].name, "28000000.00", "王工", "一级建造师 云145"),
        (3, cast["cedar"].name, "28500000.00", "王工", "一级建造师 云145"),
    ]
    assert notice.data["evaluation"] == {
        "method": "lowest_evaluated_price", "received": 4, "opened": 4, "rejected": 1, "ranked": 3,
    }  # fmt: skip
    assert notice.data["qualification"] == [
        {"bidder": cast[name].name, "passed": ["qualification", "responsiveness"]} for name in ("bolt", "acme", "cedar")
    ]
    assert notice.data["display_until"] == notice_data.plain(notice.display_until)
    assert [(row["bidder"], row["because"]) for row in notice.data["rejected"]] == [(cast["delta"].name, "资质不符")]
    assert (case.lot.stage, notice.display_until) == (Stage.PUBLICITY, story.due(case))
    assert notice.data.keys().isdisjoint({"committee", "members"})


def test_every_bidder_is_told_that_it_may_object(cast):
    case = story.published(cast)
    told = InboxMessage.objects.filter(kind="evaluation.candidates.published").order_by("pk")
    assert [(message.organisation.number, message.role, message.link) for message in told] == [
        (number, "BIDDER", f"/objections/lots/{case.lot.number}") for number in ("OR-acme", "OR-bolt", "OR-cedar")
    ]


def test_what_the_notice_lacks_is_named_and_nothing_is_published(cast):
    terms = {key: value for key, value in story.stories.terms().items() if key != "objection_channel"}
    case = story.evaluated(cast, forms={"bolt": {"quality": ""}}, terms=terms)
    case.lot.__class__.objects.filter(pk=case.lot.pk).update(quality="")
    assert reasons_of(publish, case) == (
        "not stated: quality",
        "not stated: where to object",
    )
    assert not Notice.objects.filter(code="CANDIDATE").exists()


def test_a_bid_without_a_manager_leaves_a_gap_in_the_notice_and_does_not_hold_it_up(cast):
    story.published(cast, forms={"bolt": {"manager": "", "manager_certificates": " "}})
    content = Notice.objects.get(code="CANDIDATE").data
    assert (content["manager"].count("—"), content["manager_certificates"].count("—")) == (1, 1)


@pytest.mark.parametrize(
    ("region", "published"),
    [("410900", [("施工组织设计", ["24"] * 5), ("类似业绩", ["10"] * 5)]), ("530000", [])],
)
def test_the_members_scores_are_published_without_names_where_the_region_says_so(cast, region, published):
    """濮阳条例 18."""
    case = story.published(cast, region=region, scores=story.SCORES, **story.BENCHMARK)
    rows = Notice.objects.get(code="CANDIDATE").data["scores"]
    assert [(row["criterion"], row["scores"]) for row in rows if row["bidder"] == case.cast["bolt"].name] == published


def test_a_candidate_whose_reviews_are_not_on_record_holds_the_notice_up(cast):
    case = story.evaluated(cast)
    Review.objects.filter(bid=case.bid("acme"), step="responsiveness").delete()
    assert reasons_of(publish, case) == ("not stated: response to the qualification conditions",)


def test_only_who_may_approve_for_the_buying_side_publishes(cast):
    case = story.evaluated(cast)
    assert reasons_of(publish, case, actor=case.drafter) == (
        "this needs somebody who may approve for the organisation",
    )
    for stranger in ("buyer.approver", "expert.one", "supervisor", "acme"):
        with pytest.raises(NotYours):
            publish(case, actor=cast.actor(stranger))
    publish(case, actor=cast.actor("agent.approver"))
    assert case.lot.stage == Stage.PUBLICITY


def test_procurement_has_no_publicity_of_candidates(cast):
    case = story.evaluated(cast, Kind.GP_OPEN)
    assert (
        reasons_of(publish, case)[0]
        == "“Publish the candidates” is not possible in the stage “Evaluation report signed”"
    )


def test_publicity_ends_when_its_days_are_over_and_not_before(cast):
    """O-CT-15: published on a Saturday, three days, rolled to the Monday."""
    case = story.evaluated(cast)
    publish(case, at=datetime(2026, 3, 28, 9, 0, tzinfo=SHANGHAI))
    due = story.due(case)
    assert due == datetime(2026, 4, 1, 0, 0, tzinfo=SHANGHAI)
    early = reasons_of(publicity.end, case.lot.pk, SYSTEM, due - story.MINUTE)
    assert [reason.startswith("the candidates are public until") for reason in early] == [True]
    publicity.end(case.lot.pk, SYSTEM, due)
    assert case.lot.stage == Stage.AWARD_PENDING
