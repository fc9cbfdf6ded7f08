"""Make the demonstration in an empty database: its people, its past, and the step into real time."""

from __future__ import annotations

import logging
import shutil
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from django.contrib.auth.hashers import Argon2PasswordHasher
from django.test.utils import override_settings

from config.celery import app
from config.demonstration import cast, keys, marking, timeline
from config.demonstration.courses import Scene
from config.demonstration.stories import stories
from core import clock, waiting
from core.working_days import SHANGHAI

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

HASHER = "config.demonstration.making.QuickHasher"
PAST = timedelta(days=200)  # how long before now its first day lies


class QuickHasher(Argon2PasswordHasher):
    """Hashes the password that everybody is shown: there is nothing to protect, and some thirty to be hashed."""

    time_cost, memory_cost, parallelism = 1, 8, 1


def make(say: Callable[[str], None]) -> int:
    """Make everything and hand the database over to use; return how many acts its past has."""
    now = clock.now()
    marking.begin(at=now - PAST)
    shutil.rmtree(keys.folder(), ignore_errors=True)
    with _in_a_hurry(), jobs_at_once(), waiting.inline(), clock.stands_at(now - PAST):
        say("its people ...")
        hired = cast.hire()
        acts = timeline.tell(stories(Scene(hired, timeline.Days(now))), until=now, note=_months(say))
    marking.hand_over(at=clock.now())
    return acts


def _months(say: Callable[[str], None]) -> Callable[[datetime], None]:
    """Say the month whenever another one begins."""
    said: list[str] = []

    def note(at: datetime) -> None:
        month = at.astimezone(SHANGHAI).strftime("%Y-%m")
        if month not in said:
            said.append(month)
            say(f"what happened in {month} ...")

    return note


@contextmanager
def _in_a_hurry() -> Iterator[None]:
    """Spare what only protects something: slow hashes of passwords that are printed on the console."""
    with override_settings(PASSWORD_HASHERS=[HASHER]):
        yield


@contextmanager
def jobs_at_once() -> Iterator[None]:
    """Do jobs where they are asked: for what cannot wait for a worker, or is not reached by one."""
    carrier = logging.getLogger("celery")
    eager, app.conf.task_always_eager = app.conf.task_always_eager, True
    level = carrier.level
    carrier.setLevel(logging.WARNING)
    try:
        yield
    finally:
        carrier.setLevel(level)
        app.conf.task_always_eager = eager
