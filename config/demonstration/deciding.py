"""What the people of the demonstration do once bids are open: evaluate, publish, award, contract."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from bidding.queries import opened_bids
from config.demonstration.people import EXPERTS
from core import clock
from evaluation import awarding, calculating, convening, publicity, queries, reporting, reviewing, scoring
from evaluation.models import Member
from evaluation.names import Answer, RejectionGround, Step
from supervision import objecting
from trading import contracting, retendering
from trading.models import Contract

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config.demonstration.acts import Run
    from core.actors import Actor
    from supervision.models import Objection
    from trading.models import Project

GROUND = "从综合评标专家库中随机抽取,抽取记录在案"
WHY_AGAIN = "投标人不足三个:公告期间同类项目集中,工期要求偏紧;已放宽工期,重新招标"
REPRESENTATIVE = "owner-representative"


def committee(*, experts: int, with_representative: bool = False) -> list[str]:
    """Return the user names of a committee, the chair first."""
    return [*EXPERTS[:experts], *([REPRESENTATIVE] if with_representative else [])]


def name_committee(run: Run, members: Sequence[str]) -> None:
    convening.name_committee(
        run.lot.pk,
        members=[_seat(run, username, is_chair=username == members[0]) for username in members],
        ground=GROUND,
        actor=run.approver,
        at=clock.now(),
    )


def declare(run: Run, username: str) -> None:
    actor = run.cast.actor(username)
    convening.declare(run.lot.pk, has_conflict=False, text="", years=12, has_title=True, actor=actor, at=clock.now())


def convene(run: Run) -> None:
    convening.convene(run.lot.pk, actor=run.drafter, at=clock.now())


def review_qualification(run: Run, *, most: int | None = None, rejected: str = "") -> None:
    """Review the qualification of the first ``most`` suppliers; one of them may lack something."""
    for bid in list(opened_bids(run.lot).select_related("bidder").order_by("ordinal"))[:most]:
        is_out = bid.bidder_id == (run.cast.seats[rejected].organisation_id if rejected else None)
        reviewing.review(
            bid.pk,
            step=Step.QUALIFICATION,
            passed=not is_out,
            because="未提供有效的纳税证明" if is_out else "",
            ground=RejectionGround.NOT_QUALIFIED if is_out else None,
            actor=run.drafter,
            at=clock.now(),
        )


def end_qualification(run: Run) -> None:
    reviewing.qualify(run.lot.pk, actor=run.drafter, at=clock.now())


def vote(run: Run, username: str) -> None:
    """Vote as a member: every bid in play passes."""
    lot = run.lot
    votes = [
        reviewing.Vote(bid_id=bid.pk, step=step, passed=True)
        for bid in queries.bids_in_play(lot)
        for step in run.sector.voted_on
    ]
    reviewing.vote(lot.pk, votes=votes, actor=run.cast.actor(username), at=clock.now())


def score(run: Run, username: str) -> None:
    """Score every bid as a member and hand in the sheets, where the method scores."""
    lot, actor = run.lot, run.cast.actor(username)
    criteria = queries.scored_template(lot).criteria
    if not criteria:
        return
    for bid in queries.bids_in_play(lot):
        marks = {one.code: _points(username, bid.ordinal, one.maximum) for one in criteria if one.maximum}
        scoring.save(bid.pk, scores=marks, comments={}, actor=actor, at=clock.now())
    scoring.hand_in(lot.pk, actor=actor, at=clock.now())


def report(run: Run, members: Sequence[str]) -> None:
    """Let the chair calculate and draw up the report, and every member confirm it."""
    chair = run.cast.actor(members[0])
    calculating.calculate(run.lot.pk, actor=chair, at=clock.now())
    reporting.draw_up(run.lot.pk, actor=chair, at=clock.now())
    for username in members:
        reporting.confirm(run.lot.pk, answer=Answer.AGREES, actor=run.cast.actor(username), at=clock.now())


def publish_candidates(run: Run) -> None:
    publicity.publish_candidates(run.lot.pk, actor=run.approver, at=clock.now())


def object_to_the_result(run: Run, username: str, text: str) -> Objection:
    return objecting.object_to(run.lot.pk, body=text, actor=run.cast.actor(username), at=clock.now())


def answer_the_objection(run: Run, objection: Objection, text: str) -> None:
    objecting.answer(objection.pk, text=text, upheld=False, actor=run.approver, at=clock.now())


def deliver_report(run: Run) -> None:
    awarding.deliver_report(run.lot.pk, actor=run.drafter, at=clock.now())


def award_to_the_first(run: Run) -> None:
    first = queries.candidates_of(run.lot)[0]
    awarding.award(run.lot.pk, candidate_id=first.pk, actor=run.approver, at=clock.now())


def notify_award(run: Run) -> None:
    awarding.notify_award(run.lot.pk, actor=run.approver, at=clock.now())


def draft_contract(run: Run) -> Contract:
    return contracting.draft_contract(
        run.lot.pk,
        actor=run.drafter,
        at=clock.now(),
        title=f"{run.project.title} 合同",
        summary=f"{run.tender.scope};{run.tender.duration};{run.tender.quality}",
    )


def sign_as_owner(run: Run) -> None:
    contracting.sign(_contract(run).pk, keeps_to_bid=True, actor=run.approver, at=clock.now())


def sign_as_winner(run: Run) -> None:
    contract = _contract(run)
    contracting.sign(contract.pk, keeps_to_bid=True, actor=_person_of(run, contract), at=clock.now())


def register_contract(run: Run) -> None:
    contracting.register(_contract(run).pk, actor=run.drafter, at=clock.now())


def accept_performance(run: Run, text: str) -> None:
    contracting.accept(_contract(run).pk, actor=run.approver, at=clock.now(), acceptance=text)


def tender_again(run: Run) -> Project:
    return retendering.retender(run.project.pk, analysis=WHY_AGAIN, actor=run.drafter, at=clock.now())


def _seat(run: Run, username: str, *, is_chair: bool) -> convening.MemberDraft:
    seat = run.cast.seats[username]
    kind = Member.OWNER_REP if username == REPRESENTATIVE else Member.EXPERT
    return convening.MemberDraft(seat.user, seat.organisation, kind, is_chair=is_chair)


def _points(username: str, ordinal: int, maximum: Decimal) -> str:
    """Return points that differ a little from member to member and from bid to bid, and are the same every time."""
    leaning = int(username[-1]) if username[-1].isdigit() else 3
    share = Decimal(88 - 3 * ordinal + leaning)
    return format((maximum * share / 100).quantize(Decimal("0.5")), "f")


def _contract(run: Run) -> Contract:
    return Contract.objects.select_related("award__organisation").filter(lot=run.lot).latest("pk")


def _person_of(run: Run, contract: Contract) -> Actor:
    winner = contract.award.organisation_id
    return next(seat.actor() for seat in run.cast.seats.values() if seat.organisation_id == winner)
