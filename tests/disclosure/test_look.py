from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core import clock
from tests.cast import make_cast
from tests.stories import bidding as bids
from tests.stories import disclosure as story
from tests.stories import trading as stories
from trading.models import Notice
from trading.names import Kind

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from pytest_django.live_server_helper import LiveServer

WIDE, PHONE = (1280, 900), (390, 844)
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def public_pages() -> list[str]:
    cast = make_cast()
    case = story.run(cast, against=story.OUT, **story.work.BENCHMARK)
    tender = bids.bidding(cast, lots=2)
    bids.closed(cast, Kind.GP_OPEN)
    numbers = [notice.number for notice in Notice.objects.filter(is_public=True)]
    return [
        *("/", "/openings", "/notices", "/projects", "/about", "/evidence", "/editions/CT/2026", "/notices?q=nothing"),
        *(f"/projects/{number}" for number in (case.project.number, tender.project.number)),
        *(f"/lots/{number}" for number in (case.lot.number, tender.lot.number)),
        *(f"/notices/{number}" for number in numbers),
    ]


@pytest.mark.journey
@pytest.mark.parametrize("javascript", [True, False])
def test_no_public_page_is_wider_than_its_window_or_breaks_the_policy(
    browser: Browser, live_server: LiveServer, *, javascript: bool
) -> None:
    pages, wide, broken = public_pages(), [], []
    with clock.stands_at(stories.DEADLINE - stories.DAY):
        for width, height in (WIDE, PHONE):
            context = browser.new_context(
                viewport={"width": width, "height": height}, locale="zh-CN", java_script_enabled=javascript
            )
            page = context.new_page()
            page.on("console", lambda said: broken.append(said.text) if said.type == "error" else None)
            for path in pages:
                answer = page.goto(live_server.url + path)
                assert answer is not None
                assert answer.status == 200, path
                if page.evaluate(OVERFLOW):
                    wide.append((width, path))
            context.close()
    assert (wide, broken) == ([], [])
