"""Take a picture of every page of the demonstration, wide and as on a phone, and say what is wrong with it.

    python scripts/screenshots.py FOLDER [--data DATA] [--only WORD] [--each N]

It starts the demonstration as ``up`` does, signs in as one account of each role, follows every link from its desk and
from the public pages, and keeps the pictures, with an ``index.html``, in FOLDER. Every route is pictured once for each
role. What one account of each role never reached, the other accounts look for. The status is 1 if a page has a fault.
"""

from __future__ import annotations

import argparse
import contextlib
import html
import inspect
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

import django
from django.urls import Resolver404, URLResolver, get_resolver, resolve
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize

ROOT = Path(__file__).resolve().parent.parent
FAULTS = (Path(__file__).parent / "page_faults.js").read_text(encoding="utf-8")
WIDE: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
TOO_WIDE = "document.scrollingElement.scrollWidth - window.innerWidth"
DARK = {"disclosure:home", "disclosure:project", "trading:desk", "bidding:hall", "core:style"}
VISITOR = "visitor"  # who has not signed in
BEGINNINGS = ("/", "/demonstration/", "/style", "/account/sign-in", "/nowhere")
NOWHERE = "nowhere"  # the page of an address that does not exist
# Pages that only a refusal shows: what is sent from where, with the token of the form or without.
SENT = {"refused": True, "without-token": False}
SENT_FROM = {"refused": ("owner", "trading:documents"), "without-token": (VISITOR, "accounts:sign-in")}
REFUSALS = {NOWHERE, *SENT}
SEND = """hasToken => {
  const form = Object.assign(document.createElement("form"), { method: "post" });
  if (hasToken) form.append(document.querySelector("[name=csrfmiddlewaretoken]").cloneNode());
  document.body.append(form);
  form.submit();
}"""
HEIGHT = "document.documentElement.scrollHeight"
NOT_FOLLOWED = {"core:language"}  # it would change the reader
HREF = re.compile(r'<a\s[^>]*?href="([^"]*)"')
ENOUGH = 20  # pages of one route that are read for their links
PATIENCE = 300.0
ERROR = 400  # the first status that is one


@dataclass
class Found:
    """What was met on the way: the addresses of each route for each reader, the pictures and the faults."""

    folder: Path
    each: int
    pages: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    reached: set[str] = field(default_factory=set)
    pictures: list[tuple[str, str, str, str]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def complain(self, fault: str) -> None:
        """Note a fault and say it at once: the run takes a while."""
        self.faults.append(fault)
        sys.stdout.write(f"{fault}\n")
        sys.stdout.flush()


def main(words: Sequence[str]) -> int:
    """Take the pictures, write the index, print the faults and the routes nobody reached."""
    parser = argparse.ArgumentParser(prog="screenshots.py", description="Pictures of every page.")
    parser.add_argument("folder", type=Path, help="where the pictures go")
    parser.add_argument("--data", type=Path, help="the demonstration's data folder, kept; else a temporary one")
    parser.add_argument("--only", default="", metavar="WORD", help="only routes or readers whose name has this word")
    parser.add_argument("--each", type=int, default=1, metavar="N", help="pictures of a route for each role")
    chosen = parser.parse_args(words)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # a run that is stopped stops the demonstration, too
    chosen.folder.mkdir(parents=True, exist_ok=True)
    found = Found(chosen.folder, chosen.each)
    with contextlib.ExitStack() as stack:
        data = chosen.data or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="yangguang-screenshots-")))
        os.environ |= {"YANGGUANG_DATA": str(data), "YANGGUANG_DEMO": "yes"}
        address = stack.enter_context(_demonstration(data))
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        django.setup()
        browser = stack.enter_context(_chromium())
        accounts = json.loads((data / "demo-accounts.json").read_text(encoding="utf-8"))
        _visit_everybody(browser, address, accounts, found, chosen.only)
    unreached = sorted({name for name, _view in _named(get_resolver())} - found.reached)
    _write_index(found, unreached)
    for name in unreached:
        sys.stdout.write(f"never reached: {name}\n")
    sys.stdout.write(f"{len(found.pictures)} pages, {len(found.faults)} faults, {len(unreached)} routes not reached\n")
    return 1 if found.faults else 0


@contextlib.contextmanager
def _demonstration(data: Path) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    data.mkdir(parents=True, exist_ok=True)
    log = data / "console.log"
    command = [sys.executable, "-u", "-m", "config.console", "up", "--port", str(port)]
    with log.open("wb") as said:
        process = subprocess.Popen(command, cwd=ROOT, stdout=said, stderr=subprocess.STDOUT)  # noqa: S603  (our own)
    try:
        _wait_until_it_serves(process, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)


def _wait_until_it_serves(process: subprocess.Popen[bytes], log: Path) -> None:
    ends = time.monotonic() + PATIENCE
    while "Ctrl-C" not in (said := log.read_text(encoding="utf-8")):
        if process.poll() is not None or time.monotonic() > ends:
            raise SystemExit(f"The demonstration did not start.\n{said}")
        time.sleep(0.2)


@contextlib.contextmanager
def _chromium() -> Iterator[Browser]:
    names = [os.environ.get("CHROMIUM") or "chromium", "chromium-browser", "google-chrome"]
    path = next((each for name in names if (each := shutil.which(name))), None)
    if path is None:
        raise SystemExit("Chromium was not found; CHROMIUM names it.")
    args = ["--no-sandbox"] if os.geteuid() == 0 else []  # as root it has to do without its own sandbox
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=path, args=args)


def _visit_everybody(browser: Browser, address: str, accounts: list[dict[str, str]], found: Found, only: str) -> None:
    firsts: dict[str, dict[str, str]] = {}
    for each in accounts:
        firsts.setdefault(each["role"], each)
    others = [account for account in accounts if account not in firsts.values()]
    readers = [(VISITOR, None), *((role.lower(), account) for role, account in firsts.items())]
    for name, account in [*readers, *((account["username"], account) for account in others)]:
        with contextlib.closing(browser.new_context(locale="zh-CN", viewport=WIDE)) as context:
            _sign_in(context, address, account)
            known = set(found.reached)
            _crawl(context, address, name, found)
            for route, origin in SENT_FROM.items():
                if origin[0] == name and found.pages[origin]:
                    found.pages[name, route] = found.pages[origin][:1]
            own = {route: urls for (reader, route), urls in found.pages.items() if reader == name}
            for route, urls in own.items():
                if (only in route or only in name) and not (account in others and route in known):
                    for number, url in enumerate(urls[: found.each], start=1):
                        _picture(context, url, (name, route, number), found)


def _sign_in(context: BrowserContext, address: str, account: dict[str, str] | None) -> None:
    if account is None:
        return
    page = context.new_page()
    page.goto(f"{address}/account/sign-in")
    page.locator("#id_username").fill(account["username"])
    page.locator("#id_password").fill(account["password"])
    page.locator("main form.panel button.primary").click()
    page.wait_for_url(f"{address}/desk")
    page.close()


def _crawl(context: BrowserContext, address: str, reader: str, found: Found) -> None:
    """Follow every link of the same site, breadth first, and note the pages of each route."""
    waiting = deque(f"{address}{path}" for path in (*BEGINNINGS, "/desk"))
    seen = set(waiting)
    read: dict[str, int] = defaultdict(int)
    while waiting:
        url = waiting.popleft()
        route = _route(url)
        read[route] += 1
        if read[route] > ENOUGH:
            continue
        found.reached.add(route)
        if route in NOT_FOLLOWED:
            continue
        new = [link for link in _read(context, url, address, (reader, route), found) if link not in seen]
        seen.update(new)
        waiting.extend(dict.fromkeys(new))


def _read(context: BrowserContext, url: str, address: str, what: tuple[str, str], found: Found) -> list[str]:
    """Ask for the address, note it if it is a page, and return its links."""
    answer = context.request.get(url)
    if answer.status >= ERROR and what[1] != NOWHERE:
        found.complain(f"{what[0]} {what[1]} {urlsplit(url).path}: a link leads to {answer.status}")
    if not answer.headers.get("content-type", "").startswith("text/html"):
        return []
    if answer.url.partition("?")[0] == url:
        found.pages[what].append(url)
    return _links(answer.text(), answer.url, address)


def _links(text: str, url: str, address: str) -> list[str]:
    links = [urljoin(url, html.unescape(href)).partition("#")[0] for href in HREF.findall(text)]
    return [link for link in links if link.startswith(f"{address}/") and not _is_a_variation(link)]


def _is_a_variation(link: str) -> bool:
    """Whether a link only sorts, filters or pages what stands at the same address."""
    return bool(urlsplit(link).query) and _route(link) not in NOT_FOLLOWED


def _route(url: str) -> str:
    try:
        return resolve(urlsplit(url).path).view_name
    except Resolver404:
        return NOWHERE


def _picture(context: BrowserContext, url: str, what: tuple[str, str, int], found: Found) -> None:
    """Open the page, ask what is wrong with it, and keep it at both widths."""
    reader, route, number = what
    name = f"{reader}.{route.replace(':', '.')}" + (f".{number}" if number > 1 else "")
    said: list[str] = []

    def hear(message: ConsoleMessage) -> None:  # the browser tells here of its policy, too
        is_wanted = route in REFUSALS and message.text.startswith("Failed to load resource")
        if message.type in {"error", "warning"} and not is_wanted:
            said.append(f"console: {message.text}")

    page = context.new_page()
    page.on("console", hear)
    page.on("pageerror", lambda error: said.append(f"script: {error}"))
    page.goto(url, wait_until="load")
    if route in SENT:
        with page.expect_navigation(wait_until="load"):
            page.evaluate(SEND, SENT[route])
    page.wait_for_timeout(150)  # the scripts of the page begin
    said += page.evaluate(FAULTS)
    schemes = ["light", "dark"] if route in DARK else ["light"]
    _keep(page, found.folder / f"{name}.wide.png", WIDE, schemes)
    page.set_viewport_size(PHONE)
    if (wider := page.evaluate(TOO_WIDE)) > 0:
        said.append(f"{wider} pixels wider than a phone")
    _keep(page, found.folder / f"{name}.phone.png", PHONE, schemes)
    found.pictures.append((reader, route, urlsplit(url).path, name))
    for fault in said:
        found.complain(f"{reader} {route} {urlsplit(url).path}: {fault}")
    page.close()


def _keep(page: Page, path: Path, size: ViewportSize, schemes: Sequence[str]) -> None:
    """Keep the page in a window as high as itself: what sticks to the window's edge then covers nothing."""
    page.set_viewport_size({"width": size["width"], "height": max(size["height"], page.evaluate(HEIGHT))})
    for scheme in schemes:
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        kept = path if scheme == "light" else path.with_suffix(".dark.png")
        page.screenshot(path=kept, full_page=True, animations="disabled")


def _named(resolver: URLResolver, space: str = "") -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield every named route that can be read, with its view: what only takes a form has no picture."""
    for each in resolver.url_patterns:
        if isinstance(each, URLResolver):
            yield from _named(each, f"{each.namespace}:" if each.namespace else space)
        elif each.name and _is_read(each.callback):
            yield f"{space}{each.name}", each.callback


def _is_read(view: Callable[..., Any] | None) -> bool:
    """Whether the view answers GET: Django's decorator keeps the methods that it lets through."""
    while view is not None:
        kept = inspect.getclosurevars(view).nonlocals.get("request_method_list") if inspect.isfunction(view) else None
        if kept is not None:
            return "GET" in kept
        view = getattr(view, "__wrapped__", None)
    return True


def _write_index(found: Found, unreached: list[str]) -> None:
    rows = [
        f"<tr><td>{reader}<td>{route}<td>{html.escape(path)}"
        + "".join(f'<td><a href="{name}.{width}.png">{width}</a>' for width in ("wide", "phone"))
        for reader, route, path, name in found.pictures
    ]
    faults = [f"<li>{html.escape(fault)}" for fault in found.faults]
    missing = [f"<li>{name}" for name in unreached]
    text = (
        '<!doctype html><meta charset="utf-8"><title>Pages</title>'
        f"<h1>{len(rows)} pages</h1><h2>Faults</h2><ul>{''.join(faults)}</ul><h2>Never reached</h2>"
        f"<ul>{''.join(missing)}</ul><h2>Pictures</h2><table>{''.join(rows)}</table>\n"
    )
    (found.folder / "index.html").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
