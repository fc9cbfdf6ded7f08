from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.money import Money
from disclosure import figures
from tests.stories import bidding as bids
from tests.stories import disclosure as story
from tests.stories import trading as stories
from trading.models import Award, Lot
from trading.names import Kind, Stage

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cast import Cast

LATE = stories.DEADLINE + 30 * stories.DAY
HOME_QUERIES = 7


def text(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.partition("<main")[2].partition("</main>")[0]))


def test_an_empty_platform_has_a_first_page(read: Callable[..., str], db: None) -> None:
    said = text(read("/"))
    assert "No lot takes bids at the moment." in said
    assert "Nothing has been published yet." in said
    assert "No opening at the moment." in text(read("/openings"))


def test_the_two_kinds_stand_with_their_counts(cast: Cast, read: Callable[..., str]) -> None:
    stories.announced(cast, lots=2)
    stories.announced(cast, Kind.GP_OPEN)
    said = text(read("/", at=stories.DEADLINE - stories.DAY))
    assert "Construction open tender 1 project announced · 2 lots take bids" in said
    assert "Government procurement open tender 1 project announced · 1 lot takes bids" in said


def test_what_closes_soon_stands_with_its_deadline(cast: Cast, read: Callable[..., str]) -> None:
    project = stories.announced(cast)
    before, after = (text(read("/", at=at)) for at in (stories.DEADLINE - stories.DAY, stories.DEADLINE))
    assert f"{project.lots.get().number}" in before.partition("Closing soon")[2].partition("Latest results")[0]
    assert "No lot takes bids at the moment." in after


def test_an_opening_is_live_until_its_record(cast: Cast, read: Callable[..., str]) -> None:
    tender = bids.closed(cast)
    assert "Being opened now" in text(read("/"))
    assert tender.lot.number in text(read("/openings")).partition("To come")[0]


def test_the_latest_results_name_winner_and_amount(cast: Cast, read: Callable[..., str]) -> None:
    story.run(cast, to=Stage.CONTRACTING)
    said = text(read("/", at=LATE)).partition("Latest results")[2]
    assert "Award announcement 乙路桥有限公司 ¥27,500,000.00" in said


def test_the_year_s_figures_are_exact(cast: Cast) -> None:
    story.run(cast, to=Stage.CONTRACTING)
    story.run(cast, Kind.GP_OPEN, to=Stage.CONTRACTING)
    Lot.objects.filter(project__kind="GP_OPEN").update(ceiling_price=None)
    year = figures.year_to(LATE)
    assert (year.year, year.announced, year.awarded, year.with_ceiling) == (2026, 2, 2, 1)
    assert (year.amount, year.saved) == (Money(Decimal("55000000.00")), Money(Decimal("1500000.00")))
    assert year.others == ()


def test_a_decision_that_is_not_announced_counts_nowhere(cast: Cast) -> None:
    story.run(cast, to=Stage.AWARDED)
    year = figures.year_to(LATE)
    assert (year.awarded, year.amount, year.saved) == (0, Money(Decimal(0)), Money(Decimal(0)))


def test_other_years_do_not_count(cast: Cast) -> None:
    story.run(cast, to=Stage.CONTRACTING)
    year = figures.year_to(LATE.replace(year=2027))
    assert (year.announced, year.awarded) == (0, 0)


def test_other_currencies_are_named_and_never_converted(cast: Cast, read: Callable[..., str]) -> None:
    story.run(cast, to=Stage.CONTRACTING)
    Award.objects.update(currency="USD")
    year = figures.year_to(LATE)
    assert (year.amount, year.others) == (Money(Decimal(0)), (Money(Decimal("27500000.00"), "USD"),))
    assert "and $27,500,000.00" in text(read("/", at=LATE))


def test_each_figure_leads_to_its_definition(cast: Cast, read: Callable[..., str]) -> None:
    home, about = read("/"), read("/about")
    keys = [row.key for row in figures.DEFINITIONS]
    assert re.findall(r'href="/about#figure-(\w+)"', home) == keys
    assert re.findall(r'id="figure-(\w+)"', about) == keys


def test_past_and_coming_openings_are_listed(cast: Cast, read: Callable[..., str]) -> None:
    case = story.run(cast, to=Stage.OPENED)
    coming = stories.announced(cast)
    said = text(read("/openings", at=stories.DEADLINE - stories.DAY))
    assert coming.title in said.partition("To come")[2]
    assert case.project.title in said.partition("Opening records")[2]


@pytest.mark.parametrize("count", [1, 3])
def test_the_first_page_asks_the_database_equally_often(cast: Cast, read: Callable[..., str], count: int) -> None:
    for _ in range(count):
        stories.announced(cast, lots=count)
    with CaptureQueriesContext(connection) as caught:
        read("/", at=stories.DEADLINE - stories.DAY)
    assert len(caught) == HOME_QUERIES
