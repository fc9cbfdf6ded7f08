"""What must not be public yet: each row of the table, with something there that could leak."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from core import storage
from evaluation import awarding
from tests.accounts.people import signed_in
from tests.stories import bidding as bids
from tests.stories import disclosure as story
from tests.stories import evaluation as work
from tests.stories import trading as stories
from trading import clarifying, drafting, ending
from trading.models import Document, Lot, Notice, Project
from trading.names import Code, Kind, RefusalGround, Stage, TerminationGround

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cast import Cast

DURING = stories.ANNOUNCED + stories.DAY
EVERYWHERE = (
    "/",
    "/openings",
    "/notices",
    "/projects",
    "/notices.csv",
    "/projects.csv",
    "/evidence",
    "/evidence.jsonl",
)


def everywhere(read: Callable[..., str], project: Project) -> str:
    """Every public page on which something of a project could stand."""
    paths = [*EVERYWHERE, f"/projects/{project.number}", f"/evidence?number={project.number}"]
    paths += [f"/lots/{lot.number}" for lot in Lot.objects.filter(project=project)]
    paths += [f"/notices/{notice.number}" for notice in Notice.objects.filter(project=project, is_public=True)]
    return "\n".join(read(path) for path in paths)


def test_a_draft_does_not_exist_for_the_public(cast: Cast, read: Callable[..., str]) -> None:
    project = stories.submitted(cast)
    for path in (f"/projects/{project.number}", f"/lots/{project.lots.get().number}"):
        read(path, status=404)
    assert project.number not in "".join(read(path) for path in EVERYWHERE)
    assert project.title not in "".join(read(path) for path in EVERYWHERE)


@pytest.mark.parametrize("name", ["owner.drafter", "supervisor", "center", "audit", "acme"])
def test_the_public_face_is_the_same_for_everybody(cast: Cast, read: Callable[..., str], name: str) -> None:
    project = stories.submitted(cast)
    client = signed_in(cast.seats[name])
    read(f"/projects/{project.number}", client=client, status=404)


def test_the_notice_of_a_draft_that_was_terminated_stays_unknown(
    cast: Cast, read: Callable[..., str], standing: Callable
) -> None:
    project = stories.drafted(cast)
    with standing(DURING):
        ending.terminate(
            project.pk,
            actor=cast.actor("owner.approver"),
            at=DURING,
            ground=TerminationGround.FORCE_MAJEURE,
            because="地震",
        )
    notice = Notice.objects.get()
    read(f"/notices/{notice.number}", status=404)
    assert notice.number not in read("/notices")


def test_of_an_intention_only_its_notice_is_known(cast: Cast, read: Callable[..., str]) -> None:
    project = stories.drafted(cast, Kind.GP_OPEN)
    drafting.intend(project.pk, actor=cast.actor("buyer.approver"), at=stories.ANNOUNCED)
    drafting.edit_project(project.pk, actor=cast.actor("buyer.drafter"), at=DURING, content="改为平板电脑300台")
    page = read(f"/projects/{project.number}")
    assert ("教学用计算机200台" in page, "平板电脑" in page) == (True, False)
    read(f"/lots/{project.lots.get().number}", status=404)


def test_bids_in_the_box_change_no_public_page(cast: Cast, read: Callable[..., str]) -> None:
    tender = bids.bidding(cast)
    for name in ("acme", "bolt"):
        bids.enrolled(tender, name)  # a signing key is public, a bid is not
    at = tender.deadline - stories.DAY / 2
    before = {
        path: read(path, at=at)
        for path in (*EVERYWHERE, f"/projects/{tender.project.number}", f"/lots/{tender.lot.number}")
    }
    for name in ("acme", "bolt"):
        bids.submitted(tender, name)
    bids.submitted(tender, "acme", "960000.00")
    bids.withdrawn(tender, "bolt")
    assert {path: read(path, at=at) for path in before} == before


def test_after_the_deadline_and_before_the_opening_nobody_is_counted_or_named(
    cast: Cast, read: Callable[..., str]
) -> None:
    tender = bids.closed(cast)
    shown = everywhere(read, tender.project)
    assert [cast[name].name for name in bids.PRICES if cast[name].name in shown] == []
    assert [cast[name].number for name in bids.PRICES if f"{cast[name].number}<" in shown] == []
    assert "A sealed bid was received" not in re.sub("<option.*?</option>", "", shown)


def test_offers_are_never_offered(cast: Cast, read: Callable[..., str]) -> None:
    case = story.run(cast, to=Stage.CONTRACTING)
    shown = everywhere(read, case.project)
    files = [file.file_id for bid in [case.bid("acme")] for file in bid.files.all()]
    assert len(files) == 1
    assert [digest for digest in files if digest in shown] == []


def test_the_committee_is_named_with_the_result_and_not_before(cast: Cast, read: Callable[..., str]) -> None:
    case = story.run(cast, to=Stage.AWARDED)
    before = everywhere(read, case.project)
    assert [name for name in case.names if name in before] == []
    assert "OR-pool" not in before
    awarding.notify_award(case.lot.pk, actor=case.drafter, at=work.later(case))
    assert case.names[0] in read(f"/lots/{case.lot.number}")


def test_the_winner_is_named_with_the_result_and_not_before(cast: Cast, read: Callable[..., str]) -> None:
    case = story.run(cast, Kind.GP_OPEN, to=Stage.AWARDED)
    assert "Winner</dt>" not in everywhere(read, case.project)
    awarding.notify_award(case.lot.pk, actor=case.drafter, at=work.later(case))
    assert "Winner</dt><dd>乙路桥有限公司" in read(f"/lots/{case.lot.number}")


def test_the_worked_calculation_waits_for_the_result(cast: Cast, read: Callable[..., str]) -> None:
    case = story.run(cast, to=Stage.AWARDED)
    assert "Worked calculation" not in read(f"/lots/{case.lot.number}")
    awarding.notify_award(case.lot.pk, actor=case.drafter, at=work.later(case))
    page = read(f"/lots/{case.lot.number}")
    assert "Worked calculation" in page
    assert cast["bolt"].number not in page  # names stand there instead


def test_a_second_award_is_not_told_by_the_first_announcement(cast: Cast, read: Callable[..., str]) -> None:
    case = story.run(cast, to=Stage.CONTRACTING, lots=2)
    awarding.winner_refuses(
        case.lot.pk, ground=RefusalGround.REFUSED_TO_SIGN, because="拒签合同", actor=case.approver, at=work.later(case)
    )
    awarding.award(
        case.lot.pk, candidate_id=case.candidate(2).pk, actor=case.approver, at=work.later(case, 2 * work.HOUR)
    )
    page, project = read(f"/lots/{case.lot.number}"), read(f"/projects/{case.project.number}")
    assert "The award of this notice has fallen" in page
    assert "An award fell at" in page
    assert "The winner refuses to sign the contract" in page
    lots = project.partition("Lots")[2].partition("</table>")[0]
    assert [cast[name].name for name in ("acme", "bolt") if cast[name].name in lots] == []


def test_an_award_letter_is_for_its_addressee_the_buying_side_and_the_auditor(
    cast: Cast, read: Callable[..., str]
) -> None:
    case = story.run(cast, to=Stage.CONTRACTING)
    letter = Notice.objects.get(code=Code.AWARD_LETTER)
    readers = {name: signed_in(cast.seats[name]) for name in ("bolt", "owner.drafter", "agent.rep", "audit")}
    for client in readers.values():
        read(f"/notices/{letter.number}", client=client)
        assert "for its addressee only" in read(f"/notices/{letter.number}", client=client)
    for name in ("acme", "supervisor", "center", "buyer.drafter"):
        read(f"/notices/{letter.number}", client=signed_in(cast.seats[name]), status=404)
        read(f"/notices/{letter.number}.pdf", client=signed_in(cast.seats[name]), status=404)
    read(f"/notices/{letter.number}", status=404)
    assert letter.number not in everywhere(read, case.project)


def test_askers_stay_unnamed_and_open_questions_unseen(
    cast: Cast, read: Callable[..., str], standing: Callable
) -> None:
    project = stories.announced(cast)
    with standing(DURING):
        asked = clarifying.ask(project.pk, actor=cast.actor("acme"), at=DURING, body="清单第12项单位有误?")
        clarifying.ask(project.pk, actor=cast.actor("bolt"), at=DURING, body="能否延期?")
        clarifying.answer(asked.pk, actor=cast.actor("owner.drafter"), at=DURING, text="单位为米")
    shown = everywhere(read, project)
    assert ("清单第12项单位有误?" in shown, "单位为米" in shown, "能否延期?" in shown) == (True, True, False)
    assert [cast[name].name for name in ("acme", "bolt") if cast[name].name in shown] == []


def test_who_obtained_the_documents_changes_no_public_page(
    cast: Cast, read: Callable[..., str], standing: Callable
) -> None:
    project = stories.announced(cast)
    before = everywhere(read, project)
    with standing(DURING):
        for name in ("acme", "bolt", "cedar"):
            clarifying.obtain(project.pk, actor=cast.actor(name), at=DURING)
    assert everywhere(read, project) == before


def test_a_document_that_is_not_published_is_not_named(
    cast: Cast, read: Callable[..., str], standing: Callable
) -> None:
    project = stories.announced(cast)
    with standing(DURING):
        kept = storage.keep_bytes(b"drawing", at=DURING)
        clarifying.draft_amendment(
            project.pk, actor=cast.actor("owner.drafter"), at=DURING, body="更换图纸", affects_bids=False,
            files=[("修改图纸", "application/pdf", kept)],
        )  # fmt: skip
    shown = everywhere(read, project)
    assert ("修改图纸" in shown, "更换图纸" in shown, kept.digest in shown) == (False, False, False)
    Document.objects.update(published_at=DURING)
    assert kept.digest in read(f"/projects/{project.number}")
