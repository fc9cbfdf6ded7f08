from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
import uvicorn
from django.db import OperationalError

import config.processes
import config.serving
import config.testing
from config import console
from config.asgi import rooms
from core import hub
from tests.house.house_rules import ROOT

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from pytest_django.fixtures import SettingsWrapper


@pytest.fixture(autouse=True)
def _same_environment_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("YANGGUANG_DEMO", "DJANGO_SETTINGS_MODULE"):
        monkeypatch.setenv(name, os.environ.get(name, "tests.settings"))
    monkeypatch.delenv("YANGGUANG_DEMO")


@pytest.fixture
def noted(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    """Note what the console calls instead of doing it."""
    calls: list[tuple[object, ...]] = []

    def note(name: str) -> Callable[..., int]:
        def called(*args: object, **words: object) -> int:
            calls.append((name, *args, *sorted(words.items())))
            return 0

        return called

    monkeypatch.setattr(config.serving, "serve", note("serve"))
    monkeypatch.setattr(config.testing, "run", note("test"))
    monkeypatch.setattr(config.processes, "run_rooms", note("rooms"))
    monkeypatch.setattr(config.processes, "run_clock", note("clock"))
    monkeypatch.setattr(config.processes, "run_sequencer", note("sequencer"))
    monkeypatch.setattr(console, "manage", note("manage"))
    return calls


def test_up_serves_the_demonstration_on_this_machine_only(noted: list[tuple[object, ...]]) -> None:
    with pytest.raises(SystemExit) as ended:
        console.main(["up"])
    assert ended.value.code == 0
    assert noted == [
        ("serve", ("admin", None), ("demo", True), ("host", "127.0.0.1"), ("port", 8000), ("with_clock", True))
    ]
    assert os.environ["YANGGUANG_DEMO"] == "yes"


def test_a_real_start_names_its_first_administrator_and_shows_no_demonstration(noted: list[tuple[object, ...]]) -> None:
    with pytest.raises(SystemExit):
        console.main(["up", "--no-demo", "--admin", "wang", "--host", "192.0.2.1", "--port", "80"])
    assert noted == [
        ("serve", ("admin", "wang"), ("demo", False), ("host", "192.0.2.1"), ("port", 80), ("with_clock", True))
    ]
    assert "YANGGUANG_DEMO" not in os.environ


def test_an_administrator_beside_the_demonstration_is_refused(
    noted: list[tuple[object, ...]], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        console.main(["up", "--admin", "wang"])
    assert (ended.value.code, noted) == (2, [])
    assert "--admin goes with --no-demo" in capsys.readouterr().err


def test_after_a_restore_the_pages_start_without_the_clock(noted: list[tuple[object, ...]]) -> None:
    with pytest.raises(SystemExit):
        console.main(["up", "--no-demo", "--no-clock"])
    assert noted == [
        ("serve", ("admin", None), ("demo", False), ("host", "127.0.0.1"), ("port", 8000), ("with_clock", False))
    ]


@pytest.mark.parametrize("port", ["65536", "99999", "-1", "http", "８０"])
def test_a_port_that_cannot_be_is_refused_before_anything_starts(
    noted: list[tuple[object, ...]], capsys: pytest.CaptureFixture[str], port: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        console.main(["up", f"--port={port}"])
    assert (ended.value.code, noted) == (2, [])
    assert capsys.readouterr().err.splitlines()[-1] == (
        f"yangguang up: error: argument --port: a port is a number from 0 to 65535, not {port!r}"
    )


def test_test_hands_its_words_to_the_runner_and_its_status_to_the_shell(noted: list[tuple[object, ...]]) -> None:
    with pytest.raises(SystemExit) as ended:
        console.main(["test", "--quick"])
    assert (ended.value.code, noted) == (0, [("test", ["--quick"])])


def test_the_processes_of_the_scale_out_form_have_their_words(noted: list[tuple[object, ...]]) -> None:
    console.main(["rooms", "--port", "9001"])
    console.main(["clock", "--heartbeat", "/run/clock"])
    console.main(["sequencer"])
    assert noted == [
        ("rooms", ("host", "127.0.0.1"), ("port", 9001)),
        ("clock", ("heartbeat", Path("/run/clock"))),
        ("sequencer", ("heartbeat", None)),
    ]


def test_any_other_word_goes_on_to_django(noted: list[tuple[object, ...]]) -> None:
    console.main(["rehearse", "folder", "--lots", "20"])
    assert noted == [("manage", ["yangguang", "rehearse", "folder", "--lots", "20"])]


@pytest.mark.parametrize(
    ("fault", "words", "ended"),
    [
        ("no such table: trading_regionparameter", [], SystemExit),
        ('relation "trading_regionparameter" does not exist', [], SystemExit),
        ("no such table: trading_regionparameter", ["--traceback"], OperationalError),
        ("database is locked", [], OperationalError),
    ],
)
def test_a_database_without_tables_is_one_sentence_and_other_faults_stay_what_they_are(
    monkeypatch: pytest.MonkeyPatch, fault: str, words: list[str], ended: type[BaseException]
) -> None:
    def fail(_argv: list[str]) -> None:
        raise OperationalError(fault)

    monkeypatch.setattr("django.core.management.execute_from_command_line", fail)
    with pytest.raises(ended) as met:
        console.manage(["yangguang", "calendar", "list", "2026", *words])
    if ended is SystemExit:
        assert str(met.value) == (
            "The database has no tables yet, or not all: ./yangguang migrate makes them (and so does up)."
        )
    else:
        assert str(met.value) == fault


def test_without_a_word_it_says_what_there_is(
    noted: list[tuple[object, ...]], capsys: pytest.CaptureFixture[str]
) -> None:
    console.main([])
    assert (capsys.readouterr().out, noted) == (f"{console.USAGE}\n", [])


def test_the_clock_process_beats_after_every_turn_and_stops_when_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told: dict[int, Callable[[int, object], None]] = {}
    monkeypatch.setattr(signal, "signal", lambda number, act: told.update({number: act}))

    class OneTurn:
        def __init__(self, *, stopped: threading.Event, wait: Callable[[float], None]) -> None:
            self.stopped, self.wait = stopped, wait

        def run(self) -> None:
            told[signal.SIGTERM](signal.SIGTERM, None)
            assert self.stopped.is_set()
            self.wait(30.0)

    asked: list[str] = []
    monkeypatch.setattr("config.soundness.require", lambda: asked.append("sound?"))
    monkeypatch.setitem(sys.modules, "config.clock", SimpleNamespace(ClockLoop=OneTurn))
    config.processes.run_clock(heartbeat=tmp_path / "beat")
    assert ((tmp_path / "beat").exists(), asked) == (True, ["sound?"])
    assert capsys.readouterr().out == "the clock runs\n"


@pytest.mark.parametrize("redis", ["", "redis://h/0"])
def test_the_rooms_process_serves_sockets_alone_and_is_joined_through_redis_where_there_is_one(
    monkeypatch: pytest.MonkeyPatch, settings: SettingsWrapper, redis: str
) -> None:
    told: list[object] = []

    class Served:
        def __init__(self, served: uvicorn.Config) -> None:
            told.append((served.app is rooms, served.host, served.port, served.lifespan))

        async def serve(self) -> None:
            await asyncio.sleep(0)

    async def subscribe() -> None:
        told.append("joined")
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            told.append("left")
            raise

    monkeypatch.setattr(hub.hub, "start", lambda loop: told.append(loop.is_running()))
    monkeypatch.setattr(hub, "subscribe", subscribe)
    monkeypatch.setattr(uvicorn, "Server", Served)
    settings.REDIS_URL = redis
    config.processes.run_rooms(host="127.0.0.1", port=9001)
    assert told == [True, (True, "127.0.0.1", 9001, "off"), *(["joined", "left"] if redis else [])]


def test_manage_py_is_the_same_command_line() -> None:
    assert "from config.console import manage" in (ROOT / "manage.py").read_text()
