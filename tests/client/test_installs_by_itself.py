"""The client's own wheel, without an index: complete, and it starts where Django cannot be imported."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

from tests.house.house_rules import ROOT

if TYPE_CHECKING:
    from pathlib import Path

BUILD = "import sys; from setuptools.build_meta import build_wheel as build; build(sys.argv[1])"
START = (
    "import sys; sys.modules['django'] = None; from client.console import main; code = main(sys.argv[1:]); "
    "print(sorted({n.partition('.')[0] for n in sys.modules} & {'config', 'trading', 'accounts', 'channels'})); "
    "import client; print(client.__file__); sys.exit(code)"
)


def test_the_client_installs_by_itself_and_needs_no_framework(tmp_path: Path) -> None:
    source, built, installed = tmp_path / "source", tmp_path / "built", tmp_path / "installed"
    for pattern in ("client/*", "bidding/*.py", "bidding/rules/*.py", "core/*.py", "*/locale/zh_Hans/LC_MESSAGES/*.mo"):
        for file in filter(lambda file: file.is_file(), ROOT.glob(pattern)):
            target = source / file.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.read_bytes())
    subprocess.run([sys.executable, "-c", BUILD, str(built)], cwd=source / "client", check=True, capture_output=True)
    (wheel,) = built.glob("tsb-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(installed)
        names = set(archive.namelist())
    assert {f"client/{file.name}" for file in (ROOT / "client").glob("*.py")} <= names
    assert {"bidding/models", "bidding/web", "core/models.py", "core/audit.py"} & names == set()
    (tmp_path / "pass").write_text("correct horse battery\n")
    words = ["--lang", "zh", "--passphrase-file", str(tmp_path / "pass"), "keys", "show", str(wheel)]
    done = subprocess.run(
        [sys.executable, "-c", START, *words],
        cwd=tmp_path, env={"PYTHONPATH": str(installed)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout.splitlines()) == (1, ["[]", str(installed / "client/__init__.py")])
    assert done.stderr.startswith("tsb: ")
    assert not done.stderr.isascii()  # the reasons of the protocol come with their Chinese
