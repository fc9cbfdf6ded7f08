"""People in their browsers: each in a context of its own, signing in through the page whenever a session is over."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.accounts.people import PASSWORD
from tests.journeys.watching import WIDE

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Locator, Page

    from tests.journeys.watching import Watch

PASSPHRASE = "seven quiet lanterns over the river"
SIGN_IN, STEP_UP = "/account/sign-in", "/account/step-up"
KEY_WORK = 60_000  # milliseconds: one passphrase costs a second of an idle machine, and machines are not idle


@dataclass
class Visitor:
    """One person (or nobody in particular) in front of one browser window."""

    username: str
    page: Page
    watch: Watch

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    def go(self, path: str, *, name: str = "") -> Page:
        """Open an address; sign in or give the password again where the platform asks for it."""
        self.page.goto(self.watch.address + path)
        self._past_the_door()
        if name:
            self.look(name)
        return self.page

    def look(self, name: str) -> None:
        self.watch.look(self.page, name)

    def find(self, selector: str) -> Locator:
        return self.page.locator(selector)

    def text(self) -> str:
        return self.page.locator("main").inner_text()

    def fill(self, **values: object) -> None:
        """Fill in the fields of these names: text, choices, ticks, files' paths, instants in Beijing time."""
        for name, value in values.items():
            self._fill_one(self.find(f"main [name='{name}']"), value)

    def press(self, target: str = "", *, within: str = "main") -> None:
        """Press the button of the form that posts to ``target`` (its address ends so), or the page's main button."""
        form = f"form[action$='{target}'] button" if target else "form[method=post] button.primary"
        self._follow(self.find(f"{within} {form}").first)

    def click(self, selector: str) -> None:
        self._follow(self.find(selector).first)

    def confirm(self) -> None:
        """Answer the page that asks once more before what cannot be undone."""
        self._follow(self.find("main form:has(input[name=confirmed]) button.button").first)

    def unlock(self) -> None:
        """Give the passphrase to a page that works with the person's own key, and wait until it is done."""
        self.start()
        self.done()

    def start(self) -> None:
        """Give the passphrase and wait for nothing: others may begin meanwhile."""
        self.page.fill("[data-form] [name=passphrase]", PASSPHRASE)
        again = self.page.locator("[data-form] [name=passphrase_again]")
        if again.count():
            again.fill(PASSPHRASE)
        self.page.click("[data-form] button[type=submit], [data-form] button:not([type])")

    def done(self) -> None:
        """Wait until the page says that its work is done; what it refuses instead is the failure's text."""
        self.page.wait_for_selector("[data-result]:not([hidden]), [data-errors]:not([hidden])", timeout=KEY_WORK)
        assert self.page.locator("[data-errors]:not([hidden]) li").all_inner_texts() == []

    def _follow(self, button: Locator) -> None:
        """Press, and wait for the page that answers; give the password again if it is asked for first."""
        can_press = button.count() == 1 and button.is_enabled()
        assert can_press, self.text()
        with self.page.expect_navigation():
            button.click()
        self._past_the_door()

    def _past_the_door(self) -> None:
        if self.path == SIGN_IN:
            self.page.fill("main form [name=username]", self.username)
        if self.path in {SIGN_IN, STEP_UP}:
            self.page.fill("main form [name=password]", PASSWORD)
            with self.page.expect_navigation():
                self.page.click("main form:has([name=password]) button.primary")

    def _fill_one(self, field: Locator, value: object) -> None:
        kind = field.first.evaluate("field => field.type || field.tagName.toLowerCase()")
        if isinstance(value, list):  # ticks of one name, by their values
            for each in value:
                field.and_(self.page.locator(f"[value='{each}']")).check()
        elif kind == "checkbox":
            field.first.set_checked(bool(value))
        elif kind == "radio":
            field.and_(self.page.locator(f"[value='{value}']")).check()
        elif kind.startswith("select"):
            field.first.select_option(str(value))
        elif kind == "file":
            field.first.set_input_files(value)  # type: ignore[arg-type]
        else:
            field.first.fill(str(value))


@dataclass
class Town:
    """Everybody's browsers."""

    browser: Browser
    watch: Watch
    downloads: Path
    visitors: dict[str, Visitor] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Visitor:
        """Return the browser of ``owner.approver``, ``acme``, ``expert.one``…; ``nobody`` never signs in."""
        if name not in self.visitors:
            self.visitors[name] = Visitor(name.replace(".", "-"), self._context().new_page(), self.watch)
        return self.visitors[name]

    def _context(self) -> BrowserContext:
        context = self.browser.new_context(viewport=WIDE, locale="zh-CN", accept_downloads=True)  # type: ignore[arg-type]
        context.set_default_timeout(15_000)
        return self.watch.over(context)
