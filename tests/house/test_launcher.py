"""The script `yangguang` with stand-ins for Python, so that nothing is really installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.house.house_rules import ROOT

SHELL = shutil.which("dash") or "/bin/sh"
PYTHON = """\
#!/bin/sh
# Stands in for Python: notes what it is asked, and makes a .venv with itself inside.
printf '%s\\n' "$*" >>"$NOTES"
case "$*" in
    *version_info\\ \\<*) exit "${TOO_OLD:-0}" ;;
    *ensurepip*) exit "${NO_VENV:-0}" ;;
    *print*) echo 3.11 ;;
    "-m venv .venv") mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
    "-m pip install"*) exit "${NO_NETWORK:-0}" ;;
    "-m config.console"*) pwd ;;
esac
"""


class Checkout:
    """A folder with the script, a lock and a project file, and a stand-in for Python."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.notes = folder / "check out", folder / "notes"
        self.folder.mkdir()
        (folder / "bin").mkdir()
        for name in ("yangguang", "requirements.lock", "pyproject.toml"):
            shutil.copy(ROOT / name, self.folder / name)
        self.python = folder / "bin" / "python-stands-in"
        self.python.write_text(PYTHON)
        self.python.chmod(0o755)

    def run(self, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
        clean = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        clean |= {"PYTHON": str(self.python), "NOTES": str(self.notes)} | environ
        command = [SHELL, str(self.folder / "yangguang"), *words]
        return subprocess.run(command, cwd="/", env=clean, capture_output=True, text=True, check=False)

    def installs(self) -> list[str]:
        """Return what pip was asked to install, and forget it."""
        lines = self.notes.read_text().splitlines() if self.notes.exists() else []
        self.notes.write_text("")
        return [line.rpartition(" -e ")[2] for line in lines if line.startswith("-m pip install")]


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_the_first_word_sets_up_and_runs_in_the_project_s_own_folder(checkout: Checkout) -> None:
    first = checkout.run("up", "--port", "9000")
    assert (first.returncode, first.stdout.strip()) == (0, str(checkout.folder))
    assert checkout.notes.read_text().splitlines()[-1] == "-m config.console up --port 9000"
    assert checkout.installs() == ["."]


def test_with_nothing_to_do_it_installs_nothing_and_costs_less_than_a_tenth_of_a_second(checkout: Checkout) -> None:
    checkout.run("up")
    checkout.installs()
    costs = []
    for _ in range(5):
        began = time.perf_counter()
        checkout.run("migrate")
        costs.append(time.perf_counter() - began)
    assert checkout.installs() == []
    assert min(costs) < 0.1


def test_words_get_what_they_need_and_keep_what_is_there(checkout: Checkout) -> None:
    checkout.run("up")
    checkout.run("test")
    checkout.run("up")
    checkout.run("test")
    checkout.run("up", DATABASE_URL="postgres://somewhere/else")
    assert checkout.installs() == [".", ".[dev]"]


def test_a_server_s_address_brings_its_driver(checkout: Checkout) -> None:
    checkout.run("up", REDIS_URL="redis://somewhere")
    checkout.run("up")
    assert checkout.installs() == [".[scale]"]


@pytest.mark.parametrize("name", ["requirements.lock", "pyproject.toml"])
def test_a_change_of_what_is_asked_for_installs_again(checkout: Checkout, name: str) -> None:
    checkout.run("test")
    with (checkout.folder / name).open("a") as file:
        file.write("# changed\n")
    checkout.run("up")
    checkout.run("test")
    assert checkout.installs() == [".[dev]", ".", ".[dev]"]


def test_a_moved_checkout_installs_again(checkout: Checkout) -> None:
    checkout.run("up")
    checkout.folder = checkout.folder.rename(checkout.folder.with_name("moved"))
    checkout.run("up")
    assert checkout.installs() == [".", "."]


def test_an_installation_that_failed_is_done_again(checkout: Checkout) -> None:
    failed = checkout.run("up", NO_NETWORK="1")
    assert failed.returncode == 1
    assert failed.stdout == ""
    assert checkout.run("up").returncode == 0
    assert checkout.installs() == [".", "."]


def test_a_python_without_venv_is_told_the_package_to_install(checkout: Checkout) -> None:
    refused = checkout.run("up", NO_VENV="1")
    assert refused.returncode == 1
    assert "apt-get install python3-venv   (or python3.11-venv)" in refused.stderr
    assert not (checkout.folder / ".venv").exists()


def test_a_machine_without_a_new_enough_python_is_told_so(checkout: Checkout) -> None:
    few = Path(checkout.folder.parent / "few")
    few.mkdir()
    for tool in ("dirname", "sha256sum", "cut", "cat", "grep", "rm", "sh"):
        (few / tool).symlink_to(shutil.which(tool) or "")
    refused = checkout.run("up", TOO_OLD="1", PATH=str(few))
    assert refused.returncode == 1
    assert refused.stderr.splitlines()[-1].startswith("Yangguang needs Python 3.11 or newer; none was found")
