from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.hashers import make_password

from accounts.models import User
from core import clock
from tests.accounts.people import PASSWORD
from tests.cast import make_cast
from tests.journeys.serving import served
from tests.journeys.visitors import Town
from tests.journeys.watching import Watch, pictures
from tests.stories.trading import ANNOUNCED, DAY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser
    from pytest_django.fixtures import SettingsWrapper

    from tests.cast import Cast


@pytest.fixture
def storage(tmp_path: Path, settings: SettingsWrapper) -> Path:
    settings.STORAGE_ROOT = tmp_path / "files"
    return tmp_path / "files"


@pytest.fixture
def cast(transactional_db: None, storage: Path) -> Cast:
    """Everybody, each with the same password: signing in goes through the page."""
    made = make_cast()
    User.objects.update(password=make_password(PASSWORD))
    return made


@pytest.fixture
def jobs_at_once() -> Iterator[None]:
    """What is promised after a commit is done by whoever committed: the worker has a journey of its own."""
    from config.celery import app

    before = app.conf.task_always_eager
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = before


@pytest.fixture
def town(
    browser: Browser, cast: Cast, jobs_at_once: None, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Town]:
    """The served platform with everybody's browsers, forty days before the notice; at the end nothing was complained of."""
    with clock.stands_at(ANNOUNCED - 40 * DAY), served() as address:
        watch = Watch(address, pictures(request.node.name))
        yield Town(browser, watch, tmp_path)
        for context in browser.contexts:
            context.close()
    assert watch.complaints == []
