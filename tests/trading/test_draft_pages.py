"""The pages of a draft and its notice, read and filled in without JavaScript."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from core import clock
from core.canonical import format_time
from core.reasons import reason
from tests.stories import trading as story
from tests.trading.browsing import browser, why_not, words
from trading import checking, outlook
from trading.models import Lot, Project
from trading.names import Kind
from trading.procedures.clauses import CONSTRUCTION_CLAUSES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpResponse
    from django.test import Client

    from tests.cast import Cast

DURING = story.ANNOUNCED + story.DAY


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
         approval_authority="发改委", approval_number="滨发改12号", approval_on="2026-01-20",
         approved_extent="all", approved_access="open", approved_organisation="agent", tender_extent="all")  # fmt: skip
    fill(client, "edit", project.number, "clauses", clauses_checked=[item.key for item in CONSTRUCTION_CLAUSES])
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
    fill(client, "edit", project.number, "contact", contact_name="李工", contact_phone="0871-7654321")
    assert (
        ">contact person and telephone</a>" not in client.get(url("edit", project.number, "contact")).content.decode()
    )


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
    monkeypatch.setattr(checking, "_checks", [lambda _project, _at: (reason("the points do not add up"),)])
    project = story.drafted(cast)
    client = browser(cast, "owner.drafter")
    for page in (url("criteria", project.number), url("preview", project.number)):
        assert "the points do not add up" in words(client.get(page))
    assert why_not(client.get(url("project", project.number)))[0] == "the points do not add up"


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
