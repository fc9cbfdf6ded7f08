from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from django.test import Client

from core import clock
from tests.cast import make_cast
from tests.stories.trading import DEADLINE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from datetime import datetime
    from pathlib import Path

    from pytest_django.fixtures import SettingsWrapper

    from tests.cast import Cast


@pytest.fixture(autouse=True)
def storage(tmp_path: Path, settings: SettingsWrapper) -> Path:
    """Files of one test lie in a folder of their own; the addresses are those of the public face."""
    settings.STORAGE_ROOT = tmp_path / "files"
    settings.ROOT_URLCONF = "tests.disclosure.urls"
    return tmp_path / "files"


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def public() -> Client:
    """Somebody who has not signed in and reads English."""
    return Client(headers={"accept-language": "en"})


@pytest.fixture
def read(public: Client) -> Callable[..., str]:
    """Read a page as the public: it must be there; at a time, by default the deadline of the stories."""

    def page(path: str, *, client: Client | None = None, at: datetime = DEADLINE, status: int = 200) -> str:
        with clock.stands_at(at):
            answer = (client or public).get(path)
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[arg-type]  # a bytes stream
        assert answer.status_code == status, path
        return body.decode()

    return page


@pytest.fixture
def standing() -> Callable[[datetime], AbstractContextManager[None]]:
    @contextmanager
    def at(moment: datetime) -> Iterator[None]:
        with clock.stands_at(moment):
            yield

    return at
