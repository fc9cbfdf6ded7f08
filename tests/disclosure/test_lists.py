from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from disclosure.web.lists import cell
from tests.stories import trading as stories
from trading import drafting
from trading.models import Notice, Project
from trading.names import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cast import Cast

# One literal for each list: it does not grow with the rows.
NOTICE_QUERIES, PROJECT_QUERIES = 3, 4


def titles(page: str) -> list[str]:
    return re.findall(r'<td class="title"><a href="/(?:notices|projects)/([A-Z0-9-]+)">', page)


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


def queries(read: Callable[..., str], path: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as caught:
        read(path)
    return len(caught)


@pytest.fixture
def two(cast: Cast) -> tuple[Project, Project]:
    """A construction project and, later, a procurement one (with its intention)."""
    return stories.announced(cast), stories.announced(cast, Kind.GP_OPEN)


def test_notices_are_listed_newest_first(two: tuple[Project, Project], read: Callable[..., str]) -> None:
    published = list(Notice.objects.order_by("-published_at", "-pk").values_list("number", flat=True))
    assert len(published) == 3
    assert titles(read("/notices")) == published


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("kind=CT", ["NOTICE"]),
        ("kind=GP_OPEN", ["NOTICE", "PLAN"]),
        ("code=PLAN", ["PLAN"]),
        ("region=CN", ["NOTICE", "NOTICE", "PLAN"]),
        ("region=500000", ["NOTICE", "NOTICE", "PLAN"]),
        ("owner=财政局", ["NOTICE", "PLAN"]),
        ("owner=nobody", []),
        ("stage=published", ["NOTICE", "NOTICE", "PLAN"]),
        ("stage=closed", []),
        ("since=2026-03-02", ["NOTICE", "NOTICE"]),
        ("until=2026-03-01", ["PLAN"]),
        ("since=2026-03-02&until=2026-03-02", ["NOTICE", "NOTICE"]),
        ("q=滨江大道", ["NOTICE"]),
        ("q=1标段", []),
        ("q=%25", []),
        ("since=yesterday", ["NOTICE", "NOTICE", "PLAN"]),
        ("kind=roads", ["NOTICE", "NOTICE", "PLAN"]),
        ("sort=unheard", ["NOTICE", "NOTICE", "PLAN"]),
    ],
)
def test_filters_in_the_address_narrow_the_notices(
    two: tuple[Project, Project], read: Callable[..., str], query: str, kept: list[str]
) -> None:
    numbers = titles(read(f"/notices?{query}"))
    codes = dict(Notice.objects.values_list("number", "code"))
    assert sorted(codes[number] for number in numbers) == kept


def test_a_number_finds_its_notice_and_its_project(two: tuple[Project, Project], read: Callable[..., str]) -> None:
    notice = Notice.objects.get(project=two[0])
    assert titles(read(f"/notices?q={notice.number}")) == [notice.number]
    assert titles(read(f"/notices?q={two[0].number.lower()}")) == [notice.number]
    assert titles(read(f"/projects?q={two[0].number}")) == [two[0].number]
    assert titles(read(f"/projects?q={two[0].lots.get().number}")) == [two[0].number]


@pytest.mark.parametrize(("sort", "order"), [("number", 1), ("-number", -1)])
def test_lists_sort_by_what_the_address_says(
    two: tuple[Project, Project], read: Callable[..., str], sort: str, order: int
) -> None:
    notices = list(Notice.objects.order_by("number").values_list("number", flat=True))[::order]
    projects = list(Project.objects.order_by("number").values_list("number", flat=True))[::order]
    assert titles(read(f"/notices?sort={sort}")) == notices
    assert titles(read(f"/projects?sort={sort}")) == projects


def test_projects_sort_by_announcement_with_intentions_last(cast: Cast, read: Callable[..., str]) -> None:
    announced = stories.announced(cast)
    intended = stories.drafted(cast, Kind.GP_OPEN)
    drafting.intend(intended.pk, actor=cast.actor("buyer.approver"), at=stories.ANNOUNCED)
    assert titles(read("/projects")) == [intended.number, announced.number]
    assert titles(read("/projects?sort=-announced")) == [announced.number, intended.number]


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("kind=CT", 1),
        ("owner=滨江市", 2),
        ("stage=published", 2),
        ("stage=failed", 0),
        ("since=2026-03-03", 0),
        ("q=计算机", 1),
    ],
)
def test_filters_in_the_address_narrow_the_projects(
    two: tuple[Project, Project], read: Callable[..., str], query: str, kept: int
) -> None:
    assert len(titles(read(f"/projects?{query}"))) == kept


def test_page_and_size_stand_in_the_address(cast: Cast, read: Callable[..., str]) -> None:
    stories.announced(cast)
    row = Notice.objects.get()
    for n in range(21):
        row.pk, row.number = None, f"NO-{n}"
        row.save(force_insert=True)
    assert [len(titles(read(f"/notices?{query}"))) for query in ("", "page=2", "size=50", "page=99", "size=7")] == [
        20,
        2,
        22,
        2,
        20,
    ]


def test_an_empty_list_says_what_to_do(read: Callable[..., str], db: None) -> None:
    page = read("/notices?q=nothing-of-the-kind")
    assert "No notice matches." in page
    assert '<a class="button" href="/notices">' in page or 'href="/notices"' in page
    assert "No project matches." in read("/projects?kind=CT")


def test_notices_are_exported_with_the_same_filters(two: tuple[Project, Project], read: Callable[..., str]) -> None:
    table = rows(read("/notices.csv?kind=CT"))
    notice = Notice.objects.get(project=two[0])
    assert table == [
        [
            "Number",
            "Kind of notice",
            "Project number",
            "Project",
            "Lot number",
            "Kind",
            "Region",
            "Owner",
            "Published at (Beijing time)",
            "Digest (SHA-256)",
        ],
        [
            notice.number,
            table[1][1],
            two[0].number,
            "滨江大道改造工程",
            "",
            table[1][5],
            table[1][6],
            two[0].owner.name,
            "2026-03-02 09:00:00",
            notice.digest,
        ],
    ]


def test_projects_are_exported_one_row_a_lot(cast: Cast, read: Callable[..., str]) -> None:
    project = stories.announced(cast, lots=2)
    intended = stories.drafted(cast, Kind.GP_OPEN)
    drafting.intend(intended.pk, actor=cast.actor("buyer.approver"), at=stories.ANNOUNCED)
    table = rows(read("/projects.csv"))
    assert [(row[0], row[6]) for row in table[1:]] == [
        (intended.number, ""),
        *((project.number, lot.number) for lot in project.lots.order_by("ordinal")),
    ]


def test_a_file_begins_with_the_mark_that_spreadsheets_need(
    two: tuple[Project, Project], read: Callable[..., str]
) -> None:
    assert read("/notices.csv").startswith("\ufeffNumber,")


@pytest.mark.parametrize("text", ["=1+1", "+49", "-5", "@sum", "\tx", "\rx"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert cell(text) == f"'{text}"


def test_other_cells_stay_as_they_are() -> None:
    assert [cell(value) for value in ("甲", 3, None)] == ["甲", "3", ""]


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_asks_the_database_equally_often_for_one_row_and_for_three(
    cast: Cast, read: Callable[..., str], count: int
) -> None:
    for _ in range(count):
        stories.announced(cast, lots=count)
    assert queries(read, "/notices") == NOTICE_QUERIES
    assert queries(read, "/projects") == PROJECT_QUERIES
