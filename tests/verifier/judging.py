"""Write a bundle down, verify it, and say what came out."""

from __future__ import annotations

import json
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from core.canonical import dumps, loads
from verifier.container import Files
from verifier.trust import read_trust
from verifier.verifying import verify

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.verifier.paper import Paper
    from verifier.report import Report
    from verifier.trust import Trust

ANY_SIZE = 2**30


def written(files: dict[str, bytes], folder: Path) -> Path:
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


def zipped(files: dict[str, bytes], target: Path) -> Path:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in files.items():
            archive.writestr(path, data)
    return target


def trust_of(paper: Paper, **changes: object) -> Trust:
    return read_trust(json.dumps(paper.keys.trust() | changes).encode())


def judged(files: dict[str, bytes], trust: Trust, *, is_public: bool = False, **kwargs: object) -> Report:
    with tempfile.TemporaryDirectory() as folder:
        source = zipped(files, Path(folder) / "bundle.zip")
        with Files(source) as opened:
            report = verify(opened, trust, is_public=is_public, **kwargs)
    assert not report.is_internal, report.fault
    return report


def failed(paper: Paper, files: dict[str, bytes]) -> tuple[int, str] | None:
    """Return the step that fails, and why; None if all hold."""
    report = judged(files, trust_of(paper))
    return None if report.fault is None else (report.number, str(report.fault.said))


def edited(data: bytes, change: Callable[[dict], object]) -> bytes:
    """Return a canonical document with its object changed in place."""
    document = loads(data, limit=ANY_SIZE)
    change(document)
    return dumps(document)
