from __future__ import annotations

import hashlib
import re

from tests.house.house_rules import ROOT

NOTICE = (ROOT / "NOTICE").read_text()


def sha256(path: str) -> str:
    return hashlib.sha256((ROOT / path).read_bytes()).hexdigest()


def test_the_notice_has_the_digests_of_what_has_no_list_of_its_own() -> None:
    digests = {path: digest for digest, path in re.findall(r"^ +([0-9a-f]{64})  (\S+)$", NOTICE, re.MULTILINE)}
    carried = sorted([*(ROOT / "core" / "fonts").glob("*.ttf"), *(ROOT / "core" / "seeds").glob("*.json")])
    assert digests == {path: sha256(path) for path in (str(file.relative_to(ROOT)) for file in carried)}


def test_the_licence_is_the_apache_licence_in_full() -> None:
    text = (ROOT / "LICENSE").read_text()
    assert text.splitlines()[0].strip() == "Apache License"
    assert "APPENDIX: How to apply the Apache License to your work." in text
    assert text.rstrip().endswith("limitations under the License.")
