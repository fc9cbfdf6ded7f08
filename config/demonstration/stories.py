"""The projects of the demonstration, each in the stage that a visitor wants to find: one story, one project.

A story yields when it goes on and then acts (config/demonstration/timeline.py). Where it ends, visitors go on. The
dates keep the periods of the rule-sheets, also over the longest holidays; the verbs would refuse them otherwise.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from config.demonstration import acts, courses, deciding, texts
from config.demonstration.courses import INTENDED, OUT, Course
from config.demonstration.sectors import CONSTRUCTION, PROCUREMENT
from core import clock
from trading import clarifying

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from config.demonstration.courses import Scene
    from config.demonstration.timeline import Story

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LIVE = timedelta(minutes=18)  # from the first start to the deadline that a visitor sees come


def stories(scene: Scene) -> list[Story]:
    """Return every story, construction first."""
    return [
        a_draft(scene),
        a_notice_that_waits_for_its_approver(scene),
        an_open_box(scene),
        a_deadline_that_comes(scene),
        an_evaluation(scene),
        candidates_in_public(scene),
        a_contract_to_be_signed(scene),
        a_contract_performed(scene),
        too_few_bids_and_again(scene),
        an_intention(scene),
        a_qualification_review(scene),
        a_purchaser_who_is_asked(scene),
        a_purchase_delivered(scene),
    ]


def a_draft(scene: Scene) -> Iterator[datetime]:
    """Tell of a draft in which much is missing."""
    yield scene.days.on(-2, 16, 20)
    acts.draft(scene.cast, texts.SCHOOL_REPAIR, CONSTRUCTION)


def a_notice_that_waits_for_its_approver(scene: Scene) -> Iterator[datetime]:
    """Tell of a notice that is complete, its key ceremony signed: one person's word is missing."""
    days = scene.days
    yield days.on(-4, 10)
    run = acts.draft(
        scene.cast, texts.FOOTBRIDGE, CONSTRUCTION, announced=days.on(1, 9), deadline=days.after(days.now, OUT + 14)
    )
    yield days.on(-3, 10)
    acts.appoint_holders(run)
    yield days.on(-1, 16)
    acts.submit_notice(run)


def an_open_box(scene: Scene) -> Iterator[datetime]:
    """Tell of a box that stays open for some twenty days: questions, an amendment, first offers."""
    days = scene.days
    deadline = days.after(days.now, 20)
    run = yield from courses.announced(scene, texts.WATER_WORKS, CONSTRUCTION, deadline, on=days.on(-9, 10))
    yield days.on(-6, 14, 10)
    first = clarifying.ask(
        run.project.pk, actor=scene.cast.actor("bidder-3"), at=clock.now(), body="管网标段是否允许分段验收?"
    )
    yield days.on(-5, 11)
    text = "允许按批准的分段方案验收,分段不得少于2公里。"
    clarifying.answer(first.pk, actor=run.drafter, at=clock.now(), text=text)
    yield days.on(-4, 9, 40)
    body = "现将深度处理车间设备基础图纸(第三册)予以澄清:以修订版图纸为准。"
    amendment = clarifying.draft_amendment(
        run.project.pk, actor=run.drafter, at=clock.now(), body=body, affects_bids=True, new_closes_at=None
    )
    yield days.on(-4, 15)
    clarifying.publish_amendment(amendment.pk, actor=run.approver, at=clock.now())
    yield days.on(-2, 10, 15)
    acts.offer(run, "bidder-4", 60_880_000)
    yield days.on(-1, 13, 30)
    clarifying.ask(
        run.project.pk, actor=scene.cast.actor("bidder-1"), at=clock.now(), body="投标保证金可否使用电子保函?"
    )


def a_deadline_that_comes(scene: Scene) -> Iterator[datetime]:
    """Tell of a box that closes before the eyes of whoever has just started the demonstration."""
    days = scene.days
    deadline = (days.now + LIVE).replace(second=0, microsecond=0)
    run = yield from courses.announced(scene, texts.PRIMARY_SCHOOL, CONSTRUCTION, deadline)
    yield days.now - 20 * HOUR
    acts.offer(run, "bidder-1", 49_980_000)
    yield days.now - 3 * HOUR
    acts.offer(run, "bidder-2", 50_460_000)
    yield days.now - 40 * MINUTE
    acts.offer(run, "bidder-4", 49_350_000)


def an_evaluation(scene: Scene) -> Iterator[datetime]:
    """Tell of bids opened the working day before: four of seven members have handed in their score sheets."""
    offers = {"bidder-1": 35_200_000, "bidder-2": 34_680_000, "bidder-3": 35_910_000, "bidder-4": 34_150_000}
    course = Course(texts.BINJIANG_ROAD, CONSTRUCTION, scene.days.on(-1, 9, 30), offers)
    run = yield from courses.opened(scene, course)
    members = deciding.committee(experts=6, with_representative=True)
    yield from courses.convened(run, members, course.deadline)
    yield from courses.voted(run, members, course.deadline)
    for nth, username in enumerate(members[2:6]):
        yield course.deadline + 6 * HOUR + nth * 10 * MINUTE
        deciding.score(run, username)


def candidates_in_public(scene: Scene) -> Iterator[datetime]:
    """Tell of candidates that are public for their days: a bidder may object."""
    offers = {"bidder-2": 22_310_000, "bidder-3": 22_760_000, "bidder-4": 22_080_000}
    course = Course(texts.VILLAGE_ROADS, CONSTRUCTION, scene.days.on(-3, 9, 30), offers)
    run = yield from courses.ranked(scene, course, is_drawn=True)
    yield scene.days.on(-1, 15)
    deciding.publish_candidates(run)


def a_contract_to_be_signed(scene: Scene) -> Iterator[datetime]:
    """Tell of an award: the owner has signed the contract, the winner has not."""
    offers = {"bidder-1": 18_640_000, "bidder-2": 18_920_000, "bidder-4": 18_370_000}
    days = scene.days
    run = yield from courses.ranked(scene, Course(texts.OLD_TOWN, CONSTRUCTION, days.on(-18, 9, 30), offers))
    yield days.on(-17, 10)
    deciding.publish_candidates(run)
    yield from courses.won(run, days, on=-11)
    yield days.on(-3, 10)
    deciding.draft_contract(run)
    yield days.on(-1, 11)
    deciding.sign_as_owner(run)


def a_contract_performed(scene: Scene) -> Iterator[datetime]:
    """Tell of a registered contract; on the way there was an objection, which was answered."""
    offers = {"bidder-1": 27_350_000, "bidder-2": 27_480_000, "bidder-3": 26_990_000, "bidder-4": 27_120_000}
    days = scene.days
    course = Course(texts.FLOOD_WALL, CONSTRUCTION, days.on(-38, 9, 30), offers)
    run = yield from courses.ranked(scene, course)
    yield days.on(-36, 10)
    deciding.publish_candidates(run)
    yield days.on(-36, 16)
    objection = deciding.object_to_the_result(run, "bidder-2", "第一中标候选人的项目经理在建项目未说明,请予核实。")
    yield days.on(-35, 10)
    answer = "经核实,该项目经理的在建项目已于投标截止前竣工验收,响应有效。"
    deciding.answer_the_objection(run, objection, answer)
    yield from courses.won(run, days, on=-26)
    yield from courses.contracted(run, days, on=-22)


def too_few_bids_and_again(scene: Scene) -> Iterator[datetime]:
    """Tell of two offers only: the run fails at its deadline, and the same is tendered again in a linked run."""
    days = scene.days
    deadline = days.on(-24, 9, 30)
    first = yield from courses.announced(scene, texts.TRAFFIC_LIGHTS, CONSTRUCTION, deadline)
    for nth, (username, price) in enumerate({"bidder-1": 5_890_000, "bidder-4": 5_930_000}.items()):
        yield deadline - (20 - nth) * HOUR
        acts.offer(first, username, price)
    yield days.on(-23, 10)
    project = deciding.tender_again(first)
    announced, closes = days.on(-20, 10), days.after(days.now, 5)
    run = acts.take_over(first, project, announced=announced, deadline=closes)
    yield days.on(-22, 10)
    acts.appoint_holders(run)
    yield from courses.issue(run, announced)
    yield days.on(-1, 14)
    acts.offer(run, "bidder-1", 5_860_000)


def an_intention(scene: Scene) -> Iterator[datetime]:
    """Tell of a purchase intention that is public; the notice may follow when its thirty days are over."""
    yield scene.days.on(-6, 15)
    days = scene.days
    announced = days.after(days.now, INTENDED)
    run = acts.draft(
        scene.cast, texts.CLOUD_CLASSROOM, PROCUREMENT, announced=announced, deadline=days.after(announced, OUT)
    )
    yield days.on(-5, 9, 30)
    acts.intend(run)


def a_qualification_review(scene: Scene) -> Iterator[datetime]:
    """Tell of bids opened the working day before: the purchaser has reviewed two of four suppliers."""
    offers = {"bidder-5": 4_980_000, "bidder-6": 5_060_000, "bidder-7": 5_120_000, "bidder-8": 5_240_000}
    course = Course(texts.COMPUTERS, PROCUREMENT, scene.days.on(-1, 9, 30), offers)
    run = yield from courses.opened(scene, course)
    yield course.deadline + 2 * HOUR
    deciding.review_qualification(run, most=2)
    yield course.deadline + 5 * HOUR
    members = deciding.committee(experts=5)
    deciding.name_committee(run, members)
    for nth, username in enumerate(members[1:]):
        yield course.deadline + 6 * HOUR + nth * 10 * MINUTE
        deciding.declare(run, username)


def a_purchaser_who_is_asked(scene: Scene) -> Iterator[datetime]:
    """Tell of a report that is with the purchaser: if it is silent for its days, rank one counts as confirmed."""
    offers = {"bidder-5": 4_310_000, "bidder-7": 4_280_000, "bidder-8": 4_190_000}
    days = scene.days
    course = Course(texts.CLEANING, PROCUREMENT, days.on(-4, 9, 30), offers)
    run = yield from courses.ranked(scene, course)
    yield days.on(-2, 10)
    deciding.deliver_report(run)


def a_purchase_delivered(scene: Scene) -> Iterator[datetime]:
    """Tell of a purchase confirmed by silence, performed and accepted; one supplier was not qualified."""
    offers = {"bidder-5": 3_720_000, "bidder-6": 3_655_000, "bidder-7": 3_690_000, "bidder-8": 3_600_000}
    days = scene.days
    run = yield from courses.ranked(
        scene, Course(texts.LABORATORIES, PROCUREMENT, days.on(-36, 9, 30), offers), rejected="bidder-8"
    )
    yield days.on(-34, 10)
    deciding.deliver_report(run)  # five working days later silence counts: the timeline takes it
    yield days.on(-27, 10)
    deciding.notify_award(run)
    yield from courses.contracted(run, days, on=-24)
    yield days.on(-3, 15)
    deciding.accept_performance(run, "全部设备安装调试完毕,验收合格。")
