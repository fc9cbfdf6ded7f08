from __future__ import annotations

import hashlib
import json
import re

from tests.house.house_rules import ROOT

LISTED = json.loads((ROOT / "static" / "vendor" / "LIST.json").read_text())
NOTICE = (ROOT / "NOTICE").read_text()


def sha256(path: str) -> str:
    return hashlib.sha256((ROOT / path).read_bytes()).hexdigest()


def test_every_vendored_file_has_the_digest_that_is_listed() -> None:
    assert {entry["file"]: sha256(f"static/vendor/{entry['file']}") for entry in LISTED} == {
        entry["file"]: entry["sha256"] for entry in LISTED
    }


def test_nothing_is_vendored_without_being_listed() -> None:
    files = {file.name for file in (ROOT / "static" / "vendor").iterdir()}
    assert files == {entry["file"] for entry in LISTED} | {"LIST.json", "licences.txt"}


def test_the_notice_names_every_package_and_its_licence() -> None:
    packages = {part["name"]: part["licence"] for entry in LISTED for part in entry["contains"]}
    assert [name for name in packages if name not in NOTICE] == []
    assert [licence for licence in packages.values() if licence not in NOTICE] == []


def test_the_notice_s_digests_are_those_of_the_fonts() -> None:
    digests = {path: digest for digest, path in re.findall(r"^ +([0-9a-f]{64})  (\S+)$", NOTICE, re.MULTILINE)}
    fonts = sorted(str(font.relative_to(ROOT)) for font in (ROOT / "core" / "fonts").glob("*.ttf"))
    assert digests == {font: sha256(font) for font in fonts}


def test_the_licence_is_the_apache_licence_in_full() -> None:
    text = (ROOT / "LICENSE").read_text()
    assert "Apache License" in text.splitlines()[0]
    assert "APPENDIX: How to apply the Apache License to your work." in text
    assert len(text.splitlines()) > 190
