"""A tender through the scale-out form: verbs here, everything else in the processes of compose.yml, on the real clock."""

from __future__ import annotations

import json
import urllib.request
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.db import connections
from websockets.sync.client import connect
from websockets.typing import Origin

from bidding.names import OpeningStep
from core import clock
from core.models import Installation
from tests.cast import make_cast
from tests.processes.scale_out import scale_out
from tests.stories import bidding as story
from tests.stories import trading
from trading.names import Kind, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from pytest_django import DjangoDbBlocker
    from pytest_django.fixtures import Settings
    from websockets.sync.client import ClientConnection

    from tests.processes.scale_out import ScaleOut

pytestmark = [pytest.mark.journey, pytest.mark.postgres, pytest.mark.redis]
AHEAD = timedelta(seconds=25)  # the story until then takes a few of them
HISTORY = timedelta(days=25)  # longer than the 20 days between the issue of the documents and the deadline
PATIENCE = 30.0
WITNESSED = 3  # what the hall says of a close: the box, the record, the witnesses
PRICES = {"acme": "970000.00", "bolt": "985000.00", "cedar": "1010000.00"}


@pytest.fixture
def platform(tmp_path: Path, settings: Settings, django_db_blocker: DjangoDbBlocker) -> Iterator[ScaleOut]:
    """The running processes; the verbs of this test work on their database and their files."""
    with scale_out(tmp_path) as running:
        settings.STORAGE_ROOT = tmp_path / "files"
        settings.DATA_DIR = tmp_path
        settings.LOG_INLINE = False  # the sequencer's process gives places
        with django_db_blocker.unblock(), _same_database(running.environ["DATABASE_URL"].rpartition("/")[2]):
            Installation.objects.update(made_for="rehearsal")
            yield running


@contextmanager
def _same_database(name: str) -> Iterator[None]:
    connection = connections["default"]
    connection.close()
    before = connection.settings_dict["NAME"]
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


def test_a_tender_is_closed_by_the_clock_unsealed_by_the_worker_and_read_out_in_pages_and_rooms(
    platform: ScaleOut, monkeypatch: pytest.MonkeyPatch
) -> None:
    tender = _box_with_bids(monkeypatch, deadline=clock.now() + AHEAD)
    number = tender.lot.number
    page = f"{platform.url}/hall/{number}"
    assert not any(price in _read(page) for price in _shown())

    with connect(
        f"ws:{page.removeprefix('http:').replace('/hall/', '/ws/hall/')}", origin=Origin(platform.url)
    ) as hall:
        assert json.loads(hall.recv(timeout=PATIENCE)) == {"seq": 0, "is_snapshot": True}
        assert clock.now() < tender.deadline, "this machine was too slow: the deadline came before anybody watched"

        assert _next_version(hall, within=AHEAD.total_seconds() + PATIENCE) == 1
        assert tender.lot.stage == Stage.OPENING
        assert tender.deadline <= (tender.lot.box_closed_at or clock.now() - AHEAD)
        assert not any(price in _read(page) for price in _shown())

        versions = [1]
        while versions[-1] < WITNESSED:
            versions.append(_next_version(hall, within=PATIENCE))
        for kid in sorted(tender.holders)[: tender.ceremony.k]:
            story.release(tender, kid, at=clock.now())
        while tender.opening.state != OpeningStep.OPENED or versions[-1] < tender.opening.version:
            versions.append(_next_version(hall, within=PATIENCE))

    assert versions == list(range(1, tender.opening.version + 1))
    assert all(price in _read(page) for price in _shown())
    assert _jobs_done_by_the_worker(platform) >= 1
    assert {name: process.poll() for name, process in platform.processes.items()} == dict.fromkeys(platform.processes)


def _box_with_bids(monkeypatch: pytest.MonkeyPatch, *, deadline: datetime) -> story.Tender:
    """A box with real keys and sealed bids: announced long ago by its own history, its deadline a moment ahead."""
    announced = deadline - HISTORY
    monkeypatch.setattr(trading, "ANNOUNCED", announced)
    monkeypatch.setattr(trading, "DEADLINE", deadline)
    with clock.stands_at(announced):
        terms = trading.terms(announced=announced, deadline=deadline)
        tender = story.announced(make_cast(), Kind.CT, at=announced - 40 * trading.DAY, terms=terms)
        for kid in tender.holders:
            story.answered(tender, kid, at=announced + story.MINUTE)
    for bidder, price in PRICES.items():
        story.enrolled(tender, bidder, at=announced)
        story.submitted(tender, bidder, price)
    return tender


def _next_version(hall: ClientConnection, *, within: float) -> int:
    """Return the number of the next frame that carries one; others only ask to fetch again."""
    while "seq" not in (frame := json.loads(hall.recv(timeout=within))):
        pass
    return int(frame["seq"])


def _jobs_done_by_the_worker(platform: ScaleOut) -> int:
    """Ask the worker itself what it has done since it started."""
    asked = "app.control.broadcast('stats', reply=True, timeout=10, limit=1)"
    code = f"from config.celery import app; import json; print(json.dumps({asked}))"
    (answer,) = json.loads(platform.console("shell", "--verbosity=0", "--command", code).splitlines()[-1])
    return sum(stats["total"].get("core.run_job", 0) for stats in answer.values())


def _read(page: str) -> str:
    with urllib.request.urlopen(page) as answer:  # noqa: S310  (our own address)
        return str(answer.read().decode())


def _shown() -> list[str]:
    return [f"{Decimal(price):,}" for price in PRICES.values()]
