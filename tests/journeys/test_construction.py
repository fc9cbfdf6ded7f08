"""Construction through the pages: from the draft to the accepted work, with everybody who has a part in it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bidding.models import Deposit
from config.due import TAKERS
from core import clock
from tests.journeys import deciding, depositing, drafting, evaluating, reading, sealing, tenders
from tests.stories.trading import ANNOUNCED, DAY, DEADLINE
from trading import due
from trading.models import Lot, Question
from trading.names import Stage

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from tests.cast import Cast
    from tests.journeys.visitors import Town

pytestmark = pytest.mark.journey

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
HOLDERS = tuple(sealing.SEATS.values())
COMMITTEE = ("expert.one", "expert.two", "expert.three", "expert.four", "owner.rep")
SITTING = ("expert.one", "expert.two", "expert.three", "expert.five", "owner.rep")
MANAGER = {"manager": "王工", "manager_certificates": "一级建造师 云145"}
LOT = "滨江大道(一期)施工"
NOT_RESPONSIVE = ("not_responsive", "未提供施工图要求的排水专项方案")
FEW = "两家有效报价相差明显,且均低于最高投标限价,仍具有竞争性"
DISSENT = "丁公司的排水专项方案可以澄清,不应否决"


def test_construction_from_the_draft_to_the_accepted_work(town: Town, cast: Cast, tmp_path: Path) -> None:
    project, lot = _announced(town, tmp_path)
    _asked_and_amended(town, project)
    _sealed(town, lot)
    _opened(town, lot)
    _evaluated(town, lot)
    objection = _objected(town, lot)
    _answered(town, lot, objection)
    contract = _awarded(town, lot)
    _settled(town, lot)
    _performed(town, contract, lot)
    _read_by_everybody(town, project, lot)


def _stage(lot: str) -> str:
    return Lot.objects.get(number=lot).stage


def _sweep(at: datetime) -> None:
    """Move the clock and take what is due, as the platform's own clock does."""
    clock.move_to(at)
    due.take_due(TAKERS, at=clock.now())


def _announced(town: Town, tmp_path: Path) -> tuple[str, str]:
    clock.move_to(ANNOUNCED - 2 * DAY)
    project = drafting.create(town, by="owner.drafter", **tenders.CONSTRUCTION)
    owner = town["owner.drafter"]
    drafting.write(owner, project, tenders.CONSTRUCTION_STEPS)
    drafting.write_criteria(owner, project, tenders.PASSED)
    lot = drafting.add_lot(owner, project, **tenders.CONSTRUCTION_LOT)
    document = tmp_path / "招标文件.pdf"
    document.write_bytes(b"%PDF-1.4\n% the tender documents\n")
    drafting.upload(owner, project, document, title="招标文件")
    drafting.hand_in(owner, project)
    clock.move_to(ANNOUNCED - 12 * HOUR)
    sealing.appoint_holders(town, project, by="owner.drafter", seats=sealing.SEATS)
    sealing.make_keys(town, project, HOLDERS)
    sealing.sign_ceremonies(town, [lot], HOLDERS)
    clock.move_to(ANNOUNCED)
    sealing.announce(town, project, by="owner.approver")
    sealing.rehearse(town, [lot], HOLDERS)
    assert _stage(lot) == Stage.BIDDING
    return project, lot


def _asked_and_amended(town: Town, project: str) -> None:
    """The agent answers a question and clarifies the documents; whoever obtained them is told of both."""
    clock.move_to(ANNOUNCED + DAY)
    drafting.ask(town, project, "清单第三项是否含运费?", by="bolt")
    drafting.obtain(town["bolt"], project)
    drafting.answer(town, project, "含。", by="agent.drafter")
    drafting.amend(town, project, "清单第三项单价含运费。", drafter="agent.drafter", publisher="agent.approver")
    question = Question.objects.get().number
    title = "滨江大道(一期)改造工程施工"
    reading.told(town["bolt"], f"{title}的问题 {question} 已答复", f"{title}第 1 次澄清修改已发布")
    reading.shows(town, f"/projects/{project}", ["含。", "清单第三项单价含运费。"], name="public-project-open")


def _sealed(town: Town, lot: str) -> None:
    """Four bidders seal in the page; one replaces its bid, one takes it back."""
    clock.move_to(DEADLINE - DAY)
    offers = {"acme": "28800000.00", "bolt": "28500000.00", "cedar": "28900000.00", "delta": "27100000.00"}
    sealing.enrol(town, list(offers))
    for bidder, price in offers.items():
        sealing.seal(town, lot, bidder, price=price, **MANAGER)
    sealing.seal(town, lot, "acme", price="28000000.00", **MANAGER)
    sealing.withdraw(town, lot, "cedar")


def _opened(town: Town, lot: str) -> None:
    watcher = sealing.watch_hall(town, lot)
    _sweep(DEADLINE + MINUTE)
    sealing.sees(watcher, "3 份")
    for holder in HOLDERS[:3]:
        sealing.release(town, lot, holder)
    sealing.sees(watcher, "28,000,000.00")
    watcher.look("hall-opened")
    sealing.lead_session(town, lot, bidder="acme", by="agent.approver")
    sealing.sees(watcher, "开标记录")
    reading.prints(watcher, f"/hall/{lot}/record.pdf")
    assert [price in watcher.text() for price in ("28,800,000.00", "28,900,000.00")] == [False, False]
    depositing.match_statement(
        town,
        lot,
        [
            "甲建工集团有限公司,500000.00,2026-03-20 10:00,T1",
            "丁建设股份有限公司,500000.00,2026-03-20 11:00,T2",
            "某某商贸有限公司,500000.00,2026-03-20 12:00,T3",
        ],
        by="center",
    )
    guarantee = {"number": "BH-2026-031", "amount": "500000.00", "verify_url": "https://bank.example/BH-2026-031"}
    depositing.accept_guarantee(town, lot, "bolt", by="center", **guarantee)
    depositing.lock(town, lot, by="center")


def _evaluated(town: Town, lot: str) -> None:
    """A member has a conflict and is replaced; one bid is rejected; one member dissents from the report."""
    clock.move_to(DEADLINE + HOUR)
    owner = "owner.approver"
    evaluating.name_committee(town, lot, by=owner, experts=COMMITTEE[:4], owners=COMMITTEE[4:])
    evaluating.recuse(town, lot, "expert.four", because="近三年内曾在乙路桥有限公司任职")
    reading.told(town[owner], f"{LOT} 评标委员会有成员存在利害关系")
    evaluating.replace_member(town, lot, by=owner, out="expert.four", successor="expert.five", because="回避")
    evaluating.declare(town, lot, SITTING)
    evaluating.convene(town, lot, by=owner)
    evaluating.vote(town, lot, SITTING, against={"delta": NOT_RESPONSIVE})
    assert evaluating.calculate(town, lot, by="expert.one") == ["甲建工集团有限公司", "乙路桥有限公司"]
    evaluating.draw_up(town, lot, by="expert.one", few_bids_because=FEW)
    for member in SITTING:
        evaluating.answer(town, lot, member, dissent=DISSENT if member == "expert.three" else "")
    assert _stage(lot) == Stage.EVALUATED
    reading.told(town["expert.five"], "邀请您参加 滨江大道(一期)改造工程施工 的评审")


def _objected(town: Town, lot: str) -> str:
    """The rejected bidder objects while the candidates are public: the publicity does not end."""
    clock.move_to(DEADLINE + DAY)
    deciding.publish_candidates(town, lot, by="owner.approver")
    ends = Lot.objects.get(number=lot).next_due_at
    assert ends is not None
    clock.move_to(ends - 12 * HOUR)
    number = deciding.object_to(town, lot, "我方的排水专项方案见技术文件第 12 页,请复核。", by="delta")
    _sweep(ends + HOUR)
    assert _stage(lot) == Stage.PUBLICITY
    return number


def _answered(town: Town, lot: str, objection: str) -> None:
    town["supervisor"].go("/supervision", name="supervision")
    assert "1 件异议" in town["supervisor"].text()
    reading.told(town["owner.approver"], f"{LOT} 收到异议，待答复")
    deciding.answer_objection(town, objection, "经复核,该页为施工总平面图,不含排水专项方案。", by="owner.approver")
    reading.told(town["delta"], f"您的异议 {objection} 已获答复")
    _sweep(clock.now() + HOUR)
    assert _stage(lot) == Stage.AWARD_PENDING


def _awarded(town: Town, lot: str) -> str:
    deciding.award_first(town, lot, by="owner.approver")
    deciding.announce_award(town, lot, by="agent.approver")
    results = {"acme": f"恭喜，您在 {LOT} 中标", "bolt": f"{LOT} 结果已确定", "delta": f"{LOT} 结果已确定"}
    for bidder, title in results.items():
        reading.told(town[bidder], title)
        town[bidder].go(f"/evaluation/{lot}/result", name=f"result-{bidder}")
    assert NOT_RESPONSIVE[1] in town["delta"].text()
    contract = deciding.draft_contract(
        town,
        lot,
        by="owner.drafter",
        title="滨江大道(一期)施工合同",
        summary="按招标文件和投标文件",
        security_asked="1400000.00",
    )
    deciding.receive_security(town, contract, by="owner.drafter")
    deciding.sign_contract(town, contract, by="owner.approver")
    reading.told(town["acme"], f"{LOT}的合同待贵单位签署")
    deciding.sign_contract(town, contract, by="acme")
    deciding.register_contract(town, contract, by="agent.drafter")
    assert _stage(lot) == Stage.PERFORMING
    return contract


def _settled(town: Town, lot: str) -> None:
    """The winner's deposit becomes part of its performance security, the others go back with the bank's interest."""
    depositing.convert(town, lot, "acme", by="center", because="转为履约保证金的一部分")
    depositing.release(town, lot, "bolt", by="center")
    depositing.release(town, lot, "delta", by="center", interest="125.00")
    states = dict(Deposit.objects.filter(lot__number=lot).values_list("organisation__number", "state"))
    assert states == {"OR-acme": "converted", "OR-bolt": "released", "OR-delta": "released"}


def _performed(town: Town, contract: str, lot: str) -> None:
    clock.move_to(DEADLINE + 200 * DAY)
    deciding.accept_performance(town, contract, "竣工验收合格", by="owner.approver")
    assert _stage(lot) == Stage.CLOSED


def _read_by_everybody(town: Town, project: str, lot: str) -> None:
    winner, price = "甲建工集团有限公司", "28,000,000.00"
    reading.shows(town, f"/projects/{project}", [winner, price], name="public-project")
    reading.shows(town, f"/lots/{lot}", [winner, price], name="public-lot")
    notices = reading.notices_of(town, project)
    for number, path in notices.items():
        reading.shows(town, path, [number], name=f"notice-{number.split('-')[0]}")
    reading.prints(town["nobody"], *(f"{path}.pdf" for path in notices.values()))
    town["owner.drafter"].go(f"/evaluation/{lot}/report", name="report-final")
    reading.prints(town["owner.drafter"], f"/evaluation/{lot}/report.pdf")
    assert DISSENT in town["owner.drafter"].text()
    _read_by_the_auditor(town, lot)


def _read_by_the_auditor(town: Town, lot: str) -> None:
    """The auditor reads who did what: here each member that answered the report."""
    auditor = town["audit"]
    auditor.go("/desk", name="desk-audit")  # the log is public: who is signed out reads it as nobody
    auditor.go(f"/evidence?event=evaluation.report.answered&number={lot}", name="evidence")
    answered = auditor.find("main tbody tr td:last-child").all_inner_texts()
    assert sorted(each.rpartition(" ")[2] for each in answered) == sorted(map(evaluating.person, SITTING))
    auditor.click("main tbody a[href^='/evidence/']")
    auditor.look("evidence-entry")
