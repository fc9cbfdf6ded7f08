"""What is wrong outside the protocol: files that are not there or there already, anchors that are none, passphrases."""

from __future__ import annotations

import argparse
import getpass
import json
import runpy
import sys
from typing import TYPE_CHECKING

import pytest

from client import auditing, console, files, keys, sealing
from client.trust import read_trust
from client.words import Fault
from tests.verifier.paper import honest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TRUST = honest().keys.trust() | {"holders": []}


def test_what_cannot_be_read_or_written_is_named(tmp_path: Path) -> None:
    here, nowhere = tmp_path / "here", tmp_path / "no" / "where"
    files.write_new(here, b"abc")
    assert (files.read(here, limit=3), here.stat().st_mode & 0o777) == (b"abc", 0o600)
    files.new_folder(tmp_path / "new")
    attempts: list[Callable[[], object]] = [
        lambda: files.read(nowhere, limit=1),
        lambda: files.read(here, limit=2),
        lambda: files.write_new(here, b""),
        lambda: files.write_new(nowhere, b""),
        lambda: files.new_folder(tmp_path / "new"),
        lambda: files.new_folder(nowhere),
        lambda: auditing.digest_of(nowhere),
        lambda: sealing.files_of(nowhere),
        lambda: sealing.files_of(tmp_path),
    ]
    for attempt in attempts:
        with pytest.raises(Fault):
            attempt()


@pytest.mark.parametrize(
    "changed",
    [
        {"quorum": 9},
        {"witnesses": TRUST["witnesses"][:1] * 2},
        {"platform": TRUST["witnesses"][0]},
        {"origin": "another.example/log"},
        {"extra": 1},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_anchors_that_are_none_are_refused(changed: dict[str, object]) -> None:
    assert read_trust(json.dumps(TRUST).encode()).quorum == TRUST["quorum"]
    for data in (json.dumps(TRUST | changed).encode(), b"\xff", b"[" * 100_000):
        with pytest.raises(Fault, match=r"trust\.json is malformed"):
            read_trust(data)


def test_a_passphrase_is_typed_twice_and_is_long_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen, typed = (
        argparse.Namespace(passphrase_file=None),
        iter(["a" * keys.LEAST_PASSPHRASE] * 2 + ["b" * 20, "c", "d"]),
    )
    monkeypatch.setattr(getpass, "getpass", lambda _prompt: next(typed))
    assert console._new_passphrase(chosen) == "a" * keys.LEAST_PASSPHRASE
    for wrong in ("differ", "fewer than"):
        with pytest.raises(Fault, match=wrong):
            console._new_passphrase(chosen)


def test_the_package_runs_as_a_program(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["tsb", "--help"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("client", run_name="__main__")
    assert (ended.value.code, "keys" in capsys.readouterr().out) == (0, True)
