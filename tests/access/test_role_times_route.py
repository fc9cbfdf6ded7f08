"""Every address of the platform asked for by everybody, reading and writing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.urls import get_resolver, reverse

from tests.access.table import OWN_AFFAIRS, TABLE
from tests.access.world import PEOPLE, READERS_ONLY, outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpResponse
    from django.urls import URLPattern, URLResolver

    from tests.access.table import Row
    from tests.access.world import World

pytestmark = pytest.mark.django_db

STRANGER = {  # a value of the same form that belongs to nothing
    "number": "ZZ-2026-999999-ZZZZ",
    "person": "PE-2026-999999-ZZZZ",
    "bidder": "OR-2026-999999-ZZZZ",
    "slot": "Z" * 32,
    "digest": "f" * 64,
}


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
    return reverse(name, kwargs=world.objects.get(row.about, {}))


def visit(world: World, person: str, method: str, name: str, **extra: object) -> HttpResponse:
    """Come to an address with what its form would post."""
    row = TABLE[name]
    posted = world.posted.get(row.about) if method == "post" else None
    given = {"data": posted(person)} if posted else {}
    return world.ask(person, method, address(world, name, row), row.era, **given, **extra)


def test_every_address_has_its_row_and_every_row_its_address() -> None:
    assert routes() == sorted(TABLE)


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("person", PEOPLE)
def test_everybody_gets_what_the_table_says_and_nothing_else(world: World, person: str, method: str) -> None:
    came = {name: outcome(visit(world, person, method, name)) for name in TABLE}
    foreseen = {name: row.foresees(person, method) for name, row in TABLE.items()}
    assert [f"{name}: {came[name]}, not {words}" for name, words in foreseen.items() if came[name] not in words] == []


@pytest.mark.parametrize("person", PEOPLE)
def test_what_is_not_yours_looks_exactly_like_what_does_not_exist(world: World, person: str) -> None:
    told = []
    for name, row in TABLE.items():
        there = world.objects.get(row.about, {})
        strange = {key: STRANGER.get(key, value) for key, value in there.items()}
        if strange == there or person in row.may("get") | row.may("post"):
            continue
        for method in ("get", "post"):
            real = world.ask(person, method, reverse(name, kwargs=there), row.era)
            none = world.ask(person, method, reverse(name, kwargs=strange), row.era)
            if _seen(real, there) != _seen(none, strange):
                told.append((name, method))
    assert told == []


def _seen(answer: HttpResponse, kwargs: dict[str, str]) -> tuple[object, ...]:
    """What a reader can tell apart, the address itself and the token of the form left out."""
    text = answer.content.decode()
    text = re.sub(r'(csrfmiddlewaretoken" value=|data-server-now=)"[^"]*"', r"\1", text)
    location = answer.get("Location", "")
    for value in kwargs.values():
        text, location = text.replace(value, "…"), location.replace(value, "…")
    return answer.status_code, location, sorted(answer.headers.keys()), text


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


def _refusal(answer: HttpResponse) -> tuple[int, str]:
    return answer.status_code, next((template.name or "" for template in answer.templates), "")


def test_whoever_oversees_or_audits_writes_nothing_but_its_own_work() -> None:
    theirs = {
        person: {name for name, row in TABLE.items() if person in row.may("post")} - OWN_AFFAIRS
        for person in READERS_ONLY
    }
    assert theirs == {"supervisor": set(), "bureau": set(), "audit": set()}
