"""Bundles made to hurt their reader: a named error, never a traceback, and nothing is read further than it may be."""

from __future__ import annotations

import json
import os
import stat
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING

import pytest

from tests.verifier.judging import edited, trust_of, written, zipped
from tests.verifier.paper import honest
from verifier import console, container
from verifier.container import Files
from verifier.verifying import verify
from verifier.words import Fault

if TYPE_CHECKING:
    from pathlib import Path


PAPER = honest()
GOOD = PAPER.bundle()
TRUST = trust_of(PAPER)


def said(source: Path) -> str:
    """Return what is said of a bundle that must not hold."""
    try:
        with Files(source) as files:
            report = verify(files, TRUST)
    except Fault as fault:
        return str(fault)
    assert report.fault is not None
    assert not report.is_internal, report.fault
    return str(report.fault)


def archive_with(path: Path, name: str, data: bytes, *, mode: int = 0) -> Path:
    member = zipfile.ZipInfo(name)
    member.external_attr = mode << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, data)
    return path


@pytest.mark.parametrize(
    "name",
    ["../evil", "/etc/passwd", "a/../b", "a//b", "a\\b", "C:evil", ".hidden", "a/b/c/d/e/f/g", "x" * 200, "列.json"],
)
def test_no_name_leaves_the_bundle(tmp_path: Path, name: str) -> None:
    assert "is not a path of a bundle" in said(archive_with(tmp_path / "b.zip", name, b"x"))


def test_links_and_devices_are_refused(tmp_path: Path) -> None:
    link = archive_with(tmp_path / "b.zip", "close.json", b"/etc/passwd", mode=stat.S_IFLNK | 0o777)
    assert said(link) == "close.json is neither a file nor a folder"
    folder = written(GOOD, tmp_path / "folder")
    (folder / "close.json").unlink()
    (folder / "close.json").symlink_to("/etc/passwd")
    assert said(folder) == "close.json is neither a file nor a folder"
    (folder / "close.json").unlink()
    os.mkfifo(folder / "close.json")
    assert said(folder) == "close.json is neither a file nor a folder"


def test_a_cut_off_or_broken_archive_is_named(tmp_path: Path) -> None:
    data = zipped(GOOD, tmp_path / "b.zip").read_bytes()
    for size in (0, 1, 100, len(data) // 2, len(data) - 30):
        (tmp_path / "cut.zip").write_bytes(data[:size])
        assert said(tmp_path / "cut.zip").startswith("the bundle cannot be opened")
    middle = len(data) // 2
    (tmp_path / "broken.zip").write_bytes(data[:middle] + bytes(64) + data[middle + 64 :])
    assert said(tmp_path / "broken.zip")


def test_a_bomb_is_refused_before_it_grows(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "b.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("log/entries.jsonl", bytes(50 * 2**20))
    assert "grows more than 100 times" in said(tmp_path / "b.zip")


def test_an_archive_that_lies_about_its_sizes_is_read_no_further(tmp_path: Path) -> None:
    path = archive_with(tmp_path / "b.zip", "bundle.json", b"{}" + b" " * 1_000)
    data = bytearray(path.read_bytes())
    place = data.rindex(b"PK\x01\x02")
    data[place + 24 : place + 28] = struct.pack("<I", 5)  # the directory's size of the member
    path.write_bytes(data)
    assert said(path)


def test_a_member_twice_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("close.json", b"{}")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("close.json", b"[]")
    assert said(tmp_path / "b.zip") == "close.json is in the archive twice"


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    path = archive_with(tmp_path / "b.zip", "close.json", b"{}")
    data = bytearray(path.read_bytes())
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    assert said(path) == "close.json is neither a file nor a folder"


def test_too_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container, "MOST_FILES", 3)
    assert said(zipped(GOOD, tmp_path / "b.zip")) == "the bundle has more than 3 files"


HOSTILE = {
    "nested too deeply": b"[" * 100_000 + b"]" * 100_000,
    "an integer too large": b'{"v":' + b"9" * 5_000 + b"}",
    "not a number": b'{"v":NaN}',
    "a fraction": b'{"v":1.5}',
    "a lone surrogate": b'{"v":"\\ud800"}',
    "not UTF-8": b'{"v":"\xff"}',
    "a byte order mark": b"\xef\xbb\xbf{}",
    "duplicate keys": b'{"type":"x","type":"bundle"}',
    "a list": b"[]",
    "nothing": b"",
    "null": b"null",
    "too long": b" " * (16 * 2**20 + 1),
}


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("path", ["bundle.json", "ceremony.json", "log/entries.jsonl"])
def test_hostile_json_is_a_named_fault_wherever_it_stands(tmp_path: Path, kind: str, path: str) -> None:
    files = dict(GOOD)
    if path == "bundle.json":
        files[path] = HOSTILE[kind]
    else:
        files = PAPER.indexed(files | {path: HOSTILE[kind] + b"\n"})
    assert said(zipped(files, tmp_path / "b.zip"))


WRONG = [None, True, -1, "", [], {"a": [{}]}]


@pytest.mark.parametrize("path", ["bundle.json", "bidders.json", "ceremony.json", "close.json", "openings/1.json"])
def test_every_field_of_every_wrong_type_is_a_named_fault(tmp_path: Path, path: str) -> None:
    files = dict(GOOD)
    for field in json.loads(files[path]):
        for wrong in WRONG:
            changed = edited(files[path], lambda doc, field=field, wrong=wrong: doc.update({field: wrong}))
            if changed != files[path]:
                spoiled = PAPER.indexed(files | {path: changed}) if path != "bundle.json" else files | {path: changed}
                assert said(zipped(spoiled, tmp_path / "b.zip"))


def test_wrong_trust_is_a_named_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = PAPER.keys.trust()
    for field in good:
        for wrong in WRONG:
            (tmp_path / "trust.json").write_text(json.dumps(good | {field: wrong}))
            if wrong == [] and field in {"holders", "tsa"}:
                continue
            assert console.main([str(tmp_path), "--trust", str(tmp_path / "trust.json")]) == 2
            assert capsys.readouterr().err.startswith("trust.json")
    doubled = good | {"witnesses": [good["witnesses"][0]] * 2}
    (tmp_path / "trust.json").write_text(json.dumps(doubled))
    assert console.main([str(tmp_path), "--trust", str(tmp_path / "trust.json")]) == 2
    assert "two witnesses are the same" in capsys.readouterr().err


def test_a_damaged_deflate_stream_is_a_named_fault(tmp_path: Path) -> None:
    path = zipped(GOOD, tmp_path / "b.zip")
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        member = archive.getinfo("ceremony.json")
    at = member.header_offset + 30 + len(member.filename) + 4
    data[at : at + 8] = zlib.compress(b"garbage")[:8]
    path.write_bytes(data)
    assert "ceremony.json cannot be read" in said(path)
