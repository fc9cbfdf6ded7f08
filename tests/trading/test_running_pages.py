"""The pages of a project that runs: questions, amendments, holds, ends, contracts."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.db import transaction
from django.urls import reverse

from core import clock
from core.actors import SYSTEM
from core.canonical import format_time
from tests.stories import trading as story
from tests.trading.browsing import browser, why_not, words
from trading import checking, clarifying, contracting, drafting, ending, holding, moves, outlook
from trading.models import Amendment, Lot, Project, Question
from trading.names import HoldGround, Kind, Move, Stage
from trading.procedures.facts import BidsReceived

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpResponse
    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

    from tests.cast import Cast

DURING = story.ANNOUNCED + story.DAY
ORDER = {"ground": HoldGround.COMPLAINT_ORDER, "because": "投诉", "order_number": "滨建监〔2026〕3号"}


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with clock.stands_at(DURING):
        yield


@pytest.fixture(autouse=True)
def _no_other_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "_checks", [])


def url(name: str, *args: str) -> str:
    return reverse(f"trading:{name}", args=args)


def fill(client: Client, name: str, *args: str, **fields: object) -> HttpResponse:
    return client.post(url(name, *args), {key: value for key, value in fields.items() if value is not None})


# -- questions and amendments ---------------------------------------------------------------------------


def test_a_question_is_asked_and_answered_without_a_name(cast: Cast) -> None:
    project = story.announced(cast)
    asked = fill(browser(cast, "acme"), "ask", project.number, body="单位?")
    question = Question.objects.get()
    assert asked.status_code == 302
    client = browser(cast, "agent.drafter")
    page = words(client.get(url("questions", project.number)))
    assert "单位?" in page
    assert cast["acme"].name not in page
    assert "Check your answers" in words(fill(client, "answer", question.number, text="立方米"))
    fill(client, "answer", question.number, text="立方米", confirmed="yes")
    assert "立方米" in words(client.get(url("questions", project.number)))


def test_the_list_of_questions_asks_as_often_for_three_as_for_one(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    project, client = story.announced(cast), browser(cast, "owner.drafter")
    client.get(url("questions", project.number))
    for more in (1, 2):
        for _ in range(more):
            clarifying.ask(project.pk, actor=cast.actor("acme"), at=DURING, body="?")
        with django_assert_num_queries(10):
            client.get(url("questions", project.number))


def test_the_list_of_projects_asks_as_often_for_three_as_for_one(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = browser(cast, "owner.drafter")
    client.get(url("projects"))
    for more in (1, 2):
        for _ in range(more):
            story.announced(cast, lots=2)
        with django_assert_num_queries(7):
            client.get(url("projects"))


def test_the_list_of_amendments_asks_as_often_for_three_as_for_one(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    project, client = story.announced(cast), browser(cast, "owner.drafter")
    client.get(url("amendments", project.number))
    for more in (1, 2):
        for _ in range(more):
            draft = clarifying.draft_amendment(
                project.pk, actor=cast.actor("owner.drafter"), at=DURING, body="改", affects_bids=False
            )
            clarifying.publish_amendment(draft.pk, actor=cast.actor("owner.approver"), at=DURING)
        with django_assert_num_queries(10):
            client.get(url("amendments", project.number))


def test_projects_are_found_by_words_kind_and_stage(cast: Cast) -> None:
    story.drafted(cast)
    running = story.announced(cast)
    client = browser(cast, "owner.drafter")

    def found(**query: str) -> list[str]:
        page = client.get(url("projects"), query).content.decode()
        return [
            number
            for number in Project.objects.order_by("pk").values_list("number", flat=True)
            if f">{number}<" in page
        ]

    numbers = list(Project.objects.order_by("pk").values_list("number", flat=True))
    assert found() == numbers
    assert found(q=f"滨江 {running.number}") == [running.number]
    assert found(kind="GP_OPEN") == []
    assert found(stage="published") == [running.number]
    assert found(kind="nonsense", size="50") == numbers


def test_the_effect_on_the_deadline_is_shown_before_anything_is_published(cast: Cast) -> None:
    project, client = story.announced(cast), browser(cast, "owner.drafter")
    with clock.stands_at(story.DEADLINE - 14 * story.DAY):
        client = browser(cast, "owner.drafter")
        page = words(client.get(url("amend", project.number)))
        assert "The deadline is 2026-03-24 09:30:00 (Beijing time)." in page
        assert "the deadline must be 2026-03-25 00:00:00 (Beijing time) or later" in page
        file = io.BytesIO(b"%PDF")
        file.name = "补遗书.pdf"
        fill(client, "amend", project.number, body="改质量标准", affects_bids="on", file=file)
        draft = Amendment.objects.get()
        second = browser(cast, "owner.approver")
        page = second.get(url("amendment", draft.number))
        assert "Published today, it needs a deadline of 2026-03-25 00:00:00 (Beijing time) or later." in words(page)
        assert why_not(page) == ["this may affect bids: the deadline must be at least 15 days after its publication"]
        answer = second.post(url("amendment", draft.number))
        assert (answer.status_code, why_not(answer)[0]) == (422, why_not(page)[0])
        fill(client, "drop-amendment", draft.number)
        fill(client, "amend", project.number, body="改质量标准", affects_bids="on", new_closes_at="2026-03-26T09:30")
        draft = Amendment.objects.get()
        page = words(second.get(url("amendment", draft.number)))
        assert "moves from 2026-03-24 09:30:00 (Beijing time) to 2026-03-26 09:30:00 (Beijing time)" in page
        assert second.post(url("amendment", draft.number)).status_code == 302
    assert format_time(Lot.objects.get().closes_at) == "2026-03-26T01:30:00.000000Z"
    assert "Published" in words(client.get(url("amendment", draft.number)))


def test_a_draft_is_read_against_the_deadline_that_a_hold_has_moved(cast: Cast) -> None:
    project = story.announced(cast)
    draft = clarifying.draft_amendment(
        project.pk, actor=cast.actor("owner.drafter"), at=DURING, body="改", affects_bids=True,
        new_closes_at=story.DEADLINE + story.DAY,
    )  # fmt: skip
    holding.order(project.lots.get().pk, actor=cast.actor("supervisor"), at=DURING, **ORDER)
    page = words(browser(cast, "owner.approver").get(url("amendment", draft.number)))
    assert "The deadline stays at 2026-04-23 09:30:00 (Beijing time)." in page


def test_after_the_deadline_the_amendment_page_says_so(cast: Cast) -> None:
    project = story.announced(cast)
    with clock.stands_at(story.DEADLINE):
        page = browser(cast, "owner.drafter").get(url("amend", project.number))
    assert why_not(page) == ["the deadline has passed: questions and amendments are no longer possible"]


# -- holds and ends -------------------------------------------------------------------------------------


def test_the_supervisor_suspends_by_its_order_after_a_look(cast: Cast) -> None:
    lot, client = story.walked(cast, to=Stage.BIDDING), browser(cast, "supervisor")
    fields = {"ground": "complaint_order", "because": "受理投诉"}
    page = fill(client, "place-hold", lot.number, **fields)
    assert "Ordered by the supervising department" in words(page)
    refused = fill(client, "place-hold", lot.number, **fields, confirmed="yes")
    assert why_not(refused) == ["a suspension on a complaint needs the number of the written order"]
    assert "受理投诉" in refused.content.decode()
    fill(client, "place-hold", lot.number, **fields, order_number="3号", confirmed="yes")
    hold = Lot.objects.get().holds.get()
    page = words(client.get(url("project", lot.project.number)))
    assert "On hold: Ordered by the supervising department" in page
    assert "The deadline was moved to 2026-04-23 09:30:00 (Beijing time)." in page
    fill(client, "lift-hold", hold.number, because="撤诉", confirmed="yes")
    assert "is over" in words(client.get(url("project", lot.project.number)))


def test_the_centre_suspends_for_a_fault_only(cast: Cast) -> None:
    lot, client = story.walked(cast, to=Stage.BIDDING), browser(cast, "center")
    page = client.get(url("place-hold", lot.number)).content.decode()
    assert 'value="fault"' in page
    assert 'value="complaint_order"' not in page
    fill(client, "place-hold", lot.number, ground="fault", because="断电", confirmed="yes")
    assert Lot.objects.get().holds.get().ground == "fault"


def test_an_end_is_looked_at_once_more_and_then_stands(cast: Cast) -> None:
    project, client = story.announced(cast), browser(cast, "owner.approver")
    page = fill(client, "terminate", project.number, ground="task_cancelled", because="规划调整")
    assert "This cannot be undone." in words(page)
    assert Lot.objects.get().stage == "published"
    fill(client, "terminate", project.number, ground="task_cancelled", because="规划调整", confirmed="yes")
    page = words(client.get(url("project", project.number)))
    assert "The project was terminated. A major change cancels the task" in page
    assert why_not(client.get(url("terminate", project.number))) == [
        "the project has no lot that “Terminate” could move"
    ]


def test_unlawful_documents_end_the_run_and_a_new_one_begins(cast: Cast) -> None:
    project, client = story.announced(cast), browser(cast, "owner.approver")
    fill(client, "fail-documents", project.number, because="限定业绩", confirmed="yes")
    assert "Decide what follows the failure" in words(client.get(url("project", project.number)))
    said = {"choice": "tender_again", "analysis": "业绩条件过窄,已放宽"}
    assert "Check your answers" in words(fill(client, "after-failure", project.number, **said))
    answer = fill(client, "after-failure", project.number, **said, confirmed="yes")
    again = Project.objects.get(previous=project)
    assert answer.headers["Location"] == url("project", again.number)
    page = client.get(url("project", project.number))
    assert why_not(page) == ["what follows the failure has been decided already"]
    assert "业绩条件过窄,已放宽" in words(page)
    assert project.number in words(client.get(url("project", again.number)))


def test_a_failed_procurement_may_go_on_by_another_method_that_was_approved(cast: Cast) -> None:
    lot = story.walked(cast, Kind.GP_OPEN, to=Stage.BIDDING)
    with transaction.atomic(durable=True):
        moves.advance(lot.pk, Move.FAIL_AT_DEADLINE, actor=SYSTEM, at=story.DEADLINE, known=(BidsReceived(complete=1),))
    client, number = browser(cast, "buyer.approver"), lot.project.number
    said = {"choice": "other_method_with_approval", "analysis": "只有一家供应商", "method": "GP_NEGOTIATION"}
    refused = fill(client, "after-failure", number, **said, confirmed="yes")
    assert why_not(refused) == ["name the authority that approved this, and the number of its approval"]
    said |= {"authority": "滨江市财政局", "approval": "滨财采〔2026〕9号"}
    assert fill(client, "after-failure", number, **said, confirmed="yes").status_code == 302
    page = words(client.get(url("project", number)))
    assert "Use another method, approved by the finance department" in page
    assert "Competitive negotiation" in page


def test_a_procurement_knows_no_unlawful_documents_button(cast: Cast) -> None:
    project = story.announced(cast, Kind.GP_OPEN)
    page = words(browser(cast, "buyer.approver").get(url("project", project.number)))
    assert "Withdraw unlawful documents" not in page
    answer = browser(cast, "buyer.approver").get(url("fail-documents", project.number))
    assert why_not(answer) == ["“Withdraw unlawful documents” is not possible in the stage “Announced”"]


def test_what_the_law_asks_stands_with_its_time(cast: Cast) -> None:
    lot = story.walked(cast, to=Stage.EVALUATED)
    at = story.DEADLINE + 2 * story.DAY
    with clock.stands_at(at):
        page = words(browser(cast, "owner.drafter").get(url("project", lot.project.number)))
    assert "What the law asks, and by when" in page
    assert "招投标条例 54" in page
    assert "Due soon" in page or "On time" in page


# -- contracts ------------------------------------------------------------------------------------------


def test_a_contract_goes_through_every_page_to_the_end(cast: Cast) -> None:
    lot = story.walked(cast, to=Stage.CONTRACTING)
    drafter, approver, winner = (browser(cast, name) for name in ("owner.drafter", "owner.approver", "acme"))
    wrong = io.BytesIO(b"not a pdf")
    wrong.name = "a.pdf"
    refused = fill(drafter, "draft-contract", lot.number, title="施工合同", security_asked="9000000", file=wrong)
    assert why_not(refused) == ["Text of the contract (PDF): This is not a PDF file."]
    refused = fill(drafter, "draft-contract", lot.number, title="施工合同", security_asked="9000000")
    assert why_not(refused) == ["a performance security of ¥9,000,000.00 is asked, at most ¥2,850,000.00 is allowed"]
    text = io.BytesIO(b"%PDF-1.7 text")
    text.name = "合同.pdf"
    fill(drafter, "draft-contract", lot.number, title="施工合同", security_asked="2000000", file=text)
    contract = lot.contracts.get()
    assert "Next: Owner and winner sign the contract" in words(winner.get(url("contract", contract.number)))
    assert winner.get(url("contract-file", contract.number)).getvalue() == b"%PDF-1.7 text"
    fill(approver, "sign-contract", contract.number, keeps_to_bid="on")
    refused = fill(winner, "sign-contract", contract.number, keeps_to_bid="on")
    assert (refused.status_code, why_not(refused)) == (
        422,
        ["the performance security of ¥2,000,000.00 has not been given"],
    )
    fill(drafter, "give-security", contract.number)
    fill(winner, "sign-contract", contract.number, keeps_to_bid="on")
    fill(drafter, "register-contract", contract.number)
    assert "Check your answers" in words(fill(approver, "supplement", contract.number, amount="1000", because="追加"))
    fill(approver, "supplement", contract.number, amount="1000", because="追加", confirmed="yes")
    page = words(winner.get(url("contract", contract.number)))
    assert "¥1,000.00" in page
    assert "贰仟捌佰伍拾万元整" in page
    fill(approver, "accept-contract", contract.number, acceptance="验收合格", confirmed="yes")
    assert Lot.objects.get().stage == "closed"
    assert "Closed" in words(browser(cast, "supervisor").get(url("contract", contract.number)))


def test_an_unsigned_contract_is_taken_back_on_its_page_and_drafted_anew(cast: Cast) -> None:
    lot = story.walked(cast, to=Stage.CONTRACTING)
    drafter = browser(cast, "owner.drafter")
    fill(drafter, "draft-contract", lot.number, title="施工合同")
    number = lot.contracts.get().number
    assert "Take back and draft anew" in words(drafter.get(url("contract", number)))
    checked = words(fill(drafter, "take-back-contract", number, because="工期有误"))
    assert "The text and every signature under it fall." in checked
    answer = fill(drafter, "take-back-contract", number, because="工期有误", confirmed="yes")
    assert answer.headers["Location"] == url("draft-contract", lot.number)
    assert "This contract was taken back before both had signed" in words(drafter.get(url("contract", number)))
    fill(drafter, "draft-contract", lot.number, title="施工合同（更正）")
    assert [each.stands for each in lot.contracts.order_by("pk")] == [False, True]


def test_a_contract_is_not_shown_to_those_who_lost(cast: Cast) -> None:
    lot = story.walked(cast, to=Stage.CONTRACTING)
    contract = contracting.draft_contract(lot.pk, actor=cast.actor("owner.drafter"), at=DURING, title="合同")
    assert browser(cast, "bolt").get(url("contract", contract.number)).status_code == 404
    assert browser(cast, "acme").get(url("contract-file", contract.number)).status_code == 404  # there is none
    assert why_not(browser(cast, "owner.drafter").get(url("sign-contract", contract.number))) == [
        "Only somebody who may approve for the organisation may do this."
    ]


def test_before_the_award_the_contract_page_says_why_not(cast: Cast) -> None:
    lot = story.walked(cast, to=Stage.AWARD_PENDING)
    assert why_not(browser(cast, "owner.drafter").get(url("draft-contract", lot.number))) == [
        "no award stands for this lot"
    ]


# -- every page in every stage --------------------------------------------------------------------------


@pytest.mark.no_cover  # narrower tests cover every line of it
@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("kind", list(Kind))
def test_the_working_page_can_be_read_in_every_stage(cast: Cast, kind: Kind, language: str) -> None:
    who = "owner" if kind is Kind.CT else "buyer"
    lot = story.announced(cast, kind, lots=2).lots.get(ordinal=1)
    for stride in story.WAYS[kind]:
        with clock.stands_at(stride.at):
            story.step(cast, lot, stride)
            for name in (f"{who}.approver", "agent.drafter", "supervisor", "center"):
                answer = browser(cast, name, language=language).get(url("project", lot.project.number))
                assert answer.status_code == 200, (stride.to, name)
                assert lot.number in answer.content.decode()


def test_the_centre_and_the_supervisor_are_told_what_they_do_not_do(cast: Cast) -> None:
    project = story.announced(cast)
    centre = words(browser(cast, "center").get(url("project", project.number)))
    assert "What the trading centre cannot do" in centre
    supervisor = words(browser(cast, "supervisor").get(url("project", project.number)))
    assert "It cannot see offers before their opening" in supervisor
    assert "Clarify or amend" not in centre + supervisor


def test_ended_projects_say_how_they_ended(cast: Cast) -> None:
    project = story.announced(cast)
    ending.fail_documents(project.pk, actor=cast.actor("owner.approver"), at=DURING, because="违法")
    lot = project.lots.get()
    step = outlook.next_step(lot, at=DURING)
    assert (str(step.what), step.tone, step.who) == (
        "This run has failed. The documents are unlawful and this affects bids", "stopped", None,
    )  # fmt: skip
    assert Decimal(lot.ceiling_price) > 0
    assert drafting.intention_of(project) == {}


@pytest.mark.parametrize("name", ["terminate", "fail-documents"])
def test_what_cannot_be_undone_asks_for_the_password_again(cast: Cast, name: str) -> None:
    project = story.announced(cast)
    answer = browser(cast, "owner.approver", proven=False).get(url(name, project.number))
    assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (302, "/account/step-up")
