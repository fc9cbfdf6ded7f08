"""What is vendored is what the list says, byte for byte, and no page of ours asks anybody else for anything."""

from __future__ import annotations

import hashlib
import json
import re

from tests.sealing_js.serving import ROOT, STATIC

VENDOR = STATIC / "vendor"
LISTED = json.loads((VENDOR / "LIST.json").read_text("utf-8"))
OURS = sorted((STATIC / "sealing").glob("*.js"))


def test_every_vendored_file_has_the_digest_of_the_list():
    found = {entry["file"]: hashlib.sha256((VENDOR / entry["file"]).read_bytes()).hexdigest() for entry in LISTED}
    assert found == {entry["file"]: entry["sha256"] for entry in LISTED}


def test_nothing_is_vendored_that_the_list_does_not_name():
    assert sorted(path.name for path in VENDOR.iterdir()) == sorted(
        ["LIST.json", "licences.txt", *(entry["file"] for entry in LISTED)]
    )


def test_the_libraries_have_the_versions_that_were_chosen():
    assert [(entry["name"], entry["version"], entry["licence"]) for entry in LISTED] == [
        ("@hpke/core", "1.9.0", "MIT"),
        ("age-encryption", "0.3.1", "BSD-3-Clause"),
        ("hash-wasm", "4.13.0", "MIT"),
    ]


def test_the_licence_of_every_package_is_kept_and_named_in_the_notices():
    licences = (VENDOR / "licences.txt").read_text("utf-8")
    notices = (ROOT / "THIRD_PARTY_NOTICES.md").read_text("utf-8")
    for entry in LISTED:
        assert entry["sha256"] in notices
        for package in entry["contains"]:
            assert f"{package['name']} {package['version']}\n" in licences
            row = f"| {package['name']} | {package['version']} | {package['licence']} | `{entry['file']}` |"
            assert row in notices


def test_no_module_evaluates_text_or_loads_anything_from_elsewhere():
    foreign = []
    for path in [*OURS, *(VENDOR / entry["file"] for entry in LISTED)]:
        source = path.read_text("utf-8")
        assert re.findall(r"\beval\(|new Function\(|importScripts\(|document\.write", source) == [], path.name
        imported = re.findall(r"""(?:from|import\()\s*["']((?!\./|\.\./(?:vendor|passkeys)/)[^"']*)""", source)
        foreign += [(path.name, name) for name in imported]
    # the one bare name is Node's, behind a test for browsers that have no `crypto`; here it could only fail
    assert foreign == [("hpke-core.js", "crypto")]


def test_our_modules_write_no_markup_but_the_halls():
    sinks = {
        path.name for path in OURS if re.search(r"innerHTML|outerHTML|insertAdjacentHTML", path.read_text("utf-8"))
    }
    assert sinks == {"hall.js"}


def test_our_modules_are_small():
    assert [path.name for path in OURS if len(path.read_text("utf-8").splitlines()) > 400] == []
