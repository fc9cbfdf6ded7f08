"""The ordinary course of a tender, stretch by stretch: what the stories have in common."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from config.demonstration import acts, deciding, drawing

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping, Sequence

    from config.demonstration.acts import Run
    from config.demonstration.cast import Cast
    from config.demonstration.sectors import Sector
    from config.demonstration.texts import Tender
    from config.demonstration.timeline import Days

    Stretch = Generator[datetime, None, Run]

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
OUT = 32  # days from notice to deadline: twenty, and what a long holiday adds
INTENDED = 44  # days from a purchase intention to its notice: thirty, and the same


@dataclass(frozen=True)
class Scene:
    """Where the stories play: with whom, on which days."""

    cast: Cast
    days: Days


@dataclass(frozen=True)
class Course:
    """A tender that comes as far as its opened bids: when the box closes, who offers how much."""

    tender: Tender
    sector: Sector
    deadline: datetime
    offers: Mapping[str, int]


def announced(
    scene: Scene, tender: Tender, sector: Sector, deadline: datetime, *, on: datetime | None = None
) -> Stretch:
    """Draft, hold the key ceremony, announce and open the box, in time for the deadline."""
    days = scene.days
    issued = on or days.before(deadline, OUT)
    yield days.before(issued, INTENDED if sector.has_intention else 6)
    run = acts.draft(scene.cast, tender, sector, announced=issued, deadline=deadline)
    if sector.has_intention:
        acts.intend(run)
    yield days.before(issued, 3)
    acts.appoint_holders(run)
    yield from issue(run, issued)
    return run


def issue(run: Run, at: datetime) -> Iterator[datetime]:
    """Hand the notice to its approver, announce it, and open the box when the keys were tried."""
    yield at - 18 * HOUR
    acts.submit_notice(run)
    yield at
    acts.announce(run)
    yield at + 2 * HOUR
    acts.open_the_box(run)


def opened(scene: Scene, course: Course) -> Stretch:
    """Take the offers; after the deadline, which the clock sees to, release, read out, end the session."""
    run = yield from announced(scene, course.tender, course.sector, course.deadline)
    for nth, (username, price) in enumerate(course.offers.items()):
        yield course.deadline - (27 - 6 * nth) * HOUR
        acts.offer(run, username, price)
    yield course.deadline + 4 * MINUTE
    acts.release_and_open(run)
    yield course.deadline + 25 * MINUTE
    acts.finish_opening(run)
    if course.tender.deposit:
        yield course.deadline + 40 * MINUTE
        acts.match_deposits(run)
    return run


def convened(
    run: Run, members: Sequence[str], deadline: datetime, *, is_drawn: bool = False
) -> Generator[datetime, None, Sequence[str]]:
    """Name the committee, or draw it; every member declares; in construction it begins its work. Return who sits."""
    yield deadline + 2 * HOUR
    if is_drawn:
        members = drawing.drawn_committee(run, seats=len(members))
    else:
        deciding.name_committee(run, members)
    for nth, username in enumerate(members):
        yield deadline + 3 * HOUR + nth * 5 * MINUTE
        deciding.declare(run, username)
    yield deadline + 4 * HOUR
    if not run.sector.buyer_qualifies:
        deciding.convene(run)
    return members


def voted(run: Run, members: Sequence[str], deadline: datetime) -> Iterator[datetime]:
    """Let every member vote on what bids must have; the last vote ends the review."""
    for nth, username in enumerate(members):
        yield deadline + 5 * HOUR + nth * 5 * MINUTE
        deciding.vote(run, username)


def ranked(scene: Scene, course: Course, *, rejected: str = "", is_drawn: bool = False) -> Stretch:
    """Open, evaluate with five experts, named or drawn, and sign the report."""
    run = yield from opened(scene, course)
    if run.sector.buyer_qualifies:
        yield course.deadline + HOUR
        deciding.review_qualification(run, rejected=rejected)
    members = yield from convened(run, deciding.committee(experts=5), course.deadline, is_drawn=is_drawn)
    if run.sector.buyer_qualifies:
        deciding.end_qualification(run)
    yield from voted(run, members, course.deadline)
    for nth, username in enumerate(members):
        yield course.deadline + 6 * HOUR + nth * 10 * MINUTE
        deciding.score(run, username)
    yield course.deadline + 7 * HOUR
    deciding.report(run, members)
    return run


def won(run: Run, days: Days, *, on: int) -> Iterator[datetime]:
    """Award to rank one and give notice, on one working day."""
    yield days.on(on, 10)
    deciding.award_to_the_first(run)
    yield days.on(on, 15)
    deciding.notify_award(run)


def contracted(run: Run, days: Days, *, on: int) -> Iterator[datetime]:
    """Draft the contract, sign it on both sides, register it: four working days."""
    yield days.on(on, 10)
    deciding.draft_contract(run)
    yield days.on(on + 1, 10)
    deciding.sign_as_owner(run)
    yield days.on(on + 2, 10)
    deciding.sign_as_winner(run)
    yield days.on(on + 3, 10)
    deciding.register_contract(run)
