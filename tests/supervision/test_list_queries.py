"""What the lists of supervision ask of the database: one literal number, for one row and for three."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core import clock
from supervision import objecting
from tests.stories import trading as stories
from tests.trading.browsing import browser

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

    from tests.cast import Cast

AT = stories.ANNOUNCED + 2 * stories.DAY


@pytest.mark.parametrize(("name", "path", "queries"), [("supervisor", "/supervision", 12), ("acme", "/objections", 6)])
def test_a_list_asks_as_often_for_three_as_for_one(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries, name: str, path: str, queries: int
) -> None:
    client = browser(cast, name)
    client.get("/desk")
    for more in (1, 2):
        for _ in range(more):
            lot = stories.walked(cast, to=stories.Stage.BIDDING)
            with clock.stands_at(AT):
                objecting.object_to(lot.pk, body="评标办法排斥潜在投标人", actor=cast.actor("acme"), at=AT)
        with django_assert_num_queries(queries):
            client.get(path)
