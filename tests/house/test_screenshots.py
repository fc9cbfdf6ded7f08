"""What `scripts/screenshots.py` says of a page, and which addresses it follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import get_resolver

from scripts import screenshots

if TYPE_CHECKING:
    from playwright.sync_api import Browser

HERE = "http://127.0.0.1:8000"
GOOD = (
    '<html lang="zh-hans"><main id="main"><h1>项目</h1><p class="lead"></p><p>共 2 行，<i>PE-2026-000004-GSEX OR-2026-000002-KVJF</i><code>seal.json is a file</code></p>'
    '<label>编号 <input name="q"></label><a href="#main">正文</a><img alt="" src="data:,"><span lang="en">English</span>'
    "</main></html>"
)


def faults(browser: Browser, text: str) -> list[str]:
    page = browser.new_page()
    page.set_content(text)
    found: list[str] = page.evaluate(screenshots.FAULTS)
    page.close()
    return found


@pytest.mark.journey
def test_a_good_page_has_no_fault(browser: Browser) -> None:
    assert faults(browser, GOOD) == []


@pytest.mark.journey
@pytest.mark.parametrize(
    ("good", "bad", "fault"),
    [
        ("<h1>项目</h1>", "", "0 headings of the first level"),
        ("<h1>项目</h1>", '<h1>项目</h1><p id="main">内容</p>', "two elements are #main"),
        ("<label>编号 <input name=", "<label>编号</label><input name=", 'no label: <input name="q">'),
        (">正文<", '>正文</a><a href="/x"><', 'no name: <a href="/x"></a>'),
        (' alt=""', "", 'no alternative text: <img src="data:,">'),
        ('"#main"', '"#other"', 'leads nowhere: <a href="#other">正文</a>'),
        ("共 2 行，", "two rows of it", "English: two rows of it"),
        ("共 2 行，", "Rows", "English: Rows"),
        ('<input name="q"', '<input placeholder="Search here"', "English: Search here"),
        (
            "<p>共 2 行，",
            "<div><p>摘要 <details><summary>共</summary></details></p></div><p>",
            "a block inside a paragraph ended it: <div><p>摘要 </p><details><summary>共</summary></details><p></p></div>",
        ),
    ],
)
def test_each_fault_is_said_once_and_alone(browser: Browser, good: str, bad: str, fault: str) -> None:
    assert GOOD.count(good) == 1
    assert faults(browser, GOOD.replace(good, bad)) == [fault]


def test_links_of_the_same_site_are_followed_without_their_variations() -> None:
    text = (
        '<a class="x" href="/projects/1">1</a><a href="?sort=title">2</a><a href="https://elsewhere.example/">3</a>'
        '<a href="lots/2#facts">4</a><a href="/language?to=en&amp;next=/">5</a>'
    )
    assert screenshots._links(text, f"{HERE}/projects", HERE) == [
        f"{HERE}/projects/1",
        f"{HERE}/lots/2",
        f"{HERE}/language?to=en&next=/",
    ]


def test_routes_that_only_take_a_form_have_no_picture_and_all_others_have() -> None:
    named = dict(screenshots._named(get_resolver("config.urls")))
    asked = (
        "trading:submit",
        "bidding:hand-in-release",
        "bidding:upload",
        "trading:amend",
        "disclosure:home",
        "core:now",
    )
    assert [name for name in asked if name in named] == ["trading:amend", "disclosure:home", "core:now"]
