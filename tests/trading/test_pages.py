"""The pages of the buying side, read and filled in without JavaScript."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from core import clock, storage
from core.canonical import format_time
from core.reasons import reason
from tests.stories import trading as story
from tests.trading.browsing import browser, why_not, words
from trading import checking, clarifying, contracting, drafting, ending, holding, outlook
from trading.models import Amendment, Document, Lot, Obtained, Project, Question
from trading.names import HoldGround, Kind, Stage

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


# -- a draft --------------------------------------------------------------------------------------------

NEW = {
    "kind": "CT",
    "title": "滨江大道改造工程",
    "category": "works",
    "funds_type": "budget",
    "region": "530000",
    "owner": "OR-owner",
    "agent": "OR-agent",
    "supervisor": "OR-supervisor",
    "center": "OR-center",
}


def created(cast: Cast, **changed: object) -> Project:
    answer = fill(browser(cast, "owner.drafter"), "create", **(NEW | changed))
    project = Project.objects.get()
    assert answer.headers["Location"] == url("edit", project.number, "subject")
    return project


def test_a_project_is_written_step_by_step_until_nothing_is_missing(cast: Cast) -> None:
    project, client = created(cast), browser(cast, "owner.drafter")
    page = client.get(url("project", project.number))
    assert why_not(page)[0] == "the project has no lot"
    fill(client, "add-lot", project.number, title="1标段", closes_at="2026-04-02T09:30", ceiling_price="29000000",
         estimated_value="30000000", deposit_amount="500000", bill="沥青混凝土；m3；1,200\n路缘石\tm\t300.5")  # fmt: skip
    lot = project.lots.get()
    assert format_time(lot.closes_at) == "2026-04-02T01:30:00.000000Z"  # typed in Beijing time
    assert lot.bill == [
        {"item": "沥青混凝土", "unit": "m3", "quantity": "1200"},
        {"item": "路缘石", "unit": "m", "quantity": "300.5"},
    ]
    fill(client, "edit", project.number, "subject", title=project.title, category="works", region="530000",
         content="道路改造", scope="图纸全部内容", scale="3.2公里")  # fmt: skip
    fill(client, "edit", project.number, "funds", funds_type="budget", is_mandatory_tender="on", is_whole="on",
         approval_authority="发改委", approval_number="滨发改12号", approval_on="2026-01-20")  # fmt: skip
    fill(client, "edit", project.number, "conditions", qualification="二级资质", document_access="在本平台下载",
         documents_from="2026-03-03T09:00", documents_until="2026-04-02T09:30", submission="在本平台递交",
         bid_validity_days="90")  # fmt: skip
    fill(client, "edit", project.number, "contact", contact_name="李工", contact_phone="0871-1")
    fill(client, "edit", project.number, "method", method="lowest_evaluated_price", tie_rule="price_technical_owner")
    project.refresh_from_db()
    assert project.approval == {"authority": "发改委", "number": "滨发改12号", "on": "2026-01-20"}
    assert project.terms["documents_until"] == "2026-04-02T01:30:00.000000Z"
    assert project.terms["state_funds_dominate"] is False
    assert why_not(client.get(url("project", project.number))) == [
        "Only somebody who may approve for the organisation may do this."  # beside “Terminate”
    ]
    answer = client.post(url("submit", project.number))
    assert (answer.status_code, project.lots.get().stage) == (302, "notice_ready")


def test_the_checklist_stands_beside_every_step_and_leads_to_what_is_missing(cast: Cast) -> None:
    project, client = created(cast), browser(cast, "owner.drafter")
    page = client.get(url("edit", project.number, "contact")).content.decode()
    assert f'href="{url("edit", project.number, "conditions")}">how to submit bids' in page
    assert f'href="{url("add-lot", project.number)}">deadline for bids' in page
    fill(client, "edit", project.number, "contact", contact_name="李工")
    assert ">contact person</a>" not in client.get(url("edit", project.number, "contact")).content.decode()


def test_a_step_goes_on_to_the_next_and_the_last_stays(cast: Cast) -> None:
    project, client = created(cast), browser(cast, "owner.drafter")
    answer = fill(client, "edit", project.number, "contact", contact_name="李工", onward="yes")
    assert answer.headers["Location"] == url("edit", project.number, "method")
    assert client.get(url("edit", project.number, "no-such-step")).status_code == 404


def test_what_a_verb_refuses_stands_above_the_form_with_what_was_typed(cast: Cast) -> None:
    project = story.submitted(cast)
    answer = fill(browser(cast, "owner.drafter"), "edit", project.number, "contact", contact_name="王工")
    assert answer.status_code == 422
    assert why_not(answer) == ["the project can no longer be edited: it is in “Notice ready for approval”"]
    assert 'value="王工"' in answer.content.decode()


def test_a_form_that_is_filled_in_badly_comes_back_with_every_fault(cast: Cast) -> None:
    project = story.drafted(cast)
    answer = fill(
        browser(cast, "owner.drafter"), "add-lot", project.number, title="", ceiling_price="-1", bill="no quantity; m"
    )
    assert answer.status_code == 422
    assert [line.partition(":")[0] for line in why_not(answer)] == [
        "Name of the lot",
        "Ceiling price",
        "Bill of quantities",
    ]
    assert "no quantity; m" in answer.content.decode()


def test_a_project_that_cannot_begin_says_why(cast: Cast) -> None:
    answer = fill(browser(cast, "owner.drafter"), "create", **(NEW | {"title": "", "owner": "OR-buyer"}))
    assert answer.status_code == 422
    assert Project.objects.count() == 0


def test_an_agent_names_the_owner_it_works_for(cast: Cast) -> None:
    answer = fill(browser(cast, "agent.drafter"), "create", **(NEW | {"owner": "OR-buyer", "kind": "GP_OPEN"}))
    project = Project.objects.get()
    assert (answer.status_code, project.owner.number, project.is_mandatory_tender) == (302, "OR-buyer", False)


def test_the_earliest_deadline_is_said_beside_the_field(cast: Cast) -> None:
    lot = story.drafted(cast).lots.get()
    page = words(browser(cast, "owner.drafter").get(url("lot", lot.number)))
    assert "Announced today, the deadline may be 2026-03-24 00:00:00 (Beijing time) at the earliest." in page
    assert outlook.earliest_deadline(lot, at=DURING).is_provisional is False


def test_a_lot_is_changed_and_removed(cast: Cast) -> None:
    project, client = story.drafted(cast, lots=2), browser(cast, "owner.drafter")
    first, second = project.lots.all()
    fill(client, "lot", first.number, title="道路", closes_at="2026-04-02T09:30")
    fill(client, "remove-lot", second.number)
    assert [(lot.title, lot.ceiling_price) for lot in project.lots.all()] == [("道路", None)]
    assert "1 item" not in words(client.get(url("lots", project.number)))


def test_the_score_sheet_becomes_a_template(cast: Cast) -> None:
    project = story.drafted(cast, method="comprehensive_evaluation", criteria={})
    client = browser(cast, "owner.drafter")
    rows = [
        {"title": "资质", "group": "qualification", "kind": "pass_fail"},
        {"title": "施工组织", "group": "technical", "kind": "fixed_steps", "maximum": "40", "steps": "0 20，40"},
        {"title": "报价", "group": "price", "kind": "formula", "maximum": "60"},
        {"title": "", "group": "technical", "kind": "range"},
    ]
    fields = {"total_points": "100", "row-TOTAL_FORMS": "4", "row-INITIAL_FORMS": "0"}
    fields |= {f"row-{n}-{key}": value for n, row in enumerate(rows) for key, value in row.items()}
    answer = client.post(url("criteria", project.number), fields)
    assert answer.status_code == 302
    project.refresh_from_db()
    assert project.criteria == {
        "basis": "points",
        "total_points": "100",
        "criteria": [
            {"code": "c1", "title": "资质", "group": "qualification", "kind": "pass_fail"},
            {
                "code": "c2", "title": "施工组织", "group": "technical", "kind": "fixed_steps", "maximum": "40",
                "steps": ["0", "20", "40"],
            },
            {"code": "c3", "title": "报价", "group": "price", "kind": "formula", "maximum": "60"},
        ],
    }  # fmt: skip
    page = client.get(url("criteria", project.number)).content.decode()
    assert 'value="0 20 40"' in page


def test_a_score_sheet_with_letters_for_points_comes_back(cast: Cast) -> None:
    project = story.drafted(cast)
    fields = {"total_points": "x", "row-TOTAL_FORMS": "1", "row-INITIAL_FORMS": "0", "row-0-title": "a",
              "row-0-group": "technical", "row-0-kind": "range", "row-0-maximum": "forty"}  # fmt: skip
    answer = browser(cast, "owner.drafter").post(url("criteria", project.number), fields)
    assert answer.status_code == 422
    assert "Maximum points: Write a number in plain digits, with a point before decimals." in why_not(answer)


def test_the_parameters_of_a_method_are_asked_one_by_one(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "_catalogues", [])
    wanted = [
        checking.MethodParameter(name="e1", title=reason("points lost above"), shape="number", is_required=True),
        checking.MethodParameter(name="trim", title=reason("trim from"), shape="whole", default="5"),
        checking.MethodParameter(name="how", title=reason("how"), shape="word", words=("mean", "trimmed")),
        checking.MethodParameter(name="grounds", title=reason("grounds"), shape="texts"),
        checking.MethodParameter(name="note", title=reason("note"), shape="text"),
    ]

    @checking.method_catalogue
    def catalogue(method: str) -> list[checking.MethodParameter]:
        return wanted if method == "comprehensive_evaluation" else []

    assert checking.method_catalogue(catalogue) is catalogue
    project, client = story.drafted(cast, method="comprehensive_evaluation"), browser(cast, "owner.drafter")
    answer = fill(client, "edit", project.number, "parameters", e1="a", trim="-1")
    assert [line.partition(":")[0] for line in why_not(answer)][:2] == ["points lost above", "trim from"]
    fill(client, "edit", project.number, "parameters", e1="0.5", grounds="绿色建材\n\n装配式", how="mean")
    project.refresh_from_db()
    assert project.method_parameters == {"e1": "0.5", "how": "mean", "grounds": ["绿色建材", "装配式"]}
    assert "if empty: 5" in words(client.get(url("edit", project.number, "parameters")))
    fill(client, "edit", project.number, "method", method="lowest_evaluated_price", tie_rule="price_technical_owner")
    project.refresh_from_db()
    assert project.method_parameters == {}
    assert "Nothing is to be stated here." in words(client.get(url("edit", project.number, "parameters")))


def test_what_is_wrong_with_the_score_sheet_is_said_where_it_is_written(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "_checks", [lambda _project: (reason("the points do not add up"),)])
    project = story.drafted(cast)
    client = browser(cast, "owner.drafter")
    for page in (url("criteria", project.number), url("preview", project.number)):
        assert "the points do not add up" in words(client.get(page))
    assert why_not(client.get(url("project", project.number)))[0] == "the points do not add up"


def test_documents_go_up_under_their_digest_and_come_down_under_their_title(cast: Cast) -> None:
    project, client = story.drafted(cast), browser(cast, "owner.drafter")
    content = b"%PDF-1.7" + b"x" * 3_000_000  # more than is held in memory
    file = io.BytesIO(content)
    file.name = "招标文件.pdf"
    fill(client, "documents", project.number, title="", lot=project.lots.get().number, file=file)
    document = Document.objects.get()
    assert (document.title, document.media, document.file.size, document.lot) == (
        "招标文件", "application/pdf", len(content), project.lots.get(),
    )  # fmt: skip
    answer = client.get(url("document", project.number, document.file_id))
    assert answer.getvalue() == content
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''%E6%8B%9B")
    assert browser(cast, "acme").get(url("document", project.number, document.file_id)).status_code == 404
    fill(client, "remove-document", project.number, document.file_id)
    assert Document.objects.count() == 0


def test_a_file_that_is_too_large_is_refused(cast: Cast, settings) -> None:
    settings.UPLOAD_MAX_BYTES = 10
    project = story.drafted(cast)
    file = io.BytesIO(b"x" * 11)
    file.name = "a.pdf"
    answer = fill(browser(cast, "owner.drafter"), "documents", project.number, file=file)
    assert why_not(answer) == ["File: The file is larger than this platform takes."]


def test_a_published_document_is_for_everybody_and_a_bidder_counts_as_having_it(cast: Cast) -> None:
    project = story.announced(cast)
    file = storage.keep_bytes(b"%PDF", at=DURING)
    Document.objects.create(
        project=project, title="招标文件.pdf", media="application/pdf", file=file, added_at=DURING, added_by="x",
        published_at=DURING,
    )  # fmt: skip
    from django.test import Client

    for client in (Client(), browser(cast, "acme"), browser(cast, "acme"), browser(cast, "supervisor")):
        assert client.get(url("document", project.number, file.digest)).getvalue() == b"%PDF"
    assert [row.organisation for row in Obtained.objects.all()] == [cast["acme"]]


def test_documents_of_an_announced_project_change_by_amendment_only(cast: Cast) -> None:
    project = story.announced(cast)
    answer = fill(browser(cast, "owner.drafter"), "documents", project.number, title="x")
    assert answer.status_code == 409
    assert "documents of an announced project change by an amendment only" in words(answer)


# -- the notice -----------------------------------------------------------------------------------------


def test_the_preview_shows_what_is_published_and_afterwards_what_was(cast: Cast) -> None:
    project = story.drafted(cast)
    Lot.objects.update(bill=[{"item": "沥青", "unit": "m3", "quantity": "1200"}])
    page = words(browser(cast, "owner.drafter").get(url("preview", project.number)))
    for text in ("Exactly this will be published.", "滨发改〔2026〕12号", "¥29,000,000.00", "沥青", "实质性响应"):
        assert text in page
    announced = story.announced(cast)
    notice = announced.notices.get()
    page = browser(cast, "supervisor").get(url("preview", announced.number))
    assert f"Published as {notice.number}" in words(page)
    assert notice.digest in page.content.decode()


def test_a_second_person_finds_the_way_to_announce_and_the_first_a_shut_door(cast: Cast) -> None:
    project = story.submitted(cast)
    page = browser(cast, "owner.approver").get(url("project", project.number)).content.decode()
    assert f'class="button primary" href="/desk/projects/{project.number}/announce"' in page
    assert why_not(browser(cast, "owner.drafter").get(url("project", project.number))) == [
        "Only somebody who may approve for the organisation may do this.",
        "Only somebody who may approve for the organisation may do this.",
        "who drafted may not approve: a second person is needed",
        "Only somebody who may approve for the organisation may do this.",
    ]


def test_a_notice_is_returned_with_a_reason(cast: Cast) -> None:
    project, client = story.submitted(cast), browser(cast, "owner.approver")
    assert fill(client, "return", project.number, because="").status_code == 422
    fill(client, "return", project.number, because="漏项")
    assert project.lots.get().stage == "draft"
    assert "漏项" in words(browser(cast, "owner.drafter").get(url("project", project.number)))


def test_an_intention_is_checked_before_it_is_public(cast: Cast) -> None:
    project, client = story.drafted(cast, Kind.GP_OPEN), browser(cast, "buyer.approver")
    assert why_not(fill(client, "intend", project.number, way="waive")) == [
        "Ground of the waiver: Write down why the intention is waived."
    ]
    page = fill(client, "intend", project.number, way="waive", because="抢险")
    assert "Check your answers" in words(page)
    assert Project.objects.get().terms.get("intention_waived_because") is None
    fill(client, "intend", project.number, way="waive", because="抢险", confirmed="yes")
    assert Project.objects.get().terms["intention_waived_because"] == "抢险"


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
        return [number for number in Project.objects.values_list("number", flat=True) if f">{number}<" in page]

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
    assert "Tender the failed lots again" in words(client.get(url("project", project.number)))
    answer = fill(client, "retender", project.number)
    again = Project.objects.get(previous=project)
    assert answer.headers["Location"] == url("project", again.number)
    page = client.get(url("project", project.number))
    assert why_not(page) == ["the project has been tendered again already"]
    assert project.number in words(client.get(url("project", again.number)))


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
    assert winner.get(url("contract-file", contract.number)).getvalue() == b"%PDF-1.7 text"
    fill(approver, "sign-contract", contract.number)
    refused = fill(winner, "sign-contract", contract.number)
    assert (refused.status_code, why_not(refused)) == (
        422,
        ["the performance security of ¥2,000,000.00 has not been given"],
    )
    fill(drafter, "give-security", contract.number)
    fill(winner, "sign-contract", contract.number)
    fill(drafter, "register-contract", contract.number)
    assert "Check your answers" in words(fill(approver, "supplement", contract.number, amount="1000", because="追加"))
    fill(approver, "supplement", contract.number, amount="1000", because="追加", confirmed="yes")
    page = words(winner.get(url("contract", contract.number)))
    assert "¥1,000.00" in page
    assert "贰仟捌佰伍拾万元整" in page
    fill(approver, "accept-contract", contract.number, acceptance="验收合格", confirmed="yes")
    assert Lot.objects.get().stage == "closed"
    assert "Closed" in words(browser(cast, "supervisor").get(url("contract", contract.number)))


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
