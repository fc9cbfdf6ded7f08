from __future__ import annotations

import pytest

from accounts.models import InboxMessage
from core.canonical import digest_of
from core.errors import NotYours
from core.models import OutboxEntry
from evaluation import queries, reporting
from evaluation.models import Candidate, Confirmation, Report
from evaluation.names import Answer, RejectionGround
from tests.evaluation.refusals import reasons_of
from tests.stories import evaluation as story
from tests.stories.evaluation import AT_WORK
from trading.models import Notice
from trading.names import Kind, Stage

TWO_LEFT = {"cedar": (RejectionGround.NOT_RESPONSIVE, "未按要求提交承诺")}
FEW = "两家有效投标报价充分竞争,继续评审"


def draw_up(case, **given):
    return reporting.draw_up(case.lot.pk, actor=case.chair, at=AT_WORK, **given)


def answer(case, member, word=Answer.AGREES, dissent=""):
    return reporting.confirm(case.lot.pk, answer=word, dissent=dissent, actor=case.members[member], at=AT_WORK)


# -- drawn up ------------------------------------------------------------------------------------------


def test_the_report_holds_everything_it_rests_on_under_one_digest(cast):
    case = story.drawn_up(cast, scores=story.SCORES, **story.BENCHMARK)
    report = Report.objects.get()
    document = report.document
    assert digest_of(document) == report.digest
    assert (document["outcome"], document["method"], document["committee_ground"]) == (
        "candidates", "comprehensive_evaluation", story.GROUND,
    )  # fmt: skip
    assert [member["person"] for member in document["members"]] == [f"PE-expert-{nth}" for nth in story.EXPERTS[:5]]
    assert {(row["bidder"], row["step"], len(row["votes"])) for row in document["reviews"]} == {
        (bidder, step, 5)
        for bidder in ("OR-acme", "OR-bolt", "OR-cedar")
        for step in ("qualification", "responsiveness")
    }
    assert len(document["sheets"]) == 15
    assert document["sheets"][0]["scores"] == {"plan": "26", "record": "20"}
    assert document["calculation"] == story.calculation(case).document


def test_it_names_three_candidates_at_most_in_their_order(cast):
    case = story.drawn_up(cast, prices=story.PRICES | {"delta": "28800000.00"})
    assert [(row.rank, row.bid.bidder.number, str(row.price)) for row in queries.candidates_of(case.lot)] == [
        (1, "OR-bolt", "27500000.00"),
        (2, "OR-acme", "28000000.00"),
        (3, "OR-cedar", "28500000.00"),
    ]


def test_every_member_is_asked_for_its_answer(cast):
    case = story.drawn_up(cast)
    told = InboxMessage.objects.filter(kind="evaluation.report.drawn_up")
    assert {(message.user.username, message.link) for message in told} == {
        (f"expert-{nth}", f"/evaluation/{case.lot.number}/report") for nth in story.EXPERTS[:5]
    }


def test_without_a_ranking_there_is_no_report(cast):
    case = story.reviewed(cast)
    assert reasons_of(draw_up, case) == (
        "valid bids not evaluated in full: 3",
        "the ranking has not been calculated",
    )


def test_a_report_is_drawn_up_once(cast):
    case = story.drawn_up(cast)
    assert reasons_of(draw_up, case) == ("the report is drawn up already",)


@pytest.mark.parametrize("stranger", ["expert.six", "owner.approver", "supervisor", "acme"])
def test_only_a_member_draws_it_up(cast, stranger):
    case = story.ranked(cast)
    with pytest.raises(NotYours):
        reporting.draw_up(case.lot.pk, actor=cast.actor(stranger), at=AT_WORK)


def test_few_valid_bids_in_construction_need_the_committee_s_written_reason(cast):
    case = story.ranked(cast, against=TWO_LEFT)
    assert reasons_of(draw_up, case) == ("valid bids: 2 of 3; the committee must write down why it goes on",)
    draw_up(case, few_bids_because=FEW)
    assert story.confirm(case).document["few_bids_because"] == FEW
    assert case.lot.stage == Stage.EVALUATED


def test_the_committee_may_reject_all_when_few_are_valid_and_says_why(cast):
    case = story.ranked(cast, against=TWO_LEFT)
    assert reasons_of(draw_up, case, rejects_all=True) == (
        "write down why all bids are rejected",
        "the committee has not rejected all bids with a written reason",
    )
    draw_up(case, rejects_all=True, few_bids_because="明显缺乏竞争")
    assert not Candidate.objects.exists()
    story.confirm(case)
    assert (case.lot.stage, case.lot.failure["text"]) == (Stage.FAILED, "明显缺乏竞争")
    assert Notice.objects.get(code="FAIL").data["rejected"][0]["bidder"] == cast["cedar"].name


def test_with_enough_valid_bids_the_committee_may_not_reject_all(cast):
    case = story.ranked(cast)
    assert reasons_of(draw_up, case, rejects_all=True, few_bids_because="都不好") == (
        "valid bids: 3; with 3 the committee may not reject all",
    )


def test_when_every_bid_is_rejected_the_tender_fails(cast):
    out = dict.fromkeys(story.PRICES, (RejectionGround.NOT_QUALIFIED, "不合格"))
    case = story.reviewed(cast, against=out)
    assert draw_up(case).document["outcome"] == "failed"
    story.confirm(case)
    assert case.lot.stage == Stage.FAILED
    told = InboxMessage.objects.filter(kind="evaluation.tender.failed").order_by("pk")
    assert [message.organisation.number for message in told] == ["OR-acme", "OR-bolt", "OR-cedar"]
    assert told[0].body["params"]["because"] == "不合格"


def test_in_procurement_few_conforming_bids_void_the_tender(cast):
    case = story.ranked(cast, Kind.GP_OPEN, against=TWO_LEFT)
    report = draw_up(case, few_bids_because=FEW)  # no reasoning helps here
    assert (report.document["outcome"], Candidate.objects.count()) == ("failed", 0)
    story.confirm(case)
    assert case.lot.stage == Stage.FAILED


# -- answered ------------------------------------------------------------------------------------------


def test_with_the_last_answer_the_report_is_final(cast):
    case = story.drawn_up(cast)
    for member in range(4):
        assert answer(case, member).state == "draft"
    assert answer(case, 4).state == "final"
    report = Report.objects.get()
    assert (case.lot.stage, report.final_at) == (Stage.EVALUATED, AT_WORK)
    assert {row.digest for row in Confirmation.objects.all()} == {report.digest}


def test_a_dissent_is_written_down_and_the_majority_carries_the_report(cast):
    case = story.drawn_up(cast)
    assert reasons_of(answer, case, 0, Answer.DISSENTS, " ") == ("a dissent is written down with its reasons",)
    assert reasons_of(answer, case, 0, Answer.AGREES, "但是") == (
        "whoever writes down reasons against the report dissents",
    )
    answer(case, 0, Answer.DISSENTS, "乙路桥业绩不实")
    story.confirm(case)
    assert case.lot.stage == Stage.EVALUATED
    assert Confirmation.objects.get(answer="dissents").dissent == "乙路桥业绩不实"
    entries = OutboxEntry.objects.filter(event="evaluation.report.answered")
    assert [b"\xe4\xb9\x99" in bytes(entry.entry) for entry in entries] == [False] * 5  # only its digest


def test_whoever_refuses_without_reasons_is_deemed_to_agree(cast):
    case = story.drawn_up(cast)
    answer(case, 0, Answer.REFUSES)
    story.confirm(case)
    assert case.lot.stage == Stage.EVALUATED


def test_the_chair_notes_who_refuses_even_to_answer_when_everybody_else_has(cast):
    case = story.drawn_up(cast)

    def note(person="PE-expert-five", member=0):
        return reporting.note_refusal(case.lot.pk, person=person, actor=case.members[member], at=AT_WORK)

    assert reasons_of(note, member=1) == (
        "the chair notes that a member refuses to sign",
        "members who have not answered yet: 5",
    )
    for member in range(1, 4):
        answer(case, member)
    assert reasons_of(note, "PE-expert-one") == ("members who have not answered yet: 2", "give your own answer")
    answer(case, 0)
    with pytest.raises(NotYours):
        note("PE-expert-two")
    note()
    row = Confirmation.objects.get(answer="refuses")
    assert (row.member.user.username, row.noted_by) == ("expert-five", "EXPERT:OR-pool:PE-expert-one")
    assert case.lot.stage == Stage.EVALUATED


def test_a_member_answers_once_and_only_a_report_that_exists(cast):
    case = story.ranked(cast)
    assert reasons_of(answer, case, 0) == ("there is no report yet",)
    draw_up(case)
    answer(case, 0)
    assert reasons_of(answer, case, 0) == ("you have answered the report already",)
    with pytest.raises(NotYours):
        reporting.confirm(case.lot.pk, answer=Answer.AGREES, actor=cast.actor("expert.six"), at=AT_WORK)


def test_in_procurement_a_report_that_most_dissent_from_does_not_end_the_evaluation(cast):
    case = story.drawn_up(cast, Kind.GP_OPEN)
    for member in range(4):
        answer(case, member, Answer.DISSENTS, "评分有误")
    for member in range(4, 7):
        answer(case, member)
    assert case.lot.stage == Stage.EVALUATING
    report = Report.objects.get()
    assert reporting.what_keeps_from_concluding(case.lot, report, at=AT_WORK) == (
        "the majority of the committee does not carry the report",
    )
    assert reasons_of(reporting.conclude, case.lot.pk, actor=case.chair, at=AT_WORK) == (
        "the majority of the committee does not carry the report",
    )
    reporting.withdraw(case.lot.pk, because="多数成员不同意", actor=case.chair, at=AT_WORK)
    assert (Report.objects.count(), Confirmation.objects.count(), Candidate.objects.count()) == (0, 0, 0)
    draw_up(case)
    story.confirm(case)
    assert case.lot.stage == Stage.EVALUATED


def test_what_a_hold_kept_open_is_concluded_after_it(cast):
    from trading import holding
    from trading.names import HoldGround

    case = story.drawn_up(cast)
    supervisor = cast.actor("supervisor")
    hold = holding.order(
        case.lot.pk, actor=supervisor, at=AT_WORK, ground=HoldGround.COMPLAINT_ORDER, because="投诉处理",
        order_number="滨建监〔2026〕3号",
    )  # fmt: skip
    story.confirm(case)
    assert (case.lot.stage, Report.objects.get().state) == (Stage.EVALUATING, "draft")
    holding.lift_order(hold.pk, actor=supervisor, at=AT_WORK, because="投诉不成立")
    reporting.conclude(case.lot.pk, actor=case.members[3], at=AT_WORK)
    assert (case.lot.stage, Report.objects.get().state) == (Stage.EVALUATED, "final")


def test_a_report_is_taken_back_with_a_reason_and_never_when_it_is_final(cast):
    case = story.drawn_up(cast)

    def take_back(because="更正"):
        reporting.withdraw(case.lot.pk, because=because, actor=case.chair, at=AT_WORK)

    assert reasons_of(take_back, " ") == ("say why the report is taken back",)
    answer(case, 0)
    take_back()
    assert reasons_of(take_back) == ("there is no report that could be taken back",)
    entry = bytes(OutboxEntry.objects.get(event="evaluation.report.taken_back").entry)
    assert b'"answers":{"agrees":1,"dissents":0,"refuses":0}' in entry
    draw_up(case)
    story.confirm(case)
    assert reasons_of(take_back) == ("the committee is not at work on this lot now",)
