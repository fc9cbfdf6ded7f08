"""Every address of the platform asked for by everybody, reading and writing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import get_resolver, reverse

from tests.access.table import OWN_AFFAIRS, TABLE
from tests.access.world import NOBODY, PEOPLE, READERS_ONLY, outcome, seen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.urls import URLPattern, URLResolver

    from tests.access.table import Row
    from tests.access.world import Answer, World

pytestmark = [pytest.mark.django_db, pytest.mark.no_cover]  # every line here has narrower tests

STRANGER = {  # a value of the same form that belongs to nothing
    "number": "ZZ-2026-999999-ZZZZ",
    "person": "PE-2026-999999-ZZZZ",
    "bidder": "OR-2026-999999-ZZZZ",
    "slot": "Z" * 32,
    "digest": "f" * 64,
    "entry_id": "00000000-0000-4000-8000-000000000000",
}


# Where a method is of no use to anybody, one of each kind of person asks in vain for all.
SOME = {NOBODY, "owner.drafter", "acme", "expert.seven", "supervisor", "audit"}


def routes() -> list[str]:
    return sorted(_walk(get_resolver().url_patterns, ""))


def _walk(patterns: list[URLPattern | URLResolver], space: str) -> Iterator[str]:
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            yield from _walk(pattern.url_patterns, f"{pattern.namespace or pattern.app_name}:")
        else:
            assert pattern.name, f"{pattern.pattern} has no name"
            yield space + pattern.name


def address(world: World, name: str, row: Row) -> str:
    return reverse(name.partition("#")[0], kwargs=world.objects.get(row.about, {}))


def visit(world: World, person: str, method: str, name: str, **extra: object) -> Answer:
    """Come to an address with what its form would post."""
    row = TABLE[name]
    posted = world.posted.get(row.about) if method == "post" else None
    given = {"data": posted(person)} if posted else {}
    return world.ask(person, method, address(world, name, row), row.era, **given, **extra)


def test_every_address_has_its_row_and_every_row_its_address() -> None:
    assert routes() == sorted({name.partition("#")[0] for name in TABLE})


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("person", PEOPLE)
def test_everybody_gets_what_the_table_says_and_learns_nothing_else(world: World, person: str, method: str) -> None:
    """What is not theirs is answered exactly like what does not exist."""
    wrong, told = [], []
    for name, row in TABLE.items():
        if not row.may(method) and person not in SOME:
            continue
        answer = visit(world, person, method, name)
        came, foreseen = outcome(answer), row.foresees(person, method)
        if came not in foreseen:
            wrong.append(f"{name}: {came} ({answer.status}), not {foreseen}")
        if foreseen != ("in",) and not _is_like_nothing(world, person, method, name, answer):
            told.append(f"{name}: {answer.status}")
    assert (wrong, told) == ([], [])


def _is_like_nothing(world: World, person: str, method: str, name: str, answer: Answer) -> bool:
    """Compare with an address that does not exist; if that differs, with the same address of what does not exist."""
    row, route = TABLE[name], name.partition("#")[0]
    there = world.objects.get(row.about, {})
    if seen(answer, address(world, name, row)) == world.nowhere(person, method, row.era):
        return True
    strange = {key: STRANGER.get(key, value) for key, value in there.items()}
    elsewhere = reverse(route, kwargs=strange)
    return seen(answer, address(world, name, row)) == seen(world.ask(person, method, elsewhere, row.era), elsewhere)


WRITING = {name: min(row.may("post")) for name, row in TABLE.items() if row.post}  # and one who may


def test_writing_needs_the_token_of_the_page(world: World) -> None:
    answers = {name: visit(world, person, "post", name, wants_token=True) for name, person in WRITING.items()}
    assert {name: _refusal(answer) for name, answer in answers.items()} == dict.fromkeys(WRITING, WITHOUT_TOKEN)


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_no_other_site_writes_here(world: World, site: str) -> None:
    sent = {"sec-fetch-site": site}
    answers = {name: visit(world, person, "post", name, headers=sent) for name, person in WRITING.items()}
    assert {name: _refusal(answer) for name, answer in answers.items()} == dict.fromkeys(WRITING, WITHOUT_TOKEN)


WITHOUT_TOKEN = (403, "403_csrf.html")


def _refusal(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.template


def test_whoever_oversees_or_audits_writes_nothing_but_its_own_work() -> None:
    theirs = {
        person: {name for name, row in TABLE.items() if person in row.may("post")} - OWN_AFFAIRS
        for person in READERS_ONLY
    }
    assert theirs == {
        "supervisor": {"trading:place-hold", "trading:lift-hold", "trading:terminate"},
        "bureau": set(),
        "audit": set(),
    }
