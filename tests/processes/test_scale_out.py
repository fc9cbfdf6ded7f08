from __future__ import annotations

import json
import time
import urllib.request
from typing import TYPE_CHECKING

import pytest
import redis
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.processes.scale_out import scale_out

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.processes.scale_out import ScaleOut

pytestmark = [pytest.mark.postgres, pytest.mark.redis]

_SAID = """
from django.db import transaction
from core import audit, clock
from core.actors import SYSTEM
with transaction.atomic(durable=True):
    audit.append("trading.lot.moved", data={}, actor=SYSTEM, at=clock.now())
"""


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ScaleOut]:
    with scale_out(tmp_path_factory.mktemp("scale-out")) as running:
        yield running


def until(fact: object, *, seconds: float = 15.0) -> object:
    ends = time.monotonic() + seconds
    while not (found := fact()) and time.monotonic() < ends:  # type: ignore[operator]
        time.sleep(0.1)
    return found


def test_the_pages_are_served_through_the_front_door(platform: ScaleOut) -> None:
    with urllib.request.urlopen(f"{platform.url}/") as answer:  # noqa: S310  (our own address)
        assert (answer.status, answer.headers["Content-Language"]) == (200, "zh-hans")


def test_the_rooms_answer_sockets_and_nothing_else(platform: ScaleOut) -> None:
    with pytest.raises(InvalidStatus) as refused:
        connect(f"ws://127.0.0.1:{platform.ports['rooms']}/ws/hall/NO-SUCH-LOT", origin="http://elsewhere.example")
    assert refused.value.response.status_code == 403


def test_the_rooms_are_joined_with_the_other_processes(platform: ScaleOut) -> None:
    with redis.Redis.from_url(platform.environ["REDIS_URL"]) as client:
        assert until(lambda: dict(client.pubsub_numsub("yangguang.hub")).get(b"yangguang.hub"))


def test_the_clock_turns(platform: ScaleOut) -> None:
    beat = platform.folder / "clock"
    assert until(beat.exists)
    before = beat.stat().st_mtime_ns
    assert until(lambda: beat.stat().st_mtime_ns > before)


def test_the_sequencer_signs_what_was_done_and_house_witnesses_cosign_it(platform: ScaleOut) -> None:
    code = (
        "from core import log_reading as log; row = log.newest();"
        "print('witnessed', bool(row and log.is_witnessed(row, log.announced_policy())))"
    )
    platform.console("shell", "--verbosity=0", "--command", _SAID)
    assert until(lambda: platform.console("shell", "--verbosity=0", "--command", code).endswith("witnessed True\n"))


def test_the_worker_does_what_another_process_sends(platform: ScaleOut) -> None:
    code = "from config.celery import app; import json; print(json.dumps(app.control.ping(timeout=5, limit=1)))"

    def answers() -> object:  # a worker that has not begun to listen yet hears nothing of what was sent
        return json.loads(platform.console("shell", "--verbosity=0", "--command", code).splitlines()[-1])

    (answer,) = until(answers, seconds=60)  # type: ignore[misc]
    assert [list(said) for said in answer.values()] == [["ok"]]


def test_every_process_is_still_there(platform: ScaleOut) -> None:
    assert {name: process.poll() for name, process in platform.processes.items()} == {
        "pages": None,
        "rooms": None,
        "worker": None,
        "clock": None,
        "sequencer": None,
    }
