"""What a draft states for the law: approval, funds and size, clauses; each is held against the tender on its page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from core import clock
from tests.stories import trading as story
from tests.trading.browsing import browser, why_not, words
from trading import checking
from trading.names import Kind
from trading.procedures.clauses import CONSTRUCTION_CLAUSES, PROCUREMENT_CLAUSES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpResponse
    from django.test import Client

    from tests.cast import Cast
    from trading.procedures.checklist import ChecklistItem


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with clock.stands_at(story.ANNOUNCED + story.DAY):
        yield


@pytest.fixture(autouse=True)
def _no_other_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "_checks", [])


def url(name: str, *args: str) -> str:
    return reverse(f"trading:{name}", args=args)


def fill(client: Client, name: str, *args: str, **fields: object) -> HttpResponse:
    return client.post(url(name, *args), fields)


def test_a_tender_that_departs_from_its_approval_is_told_so_where_it_is_written(cast: Cast) -> None:
    project = story.drafted(cast, terms=story.terms() | {"approved_access": "invited", "tender_extent": "part"})
    client = browser(cast, "owner.drafter")
    departs = [
        "scope of the tender is not the one that was approved",
        "method of tender is not the one that was approved",
    ]
    assert why_not(client.get(url("project", project.number)))[:2] == departs
    assert [found in words(client.get(url("edit", project.number, "funds"))) for found in departs] == [True, True]
    said = words(client.get(url("preview", project.number)))
    assert "Method of tender as approved Selective tender" in said


def test_what_funds_and_size_say_is_held_against_the_word_of_the_owner(cast: Cast) -> None:
    project = story.drafted(cast)
    client = browser(cast, "owner.drafter")
    typed = {"funds_type": "budget", "is_whole": "on", "approval_number": "12", "approved_extent": "all",
             "approved_access": "open", "approved_organisation": "agent", "tender_extent": "all"}  # fmt: skip

    def against(**more: str) -> list[str]:
        fill(client, "edit", project.number, "funds", **typed, **more)
        return why_not(client.get(url("project", project.number)))[:-1]

    unsaid = "whether the law demands a tender cannot be told: investment, budget funds or estimates are open"
    demanded = "by funds and size the law demands a tender: say so, or state the ground of an exemption"
    assert against() == [unsaid]
    assert against(investment="10000000", budget_funds="2000000") == [demanded]
    assert against(investment="10000000", budget_funds="1999999.99") == []
    assert against(investment="10000000", budget_funds="2000000", exemption="owner_can_build") == [demanded]
    assert against(
        investment="10000000", budget_funds="2000000", exemption="owner_can_build", exemption_because="自有资质"
    ) == []  # fmt: skip
    assert against(investment="10000000", budget_funds="2000000", is_mandatory_tender="on") == []
    assert 'value="2000000"' in client.get(url("edit", project.number, "funds")).content.decode()
    project.lots.update(estimated_value=3_000_000, deposit_amount=None)
    assert against(investment="10000000", budget_funds="2000000") == []
    assert against(investment="10000000", budget_funds="2000000", connected_value="1000000") == [demanded]
    project.lots.update(estimated_value=None)
    assert against(investment="10000000", budget_funds="2000000") == [unsaid]


@pytest.mark.parametrize(("kind", "clauses"), [(Kind.CT, CONSTRUCTION_CLAUSES), (Kind.GP_OPEN, PROCUREMENT_CLAUSES)])
def test_every_clause_of_the_list_is_checked_before_the_notice_is_handed_in(
    cast: Cast, kind: Kind, clauses: tuple[ChecklistItem, ...]
) -> None:
    first, *others = clauses
    project = story.drafted(cast, kind, terms=story.terms() | {"clauses_checked": [item.key for item in others]})
    client = browser(cast, "owner.drafter" if kind is Kind.CT else "buyer.drafter")
    page = client.get(url("edit", project.number, "clauses"))
    refused = f"not checked, or contained in the documents: {first.name} ({first.source})"
    assert refused in words(page)
    assert page.content.decode().count('type="checkbox"') == len(clauses)
    fill(client, "edit", project.number, "clauses", clauses_checked=[item.key for item in clauses])
    assert refused not in words(client.get(url("edit", project.number, "clauses")))


def test_a_procurement_is_asked_nothing_of_an_approver(cast: Cast) -> None:
    project = story.drafted(cast, Kind.GP_OPEN)
    page = words(browser(cast, "buyer.drafter").get(url("edit", project.number, "funds")))
    assert "Method of tender as approved" not in page
