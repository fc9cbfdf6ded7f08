from __future__ import annotations

import re

import pytest
from django.core.management import get_commands

from tests.house.house_rules import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), ROOT / "deploy" / "README.md"])
OWN_WORDS = {"verify", "up", "test", "rooms", "clock", "sequencer", "help"}
TESTED = {"How it is tested", "How this is tested"}
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]


def test_the_readme_sets_up_with_exactly_two_commands() -> None:
    block = re.search(r"## Two commands\n\n```sh\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert block
    assert [line.split("#")[0].strip() for line in block[1].splitlines()] == ["./yangguang up", "./yangguang test"]


@pytest.mark.parametrize("name", NAMES)
def test_every_word_that_a_page_names_exists(name: str) -> None:
    words = set(re.findall(r"(?:\./|[`\s])yangguang ([a-z_]{2,})\b", (ROOT / name).read_text()))
    assert words - OWN_WORDS - set(get_commands()) == set()


@pytest.mark.parametrize("name", NAMES)
def test_every_link_of_a_page_leads_to_a_file(name: str) -> None:
    page = ROOT / name
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text())
    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_test_that_a_page_names_exists(name: str) -> None:
    named = re.findall(r"`(tests/[\w/]+(?:\.py)?)`", (ROOT / name).read_text())
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_page_of_a_mechanism_ends_with_how_it_is_tested() -> None:
    drawn = ROOT / "docs" / "procedures.md"  # drawn from the tables, and compared with them by a gate
    pages = [page for page in sorted((ROOT / "docs").glob("*.md")) if page != drawn]
    last = {page.name: re.findall(r"^## (.*)$", page.read_text(), re.MULTILINE)[-1] for page in pages}
    assert {name: title for name, title in last.items() if title not in TESTED} == {}
