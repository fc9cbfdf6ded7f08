"""Make the demonstration in an empty database: its people, its past, and the step into real time."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from config.celery import app
from config.demonstration import cast, keys, marking, timeline
from config.demonstration.courses import Scene
from config.demonstration.stories import stories
from core import clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PAST = timedelta(days=200)  # how long before now its first day lies


def make(say: Callable[[str], None]) -> int:
    """Make everything and hand the database over to use; return how many acts its past has."""
    now = clock.now()
    marking.begin(at=now - PAST)
    shutil.rmtree(keys.folder(), ignore_errors=True)
    with _jobs_at_once(), clock.stands_at(now - PAST):
        say("its people ...")
        hired = cast.hire()
        say("its past ...")
        acts = timeline.tell(stories(Scene(hired, timeline.Days(now))), until=now)
    marking.hand_over(at=clock.now())
    return acts


@contextmanager
def _jobs_at_once() -> Iterator[None]:
    """Do jobs where they are asked: nothing serves yet, and the past must not wait for a worker."""
    eager, app.conf.task_always_eager = app.conf.task_always_eager, True
    try:
        yield
    finally:
        app.conf.task_always_eager = eager
