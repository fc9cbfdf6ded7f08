"""What no page of a journey may do: break the policy, report an error, fail a request, be wider than its window."""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response

WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SAID_OF_A_STATUS = "Failed to load resource"  # the console repeats what the response has said already


@dataclass
class Watch:
    """Collects complaints of every page of every context it was given; keeps pictures where they are asked for."""

    address: str
    folder: Path | None = None
    complaints: list[str] = field(default_factory=list)
    expected: list[int] = field(default_factory=list)
    shown: set[str] = field(default_factory=set)

    def over(self, context: BrowserContext) -> BrowserContext:
        context.on("weberror", lambda fault: self.complaints.append(f"script: {fault.error}"))
        context.on("console", self._heard)
        context.on("request", self._asked)
        context.on("response", self._answered)
        context.on("requestfailed", self._failed)
        return context

    @contextmanager
    def expecting(self, *statuses: int) -> Iterator[None]:
        """Inside the block answers of these statuses are what the test wants."""
        before = list(self.expected)
        self.expected.extend(statuses)
        yield
        self.expected = before

    def look(self, page: Page, name: str) -> None:
        """Measure the page on a phone, once under each name, and keep its pictures if somebody wants to see them."""
        if name in self.shown:
            return
        self.shown.add(name)
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        if wider := page.evaluate(OVERFLOW):
            self.complaints.append(f"{name}: {wider} pixels wider than a phone at {page.url}")
        self._keep(page, f"{name}.phone")
        page.set_viewport_size(WIDE)  # type: ignore[arg-type]
        self._keep(page, f"{name}.wide")

    def _keep(self, page: Page, name: str) -> None:
        if self.folder is not None:
            page.screenshot(path=self.folder / f"{len(self.shown):03}.{name}.png", full_page=True)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(SAID_OF_A_STATUS):
            self.complaints.append(f"console: {message.text}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.address, "blob:", "data:")):
            self.complaints.append(f"elsewhere: {request.url}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected:
            self.complaints.append(f"{response.status}: {response.request.method} {response.url}")

    def _failed(self, request: Request) -> None:
        # A page that is left takes its unfinished requests with it; a download is one of them to the browser.
        if "ERR_ABORTED" not in (request.failure or ""):
            self.complaints.append(f"failed: {request.url} {request.failure}")


def pictures(journey: str) -> Path | None:
    """Where pictures go if YANGGUANG_SCREENSHOTS is set: the folder it names, or ``screenshots`` for any other word."""
    if not (wanted := os.environ.get("YANGGUANG_SCREENSHOTS")):
        return None
    folder = Path(wanted if "/" in wanted else "screenshots") / re.sub(r"\W+", "-", journey)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
