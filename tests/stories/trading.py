"""Stories of trading: a project with everything its notice needs, at each step before bids exist."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from django.db import transaction

from core.actors import SYSTEM
from core.canonical import format_time
from core.money import Money
from core.working_days import SHANGHAI
from tests.remembering import remembered
from trading import announcing, awarding, drafting, moves
from trading.models import Lot, Project
from trading.names import Code, Kind, Move, Stage
from trading.noticing import Draft
from trading.procedures import facts
from trading.procedures.clauses import CONSTRUCTION_CLAUSES, PROCUREMENT_CLAUSES

if TYPE_CHECKING:
    from core.actors import Actor
    from tests.cast import Cast

ANNOUNCED = datetime(2026, 3, 2, 9, 0, tzinfo=SHANGHAI)
DEADLINE = datetime(2026, 3, 24, 9, 30, tzinfo=SHANGHAI)
DAY = timedelta(days=1)

CONSTRUCTION = {
    "category": "works",
    "funds_type": "budget",
    "funds_detail": "市级财政资金 100%",
    "content": "滨江大道(一期)道路改造,长3.2公里",
    "scope": "施工图所示全部内容",
    "scale": "合同估算价 3000 万元",
    "qualification": "市政公用工程施工总承包二级及以上",
    "approval": {"authority": "滨江市发展和改革委员会", "number": "滨发改〔2026〕12号", "on": "2026-01-20"},
    "method": "lowest_evaluated_price",
    "tie_rule": "price_technical_owner",
}
PROCUREMENT = CONSTRUCTION | {
    "category": "goods",
    "content": "教学用计算机200台",
    "scope": "供货、安装、培训、三年保修",
    "scale": "预算 100 万元",
    "qualification": "符合政府采购法第二十二条",
    "approval": {},
    "is_mandatory_tender": False,
    "method": "lowest_price",
}
CLAUSES = sorted({item.key for item in (*CONSTRUCTION_CLAUSES, *PROCUREMENT_CLAUSES)})
CRITERIA = {
    "basis": "none",
    "total_points": "100",
    "criteria": [
        {"code": "licence", "title": "营业执照与资质", "group": "qualification", "kind": "pass_fail"},
        {"code": "substance", "title": "实质性响应", "group": "responsiveness", "kind": "pass_fail"},
    ],
}


def terms(*, announced: datetime = ANNOUNCED, deadline: datetime = DEADLINE) -> dict[str, object]:
    """Return the terms of a notice that lacks nothing."""
    return {
        "document_access": "在本平台免费下载",
        "documents_from": format_time(announced),
        "documents_until": format_time(deadline),
        "submission": "在本平台加密递交",
        "contact_name": "李工",
        "contact_phone": "0871-7654321",
        "opening_place": "本平台开标大厅",
        "objection_channel": "在本平台提出",
        "bid_validity_days": 90,
        "is_whole": True,
        "approved_extent": "all",
        "approved_access": "open",
        "approved_organisation": "agent",
        "tender_extent": "all",
        "clauses_checked": CLAUSES,
        "sme_policy": "专门面向中小企业以外,小微企业价格扣除 10%",
    }


@remembered
def drafted(
    cast: Cast, kind: Kind = Kind.CT, *, lots: int = 1, at: datetime = ANNOUNCED - 40 * DAY, **fields: object
) -> Project:
    """A project as its drafter leaves it: nothing is missing."""
    owner = "buyer" if kind is Kind.GP_OPEN else "owner"
    base = PROCUREMENT if kind is Kind.GP_OPEN else CONSTRUCTION
    project = drafting.create_project(
        actor=cast.actor(f"{owner}.drafter"),
        at=at,
        kind=kind,
        title="滨江大道改造工程" if kind is Kind.CT else "教学用计算机采购",
        owner=cast[owner],
        supervisor=cast["supervisor"],
        center=cast["center"],
        **({"agent": cast["agent"]} | base | {"terms": terms(), "criteria": CRITERIA} | fields),
    )
    for n in range(lots):
        drafting.add_lot(
            project.pk,
            actor=cast.actor(f"{owner}.drafter"),
            at=at,
            title=f"{n + 1}标段",
            closes_at=DEADLINE,
            estimated_value=Decimal(30_000_000),
            ceiling_price=Decimal(29_000_000),
            budget=Decimal(30_000_000) if kind is Kind.GP_OPEN else None,
            deposit_amount=Decimal(500_000),
            duration="180日历天",
            quality="合格",
        )
    return Project.objects.get(pk=project.pk)


@remembered
def submitted(cast: Cast, kind: Kind = Kind.CT, **fields: object) -> Project:
    """Handed to the approver."""
    project = drafted(cast, kind, **fields)
    name = "buyer" if kind is Kind.GP_OPEN else "owner"
    if kind is Kind.GP_OPEN:
        drafting.intend(project.pk, actor=cast.actor(f"{name}.approver"), at=ANNOUNCED - 39 * DAY)
    return drafting.submit_notice(project.pk, actor=cast.actor(f"{name}.drafter"), at=ANNOUNCED - DAY)


@remembered
def announced(cast: Cast, kind: Kind = Kind.CT, **fields: object) -> Project:
    """Announced with ceremonies that somebody else vouches for: for stories that need no real keys."""
    project = submitted(cast, kind, **fields)
    name = "buyer" if kind is Kind.GP_OPEN else "owner"
    known = {lot.pk: (facts.CeremonyState(signed=4, of=4, rehearsed=0, k=3),) for lot in project.lots.all()}
    with transaction.atomic(durable=True):
        announcing.announce(project.pk, actor=cast.actor(f"{name}.approver"), at=ANNOUNCED, known=known)
    return Project.objects.get(pk=project.pk)


class _Stride(NamedTuple):
    """One move on the straight way to a contract, vouched for by this story instead of by the apps above."""

    move: Move
    to: Stage
    by: str  # short name in the cast; empty: the platform
    at: datetime
    known: tuple[facts.Known, ...] = ()


_COMMITTEE = facts.CommitteeState(size=7, experts=5, owner_reps=2, declared=7)
_BOX = (
    _Stride(
        Move.OPEN_BID_BOX, Stage.BIDDING, "", ANNOUNCED + DAY, (facts.CeremonyState(signed=4, of=4, rehearsed=4, k=3),)
    ),
    _Stride(Move.CLOSE_BIDDING, Stage.OPENING, "", DEADLINE, (facts.BidsReceived(complete=3),)),
)
_REPORT = (
    facts.EvaluationState(valid=3, evaluated=3, members=5),
    facts.ReportState(confirmed=5, of=5, candidates=3),
)
_OPENED = (facts.OpeningState(pending=0, opened=3),)
_FIRST = (facts.AwardChoice(rank=1, candidates=3),)
WAYS: dict[Kind, tuple[_Stride, ...]] = {
    Kind.CT: (
        *_BOX,
        _Stride(Move.FINISH_OPENING, Stage.OPENED, "", DEADLINE + DAY / 24, _OPENED),
        _Stride(Move.CONVENE, Stage.EVALUATING, "drafter", DEADLINE + DAY, (_COMMITTEE,)),
        _Stride(Move.SIGN_REPORT, Stage.EVALUATED, "", DEADLINE + 2 * DAY, _REPORT),
        _Stride(Move.PUBLISH_CANDIDATES, Stage.PUBLICITY, "drafter", DEADLINE + 3 * DAY, (facts.CandidatesState(),)),
        _Stride(Move.END_PUBLICITY, Stage.AWARD_PENDING, "", DEADLINE + 10 * DAY),
        _Stride(Move.AWARD, Stage.AWARDED, "approver", DEADLINE + 11 * DAY, _FIRST),
        _Stride(Move.NOTIFY_AWARD, Stage.CONTRACTING, "drafter", DEADLINE + 12 * DAY),
    ),
    Kind.GP_OPEN: (
        *_BOX,
        _Stride(Move.FINISH_OPENING, Stage.QUALIFICATION, "", DEADLINE + DAY / 24, _OPENED),
        _Stride(
            Move.QUALIFY, Stage.EVALUATING, "drafter", DEADLINE + DAY,
            (_COMMITTEE, facts.QualificationState(reviewed=3, of=3, qualified=3)),
        ),
        _Stride(Move.SIGN_REPORT, Stage.EVALUATED, "", DEADLINE + 2 * DAY, _REPORT),
        _Stride(Move.DELIVER_REPORT, Stage.CONFIRMING, "drafter", DEADLINE + 3 * DAY),
        _Stride(Move.AWARD, Stage.AWARDED, "approver", DEADLINE + 4 * DAY, _FIRST),
        _Stride(Move.NOTIFY_AWARD, Stage.CONTRACTING, "drafter", DEADLINE + 5 * DAY),
    ),
}  # fmt: skip


@remembered
def walked(cast: Cast, kind: Kind = Kind.CT, *, to: Stage, **fields: object) -> Lot:
    """The first lot of a new project, walked to a stage up to the contract; acme wins."""
    lot = announced(cast, kind, **fields).lots.get(ordinal=1)
    if to is Stage.PUBLISHED:
        return lot
    for stride in WAYS[kind]:
        step(cast, lot, stride)
        if stride.to is to:
            break
    return Lot.objects.select_related("project__owner", "project__agent").get(pk=lot.pk)


def step(cast: Cast, lot: Lot, stride: _Stride) -> None:
    """Take one stride, with the award on record where the move decides it."""
    actor: Actor = cast.actor(f"{_buyer(lot.project)}.{stride.by}") if stride.by else SYSTEM
    letters = (Draft(Code.AWARD_LETTER, addressee=cast["acme"]),) if stride.move is Move.NOTIFY_AWARD else ()
    with transaction.atomic(durable=True):
        if stride.move is Move.AWARD:
            awarding.record_award(
                lot, organisation=cast["acme"], amount=Money(Decimal("28500000.00")), rank=1, ground="rank_one",
                because="", actor=actor, at=stride.at,
            )  # fmt: skip
        moves.advance(lot.pk, stride.move, actor=actor, at=stride.at, known=stride.known, notices=letters)


def _buyer(project: Project) -> str:
    return "buyer" if project.kind == Kind.GP_OPEN else "owner"
