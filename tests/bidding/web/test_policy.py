"""The policy of the pages on which keys work, and of those on which none does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from core import clock
from tests.stories import bidding as story

if TYPE_CHECKING:
    from tests.bidding.web.visitors import Visitors
    from tests.cast import Cast

SEALING = {
    "script-src": "'self' 'wasm-unsafe-eval'",
    "worker-src": "'self'",
    "require-trusted-types-for": "'script'",
    "trusted-types": "tsb",
}
HOUSE = {
    "default-src": "'none'",
    "style-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


def policy_of(answer) -> dict[str, str]:
    directives = [part.strip().partition(" ") for part in answer["Content-Security-Policy"].split(";")]
    return {name: value for name, _, value in directives}


@pytest.fixture
def pages(cast: Cast, visitors: Visitors):
    tender = story.bidding(cast)
    story.submitted(tender, "acme")
    with clock.stands_at(tender.deadline - story.MINUTE):
        people = {name: visitors(name) for name in ("acme", "owner.holder", "owner.approver")}

        def page(name: str, person: str, number: str = ""):
            answer = people[person].get(reverse(f"bidding:{name}", args=[number or tender.lot.number]))
            assert answer.status_code == 200
            return answer

        yield page, tender


@pytest.mark.parametrize(
    ("name", "person", "about"),
    [
        ("seal", "acme", "lot"),
        ("withdraw", "acme", "lot"),
        ("sign-ceremony", "owner.holder", "lot"),
        ("rehearsal", "owner.holder", "lot"),
        ("release", "owner.holder", "lot"),
        ("holder-key", "owner.holder", "project"),
    ],
)
def test_a_page_on_which_a_key_works_adds_what_that_needs_and_nothing_else(pages, name, person, about) -> None:
    page, tender = pages
    answer = page(name, person, tender.project.number if about == "project" else "")
    policy = policy_of(answer)
    assert {key: policy[key] for key in SEALING | HOUSE} == SEALING | HOUSE
    assert "unsafe-inline" not in answer["Content-Security-Policy"]
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize(("name", "person"), [("bid", "acme"), ("hall", "acme"), ("opening", "owner.approver")])
def test_every_other_page_keeps_the_policy_of_the_house(pages, name: str, person: str) -> None:
    page, _ = pages
    policy = policy_of(page(name, person))
    assert policy["script-src"] == "'self'"
    assert "worker-src" not in policy


@pytest.mark.parametrize("name", ["seal", "withdraw"])
def test_a_page_on_which_a_key_works_sends_nothing_without_its_script(pages, name: str) -> None:
    page, _ = pages
    shown = page(name, "acme").content.decode()
    form = re.search(r"<form[^>]*data-form[^>]*>", shown)
    assert form is not None
    assert 'method="dialog"' in form[0]
    assert "<noscript>" in shown
    assert re.findall(r"(?:src|href|action)=\"(?:https?:)?//", shown) == []
    assert re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", shown) == []
    assert re.findall(r" style=| on[a-z]+=", shown) == []
