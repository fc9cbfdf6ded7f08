"""The page for outsiders: its blocks run as they stand, with stock tools, and stop at what does not hold."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from core.timestamps import ask_for
from tests.core.authority import make_authority
from tests.house.house_rules import ROOT
from tests.verifier.judging import judged, trust_of, written
from tests.verifier.paper import honest

if TYPE_CHECKING:
    from pathlib import Path

TOOLS = ("sh", "age", "openssl", "sha256sum", "base64", "awk", "sed", "od", "tar")
pytestmark = pytest.mark.skipif(
    any(shutil.which(tool) is None for tool in TOOLS), reason="a stock tool of the page is not installed"
)
BLOCKS = re.findall(r"```sh\n(.*?)```", (ROOT / "docs/verify-by-hand.md").read_text(encoding="utf-8"), re.DOTALL)
PAPER = honest()
FILES = PAPER.bundle()


def laid_down(folder: Path, files: dict[str, bytes], **trust: object) -> None:
    written(files, folder / "bundle")
    (folder / "trust.json").write_text(json.dumps(PAPER.keys.trust() | trust, indent=1))
    identities = judged(FILES, trust_of(PAPER)).identities
    first = min(one.payload for one in identities)
    (folder / "key.txt").write_text(next(one.age for one in identities if one.payload == first) + "\n")


def run(folder: Path) -> subprocess.CompletedProcess[str]:
    script = "set -eu\n" + "\n".join(f"{block}\necho block {n} done" for n, block in enumerate(BLOCKS, start=1))
    return subprocess.run(["sh", "-c", script], cwd=folder, capture_output=True, text=True, check=False)


def test_every_block_of_the_page_holds_over_an_honest_bundle(tmp_path: Path) -> None:
    authority = make_authority(tmp_path / "authority", name="one")
    files = dict(FILES)
    text = files["close.checkpoint"].decode().partition("\n\n")[0] + "\n"
    files["tsr/one.tsr"] = authority.answer(ask_for(text).der)
    laid_down(tmp_path, PAPER.indexed(files), tsa=[authority.pem.decode()])
    (tmp_path / "tsa.pem").write_bytes(authority.pem)
    done = run(tmp_path)
    assert done.returncode == 0, done.stderr
    assert re.findall(r"block (\d+) done", done.stdout) == [str(n) for n in range(1, len(BLOCKS) + 1)]
    assert done.stdout.count("Signature Verified Successfully") == 5
    assert (tmp_path / "offer" / "form.json").exists()


@pytest.mark.parametrize(
    ("path", "place", "block"),
    [("close.json", -9, 2), ("log/checkpoint", 30, 3), ("receipts/", -9, 4), ("payloads/", -9, 5)],
)
def test_the_block_that_looks_at_it_stops(tmp_path: Path, path: str, place: int, block: int) -> None:
    name = min(one for one in FILES if one.startswith(path) and not one.endswith(".sig"))
    spoiled = bytearray(FILES[name])
    spoiled[place] ^= 1
    files = FILES | {name: bytes(spoiled)}
    laid_down(tmp_path, files if path == "close.json" else PAPER.indexed(files))
    done = run(tmp_path)
    assert done.returncode != 0
    assert re.findall(r"block (\d+) done", done.stdout)[-1] == str(block - 1)
