from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import Membership, User
from accounts.names import Role
from config import serving, starting
from config.demonstration import marking
from config.management.commands import demo
from core import clock
from core.models import Installation
from tests.house.house_rules import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django.fixtures import SettingsWrapper

HOLD = """
import sys, time
from pathlib import Path
from config.starting import alone_with
with alone_with(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def _quiet_environment(monkeypatch: pytest.MonkeyPatch, settings: SettingsWrapper) -> None:
    settings.PLATFORM_NAME = "trade.example"
    for name in ("YANGGUANG_DEMO", "YANGGUANG_URL", "DJANGO_SETTINGS_MODULE"):
        monkeypatch.setenv(name, os.environ.get(name, ""))
    for name in ("CENTRE_NAME", "CENTRE_CODE", "ADMIN_PERSON", "ADMIN_PASSWORD"):
        monkeypatch.delenv(f"YANGGUANG_{name}", raising=False)
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "tests.settings")


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Let somebody sit at the terminal; what is asked and not in the answers is left empty."""
    given: dict[str, str] = {}
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda question: next((a for q, a in given.items() if q in question), ""))
    return given


# -- the folder and the port ---------------------------------------------------------------------------


def test_a_second_process_is_told_who_holds_the_folder(tmp_path: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(SystemExit) as refused, starting.alone_with(tmp_path):
            pytest.fail("two processes in one folder")
        assert str(refused.value).startswith(f"The platform runs already on {tmp_path} (process {holder.pid})")
    finally:
        holder.kill()
        holder.communicate()
    with starting.alone_with(tmp_path):  # whoever died holds nothing any more
        assert (tmp_path / starting.LOCK).read_text() == str(os.getpid())


@pytest.mark.loopback
def test_a_port_in_use_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SystemExit) as refused:
            starting.listen("127.0.0.1", port)
    assert refused.value.code == f"Port {port} is in use: stop what serves there, or choose another one with --port."


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (errno.EACCES, "Port 80 is not open to this user: choose one above 1023 with --port."),
        (errno.EADDRNOTAVAIL, "192.0.2.1:80 cannot be served: not here."),
    ],
)
def test_an_address_that_cannot_be_served_says_why(monkeypatch: pytest.MonkeyPatch, number: int, sentence: str) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(number, "not here")

    monkeypatch.setattr(socket, "create_server", fail)
    with pytest.raises(SystemExit) as refused:
        starting.listen("192.0.2.1", 80)
    assert refused.value.code == sentence


# -- a real start --------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_real_start_has_no_demonstration_account_and_says_how_to_begin(capsys: pytest.CaptureFixture[str]) -> None:
    starting.prepare(demo=False, admin=None)
    assert Installation.objects.get().made_for == Installation.USE
    assert User.objects.count() == 0
    assert capsys.readouterr().out == (
        "Nobody can sign in yet: ./yangguang up --no-demo --admin NAME makes the first administrator.\n"
    )


@pytest.mark.django_db(transaction=True)
def test_without_a_name_of_its_own_a_platform_says_so_and_is_not_reached_from_elsewhere(
    settings: SettingsWrapper, capsys: pytest.CaptureFixture[str]
) -> None:
    said = "YANGGUANG_NAME is not set: keys and tenders would be called yangguang.example for ever (docs/running.md)."
    settings.PLATFORM_NAME, settings.IS_LOOPBACK = starting.PLACEHOLDER, False
    with pytest.raises(SystemExit) as refused:
        starting.prepare(demo=False, admin=None)
    assert refused.value.code == f"{said} Set it before the platform is reached from elsewhere."
    assert Installation.objects.count() == 0
    settings.IS_LOOPBACK = True
    starting.prepare(demo=False, admin=None)
    assert capsys.readouterr().out.splitlines()[0] == said


@pytest.mark.django_db(transaction=True)
def test_the_first_administrator_gets_a_password_that_is_shown_once(capsys: pytest.CaptureFixture[str]) -> None:
    starting.prepare(demo=False, admin="wang")
    said = capsys.readouterr().out
    user = User.objects.get()
    password = said.partition("password   ")[2].splitlines()[0]
    assert (user.username, user.name, user.check_password(password)) == ("wang", "wang", True)
    seats = Membership.objects.filter(user=user).select_related("organisation")
    assert {seat.role for seat in seats} == {Role.CENTER}
    centre = seats[0].organisation
    assert (centre.name, centre.scheme, centre.code) == ("公共资源交易中心", "LOCAL", "CENTRE-1")
    assert "This password is shown once and kept nowhere" in said
    starting.prepare(demo=False, admin="li")
    assert capsys.readouterr().out == "This platform has its trading centre already; --admin is left out.\n"
    assert User.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_somebody_at_the_terminal_is_asked_and_may_bring_a_password(
    answers: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers |= {"Name of the trading centre": "滨江市公共资源交易中心", "credit code": "91000000MAYG00001W"}
    answers |= {"first administrator": "王静", "contact": "技术科 0000-60000001"}
    monkeypatch.setenv("YANGGUANG_ADMIN_PASSWORD", "a sentence that only wang knows")
    starting.found_centre("wang")
    user = User.objects.get()
    assert (user.name, user.check_password("a sentence that only wang knows")) == ("王静", True)
    seat = Membership.objects.select_related("organisation").get(user=user, organisation__code="91000000MAYG00001W")
    assert (seat.role, seat.organisation.contact) == (Role.CENTER, "技术科 0000-60000001")
    assert "a sentence that only wang knows" not in capsys.readouterr().out


@pytest.mark.django_db(transaction=True)
def test_what_does_not_do_is_refused_with_every_reason(
    answers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    answers |= {"credit code": "91000000MAYG000010"}
    monkeypatch.setenv("YANGGUANG_ADMIN_PASSWORD", "short")
    with pytest.raises(SystemExit) as refused:
        starting.found_centre("wang")
    assert str(refused.value).count("\n") == 1
    assert User.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_demonstration_does_not_become_a_real_platform() -> None:
    marking.begin(at=clock.now())
    with pytest.raises(SystemExit) as refused:
        starting.prepare(demo=False, admin="wang")
    assert refused.value.code == (
        "This database holds a demonstration, which never becomes a real platform: name another one."
    )


@pytest.mark.django_db(transaction=True)
def test_a_real_platform_does_not_become_a_demonstration() -> None:
    call_command("install", verbosity=0)
    with pytest.raises(SystemExit) as refused:
        starting.prepare(demo=True, admin=None)
    assert refused.value.code == (
        "This database holds a real platform; a demonstration needs a data folder or a database of its own."
    )
    assert User.objects.count() == 0


# -- serving -------------------------------------------------------------------------------------------


@pytest.mark.loopback
@pytest.mark.django_db(transaction=True)
def test_one_process_serves_until_it_is_interrupted(
    tmp_path: Path, settings: SettingsWrapper, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.DATA_DIR, settings.STATIC_ROOT = tmp_path, tmp_path / "static"
    prepared: list[dict[str, object]] = []
    monkeypatch.setattr(starting, "prepare", lambda **words: prepared.append(words))
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    statuses: list[int] = []
    visitor = threading.Thread(target=_visit_and_interrupt, args=(port, statuses))
    visitor.start()
    before, mask = signal.getsignal(signal.SIGTERM), os.umask(0o022)
    try:
        serving.serve(host="127.0.0.1", port=port, demo=True, admin=None)
    finally:
        assert os.umask(mask) == 0o077  # files of the platform are nobody else's to read
        signal.signal(signal.SIGTERM, before)
        visitor.join()
    assert statuses == [200, 200]
    assert prepared == [{"demo": True, "admin": None}]
    assert os.environ["YANGGUANG_DEMO"] == "yes"
    said = capsys.readouterr().out
    assert said.endswith("\nstopped\n")
    assert f"http://127.0.0.1:{port}/" in said
    assert [thread.name for thread in threading.enumerate() if thread.name in {"clock", "worker", "sequencer"}] == []


@pytest.mark.django_db(transaction=True)
def test_without_the_clock_only_the_worker_runs_beside_the_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "start_worker", lambda: lambda: None)
    monkeypatch.setattr("config.clock.start", lambda _stopped: pytest.fail("the clock was started"))
    with serving.at_work(with_clock=False):
        assert [thread for thread in threading.enumerate() if thread.name == "clock"] == []


def test_the_data_folder_is_open_to_its_user_alone_even_if_it_was_not(tmp_path: Path) -> None:
    for folder in (tmp_path / "new", tmp_path / "old"):
        if folder.name == "old":
            folder.mkdir(mode=0o755)
        with starting.alone_with(folder):
            assert folder.stat().st_mode & 0o777 == 0o700


def _visit_and_interrupt(port: int, statuses: list[int]) -> None:
    ends = time.monotonic() + 30
    while not statuses and time.monotonic() < ends:
        try:
            for path in ("/now", "/static/yangguang/css/tokens.css"):
                with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
                    statuses.append(answer.status)
        except OSError:
            time.sleep(0.1)
    os.kill(os.getpid(), signal.SIGINT)


# -- an interrupted making -----------------------------------------------------------------------------

INTERRUPTED = """
from config.demonstration import marking
from config.management.commands import demo
from config.management.commands.demo import Command
from core import clock
marking.begin(at=clock.now())
print(marking.purpose())
Command()._empty()
print(marking.purpose())
"""


def test_a_half_made_demonstration_on_sqlite_is_thrown_away(tmp_path: Path) -> None:
    environ = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environ |= {"YANGGUANG_DATA": str(tmp_path)}
    for words in (["migrate", "--verbosity=0"], ["shell", "--verbosity=0", "--command", INTERRUPTED]):
        command = [sys.executable, "manage.py", *words]
        done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["unfinished", "nothing"]


@pytest.mark.django_db(transaction=True)
def test_a_half_made_demonstration_on_a_server_is_left_to_its_owner(monkeypatch: pytest.MonkeyPatch) -> None:
    marking.begin(at=clock.now())
    monkeypatch.setattr(connection, "vendor", "postgresql")
    with pytest.raises(CommandError) as refused:
        demo.Command()._empty()
    assert str(refused.value) == "The making of this demonstration was interrupted: empty the database and begin again."
    assert marking.purpose() is marking.Purpose.UNFINISHED


@pytest.mark.django_db
def test_a_database_is_marked_for_use_once(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("install")
    call_command("install")
    assert capsys.readouterr().out == "this database is made for use\n"
    assert Installation.objects.get().made_for == Installation.USE
