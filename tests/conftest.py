"""What every test may count on: no network, real services only where a marker asks for them, named skips."""

from __future__ import annotations

import os
import shutil
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings as hypothesis_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_django import DjangoDbBlocker

ROOT = Path(__file__).resolve().parent.parent
LOOPBACK = ["127.0.0.1", "::1"]
pytest_plugins = ["tests.witnessing"]
ON_LOOPBACK = {"journey", "race", "postgres", "redis", "loopback"}

hypothesis_settings.register_profile("house", deadline=None, derandomize=True, database=None, print_blob=True)
hypothesis_settings.load_profile("house")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if _touches_no_database(item):
            item.add_marker(pytest.mark.pure)
        marks = {mark.name for mark in item.iter_markers()}
        if marks & ON_LOOPBACK or os.environ.get("REDIS_URL"):
            item.add_marker(pytest.mark.allow_hosts(LOOPBACK))
        for mark, (is_absent, reason) in NEEDS.items():
            if mark in marks and is_absent():
                item.add_marker(pytest.mark.skip(reason=reason))


def _touches_no_database(item: pytest.Item) -> bool:
    """Law, formulas, protocol and the house itself: nothing there can tell on which database it ran."""
    folder = item.path.relative_to(ROOT).parent
    pure = {("tests", "law"), ("tests", "house"), ("tests", "verifier"), ("tests", "client")}
    is_of_such = folder.parts[:2] in pure or folder.name == "rules"
    asks = {"db", "transactional_db", "django_db_setup"} & set(getattr(item, "fixturenames", ()))
    return is_of_such and not asks and item.get_closest_marker("django_db") is None


def _no_postgres() -> bool:
    from django.conf import settings

    return "postgresql" not in settings.DATABASES["default"]["ENGINE"]


@cache
def _no_redis() -> bool:
    if not (url := os.environ.get("REDIS_URL")):
        return True
    import redis

    with redis.Redis.from_url(url, socket_connect_timeout=2) as client:
        return not client.ping()


@cache
def chromium() -> str | None:
    """Return the browser of the journeys: CHROMIUM, or the first that is installed."""
    names = [os.environ.get("CHROMIUM") or "chromium", "chromium-browser", "google-chrome"]
    return next((found for name in names if (found := shutil.which(name))), None)


@cache
def real_data() -> Path | None:
    """Return the folder of real input: YANGGUANG_REAL_DATA, or ``data`` in a folder beside the project."""
    if named := os.environ.get("YANGGUANG_REAL_DATA"):
        return Path(named)
    return next((folder for folder in sorted(ROOT.parent.glob("*/data")) if folder.parent != ROOT), None)


NEEDS: dict[str, tuple[Callable[[], bool], str]] = {
    "postgres": (_no_postgres, "needs PostgreSQL: DATABASE_URL names none"),
    "redis": (_no_redis, "needs Redis: REDIS_URL names none"),
    "journey": (lambda: chromium() is None, "needs Chromium: none was found, CHROMIUM names none"),
    "outside": (lambda: real_data() is None, "needs real input: YANGGUANG_REAL_DATA names no folder"),
}


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> Iterator[None]:
    """Copy the migrated database where there is one: see tests/migrating.py."""
    from tests.migrating import copied

    with copied():
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Empty the database in our own way after each test that commits: see tests/emptying.py."""
    from django.test import TransactionTestCase

    from tests.emptying import empty_database, keep_migrated_rows

    with django_db_blocker.unblock():
        keep_migrated_rows()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _self: empty_database())
        yield


@pytest.fixture(autouse=True)
def _log_of_its_own(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The log of a test is in its database alone, its witnesses' memory too (tests/witnessing.py)."""
    from tests import witnessing

    monkeypatch.setattr("core.sequencer.panel", witnessing.panel)
    yield
    witnessing.forget()


@pytest.fixture
def outside() -> Callable[[str], Path]:
    """Find a file or folder of the real input by its name; the test is skipped where it is absent."""

    def find(name: str) -> Path:
        folder = real_data()
        if folder is None or not (folder / name).exists():
            pytest.skip(f"needs real input: {name} is not in the folder of YANGGUANG_REAL_DATA")
        return folder / name

    return find


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, object]) -> dict[str, object]:
    """Start the system's Chromium; as root it needs to do without its own sandbox."""
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop runs in the test's thread
    args = ["--no-sandbox"] if os.geteuid() == 0 else []
    return browser_type_launch_args | {"executable_path": chromium(), "args": args}
