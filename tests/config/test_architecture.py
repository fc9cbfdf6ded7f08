from __future__ import annotations

import configparser
import itertools
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def ladder() -> list[str]:
    contracts = configparser.ConfigParser()
    contracts.read(ROOT / ".importlinter", encoding="utf-8")
    return contracts["importlinter:contract:ladder"]["layers"].split()


def test_the_diagram_shows_the_ladder_that_the_contract_holds():
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    arrows = re.findall(r"^    (\w+) --> (\w+)$", page, re.MULTILINE)
    rungs = ladder()
    assert arrows == list(itertools.pairwise(rungs))


def test_the_table_names_every_app_in_its_order():
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE) == ladder()
