"""Every page of the access table in a real browser, wide and as on a phone: what the demonstration never reaches, too.

    YANGGUANG_SCREENSHOTS=FOLDER/ python -m pytest tests/journeys/every_page.py -n0

Not collected with the suite: the journeys measure the pages on their way. No server runs; what the browser asks for is
answered by the tests' own client in the world's transaction, in the hour of the row. World and client live in a thread
of their own: to Django, Playwright's thread is an event loop, which gets another connection in every callback.
"""

from __future__ import annotations

import mimetypes
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.db import connections, transaction
from django.test import override_settings

from core import clock
from tests.access.table import TABLE
from tests.access.test_role_times_route import address
from tests.access.world import PEOPLE, TRUSTING, make_world
from tests.journeys.watching import OVERFLOW, PHONE, WIDE, pictures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext, Page, Route
    from pytest_django import DjangoDbBlocker

    from tests.access.world import World

pytestmark = [pytest.mark.journey, pytest.mark.django_db]
SITE = "http://localhost:8999"  # a trustworthy origin; nobody listens there
FAULTS = (Path(__file__).resolve().parents[2] / "scripts" / "page_faults.js").read_text(encoding="utf-8")
EXPECTED = ("Failed to load resource", "WebSocket connection")  # 404 and sockets: there is no server


@pytest.fixture
def desk(django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path: Path) -> Iterator[Desk]:
    with ThreadPoolExecutor(1) as thread, django_db_blocker.unblock(), override_settings(STORAGE_ROOT=tmp_path):
        shared = connections["default"]
        shared.inc_thread_sharing()
        thread.submit(lambda: connections.__setitem__("default", shared)).result()
        everything = transaction.atomic()
        everything._from_testcase = True  # type: ignore[attr-defined]  # verbs may be outermost inside it
        thread.submit(everything.__enter__).result()
        yield Desk(thread.submit(make_world).result(), lambda act: thread.submit(act).result())
        thread.submit(lambda: (transaction.set_rollback(True), everything.__exit__(None, None, None))).result()
        shared.dec_thread_sharing()


class Desk:
    """Answers a browser as the platform would, for one person in one era."""

    def __init__(self, world: World, do: Callable[[Callable[[], object]], object]) -> None:
        self.world, self.do = world, do
        self.person, self.era = "nobody", "now"

    def answer(self, route: Route) -> None:
        path = unquote(urlsplit(route.request.url).path)
        if not path.startswith("/static/"):
            route.fulfill(**self.do(lambda: self._ask(route.request.url.removeprefix(SITE))))  # type: ignore[arg-type]
        elif file := finders.find(path.removeprefix("/static/")):
            route.fulfill(path=file, content_type=mimetypes.guess_type(path)[0] or "application/octet-stream")
        else:
            route.fulfill(status=404)

    def _ask(self, url: str) -> dict[str, object]:
        TRUSTING.cookies.clear()
        TRUSTING.cookies.update(self.world.browsers[self.person, self.era].cookies.items())
        with clock.stands_at(self.world.hours[self.era]):
            got = TRUSTING.get(url, headers={"accept-language": "zh-hans"})
            body = b"".join(got.streaming_content) if got.streaming else got.content
        headers = {name: value for name, value in got.headers.items() if name.lower() != "content-length"}
        return {"status": got.status_code, "headers": headers, "body": body}


def test_every_page_that_somebody_may_read(desk: Desk, browser: Browser) -> None:
    folder, faults, seen = pictures("every-page"), [], 0
    context = browser.new_context(locale="zh-CN", viewport=WIDE)  # type: ignore[arg-type]
    context.route("**/*", desk.answer)
    for name, row in TABLE.items():
        person = next((each for each in PEOPLE if each in row.may("get")), None)
        if person is None:
            continue
        desk.person, desk.era = person, row.era
        if (page := _opened(context, SITE + address(desk.world, name, row), faults, name)) is not None:
            seen += 1
            _look(page, f"{name} ({person})", folder and folder / name.replace(":", ".").replace("#", "."), faults)
            page.close()
    context.close()
    assert seen > 100
    assert not faults, "\n".join(faults)


def _opened(context: BrowserContext, url: str, faults: list[str], name: str) -> Page | None:
    """Return the page; None for a file, a redirection or an answer to a program."""
    page = context.new_page()
    page.on(
        "console",
        lambda said: (
            faults.append(f"{name}: {said.text}")
            if said.type == "error" and not said.text.startswith(EXPECTED)
            else None
        ),
    )
    page.on("pageerror", lambda error: faults.append(f"{name}: {error}"))
    try:
        answer = page.goto(url, wait_until="load")
    except Exception:  # noqa: BLE001  (a download, or a redirection to where nobody listens)
        answer = None
    if answer is not None and answer.ok and answer.headers.get("content-type", "").startswith("text/html"):
        return page
    page.close()
    return None


def _look(page: Page, name: str, stem: Path | None, faults: list[str]) -> None:
    page.wait_for_timeout(100)
    faults += [f"{name}: {fault}" for fault in page.evaluate(FAULTS)]
    for size, word in ((PHONE, "phone"), (WIDE, "wide")):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        if wider := page.evaluate(OVERFLOW):
            faults.append(f"{name}: {wider} pixels wider than its window ({word})")
        if stem is not None:
            page.screenshot(path=stem.with_name(f"{stem.name}.{word}.png"), full_page=True)
