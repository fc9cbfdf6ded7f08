"""The first README command in a real browser: `up` in an empty folder, then one account of each role."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from websockets.sync.client import connect

from tests.journeys.watching import Watch, pictures

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.journey
ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 180.0
KEPT = ("PATH", "HOME", "LANG")


class Platform(NamedTuple):
    """A running `up`: where, in which folder, what it said so far."""

    address: str
    folder: Path
    said: str

    @property
    def accounts(self) -> list[dict[str, str]]:
        rows: list[dict[str, str]] = json.loads((self.folder / "demo-accounts.json").read_text(encoding="utf-8"))
        return rows


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    folder = tmp_path_factory.mktemp("up")
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    log = folder / "console.log"
    environ = {name: os.environ[name] for name in KEPT if name in os.environ}
    environ |= {"YANGGUANG_DATA": str(folder / "data"), "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "config.console", "up", "--port", str(port)]
    with log.open("wb") as said:
        process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=said, stderr=subprocess.STDOUT)
    try:
        yield Platform(f"http://127.0.0.1:{port}", folder / "data", _until_it_serves(process, log))
    finally:
        process.send_signal(signal.SIGINT)
        status = process.wait(timeout=30)
    said_at_last = log.read_text(encoding="utf-8")
    assert (status, said_at_last.endswith("\nstopped\n")) == (0, True), said_at_last
    assert "Traceback" not in said_at_last


def _until_it_serves(process: subprocess.Popen[bytes], log: Path) -> str:
    ends = time.monotonic() + PATIENCE
    while "Ctrl-C" not in (said := log.read_text(encoding="utf-8")):
        assert process.poll() is None, said
        assert time.monotonic() < ends, said
        time.sleep(0.2)
    return said


@pytest.fixture
def watch(platform: Platform, request: pytest.FixtureRequest) -> Iterator[Watch]:
    """A test's watch over all its pages; at the end nothing was complained of."""
    over = Watch(platform.address, pictures(request.node.name))
    yield over
    assert over.complaints == []


@pytest.fixture
def visitor(browser: Browser, watch: Watch) -> Iterator[Page]:
    context = watch.over(browser.new_context(locale="zh-CN"))
    yield context.new_page()
    context.close()


def test_the_console_prints_one_account_of_each_role_and_the_address(platform: Platform) -> None:
    assert f"阳光交易 Yangguang: {platform.address}/" in platform.said
    printed = {
        row["role"] for row in platform.accounts if re.search(rf"^  {row['username']} ", platform.said, re.MULTILINE)
    }
    assert printed == {row["role"] for row in platform.accounts}
    assert platform.accounts[0]["password"] in platform.said


def test_a_stranger_reads_projects_that_say_they_are_made_up(platform: Platform, visitor: Page, watch: Watch) -> None:
    visitor.goto(platform.address)
    assert visitor.get_by_text("【演示】").count() > 0
    watch.look(visitor, "home")
    visitor.get_by_role("link", name="可以尝试的操作").click()
    visitor.get_by_role("heading", level=1, name="演示系统").wait_for()
    watch.look(visitor, "demonstration")


def test_every_account_stands_on_the_sign_in_page(platform: Platform, visitor: Page, watch: Watch) -> None:
    visitor.goto(f"{platform.address}/account/sign-in")
    rows = visitor.locator("#demo-accounts tbody tr")
    assert rows.count() == len(platform.accounts)
    watch.look(visitor, "sign-in")


@pytest.mark.parametrize("role", ["OWNER", "AGENT", "BIDDER", "EXPERT", "SUPERVISOR", "CENTER", "AUDIT", "KEY_HOLDER"])
def test_each_role_signs_in_at_a_button_and_has_a_desk(
    platform: Platform, visitor: Page, watch: Watch, role: str
) -> None:
    account = next(row for row in platform.accounts if row["role"] == role)
    visitor.goto(f"{platform.address}/account/sign-in")
    own = visitor.get_by_role("cell", name=account["username"], exact=True)
    visitor.get_by_role("row").filter(has=own).get_by_role("button").click()
    visitor.wait_for_url(f"{platform.address}/desk")
    assert visitor.get_by_text(account["organisation"]).count() > 0
    watch.look(visitor, f"desk-{role.lower()}")


def test_the_hall_of_the_lot_that_closes_next_is_live(platform: Platform, visitor: Page, watch: Watch) -> None:
    visitor.goto(f"{platform.address}/demonstration/")
    hall = visitor.locator("#waiting a[href^='/hall/']").first.get_attribute("href")
    assert hall is not None
    visitor.goto(platform.address + hall)
    visitor.get_by_role("heading", level=1).wait_for()
    visitor.locator("main [data-hall]").wait_for()
    watch.look(visitor, "hall")
    socket_address = platform.address.replace("http:", "ws:") + f"/ws{hall}"
    with connect(socket_address, origin=platform.address) as room:  # type: ignore[arg-type]
        assert json.loads(room.recv(timeout=10))["seq"] == 0


def test_a_second_process_on_the_same_folder_is_refused_in_one_sentence(platform: Platform) -> None:
    environ = {name: os.environ[name] for name in KEPT if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-m", "config.console", "up", "--port", "0"],
        cwd=ROOT,
        env=environ | {"YANGGUANG_DATA": str(platform.folder)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert done.stderr.startswith(f"The platform runs already on {platform.folder} (process ")
    assert done.stderr.count("\n") == 1
