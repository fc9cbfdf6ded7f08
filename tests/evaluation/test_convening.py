from __future__ import annotations

import pytest

from accounts.models import InboxMessage
from core.errors import NotYours
from core.models import OutboxEntry
from evaluation import access, convening, queries, reporting, reviewing
from evaluation.models import Calculation, Committee, Member, Report, ScoreSheet
from evaluation.names import Answer, Kind, Step
from tests.evaluation.refusals import reasons_of
from tests.stories import evaluation as story
from tests.stories.evaluation import AT_WORK, GROUND, MINUTE, OPENED
from trading.models import Project
from trading.names import Kind as Procedure
from trading.names import Stage


def name(case, drafts, *, ground=GROUND, actor=None):
    return convening.name_committee(case.lot.pk, members=drafts, ground=ground, actor=actor or case.approver, at=OPENED)


def five(case):
    return [
        story.draft(case, f"expert.{nth}", is_chair=nth == "one") for nth in ("one", "two", "three", "four", "five")
    ]


def test_a_committee_is_named_with_its_ground_and_every_member_is_asked_to_declare(cast):
    case = story.read_out(cast)
    committee = name(case, five(case))
    assert (committee.ground, committee.named_at) == (GROUND, OPENED)
    assert [member.user.username for member in queries.members_of(case.lot)] == [
        "expert-one", "expert-two", "expert-three", "expert-four", "expert-five",
    ]  # fmt: skip
    told = InboxMessage.objects.filter(kind="evaluation.committee.named")
    assert {(message.user.username, message.link) for message in told} == {
        (f"expert-{nth}", f"/evaluation/{case.lot.number}") for nth in ("one", "two", "three", "four", "five")
    }
    entry = OutboxEntry.objects.get(event="evaluation.committee.named")
    assert (entry.tender, b"PE-expert" in bytes(entry.entry)) == (case.lot.number, False)


def test_an_invitation_says_nothing_of_who_bids(cast):
    case = story.read_out(cast)
    name(case, five(case))
    words = "".join(str((message.title, message.body)) for message in InboxMessage.objects.all())
    assert [bidder for bidder in story.PRICES if cast[bidder].name in words] == []


def test_naming_is_refused_with_everything_that_is_wrong(cast):
    case = story.read_out(cast)
    drafts = [
        story.draft(case, "expert.one", is_chair=True),
        story.draft(case, "owner.rep", kind=Kind.OWNER_REP, is_chair=True),
        story.draft(case, "owner.approver", kind=Kind.OWNER_REP),
        story.draft(case, "acme"),
    ]
    assert reasons_of(name, case, drafts, ground=" ") == (
        "state the ground: how these persons were chosen",
        "the committee has 4 members, 5 are needed",
        "the committee has 4 members, an odd number is needed",
        "2 of 4 members are experts, 3 are needed (two thirds)",
        "the committee has 2 chairs, one is allowed",
        "acme is not an expert",
    )
    assert not Committee.objects.exists()


def test_nobody_evaluates_a_project_in_which_the_employer_takes_part(cast):
    case = story.read_out(cast, prices=story.PRICES)
    from trading import access as trading_access
    from trading.names import Side

    trading_access.take_side(case.project, cast["acme"], Side.BIDDING, since=OPENED)
    expert = cast.seats["expert.two"]
    type(expert).objects.create(
        user=expert.user, organisation=cast["acme"], role="BIDDER", since=OPENED, may_draft=True, may_approve=False
    )
    employed = convening.MemberDraft(cast.user("expert.three"), cast["acme"], Kind.EXPERT.value)
    drafts = [*five(case)[:2], employed, *five(case)[3:]]
    assert reasons_of(name, case, drafts) == (
        "expert.two is employed by somebody who takes part in this project",
        "expert.three is employed by somebody who takes part in this project",
    )


def test_a_large_procurement_needs_seven_and_its_purchaser_does_not_chair(cast):
    case = story.read_out(cast, Procedure.GP_OPEN)
    drafts = [*five(case)[1:], story.draft(case, "buyer.rep", kind=Kind.OWNER_REP, is_chair=True)]
    assert reasons_of(name, case, drafts) == (
        "the committee has 5 members, 7 are needed",
        "buyer.rep PE-buyer-rep represents the owner and may not chair",
    )


def test_a_committee_is_named_once_after_the_opening_by_who_may_approve(cast):
    case = story.read_out(cast)
    assert reasons_of(name, case, five(case), actor=case.drafter) == (
        "this needs somebody who may approve for the organisation",
    )
    with pytest.raises(NotYours):
        name(case, five(case), actor=cast.actor("buyer.approver"))
    name(case, five(case))
    assert reasons_of(name, case, five(case)) == ("the committee is named already",)


def test_before_the_opening_nobody_names_a_committee(cast):
    from tests.stories import trading

    project = trading.announced(cast)
    case = story.Case(cast, project.pk, "owner", 5)
    assert reasons_of(name, case, five(case)) == ("a committee is named after the opening",)


def test_a_member_declares_once(cast):
    case = story.named(cast)
    member = convening.declare(
        case.lot.pk,
        has_conflict=False,
        text="",
        years=12,
        has_title=True,
        actor=cast.actor("expert.two"),
        at=OPENED + MINUTE,
    )
    assert (member.declared_at, member.recused_at) == (OPENED + MINUTE, None)
    assert reasons_of(
        convening.declare, case.lot.pk, has_conflict=True, text="", actor=cast.actor("expert.two"), at=OPENED
    ) == ("you have declared already", "say what the conflict of interest is")


def test_an_expert_says_its_years_and_the_law_asks_for_eight_and_a_senior_title(cast):
    case = story.named(cast)
    assert reasons_of(
        convening.declare, case.lot.pk, has_conflict=False, text="", actor=cast.actor("expert.one"), at=OPENED
    ) == ("say for how many years you have worked in this field",)
    said = [(8, True), (7, True), (20, False), (12, True), (8, True)]
    for actor, (years, has_title) in zip(case.members, said, strict=True):
        convening.declare(
            case.lot.pk, has_conflict=False, text="", years=years, has_title=has_title, actor=actor, at=OPENED
        )
    assert reasons_of(convening.convene, case.lot.pk, actor=case.drafter, at=AT_WORK) == (
        "experts without the years or the title required: 2",
    )
    for leaving, successor in (("expert.two", "expert.six"), ("expert.three", "expert.seven")):
        replace(case, leaving, successor)
        convening.declare(
            case.lot.pk, has_conflict=False, text="", years=8, has_title=True, actor=cast.actor(successor), at=OPENED
        )
    convening.convene(case.lot.pk, actor=case.drafter, at=AT_WORK)
    assert case.lot.stage == Stage.EVALUATING


def test_a_procurement_asks_no_expert_for_its_years(cast):
    case = story.named(cast, Procedure.GP_OPEN)
    member = convening.declare(
        case.lot.pk, has_conflict=False, text="", actor=cast.actor("expert.one"), at=OPENED + MINUTE
    )
    assert (member.declared_at, member.years) == (OPENED + MINUTE, None)


def test_a_conflict_ends_the_seat_in_the_same_transaction_and_the_buyer_is_told(cast):
    case = story.named(cast)
    convening.declare(
        case.lot.pk, has_conflict=True, text="配偶在乙路桥任职", actor=cast.actor("expert.two"), at=OPENED + MINUTE
    )
    member = case.member("expert.two")
    assert (member.recused_at, member.recused_because) == (OPENED + MINUTE, "配偶在乙路桥任职")
    with pytest.raises(NotYours):
        access.seat_on(cast.actor("expert.two"), case.lot)
    told = InboxMessage.objects.filter(kind="evaluation.member.recused")
    assert {(row.organisation.number, row.role) for row in told} == {("OR-owner", "OWNER"), ("OR-agent", "AGENT")}
    assert "乙路桥" not in str([(row.title, row.body) for row in told])


def test_only_a_member_declares(cast):
    case = story.named(cast)
    for stranger in ("expert.six", "owner.rep", "acme", "supervisor"):
        with pytest.raises(NotYours):
            convening.declare(
                case.lot.pk,
                has_conflict=False,
                text="",
                years=12,
                has_title=True,
                actor=cast.actor(stranger),
                at=OPENED,
            )


def test_the_owner_s_representative_sits_there_as_owner(cast):
    case = story.read_out(cast)
    name(case, [*five(case)[:4], story.draft(case, "owner.rep", kind=Kind.OWNER_REP)])
    assert access.seat_on(cast.actor("owner.rep"), case.lot).kind == Kind.OWNER_REP
    convening.declare(
        case.lot.pk, has_conflict=False, text="", years=12, has_title=True, actor=cast.actor("owner.rep"), at=OPENED
    )
    with pytest.raises(NotYours):
        access.seat_on(cast.actor("owner.approver"), case.lot)


def test_the_committee_begins_when_everybody_has_declared(cast):
    case = story.named(cast)
    assert reasons_of(convening.convene, case.lot.pk, actor=case.drafter, at=AT_WORK) == (
        "members who have not declared their interests: 5",
    )
    for actor in case.members:
        convening.declare(case.lot.pk, has_conflict=False, text="", years=12, has_title=True, actor=actor, at=OPENED)
    convening.convene(case.lot.pk, actor=case.drafter, at=AT_WORK)
    assert (case.lot.stage, Committee.objects.get().convened_at) == (Stage.EVALUATING, AT_WORK)
    told = InboxMessage.objects.filter(kind="evaluation.committee.convened")
    assert [message.user.username for message in told.order_by("pk")] == [f"expert-{n}" for n in story.EXPERTS[:5]]


def test_a_seat_that_a_conflict_ended_keeps_the_committee_from_beginning_until_it_is_filled(cast):
    case = story.named(cast)
    convening.declare(case.lot.pk, has_conflict=True, text="x", actor=cast.actor("expert.five"), at=OPENED)
    for actor in case.members[:4]:
        convening.declare(case.lot.pk, has_conflict=False, text="", years=12, has_title=True, actor=actor, at=OPENED)
    assert reasons_of(convening.convene, case.lot.pk, actor=case.drafter, at=AT_WORK) == (
        "the committee has 4 members; an odd number of at least 5 is required",
        "members to be replaced for a conflict of interest: 1",
    )
    successor = replace(case, "expert.five", "expert.six")
    assert (successor.replaces, successor.declared_at) == (case.member("expert.five"), None)
    convening.declare(
        case.lot.pk, has_conflict=False, text="", years=12, has_title=True, actor=cast.actor("expert.six"), at=OPENED
    )
    convening.convene(case.lot.pk, actor=case.drafter, at=AT_WORK)
    assert case.lot.stage == Stage.EVALUATING


def test_a_draw_that_is_no_longer_fresh_is_made_again_before_the_work_begins(cast):
    """财库〔2016〕198号: experts are drawn at most two working days before the evaluation."""
    case = story.declared(cast, Procedure.GP_OPEN)
    story.qualified(case)
    late = OPENED + story.stories.DAY * 7
    assert reasons_of(reviewing.qualify, case.lot.pk, actor=case.drafter, at=late) == (
        "the experts were drawn too early: the committee must be drawn again",
    )

    def again(**given):
        members = [story.draft(case, name, is_chair=name == case.names[1]) for name in case.names]
        named = {"members": members, "ground": "重新抽取 2026-058", "because": "原抽取已逾两个工作日"} | given
        return convening.name_again(case.lot.pk, **named, actor=case.approver, at=late)

    assert reasons_of(again, members=[], ground="", because="") == (
        "state the ground: how these persons were chosen",
        "the committee has 0 members, 7 are needed",
        "the committee has 0 members, an odd number is needed",
        "say why the committee is named anew",
    )
    committee = again()
    assert (committee.ground, committee.named_at) == ("重新抽取 2026-058", late)
    assert [(row.user.username, row.declared_at) for row in queries.members_of(case.lot)] == [
        (f"expert-{nth}", None) for nth in story.EXPERTS
    ]
    assert (queries.vacancies(case.lot), Member.objects.filter(is_dismissed=True).count()) == ([], 7)
    for actor in case.members:
        convening.declare(case.lot.pk, has_conflict=False, text="", years=12, has_title=True, actor=actor, at=late)
    reviewing.qualify(case.lot.pk, actor=case.drafter, at=late)
    assert case.lot.stage == Stage.EVALUATING


def test_whoever_left_for_a_conflict_is_not_named_again(cast):
    case = story.named(cast)
    convening.declare(case.lot.pk, has_conflict=True, text="x", actor=cast.actor("expert.two"), at=OPENED)
    drafts = [story.draft(case, name, is_chair=name == "expert.one") for name in case.names]
    again = {"members": drafts, "ground": GROUND, "because": "重抽", "actor": case.approver, "at": OPENED}
    assert reasons_of(convening.name_again, case.lot.pk, **again) == (
        "expert.two left this committee for a conflict of interest",
    )
    drafts[1] = story.draft(case, "expert.six")
    convening.name_again(case.lot.pk, **again)
    assert [row.user.username for row in queries.members_of(case.lot)][1] == "expert-six"
    with pytest.raises(NotYours):
        access.seat_on(cast.actor("expert.two"), case.lot)


def test_without_an_agent_the_owner_alone_is_told_of_a_vacancy_and_names_somebody_else(cast):
    case = story.named(cast)
    Project.objects.filter(pk=case.project_id).update(agent=None)
    convening.declare(case.lot.pk, has_conflict=True, text="x", actor=cast.actor("expert.two"), at=OPENED)
    told = InboxMessage.objects.filter(kind="evaluation.member.recused")
    assert [(row.organisation.number, row.role) for row in told] == [("OR-owner", "OWNER")]


def test_only_a_committee_that_is_named_is_named_anew(cast):
    case = story.read_out(cast)
    members = [story.draft(case, name) for name in case.names]
    given = {"members": members, "ground": GROUND, "because": "重抽", "actor": case.approver, "at": OPENED}
    assert reasons_of(convening.name_again, case.lot.pk, **given) == ("no committee is named that could be named anew",)


def test_a_committee_at_work_is_not_named_anew(cast):
    case = story.evaluating(cast)
    drafts = [story.draft(case, name, is_chair=name == "expert.one") for name in case.names]
    assert reasons_of(
        convening.name_again, case.lot.pk, members=drafts, ground=GROUND, because="x", actor=case.approver, at=AT_WORK
    ) == ("a committee is named after the opening",)


def replace(case, out, successor, *, because="回避", at=OPENED, **more):
    return convening.replace_member(
        case.lot.pk,
        out=case.member(out).pk,
        draft=story.draft(case, successor, **more),
        because=because,
        actor=case.approver,
        at=at,
    )


def test_replacing_is_refused_with_everything_that_is_wrong(cast):
    case = story.named(cast)
    assert reasons_of(replace, case, "expert.two", "expert.three", because="", is_chair=True) == (
        "say why the member is replaced",
        "expert.three sits or sat on this committee",
        "a committee has one chair",
    )
    replace(case, "expert.two", "expert.six")
    assert reasons_of(replace, case, "expert.two", "expert.seven") == ("this seat was filled again already",)
    assert reasons_of(replace, case, "expert.three", "expert.two") == ("expert.two sits or sat on this committee",)
    replace(case, "expert.three", "owner.rep", kind=Kind.OWNER_REP)
    assert reasons_of(replace, case, "expert.four", "owner.approver", kind=Kind.OWNER_REP) == (
        "the committee would have too few experts",
    )
    assert reasons_of(
        convening.replace_member, case.lot.pk, out=0, draft=story.draft(case, "expert.seven"), because="回避",
        actor=case.approver, at=OPENED,
    ) == ("this person does not sit on the committee",)  # fmt: skip


def test_what_a_replaced_member_said_is_void_and_its_successor_evaluates_again(cast):
    case = story.drawn_up(cast, scores=story.SCORES, **story.BENCHMARK)
    reporting.confirm(case.lot.pk, answer=Answer.AGREES, actor=case.members[1], at=AT_WORK)
    assert ScoreSheet.objects.filter(state="handed_in").count() == 15
    replace(case, "expert.five", "expert.six", at=AT_WORK + story.HOUR)
    assert (Report.objects.exists(), Calculation.objects.exists()) == (False, False)
    assert [bid.bidder.number for bid in queries.undecided(case.lot, Step.QUALIFICATION)] == [
        "OR-acme", "OR-bolt", "OR-cedar",
    ]  # fmt: skip
    assert {len(row.votes) for row in queries.reviews_of(case.lot).values()} == {4}
    assert {sheet.member.user.username for sheet in queries.sheets_of(case.lot)} == {
        "expert-one", "expert-two", "expert-three", "expert-four",
    }  # fmt: skip
    assert ScoreSheet.objects.count() == 15  # the void ones stay on record
    assert OutboxEntry.objects.filter(event="evaluation.report.taken_back").count() == 1
    successor = cast.actor("expert.six")
    convening.declare(case.lot.pk, has_conflict=False, text="", years=12, has_title=True, actor=successor, at=AT_WORK)
    reviewing.vote(case.lot.pk, votes=story.votes(case), actor=successor, at=AT_WORK)
    assert queries.undecided(case.lot, Step.RESPONSIVENESS) == []


def test_while_a_seat_is_vacant_nothing_is_decided(cast):
    case = story.evaluating(cast)
    for actor in case.members[:4]:
        reviewing.vote(case.lot.pk, votes=story.votes(case), actor=actor, at=AT_WORK)
    Member.objects.filter(user=cast.user("expert.five")).update(recused_at=AT_WORK)
    reviewing.vote(case.lot.pk, votes=story.votes(case), actor=case.chair, at=AT_WORK)
    assert {row.passed for row in queries.reviews_of(case.lot).values()} == {None}


def test_nobody_is_replaced_after_the_report(cast):
    case = story.evaluated(cast)
    assert reasons_of(replace, case, "expert.two", "expert.six") == ("the committee has finished its work",)
