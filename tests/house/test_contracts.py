from __future__ import annotations

import configparser
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from config.testing.steps import LINT_IMPORTS
from tests.house.house_rules import APPS, PROGRAMS, ROOT

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.no_cover  # it reads sources and runs programs: no line of ours is counted here

PLANTED = {
    "core/imports_up.py": "from trading import names",
    "accounts/imports_up.py": "import bidding",
    "trading/imports_up.py": "if True:\n    from config import settings",
    "bidding/rules/imports_django.py": "from django.db import models",
    "trading/procedures/imports_fsm.py": "import django_fsm",
    "trading/models/imports_a_verb.py": "from trading import moves",
    "bidding/models/imports_a_page.py": "from bidding import web",
    "core/money.py": "from django.conf import settings",
    "core/witnessing.py": "from django.conf import settings",
    "witness/console.py": "from core import audit",
    "verifier/log.py": "from core import tree",
    "client/console.py": "from bidding import submitting",
}


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """Copy what the contracts speak of: the packages' Python files and the contracts."""
    for file in [ROOT / ".importlinter", *(file for app in [*APPS, *PROGRAMS] for file in (ROOT / app).rglob("*.py"))]:
        copy = tmp_path / file.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(file.read_bytes())
    return tmp_path


def linted(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", LINT_IMPORTS.replace("]", ", '--no-cache']")]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_contracts_are_kept(copied: Path) -> None:
    linting = linted(copied)
    assert (linting.returncode, linting.stdout.count("BROKEN")) == (0, 0), linting.stdout


@pytest.mark.parametrize("path", PLANTED)
def test_a_forbidden_import_really_fails(copied: Path, path: str) -> None:
    (copied / path).parent.mkdir(parents=True, exist_ok=True)
    with (copied / path).open("a") as file:
        file.write(f"{PLANTED[path]}\n")
    linting = linted(copied)
    assert linting.returncode == 1
    assert path.removesuffix(".py").replace("/", ".") in linting.stdout


def test_a_module_without_a_layer_really_fails(copied: Path) -> None:
    (copied / "trading" / "helping.py").write_text("")
    linting = linted(copied)
    assert linting.returncode == 1
    assert "helping" in linting.stdout


def test_every_app_has_its_place_on_the_ladder() -> None:
    contracts = configparser.ConfigParser()
    contracts.read(ROOT / ".importlinter")
    assert contracts["importlinter:contract:ladder"]["layers"].split() == list(APPS)
