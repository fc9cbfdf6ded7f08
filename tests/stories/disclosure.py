"""Stories of disclosure: one tender with real seals, taken by everybody's verbs to where the public may read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.actors import SYSTEM
from evaluation import awarding, calculating, convening, publicity, reporting, reviewing
from evaluation.names import RejectionGround
from tests.remembering import remembered
from tests.stories import bidding as bids
from tests.stories import evaluation as work
from tests.stories import trading as stories
from trading import contracting
from trading.names import Kind, Stage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.cast import Cast
    from tests.stories.evaluation import Case

PRICES = {"acme": "28000000.00", "bolt": "27500000.00", "cedar": "28500000.00"}
OUT = {"cedar": (RejectionGround.NOT_RESPONSIVE, "工期响应与招标文件不符")}
_WAY = [
    Stage.OPENED,
    Stage.EVALUATING,
    Stage.EVALUATED,
    Stage.PUBLICITY,
    Stage.AWARD_PENDING,
    Stage.AWARDED,
    Stage.CONTRACTING,
    Stage.PERFORMING,
    Stage.CLOSED,
]


@remembered
def run(
    cast: Cast,
    kind: Kind = Kind.CT,
    *,
    to: Stage = Stage.CLOSED,
    against: Mapping[str, tuple[RejectionGround, str]] | None = None,
    **fields: object,
) -> Case:
    """A tender from its notice to ``to``: bids sealed and opened with real keys, evaluated, awarded, contracted."""
    tender = bids.finished(cast, kind, prices=PRICES, **fields)
    buyer = "buyer" if kind is Kind.GP_OPEN else "owner"
    case = work.Case(cast, tender.project.pk, buyer, 7 if kind is Kind.GP_OPEN else 5)
    goal = _WAY.index(to) if to in _WAY else len(_WAY)
    strides = [_convened, _evaluated, _published, _pending, _awarded, _notified, _registered, _closed]
    for nth, stride in enumerate(strides, start=1):
        if nth <= goal:
            stride(case, kind, against or {})
    return case


def _convened(case: Case, kind: Kind, _against: object) -> None:
    at = case.lot.entered_at + work.HOUR
    members = [work.draft(case, name, is_chair=name == case.names[0]) for name in case.names]
    convening.name_committee(case.lot.pk, members=members, ground=work.GROUND, actor=case.approver, at=at)
    for actor in case.members:
        convening.declare(case.lot.pk, has_conflict=False, text="", years=12, has_title=True, actor=actor, at=at)
    if kind is Kind.GP_OPEN:
        work.qualified(case)
        reviewing.qualify(case.lot.pk, actor=case.drafter, at=at + work.HOUR)
    else:
        convening.convene(case.lot.pk, actor=case.drafter, at=at + work.HOUR)


def _evaluated(case: Case, _kind: Kind, against: Mapping[str, tuple[RejectionGround, str]]) -> None:
    at = case.lot.entered_at + work.HOUR
    cast_by_all = work.votes(case, against=against)
    for actor in case.members:
        reviewing.vote(case.lot.pk, votes=cast_by_all, actor=actor, at=at)
    if case.project.criteria["basis"] != "none":
        work.scored(case, {name: work.SCORES[name] for name in PRICES if name not in against})
    calculating.calculate(case.lot.pk, actor=case.chair, at=at)
    reporting.draw_up(case.lot.pk, few_bids_because="竞争充分", actor=case.chair, at=at)
    for actor in case.members:
        reporting.confirm(case.lot.pk, answer=work.Answer.AGREES, actor=actor, at=at + work.HOUR)


def _published(case: Case, kind: Kind, _against: object) -> None:
    at = case.lot.entered_at + work.HOUR
    if kind is Kind.GP_OPEN:
        awarding.deliver_report(case.lot.pk, actor=case.drafter, at=at)
    else:
        publicity.publish_candidates(case.lot.pk, actor=case.approver, at=at)


def _pending(case: Case, kind: Kind, _against: object) -> None:
    if kind is Kind.CT:
        publicity.end(case.lot.pk, SYSTEM, work.due(case))


def _awarded(case: Case, _kind: Kind, _against: object) -> None:
    awarding.award(case.lot.pk, candidate_id=case.candidate(1).pk, actor=case.approver, at=work.later(case))


def _notified(case: Case, _kind: Kind, _against: object) -> None:
    awarding.notify_award(case.lot.pk, actor=case.drafter, at=work.later(case))


def _registered(case: Case, _kind: Kind, _against: object) -> None:
    at = work.later(case)
    contract = contracting.draft_contract(
        case.lot.pk, actor=case.drafter, at=at, title="施工合同", summary="按投标文件"
    )
    contracting.sign(contract.pk, keeps_to_bid=True, actor=case.approver, at=at)
    winner = next(name for name in PRICES if case.cast[name].pk == contract.award.organisation_id)
    contracting.sign(contract.pk, keeps_to_bid=True, actor=case.cast.actor(winner), at=at)
    contracting.register(contract.pk, actor=case.approver, at=at + stories.DAY)


def _closed(case: Case, _kind: Kind, _against: object) -> None:
    contract = case.lot.contracts.get()
    contracting.accept(contract.pk, actor=case.approver, at=work.later(case), acceptance="一次验收合格")
