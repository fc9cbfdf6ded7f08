"""The wheel: built from a copy of the tree, complete, and started from another directory without the checkout."""

from __future__ import annotations

import fnmatch
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from tests.house.house_rules import APPS, ROOT

pytestmark = pytest.mark.no_cover  # it reads sources and runs programs: no line of ours is counted here

FOLDERS = [*APPS, "templates", "static", "locale"]
BESIDE = ["pyproject.toml", "README.md", "LICENSE", "NOTICE", "THIRD_PARTY_NOTICES.md"]
LEFT_BEHIND = ["*/__pycache__/*", "*.pyc", "*/.gitkeep"]
BUILD = "import sys; from setuptools.build_meta import build_wheel as build; build(sys.argv[1])"


def shipped() -> set[str]:
    files = {str(file.relative_to(ROOT)) for folder in FOLDERS for file in (ROOT / folder).rglob("*") if file.is_file()}
    return {file for file in files if not any(fnmatch.fnmatch(file, pattern) for pattern in LEFT_BEHIND)}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    source, built = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("built")
    for file in [*shipped(), *BESIDE]:
        (source / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, source / file)
    subprocess.run([sys.executable, "-c", BUILD, str(built)], cwd=source, check=True, capture_output=True)
    (found,) = built.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel and, for its dependencies only, the packages of this one."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, symlinks=True)
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)}))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    (packages / "dependencies.pth").write_text(f"{sysconfig.get_path('purelib')}\n{sysconfig.get_path('platlib')}\n")
    return folder / "bin" / "python"


def run(installed: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    clean = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environ = clean | {"YANGGUANG_DATA": str(folder / "data")}
    return subprocess.run(
        [str(installed), *words], cwd=folder, env=environ, capture_output=True, text=True, check=False
    )


def test_the_wheel_carries_every_file_of_the_platform_and_nothing_else(wheel: Path) -> None:
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert names == shipped()


def test_the_wheel_carries_its_licence_its_notice_and_its_console_script(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (folder,) = {name.partition("/")[0] for name in archive.namelist() if ".dist-info/" in name}
        texts = {name: archive.read(f"{folder}/{name}").decode() for name in ("entry_points.txt", "METADATA")}
        for name in ("LICENSE", "NOTICE", "THIRD_PARTY_NOTICES.md"):
            assert archive.read(f"{folder}/licenses/{name}") == (ROOT / name).read_bytes()
    assert "yangguang = config.console:main" in texts["entry_points.txt"]
    assert "License-Expression: Apache-2.0" in texts["METADATA"]


def test_an_installed_copy_is_complete_and_writes_nothing_into_itself(installed: Path, tmp_path: Path) -> None:
    packages = next(installed.parent.parent.glob("lib/python*/site-packages"))
    before = {path for path in packages.rglob("*") if "__pycache__" not in path.parts}
    where = run(installed, tmp_path, "-c", "import config; print(config.__file__)")
    assert where.stdout.strip() == str(packages / "config" / "__init__.py")
    migrated = run(installed, tmp_path, "-m", "config.console", "migrate", "--verbosity=0")
    assert (migrated.returncode, migrated.stderr) == (0, "")
    found = run(installed, tmp_path, "-m", "config.console", "findstatic", "--first", "vendor/LIST.json")
    assert str(packages / "static" / "vendor" / "LIST.json") in found.stdout
    assert {path for path in packages.rglob("*") if "__pycache__" not in path.parts} == before
    assert (tmp_path / "data" / "yangguang.sqlite3").exists()


def test_an_installed_copy_says_that_the_tests_live_in_a_checkout(installed: Path, tmp_path: Path) -> None:
    tested = run(installed, tmp_path, "-m", "config.console", "test")
    assert (tested.returncode, tested.stdout) == (
        2,
        "The tests live in a checkout of Yangguang; this is an installed copy.\n",
    )
