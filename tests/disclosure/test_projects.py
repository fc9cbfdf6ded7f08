from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import storage
from disclosure.progress import steps_of
from tests.accounts.people import signed_in
from tests.stories import bidding as bids
from tests.stories import disclosure as story
from tests.stories import trading as stories
from trading import binding, clarifying, drafting, ending, holding, retendering
from trading.models import Lot, Notice, Project
from trading.names import HoldGround, Kind, Stage, TerminationGround

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cast import Cast

DURING = stories.ANNOUNCED + stories.DAY
PROJECT_QUERIES, LOT_QUERIES = 14, 10  # the same for one lot and for three


def text(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.partition("<main")[2].partition("</main>")[0]))


def steps(lot: Lot) -> list[tuple[str, str]]:
    procedure = binding.procedure_of(lot.project, at=stories.DEADLINE)
    return [(str(step.label), step.state) for step in steps_of(lot, procedure)]


def test_a_project_page_says_what_it_is_and_by_which_law(cast: Cast, read: Callable[..., str]) -> None:
    project = stories.announced(cast)
    page = read(f"/projects/{project.number}")
    assert 'href="/editions/CT/2026"' in page
    said = text(page)
    assert [
        part
        for part in (
            project.number,
            "滨江大道改造工程",
            "招投标法 (2017)",
            "¥29,000,000.00",
            "云岭招标代理有限公司",
            "National rules",
        )
        if part not in said
    ] == []


def test_the_next_step_names_who_and_until_when(cast: Cast, read: Callable[..., str]) -> None:
    tender = bids.bidding(cast)
    said = text(read(f"/projects/{tender.project.number}", at=tender.deadline - stories.DAY))
    assert "Next: Sealed bids are taken. · by Bidder · until 2026-03-24 09:30:00 (Beijing time)" in said


@pytest.mark.no_cover  # narrower tests cover every line of it
def test_every_stage_of_a_run_has_its_page(cast: Cast, read: Callable[..., str]) -> None:
    for kind in Kind:
        case = story.run(cast, kind)
        assert "Closed" in text(read(f"/lots/{case.lot.number}"))


def test_the_stepper_shows_done_now_and_next_with_dates(cast: Cast) -> None:
    lot = stories.walked(cast, to=Stage.OPENED)
    assert steps(lot) == [
        ("Announced", "done"),
        ("Bidding", "done"),
        ("Bid opening", "done"),
        ("Bids opened", "now"),
        ("Evaluation", "next"),
        ("Evaluation report signed", "next"),
        ("Publicity of candidates", "next"),
        ("Award pending", "next"),
        ("Winner determined", "next"),
        ("Contract to be signed", "next"),
        ("Contract signed", "next"),
        ("Performance of the contract", "next"),
        ("Closed", "next"),
    ]
    procedure = binding.procedure_of(lot.project, at=stories.DEADLINE)
    first = steps_of(lot, procedure)[0]
    assert first.at == stories.ANNOUNCED


def test_the_stepper_of_a_procurement_begins_with_the_intention(cast: Cast) -> None:
    lot = stories.walked(cast, Kind.GP_OPEN, to=Stage.OPENING)
    assert steps(lot)[:4] == [
        ("Procurement intention", "done"),
        ("Announced", "done"),
        ("Bidding", "done"),
        ("Bid opening", "now"),
    ]


def test_the_stepper_of_a_run_that_ended_early_stops_there(cast: Cast, standing: Callable) -> None:
    project = stories.announced(cast)
    with standing(DURING):
        ending.terminate(
            project.pk,
            actor=cast.actor("owner.approver"),
            at=DURING,
            ground=TerminationGround.FORCE_MAJEURE,
            because="地震",
        )
    lot = Lot.objects.get(project=project)
    assert steps(lot) == [("Announced", "done"), ("Terminated", "stopped")]


def test_a_terminated_project_says_why(cast: Cast, read: Callable[..., str], standing: Callable) -> None:
    project = stories.announced(cast)
    with standing(DURING):
        ending.terminate(
            project.pk,
            actor=cast.actor("owner.approver"),
            at=DURING,
            ground=TerminationGround.FORCE_MAJEURE,
            because="地震毁损现场",
        )
    assert "Ground Force majeure Reason 地震毁损现场" in text(read(f"/projects/{project.number}"))


def test_the_results_stand_on_the_project_page_newest_first(cast: Cast, read: Callable[..., str]) -> None:
    case = story.run(cast, against=story.OUT)
    page = read(f"/projects/{case.project.number}")
    headings = re.findall(r'<section class="section-title"[^>]*><h2>([^<]+)</h2>', page)
    assert headings == [
        "Performance and acceptance announcement",
        "Contract announcement",
        "Award announcement",
        "Publicity of candidates",
        "Opening record",
    ]
    said = text(page)
    assert "工期响应与招标文件不符" in said
    assert "贰仟柒佰伍拾万元整" in said


def test_the_lot_shows_the_worked_calculation_with_names(cast: Cast, read: Callable[..., str]) -> None:
    case = story.run(cast, to=Stage.CONTRACTING, **story.work.BENCHMARK)
    said = text(read(f"/lots/{case.lot.number}"))
    calculation = said.partition("Worked calculation")[2]
    assert [
        name for name in ("甲建工集团有限公司", "乙路桥有限公司", "丙市政工程有限公司") if name not in calculation
    ] == []
    assert "For all bids" in calculation
    assert "Benchmark:" in calculation


def test_several_lots_stand_in_a_table_with_their_winners(cast: Cast, read: Callable[..., str]) -> None:
    case = story.run(cast, to=Stage.CONTRACTING, lots=2)
    page = read(f"/projects/{case.project.number}")
    table = text(
        "<main>"
        + page.partition('<table><caption class="visually-hidden">Lots')[2].partition("</table>")[0]
        + "</main>"
    )
    assert "1标段" in table
    assert "乙路桥有限公司 ¥27,500,000.00" in table
    assert page.count('<ol class="stepper"') == 2  # the lots went different ways


def test_lots_that_went_the_same_way_share_one_stepper(cast: Cast, read: Callable[..., str]) -> None:
    project = stories.announced(cast, lots=3)
    assert read(f"/projects/{project.number}").count('<ol class="stepper"') == 1


def test_documents_stand_with_their_digests(cast: Cast, read: Callable[..., str]) -> None:
    project = stories.submitted(cast)
    kept = storage.keep_bytes(b"tender documents", at=DURING)
    project.documents.create(
        title="招标文件",
        media="application/pdf",
        file=kept,
        added_at=DURING,
        added_by="",
        published_at=stories.ANNOUNCED,
    )
    drafted = stories.announced(cast)
    project.documents.update(project=drafted)
    page = read(f"/projects/{drafted.number}")
    assert ("招标文件" in page, kept.digest in page) == (True, True)


def test_amendments_holds_questions_are_on_the_page(cast: Cast, read: Callable[..., str], standing: Callable) -> None:
    project = stories.announced(cast)
    with standing(DURING):
        asked = clarifying.ask(project.pk, actor=cast.actor("acme"), at=DURING, body="图纸比例?")
        clarifying.answer(asked.pk, actor=cast.actor("owner.drafter"), at=DURING, text="1:500")
        later = stories.DEADLINE + 20 * stories.DAY
        for n, moves_to in enumerate((None, later), start=1):
            draft = clarifying.draft_amendment(
                project.pk,
                actor=cast.actor("owner.drafter"),
                at=DURING,
                body=f"修改{n}",
                affects_bids=False,
                new_closes_at=moves_to,
            )
            clarifying.publish_amendment(draft.pk, actor=cast.actor("owner.approver"), at=DURING)
        holding.order(
            project.lots.get().pk,
            actor=cast.actor("supervisor"),
            at=DURING,
            ground=HoldGround.COMPLAINT_ORDER,
            because="投诉",
            order_number="3号",
        )
    said = text(read(f"/projects/{project.number}"))
    assert "图纸比例? 1:500" in said
    assert "Amendment 1 修改1" in said
    assert "the deadline stayed" in said
    assert "the deadline moved to 2026-04-13 09:30:00 (Beijing time)" in said
    assert "Ordered by the supervising department" in said
    assert "not lifted yet" in said
    assert "On hold: Ordered by the supervising department" in said


def test_runs_are_linked_once_both_are_known(cast: Cast, read: Callable[..., str], standing: Callable) -> None:
    lot = stories.walked(cast, to=Stage.BIDDING)
    with standing(DURING + stories.DAY):
        ending.fail_documents(
            lot.project_id, actor=cast.actor("owner.approver"), at=DURING + stories.DAY, because="限定品牌"
        )
    new = retendering.retender(
        lot.project_id, analysis="品牌限定", actor=cast.actor("owner.drafter"), at=DURING + 2 * stories.DAY
    )
    assert new.number not in read(f"/projects/{lot.project.number}")
    Project.objects.filter(pk=new.pk).update(announced_at=stories.DEADLINE, edition="2026")
    Lot.objects.filter(project=new).update(closes_at=stories.DEADLINE + 30 * stories.DAY)
    assert f'href="/projects/{new.number}"' in read(f"/projects/{lot.project.number}")
    page = read(f"/projects/{new.number}")
    assert f'href="/projects/{lot.project.number}"' in page
    assert "round 2" in page


def test_an_intention_has_a_page_of_its_own(cast: Cast, read: Callable[..., str]) -> None:
    project = stories.drafted(cast, Kind.GP_OPEN)
    drafting.intend(project.pk, actor=cast.actor("buyer.approver"), at=stories.ANNOUNCED)
    said = text(read(f"/projects/{project.number}"))
    assert "What stands here is the intention, which does not bind the purchaser." in said
    assert Notice.objects.get().number in said


def test_an_intention_whose_notice_is_gone_is_not_there(cast: Cast, read: Callable[..., str]) -> None:
    project = stories.drafted(cast, Kind.GP_OPEN)
    Project.objects.filter(pk=project.pk).update(intended_at=stories.ANNOUNCED)
    read(f"/projects/{project.number}", status=404)


def test_what_does_not_exist_is_not_found(read: Callable[..., str], db: None) -> None:
    for path in (
        "/projects/CT-1",
        "/lots/CT-1-1",
        "/notices/NO-1",
        "/notices/NO-1.pdf",
        "/editions/CT/1999",
        "/editions/XX/2026",
    ):
        read(path, status=404)


@pytest.mark.parametrize("count", [1, 3])
def test_a_page_asks_the_database_equally_often_whatever_it_holds(
    cast: Cast, read: Callable[..., str], standing: Callable, count: int
) -> None:
    project = stories.announced(cast, lots=count)
    with standing(DURING):
        for n in range(count):
            asked = clarifying.ask(project.pk, actor=cast.actor("acme"), at=DURING, body=f"问{n}")
            clarifying.answer(asked.pk, actor=cast.actor("owner.drafter"), at=DURING, text=f"答{n}")
    found = {}
    for path in (f"/projects/{project.number}", f"/lots/{project.lots.first().number}"):
        with CaptureQueriesContext(connection) as caught:
            read(path)
        found[path.split("/")[1]] = len(caught)
    assert found == {"projects": PROJECT_QUERIES, "lots": LOT_QUERIES}


def test_a_signed_in_bidder_reads_the_same_page(cast: Cast, read: Callable[..., str]) -> None:
    tender = bids.bidding(cast)
    client = signed_in(cast.seats["acme"])
    said = text(read(f"/lots/{tender.lot.number}", client=client, at=tender.deadline - stories.DAY))
    assert "Sealed bids are taken." in said
