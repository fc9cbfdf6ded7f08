"""A loopback server with the real policy header, and a Chromium page that has our modules at hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.sealing_js.serving import SiteServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext, Page

VECTORS = Path(__file__).resolve().parent.parent / "vectors"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).resolve().parent
    for item in items:
        if item.path.is_relative_to(here) and item.path.name != "test_vendored.py":
            item.add_marker(pytest.mark.journey)


@pytest.fixture
def site() -> Iterator[SiteServer]:
    with SiteServer() as server:
        yield server


@pytest.fixture
def quiet_context(browser: Browser, site: SiteServer) -> Iterator[BrowserContext]:
    """A context of its own; the test fails if a page reports an error or asks for anything elsewhere."""
    complaints: list[str] = []
    context = browser.new_context(base_url=site.address, accept_downloads=True)
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    context.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    context.on(
        "request",
        lambda asked: (
            complaints.append(f"a request to {asked.url}")
            if not asked.url.startswith((site.address, "blob:", "data:"))
            else None
        ),
    )
    yield context
    context.close()
    assert [line for line in complaints if not site.expects(line)] == []


@pytest.fixture
def page(quiet_context: BrowserContext) -> Page:
    page = quiet_context.new_page()
    page.goto("/blank.html")
    return page


@pytest.fixture
def run(page: Page) -> Callable[..., Any]:
    """Run the body of an async JavaScript function with our modules imported as `m.<module>`."""

    def running(modules: str, body: str, given: object = None) -> Any:
        names = json.dumps(modules.split())
        return page.evaluate(
            f"""async (given) => {{
              const m = {{}};
              for (const name of {names}) m[name] = await import(`/static/sealing/${{name}}.js`);
              const c = await import("/static/sealing/canonical.js");
              {body}
            }}""",
            given,
        )

    return running


@pytest.fixture(scope="session")
def vectors() -> dict[str, Any]:
    return json.loads((VECTORS / "seal.json").read_text("utf-8"))


@pytest.fixture(scope="session")
def extra() -> dict[str, Any]:
    return json.loads((VECTORS / "seal_extra.json").read_text("utf-8"))
