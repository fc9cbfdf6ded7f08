from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.conf import settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page
    from pytest_django.fixtures import SettingsWrapper
    from pytest_django.live_server_helper import LiveServer

STATIC = settings.BASE_DIR / "static" / "yangguang"
WIDE, PHONE, SMALL_PHONE = (1280, 900), (390, 844), (360, 640)

PAIRS = [
    ("--ink", "--ground"), ("--ink", "--paper"), ("--ink", "--sunk"), ("--ink-soft", "--ground"),
    ("--ink-soft", "--paper"), ("--ink-soft", "--sunk"), ("--blue-ink", "--ground"), ("--blue-ink", "--paper"),
    ("--blue-ink", "--blue-soft"), ("--blue-ink", "--cinnabar-soft"), ("--on-blue", "--blue"), ("--on-blue", "--blue-deep"),
    ("--on-blue-soft", "--blue-deep"), ("--cinnabar-bright", "--blue-deep"), ("--cinnabar", "--paper"),
    ("--cinnabar", "--ground"), ("--cinnabar", "--cinnabar-soft"), ("--green", "--paper"), ("--green", "--green-soft"),
    ("--amber", "--amber-soft"), ("--amber", "--paper"), ("--grey", "--grey-soft"), ("--grey", "--paper"),
    ("--ink", "--mark"), ("--ink", "--amber-soft"), ("--ink", "--green-soft"), ("--ink", "--blue-soft"),
    ("--ink", "--cinnabar-soft"), ("--ink-soft", "--cinnabar-soft"), ("--ink-soft", "--grey-soft"),
]  # fmt: skip


def schemes() -> dict[str, dict[str, str]]:
    light, _, dark = (STATIC / "css" / "tokens.css").read_text().partition("@media (prefers-color-scheme: dark)")
    colours = [dict(re.findall(r"(--[\w-]+): (#[0-9a-f]{6});", part)) for part in (light, dark)]
    return {"light": colours[0], "dark": colours[0] | colours[1]}


def luminance(colour: str) -> float:
    channels = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, relative contrast."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_pair_of_text_and_ground_keeps_its_contrast(scheme: str) -> None:
    colours = schemes()[scheme]
    assert [pair for pair in PAIRS if contrast(colours[pair[0]], colours[pair[1]]) < 4.5] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_edges_of_fields_and_the_focus_are_seen(scheme: str) -> None:
    colours = schemes()[scheme]
    pairs = [("--line-strong", "--paper"), ("--focus", "--paper"), ("--focus", "--ground")]
    assert [pair for pair in pairs if contrast(colours[pair[0]], colours[pair[1]]) < 3] == []


def test_white_and_black_have_the_contrast_of_the_standard() -> None:
    assert round(contrast("#ffffff", "#000000"), 2) == 21.0


def test_the_style_sheets_are_small_and_fetch_nothing() -> None:
    sheets = {file.name: file.read_text() for file in sorted((STATIC / "css").glob("*.css"))}
    assert sum(map(len, sheets.values())) < 36_000
    assert [name for name, text in sheets.items() if "url(" in text or "@import" in text] == []


def test_every_colour_outside_the_tokens_is_a_named_exception() -> None:
    used = {
        colour
        for file in (STATIC / "css").glob("*.css")
        if file.name not in {"tokens.css", "print.css"}
        for colour in re.findall(r"#[0-9a-f]{3,8}\b", file.read_text())
    }
    assert used == {"#ffffff", "#17212e", "#5a6878", "#b3311d"}  # on the band, the same in both schemes


# ---- in a browser ----

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def demonstration(live_server: LiveServer, settings: SettingsWrapper) -> str:
    settings.YANGGUANG_DEMO = True
    return live_server.url


def opened(browser: Browser, address: str, size: tuple[int, int], scheme: str = "light", **changes: bool) -> Page:
    width, height = size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,  # type: ignore[arg-type]  # light or dark
        locale="zh-CN",
        **changes,  # type: ignore[arg-type]  # java_script_enabled
    )
    page = context.new_page()
    page.goto(address)
    return page


@pytest.mark.journey
@pytest.mark.urls("tests.core.urls")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE, SMALL_PHONE])
@pytest.mark.parametrize("path", ["/style", "/signed-in"])
def test_no_page_is_wider_than_its_window(
    browser: Browser, demonstration: str, path: str, size: tuple[int, int], scheme: str
) -> None:
    page = opened(browser, demonstration + path, size, scheme)
    assert page.evaluate(OVERFLOW) == 0


@pytest.mark.journey
@pytest.mark.urls("tests.core.urls")
@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_the_menu_of_seats_opens_inside_the_window_and_closes_by_key(
    browser: Browser, demonstration: str, size: tuple[int, int]
) -> None:
    page = opened(browser, f"{demonstration}/signed-in", size)
    page.locator("details.seat > summary").click()
    menu = page.locator(".seat-menu")
    box = menu.bounding_box()
    assert box is not None
    assert (box["x"] >= 0, box["x"] + box["width"] <= size[0]) == (True, True)
    page.keyboard.press("Escape")
    menu.wait_for(state="hidden")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


@pytest.mark.journey
@pytest.mark.urls("tests.core.urls")
def test_the_policy_is_kept_and_nothing_fails(browser: Browser, demonstration: str) -> None:
    page = browser.new_page()
    said: list[ConsoleMessage] = []
    requests: list[str] = []
    page.on("console", lambda message: said.append(message))  # noqa: PLW0108  (the driver marks it)
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(f"{demonstration}/style")
    page.wait_for_selector(".left:not([hidden])")
    assert [message.text for message in said if message.type in {"error", "warning"}] == []
    assert [url for url in requests if not url.startswith(demonstration)] == []


@pytest.mark.journey
@pytest.mark.urls("tests.core.urls")
def test_the_countdown_follows_the_server_and_not_the_browsers_clock(browser: Browser, demonstration: str) -> None:
    page = browser.new_page(locale="zh-CN")
    page.add_init_script("Date.now = () => 0")
    page.goto(f"{demonstration}/style")
    left = page.locator(".next-step.act .left")
    left.wait_for()
    assert re.fullmatch(r"还剩 14 分 (2\d|30) 秒", left.inner_text())


@pytest.mark.journey
@pytest.mark.urls("tests.core.urls")
def test_without_a_script_the_page_reads_the_same_in_absolute_times(browser: Browser, demonstration: str) -> None:
    page = opened(browser, f"{demonstration}/style", WIDE, java_script_enabled=False)
    assert page.locator(".left:visible").count() == 0
    assert re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d 北京时间", page.locator(".next-step").first.inner_text())


@pytest.mark.journey
@pytest.mark.urls("tests.core.urls")
def test_the_error_summary_has_the_focus_and_the_skip_link_comes_first(browser: Browser, demonstration: str) -> None:
    page = opened(browser, f"{demonstration}/style", WIDE)
    assert page.evaluate("document.activeElement.className") == "error-summary"
    page = opened(browser, f"{demonstration}/nowhere", WIDE)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


@pytest.mark.journey
@pytest.mark.urls("tests.core.urls")
def test_a_wide_table_scrolls_inside_itself_on_a_phone(browser: Browser, demonstration: str) -> None:
    page = opened(browser, f"{demonstration}/style", PHONE)
    box = page.locator(".table-scroll").first
    assert box.evaluate("box => box.scrollWidth > box.clientWidth") is True
    assert box.get_attribute("tabindex") == "0"


@pytest.mark.journey
@pytest.mark.urls("tests.core.urls")
def test_the_language_switch_keeps_one_where_one_is(browser: Browser, demonstration: str) -> None:
    page = opened(browser, f"{demonstration}/style?sort=title", WIDE)
    page.get_by_role("link", name="English").click()
    assert page.url == f"{demonstration}/style?sort=title"
    assert page.evaluate("document.documentElement.lang") == "en"


@pytest.mark.journey
@pytest.mark.urls("tests.core.urls")
def test_a_form_is_sent_once(browser: Browser, demonstration: str) -> None:
    page = opened(browser, f"{demonstration}/style", WIDE)
    sent = page.evaluate(
        """() => {
          const form = document.createElement("form"); form.method = "post"; document.body.append(form);
          const send = () => form.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
          form.addEventListener("submit", (event) => {});
          const first = send(), second = send();
          dispatchEvent(new Event("pageshow"));
          return [first, second, send()];
        }"""
    )
    assert sent == [True, False, True]
