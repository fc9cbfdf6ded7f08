"""The live hall: frames in order are applied, anything else means fetching the whole state again."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

from tests.sealing_js.serving import PAGE_POLICY, Answer

HALL = """<!doctype html><html lang="en"><title>Hall</title>
<script id="page-config" type="application/json">{config}</script>
<script type="module" src="/static/sealing/hall.js"></script>
<p data-connection role="status"></p><main data-hall>{fragment}</main></html>"""


class Hall:
    """The server's side of a hall: its fragment at a sequence number."""

    def __init__(self, site) -> None:
        self.site, self.seq = site, 3
        self.words = "waiting"
        config = {
            "urls": {"socket": "/hall/socket", "state": "/hall/state"},
            "messages": {"connected": "live", "reconnecting": "trying again", "polling": "slow"},
            "poll_seconds": 0.2,
        }
        page = HALL.format(config=json.dumps(config), fragment=self.fragment())
        site.serve("/hall", page, policy=PAGE_POLICY)
        site.answer("GET", "/hall/state", lambda _r: Answer(self.fragment()))

    def fragment(self) -> str:
        return (
            f'<div data-seq="{self.seq}"><p id="words">{self.words}</p>'
            '<span data-live="shares">0</span><button id="b">B</button></div>'
        )

    def fetched(self) -> int:
        return len(self.site.sent("GET", "/hall/state"))


def with_patience(page, holds):
    for _ in range(500):
        if holds():
            return
        page.wait_for_timeout(20)
    pytest.fail("it did not come about")


@pytest.fixture
def hall(site, page):
    hall = Hall(site)
    page.goto("/hall")
    page.wait_for_selector("[data-connection][data-state=connected]")
    with_patience(page, lambda: hall.fetched() == 1)
    return hall


def test_frames_in_order_are_applied_without_fetching_anything(page, site, hall):
    page.focus("#b")
    site.push({"seq": 4, "data": {"shares": "1 of 3"}})
    site.push({"seq": 5, "html": "opening now", "target": "words"})
    expect(page.locator("#words")).to_have_text("opening now")
    assert page.inner_text("[data-live=shares]") == "1 of 3"
    assert page.inner_text("[data-connection]") == "live"
    assert (hall.fetched(), page.evaluate("document.activeElement.id")) == (1, "b")


def test_a_frame_that_was_seen_is_not_applied_again(page, site, hall):
    site.push({"seq": 3, "data": {"shares": "stale"}})
    site.push({"seq": 4, "data": {"shares": "fresh"}})
    expect(page.locator("[data-live=shares]")).to_have_text("fresh")
    assert hall.fetched() == 1


def test_a_gap_fetches_the_whole_state_and_keeps_the_focus(page, site, hall):
    page.focus("#b")
    hall.seq, hall.words = 9, "read out"
    site.push({"seq": 9, "data": {"shares": "3 of 3"}})
    expect(page.locator("#words")).to_have_text("read out")
    assert (hall.fetched(), page.evaluate("document.activeElement.id")) == (2, "b")
    site.push({"seq": 10, "data": {"shares": "all"}})
    expect(page.locator("[data-live=shares]")).to_have_text("all")


def test_a_cut_line_is_said_and_the_hall_catches_up_after_it(page, site, hall):
    site.expected_complaints.append("WebSocket")
    site.takes_sockets = False
    hall.seq, hall.words = 12, "seen while the line was down"
    site.drop_sockets()
    expect(page.locator("[data-connection]")).not_to_have_text("live")
    expect(page.locator("#words")).to_have_text("seen while the line was down")
    site.takes_sockets = True
    page.wait_for_selector("[data-connection][data-state=connected]", timeout=60_000)
